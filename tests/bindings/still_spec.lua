-- still_spec.lua: a reaper freezes whom it can, and says so if it can't; nothing waits behind it.

local fixture = require "tests.fixture"
local jg = require "jghost"
local ordinary = require "tests.ordinary"
local support = require "tests.support"

local head = [[
    local jg = require "jghost"
    local child, soon = arg[1], 1
    local job = jg.job()
    assert(job:kind() == "reaper")
    -- What that method of the job returns, which mustn't take long.
    local function quick(what, ...)
        local before = jg.now()
        local results = table.pack(job[what](job, ...))
        assert(jg.now() - before < soon, ("%s took %.3f s"):format(what, jg.now() - before))
        return table.unpack(results, 1, results.n)
    end
    local function start(...)
        local process = assert(job:spawn { stdout = "pipe", ... })
        assert(process.stdout:read "l" == "ready")
        return process
    end
]]

describe("a reaper's job", function()
    local jghost, child, privileged
    fixture.programs(function(folder)
        jghost, child = folder .. "/jghost", folder .. "/child"
        privileged = folder .. "/privileged"
        assert(jg.run { "sh", "-c", 'cp "$(command -v setpriv)" "$1" && chmod 4755 "$1"', "sh", privileged }.ok)
    end)

    local function run(script, ...)
        local command = ordinary.command { jghost, "--level=reaper", "-e", head .. script, "-", child, ... }
        command.timeout = 60
        local result = assert(jg.run(command))
        assert.is_true(result.ok, tostring(result) .. result.stderr)
        return result.stdout
    end

    it("is frozen and thawed at once though somebody waits in a vfork", function()
        run [[
            start(child, "ready", "vfork")
            jg.sleep(0.05)
            for _ = 1, 3 do
                assert(quick "freeze")
                assert(not job:spawn { "true" })
                assert(quick "thaw")
                assert(assert(quick("spawn", { "true" })):wait(5))
            end
            assert(quick "freeze")
            assert(quick "close")
        ]]
    end)

    it("is frozen at once though a shell starts one program after the other", function()
        run [[
            local process = start("sh", "-c", "echo ready; while :; do /bin/true; echo again; done")
            for _ = 1, 20 do
                assert(quick "freeze")
                while process.stdout:read("l", 0.02) do end -- what it had said; its pause is shorter than that
                assert(select(2, process.stdout:read("l", 0.05)) == "timeout")
                assert(quick "thaw")
                assert(process.stdout:read("l", 5) == "again")
            end
            assert(quick "freeze")
            assert(quick "terminate")
            assert(job:wait(1))
            assert(quick "close")
        ]]
    end)

    it("isn't frozen if what holds it together doesn't answer, and goes on when it does", function()
        local outer <close> = jg.job()
        local command = ordinary.command { jghost, "--level=reaper", "-e", head .. [[
            local cat = assert(job:spawn { child, "cat", stdin = "pipe", stdout = "pipe" })
            for line in io.lines() do
                print(line, select(2, job:freeze()) or "frozen")
                assert(job:thaw())
                cat.stdin:write(line, "\n")
                assert(cat.stdout:read("l", 5) == line)
                print "on" io.stdout:flush()
            end
        ]], "-", child }
        command.stdin, command.stdout = "pipe", "pipe"
        local guard, marker = support.start(outer, command)
        guard.stdin:write "one\n"
        assert.equal("one\tfrozen", guard.stdout:read("l", 60))
        assert.equal("on", guard.stdout:read("l", 60))
        -- each is continued by the one before, which therefore is stopped first
        local stopped = { guard, support.find(marker, "jghost-init"), support.find(marker, "jghost-reaper") }
        for _, process in ipairs(stopped) do
            assert(process:signal "stop")
        end
        guard.stdin:write "two\n"
        assert.equal("two\tcannot freeze the job: It takes too long", guard.stdout:read("l", 60))
        assert.equal("on", guard.stdout:read("l", 60))
        for i = #stopped, 1, -1 do
            assert(stopped[i]:signal "cont")
        end
        guard.stdin:write "three\n"
        assert.equal("three\tfrozen", guard.stdout:read("l", 60))
        assert.equal("on", guard.stdout:read("l", 60))
        guard.stdin:close()
        assert.is_true(assert(guard:wait(60)).ok)
    end)

    it("that has somebody who may not be stopped isn't frozen, and goes on", function()
        if not ordinary.is_root then
            pending "only root can make a program that runs as somebody else"
        end
        local output = run([[
            local cat = assert(job:spawn { child, "cat", stdin = "pipe", stdout = "pipe" })
            -- at its end it ends by itself: nobody here could do that
            local root = assert(job:spawn { arg[2], "--reuid=0", child, "ready", "cat", stdin = "pipe",
                stdout = "pipe" })
            assert(root.stdout:read "l" == "ready")
            for _ = 1, 2 do
                local ok, message, _, name = quick "freeze"
                print(ok, name, message)
                cat.stdin:write "x\n"
                assert(cat.stdout:read("l", 5) == "x")
            end
            assert(quick "thaw")
            root.stdin:close()
            assert(root:wait(5))
        ]], privileged)
        assert.equal(("nil\tdenied\tcannot freeze the job: Operation not permitted\n"):rep(2), output)
    end)
end)
