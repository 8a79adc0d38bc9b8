-- helper.lua: what the specs of the bindings and of the scripts share.

local assert = require "luassert"
local expect = require "tests.expect"
local jg = require "jghost"
local lfs = require "lfs"
local support = require "tests.support"

local helper = {}

local function absolute(path)
    return path:find "^/" and path or path:find "^%a:" and path or lfs.currentdir():gsub("\\", "/") .. "/" .. path
end

helper.child = absolute(support.child)
helper.jghost = absolute(support.jghost)

-- The kinds of jobs that this user can have here, as options.
helper.kinds = { plain = {} }
do
    local job <close> = jg.job { isolate = true }
    helper.kinds.isolated = job and { isolate = true }
    local limited <close> = jg.job { memory = "1G" }
    helper.kinds.limited = limited and { memory = "1G" }
end

-- Numbers that are no seconds, and more that is none.
helper.no_seconds = { nan = 0 / 0, negative = -1, minus_infinity = -math.huge, text = "soon", a_table = {}, yes = true }

--- The command that lets the child do these verbs, with options.
function helper.verbs(words, options)
    local command = { helper.child, table.unpack(words) }
    for key, value in pairs(options or {}) do
        command[key] = value
    end
    return command
end

--- Skips the test, by busted's `pending`, if there are no isolated jobs.
function helper.needs_isolation(pending)
    if not helper.kinds.isolated then
        pending "this user can't have isolated jobs here"
    end
end

--- Skips the test if the system lacks this, with the reason that expect.lacks has.
function helper.needs(pending, what)
    assert.is_not_nil(expect.lacks[what], "tests/expect.lua knows no " .. what)
    if expect.lacks[what] then
        pending(expect.lacks[what])
    end
end

--- Expects that the results are a refusal by the system, one of expect.refusals or alike: `doing` is how the
--- message begins.
function helper.refused(doing, refusal, ...)
    local results = table.pack(...)
    local code, words, name = table.unpack(refusal, 1, 3)
    assert.is_nil(results[1])
    assert.equal("integer", math.type(results[3]))
    local begins = doing .. ": "
    assert.equal(begins .. (words or results[2]:sub(#begins + 1)), results[2])
    assert.is_true(#results[2] > #begins, "there are words")
    assert.same({ code or results[3], name }, { results[3], results[4] })
    assert.equal(4, results.n)
end

--- What is said, in the system's words, of a command that can't be run.
function helper.why_not(command)
    local result, message = jg.run(command)
    assert.is_nil(result)
    return message
end

--- Puts the child at this path, as a program of another name; returns it with what a program's file name ends with.
function helper.program(path)
    path = path .. expect.programs
    if expect.programs == "" then
        assert(lfs.link(helper.child, path, true))
    else
        helper.write(path, helper.read(helper.child))
    end
    return path
end

--- Starts the child in `job`.
function helper.spawn(job, words, options)
    return assert(job:spawn(helper.verbs(words, options)))
end

--- What the child says, in a job of its own that is made with `job_options`.
function helper.output(words, options, job_options)
    local job <close> = assert(jg.job(job_options or {}))
    local command = helper.verbs(words, options)
    command.stdout, command.stderr = "capture", "capture"
    local process = assert(job:spawn(command))
    local status = process:wait()
    assert.is_true(status.ok, tostring(status) .. ": " .. process.stderr)
    return process.stdout
end

--- The lines of a text that aren't empty.
function helper.lines(text)
    local list = {}
    for line in text:gmatch "[^\n]+" do
        list[#list + 1] = line
    end
    return list
end

--- The texts in lines that the child has quoted.
function helper.unquote(text)
    local list = {}
    for i, line in ipairs(helper.lines(text)) do
        list[i] = assert(load("return " .. line))()
    end
    return list
end

--- Expects that fn(...) raises a message with `expected` in it.
function helper.raises(expected, fn, ...)
    local ok, message = pcall(fn, ...)
    assert.is_false(ok, "raises nothing; expected: " .. expected)
    assert.is_string(message)
    assert.truthy(message:find(expected, 1, true), ("raises %q; expected: %q"):format(message, expected))
end

--- Runs `script` in a jghost of its own; the rest are its arguments. The result is jg.run's.
function helper.script(script, ...)
    return support.run { "-e", script, ... }
end

--- Runs it, expects success, and returns what it printed.
function helper.prints(script, ...)
    local result = helper.script(script, ...)
    assert.is_true(result.ok, tostring(result) .. ": " .. result.stderr)
    return result.stdout
end

--- A new folder, empty.
function helper.folder()
    local path = os.tmpname()
    os.remove(path)
    assert(lfs.mkdir(path))
    return path
end

--- Removes a folder and what is in it.
function helper.remove(folder)
    for name in lfs.dir(folder) do
        local path = folder .. "/" .. name
        if name ~= "." and name ~= ".." then
            if lfs.symlinkattributes(path, "mode") == "directory" then
                helper.remove(path)
            else
                os.remove(path)
            end
        end
    end
    lfs.rmdir(folder)
end

--- Writes a file, and makes it executable if `mode` says so. Returns its path.
function helper.write(path, text, mode)
    local file = assert(io.open(path, "wb"))
    file:write(text)
    file:close()
    if mode then
        assert(jg.run { "chmod", mode, path }.ok)
    end
    return path
end

helper.read = support.read

--- The first `size` bytes of what the child's flood writes.
function helper.flood(size)
    local records = {}
    for offset = 0, size - 1, 16 do
        records[#records + 1] = ("%015x\n"):format(offset)
    end
    return table.concat(records):sub(1, size)
end

return helper
