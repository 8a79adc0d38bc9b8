-- open_spec.lua: jg.open: a handle of a process that somebody else started.

local jg = require "jghost"
local expect = require "tests.expect"
local fixture = require "tests.fixture"
local helper = require "tests.bindings.helper"
local support = require "tests.support"

local job

fixture.job(function(new) job = new end)

-- A grandchild, and its pid: it hangs until its standard input is closed.
local function grandchild()
    local process = helper.spawn(job, { "fork", "pid", "wait-eof", "--", "hang" }, { stdin = "pipe", stdout = "pipe" })
    return math.tointeger(process.stdout:read("l", 60):match "^pid=(%d+)"), process
end

describe("jg.open", function()
    it("waits for the end", function()
        local pid, process = grandchild()
        local handle = assert(jg.open(pid))
        assert.equal(pid, handle.pid)
        assert.is_nil(handle.status)
        assert.same({ n = 2, nil, "timeout" }, table.pack(handle:wait(0)))
        process.stdin:close()
        local status = assert(handle:wait(60))
        assert.equal(expect.strangers_end, status.code, "on Linux, how it ended is nobody's to know")
        assert.equal(expect.strangers_end == 0, status.ok)
        assert.is_nil(status.signal)
        assert.truthy(tostring(status):find(expect.strangers_end and "^exit 0 after " or "^ended after "))
        assert.is_true(jg.wait_all({ handle }, 0))
    end)

    it("signals", function()
        local handle = assert(jg.open((grandchild())))
        assert.is_true(handle:signal "kill")
        assert(handle:wait(60))
        assert.equal("gone", select(4, handle:signal "kill"))
    end)

    it("stops", function()
        assert(assert(jg.open((grandchild()))):stop())
    end)

    it("has no streams, and is in no job of ours", function()
        local handle = assert(jg.open((grandchild())))
        assert.is_nil(handle.stdin)
        assert.is_nil(handle.stdout)
        assert.is_nil(handle.job)
        assert.equal("integer", math.type(handle.host_pid))
    end)

    it("may be done twice, of our own child, and the handles are apart", function()
        local process = helper.spawn(job, { "hang" })
        local one, two = assert(jg.open(process.pid)), assert(jg.open(process.pid))
        assert.are_not.equal(one, two)
        process:signal "kill"
        assert.equal(expect.killed, support.ending(assert(process:wait(60))))
        assert.is_true(jg.wait_all({ one, two }, 60))
    end)

    it("says that there is no such process", function()
        local process = helper.spawn(job, { "exit", "0" })
        local pid = process.pid
        process:wait()
        helper.refused("cannot open the process " .. pid, expect.refusals.no_process, jg.open(pid))
        assert.is_nil((jg.open(2^31 - 1 | 0)))
        assert.is_nil((jg.open(2^22 + 7 | 0)))
    end)

    it("says so for numbers that are beyond any process", function()
        for _, pid in ipairs { 1 << 31, 1 << 32, (1 << 32) + 1, math.maxinteger } do
            local handle, message, _, name = jg.open(pid)
            assert.is_nil(handle, "there can't be a process " .. pid)
            assert.is_string(message)
            assert.is_string(name)
        end
    end)

    it("doesn't keep the process, nor end it when it is collected", function()
        local pid, process = grandchild()
        assert(jg.open(pid))
        collectgarbage()
        collectgarbage()
        local handle = assert(jg.open(pid))
        assert.is_nil(handle:wait(0.01))
        process.stdin:close()
        assert(handle:wait(60))
    end)
end)
