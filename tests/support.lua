-- support.lua: what the specs share: programs, markers, and looking for survivors from outside.

local jg = require "jghost"
local expect = require "tests.expect"
local marked = require "tests.marked"

local support = {}

-- The jghost that runs this: what stands before all of its options.
local function own_path()
    local first = 0
    while arg and arg[first - 1] do
        first = first - 1
    end
    return first < 0 and arg[first] or ("build/%s/release/jghost"):format(expect.system)
end

-- The folder of the configuration that is being tested.
local self = own_path()
support.build = os.getenv "JGHOST_BUILD" or self:gsub("\\", "/"):match "^(.*)/[^/]*$" or "."
support.jghost = support.build .. "/jghost" .. expect.programs
support.fault = support.build .. "/jghost-fault" .. expect.programs
support.child = support.build .. "/child" .. expect.programs
support.tiny = support.build .. "/tiny" .. expect.programs

-- The levels that this machine has for whoever runs this, strongest first.
function support.levels()
    local levels = { table.unpack(expect.levels) }
    while levels[1] ~= jg.guarantee().level do
        table.remove(levels, 1)
    end
    return levels
end

--- What is in a file.
function support.read(path)
    local file <close> = assert(io.open(path, "rb"))
    return file:read "a"
end

--- The same; nothing, if it isn't there or can't be read.
function support.read_any(path)
    local ok, text = pcall(support.read, path)
    return ok and text or ""
end

local markers = 0

--- A text that only the processes of one test have in their environment.
function support.marker()
    markers = markers + 1
    return ("%d.%d.%s"):format(markers, math.random(1 << 40), tostring(jg.now()))
end

--- Writes a script to a temporary file, for the caller to remove.
function support.script(text)
    local name = os.tmpname()
    local file = assert(io.open(name, "w"))
    file:write(text)
    file:close()
    return name
end

--- Every process in the whole system that has the marker: pid, name, command.
function support.marked(marker)
    return marked[expect.system]("JGHOST_MARKER=" .. marker, support.child)
end

--- How a process has ended: the signal's name, or the exit code. Killed by us, it is expect.killed.
function support.ending(status)
    return status.signal or status.code
end

--- Waits until no process has the marker any more. Returns what is left after `seconds`, as text.
function support.survivors(marker, seconds)
    local deadline = jg.now() + (seconds or 60)
    while true do
        local left = support.marked(marker)
        if #left == 0 then
            return ""
        end
        for _, process in ipairs(left) do
            local handle = jg.open(process.pid) -- nil: it has just ended
            if handle and not handle:wait(math.max(0, deadline - jg.now())) then
                return ("%d %s (%s)"):format(process.pid, process.command, process.name)
            end
        end
    end
end

--- Starts a program with a marker in its environment, in `job`. Returns the process and the marker.
function support.start(job, options)
    local marker = support.marker()
    options.env = options.env or {}
    options.env.JGHOST_MARKER = marker
    return assert(job:spawn(options)), marker
end

--- The marked process whose name is `name` ("jghost-harness", "jghost-init"), as a handle.
function support.find(marker, name)
    for _, process in ipairs(support.marked(marker)) do
        if process.name == name then
            return assert(jg.open(process.pid))
        end
    end
end

--- The same, waited for: nothing tells of it.
function support.await(marker, name)
    local deadline = jg.now() + 60
    while true do
        local found = support.find(marker, name)
        if found then
            return found
        end
        assert(jg.now() < deadline, name .. " hasn't come")
        jg.sleep(0.005)
    end
end

--- Runs jghost with these arguments; the result is jg.run's.
function support.run(arguments, options)
    local command = { support.jghost, timeout = 120, table.unpack(arguments) }
    for key, value in pairs(options or {}) do
        command[key] = value
    end
    return assert(jg.run(command))
end

return support
