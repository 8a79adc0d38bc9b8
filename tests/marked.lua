-- marked.lua: looks for processes by a variable in their environment, from outside: through /proc, or
-- by the test child, which reads it from the memory of every process of a Windows.

local jg = require "jghost"
local lfs = require "lfs"

local marked = {}

local function read(path)
    local file = io.open(path, "rb")
    local text = file and file:read "a"
    if file then
        file:close()
    end
    return text or ""
end

--- Every process in the whole of /proc that has it: pid, name, command.
function marked.linux(variable)
    local found = {}
    for entry in lfs.dir "/proc" do
        local pid = math.tointeger(tonumber(entry))
        if pid and read(("/proc/%d/environ"):format(pid)):find(variable, 1, true) then
            found[#found + 1] = {
                pid = pid,
                name = read(("/proc/%d/comm"):format(pid)):match "[^\n]*",
                command = read(("/proc/%d/cmdline"):format(pid)):gsub("%z", " "),
            }
        end
    end
    return found
end

-- As on Linux, guard and harness have names of their own: the harness was started by the guard.
local function name_the_runs(found)
    local guards = {}
    for _, process in ipairs(found) do
        guards[process.pid] = process.name:find "^jghost" and true
    end
    for _, process in ipairs(found) do
        if process.name:find "^jghost" and guards[process.parent] then
            process.name = "jghost-harness"
        end
    end
    return found
end

--- Every process of this Windows that has it.
function marked.windows(variable, child)
    local found = {}
    local result = assert(jg.run { child, "dump-marked", variable, env = { JGHOST_MARKER = false }, timeout = 120 })
    assert(result.ok, result.stderr)
    for line in result.stdout:gmatch "[^\r\n]+" do
        local pid, parent, name, command = line:match '^(%d+) (%d+) (.-) (".*")$'
        found[#found + 1] = {
            pid = math.tointeger(pid), parent = math.tointeger(parent), name = name,
            command = load("return " .. command)(),
        }
    end
    return name_the_runs(found)
end

return marked
