-- inherit_spec.lua: what a child is born with: three descriptors, and nothing that is ours alone.

local jg = require "jghost"
local expect = require "tests.expect"
local fixture = require "tests.fixture"
local helper = require "tests.bindings.helper"

-- What a program prints that jghost's own caller starts: `before` are words of the child.
local function outside(before, words)
    local command = { helper.child, table.unpack(before) }
    table.move(words, 1, #words, #command + 1, command)
    return assert(jg.run(command)).stdout
end

-- What it prints when an inner jghost, started in the same way, spawns it in a job of this kind.
local function inside(before, kind, words)
    local script = [[
        local jg = require "jghost"
        local command = table.move(arg, 2, #arg, 1, { stdout = "capture" })
        local job = assert(jg.job { isolate = arg[1] == "isolated" })
        local process = assert(job:spawn(command))
        assert(process:wait().ok)
        io.write(process.stdout)
    ]]
    local command = { helper.child, table.unpack(before) }
    for _, word in ipairs { "exec", helper.jghost, "-", kind, helper.child, table.unpack(words) } do
        command[#command + 1] = word
    end
    command.input, command.timeout, command.stop = script, 20, { "kill" }
    local result = assert(jg.run(command))
    assert.is_true(result.ok, tostring(result) .. result.stderr)
    return result.stdout
end

for name, kind in pairs(helper.kinds) do
    describe("a process in a job that is " .. name, function()
        local job
        fixture.job(function(new) job = new end, kind)

        it("has the descriptors 0, 1 and 2 only", function()
            local _ <close> = assert(io.open(expect.null_device))
            for _ = 1, 20 do
                helper.spawn(job, { "hang" }, { stdin = "pipe", stdout = "pipe", stderr = "capture" })
            end
            local process = helper.spawn(job, { "dump-fds" }, { stdout = "capture", stderr = "capture",
                stdin = "pipe" })
            assert.is_true(process:wait().ok)
            local found = helper.lines(process.stdout)
            assert.equal(3, #found, process.stdout)
            assert.truthy(found[1]:find "^0 r pipe ")
            assert.truthy(found[2]:find "^1 w pipe ")
            assert.truthy(found[3]:find "^2 w pipe ")
        end)

        it("doesn't hold the writing end of another's standard input", function()
            local first = helper.spawn(job, { "wait-eof" }, { stdin = "pipe" })
            helper.spawn(job, { "hang" }, { stdin = "pipe", stdout = "pipe" })
            first.stdin:close()
            assert.is_true(assert(first:wait(30)).ok)
        end)

        it("doesn't hold the writing end of another's standard output", function()
            local first = helper.spawn(job, { "close-stdout", "hang" }, { stdout = "pipe" })
            helper.spawn(job, { "hang" }, { stdout = "pipe" })
            assert.equal("", first.stdout:read("a", 30))
        end)

        it("reads nothing from the null device unless told", function()
            local process = helper.spawn(job, { "dump-fds" }, { stdout = "capture" })
            process:wait()
            -- in a chroot the kernel may name it from outside
            assert.truthy(process.stdout:find('^0 r?w? character "[^"]*' .. expect.null_device .. '"'), process.stdout)
        end)

        it("has no signals blocked or ignored that we don't", function()
            assert.equal(outside({}, { "dump-signals" }), inside({}, name, { "dump-signals" }))
            local process = helper.spawn(job, { "dump-signals" }, { stdout = "capture" })
            process:wait()
            assert.is_nil(process.stdout:find "PIPE", "our handling of SIGPIPE is ours")
        end)

        it("ignores and blocks what jghost was told to", function()
            helper.needs(pending, "inherited_signals")
            local before = { "ignore", "USR1", "ignore", "HUP", "block", "USR2" }
            local expected = outside(before, { "dump-signals" })
            assert.truthy(expected:find "ignored HUP USR1" and expected:find "blocked USR2")
            assert.equal(expected, inside(before, name, { "dump-signals" }))
        end)

        it("reports its status even if jghost was started with SIGCHLD ignored", function()
            helper.needs(pending, "inherited_signals")
            local before = { "ignore", "CHLD" }
            assert.equal("here\n", inside(before, name, { "print", "here" }))
        end)

        it("has our limits", function()
            helper.needs(pending, "limits")
            local limit = { "exec", "prlimit", "--nofile=200:300", "--core=0", "--stack=4194304:8388608", helper.child }
            assert.equal(outside(limit, { "dump-limits" }), inside(limit, name, { "dump-limits" }))
            assert.equal(outside({}, { "dump-limits" }), inside({}, name, { "dump-limits" }))
        end)
    end)
end
