-- space_spec.lua: files for a child's outputs, where the disk has no space left for them.

local jg = require "jghost"
local fixture = require "tests.fixture"
local helper = require "tests.bindings.helper"

-- With a file system of its own on the folder "$0": 64 kB, three files.
local mount = 'mount -t tmpfs -o size=64k,nr_inodes=4 none "$0" && cd "$0" && exec "$@"'

local folder, possible

--- Runs a command, in `folder`, where a small disk is.
local function on_a_small_disk(...)
    return assert(jg.run { "unshare", "--map-root-user", "--mount", "sh", "-c", mount, folder, ... })
end

fixture.folder(function(path)
    folder = path
    possible = on_a_small_disk("true")
end)

local preamble = [[
    local jg = require "jghost"
    local lfs = require "lfs"
    local child = arg[1]
    local job <close> = jg.job()
    local function run(options) return assert(job:spawn(options)):wait(60) end
    local function file(name, text) local f <close> = assert(io.open(name, "w")) f:write(text) end
    local function fill() pcall(run, { child, "flood", "65536", stdout = "filler", stderr = "null" }) end
]]

--- What the script prints that runs where the small disk is.
local function prints(script)
    local result = on_a_small_disk(helper.jghost, "-e", preamble .. script, "-", helper.child)
    assert.is_true(result.ok, tostring(result) .. ": " .. result.stderr)
    assert.equal("", result.stderr)
    return result.stdout
end

local function it_needs_a_disk(name, test)
    it(name, function()
        if not possible.ok then
            pending("no file system can be mounted here: " .. possible.stderr)
        end
        test()
    end)
end

describe("a file without space", function()
    for which, words in pairs {
        stdout = '"flood", "1000000", stdout = "server.log", stderr = "null"',
        stderr = '"flood-error", "1000000", stderr = "server.log", stdout = "null"',
    } do
        it_needs_a_disk("is told by the status: " .. which, function()
            local printed = prints(("local s = run { child, %s } print(s.ok, s.no_space, s)"):format(words))
            local expected = "^false\tserver.log\texit %d+ after %d+%.%d%d s, and no space is left for server.log\n$"
            assert.truthy(printed:find(expected), printed)
        end)
    end

    it_needs_a_disk("is told of what ended well, of what was killed and of what was timed out", function()
        assert.equal("exit 0 after s, and no space is left for x\n"
            .. "killed by SIGKILL after s, and no space is left for x\n"
            .. "killed by SIGTERM (timed out) after s, and no space is left for x\n", (prints [[
            fill()
            print(run { child, "exit", "0", stdout = "x" })
            print(run { child, "signal", "KILL", stdout = "x" })
            print(run { child, "hang", stdout = "x", timeout = 0.1 })
        ]]):gsub(" %d+%.%d+", ""))
    end)

    it_needs_a_disk("is named as it was given, by the first of the two", function()
        assert.equal("./out\t./err\ttrue\n", prints [[
            fill()
            print(run { child, "exit", "0", stdout = "./out", stderr = "./err" }.no_space,
                run { child, "exit", "0", stdout = "capture", stderr = "./err" }.no_space,
                run { child, "exit", "0", stdout = lfs.currentdir() .. "/out" }.no_space == lfs.currentdir() .. "/out")
        ]])
    end)

    it_needs_a_disk("is found where it was opened, wherever the script has gone", function()
        assert.equal("x\tnil\n", prints [[
            fill()
            local process = assert(job:spawn { child, "wait-eof", stdin = "pipe", stdout = "x" })
            lfs.chdir "/dev"
            local other = assert(job:spawn { child, "wait-eof", stdin = "pipe", stdout = "null" })
            process.stdin:close()
            other.stdin:close()
            print(process:wait().no_space, other:wait().no_space)
        ]])
    end)

    it_needs_a_disk("is told by jg.run", function()
        assert.equal("x\ttrue\n", prints [[
            local result = jg.run { child, "flood", "1000000", stdout = "x" }
            print(result.no_space, tostring(result):find("no space is left for x", 1, true) ~= nil)
        ]])
    end)

    it_needs_a_disk("isn't told where there is space, and of what writes no file", function()
        assert.equal("nil\tfalse\nnil\nnil\nnil\nnil\n", prints [[
            local status = run { child, "flood", "1000", stdout = "x" }
            print(status.no_space, tostring(status):find "space" ~= nil)
            fill()
            print(run({ child, "flood", "1000", stdout = "capture", stderr = "stdout" }).no_space)
            print(run({ child, "flood", "1000", stdout = "null", stderr = "inherit" }).no_space)
            print(run({ child, "cat", stdin = "filler", stdout = "null" }).no_space)
            print(run({ child, "exit", "0", stdout = "/dev/null", stderr = "/dev/full" }).no_space)
        ]])
    end)

    it_needs_a_disk("isn't told of one that is gone, or is no file", function()
        assert.equal("nil\nnil\n", prints [[
            fill()
            local process = assert(job:spawn { child, "wait-eof", stdin = "pipe", stdout = "x" })
            os.remove "x"
            process.stdin:close()
            print(process:wait().no_space)
            os.execute "mkfifo fifo"
            local both <close> = io.open("fifo", "r+") -- so that opening it to write doesn't wait
            print(run({ child, "exit", "0", stdout = "fifo" }).no_space)
        ]])
    end)

    it_needs_a_disk("that can't even be made is refused", function()
        assert.equal("nil\tcannot write 4: No space left on device\t28\tno_space\ttrue\n", prints [[
            for i = 1, 3 do file(tostring(i), "") end
            local process, message, code, name = job:spawn { child, "exit", "0", stdout = "4" }
            print(process, message, code, name, job:wait(0))
        ]])
    end)
end)
