-- wait_spec.lua: waiting for one handle, any, all; by yielding, and where Lua can't yield.

local jg = require "jghost"
local helper = require "tests.bindings.helper"

local function set_event()
    local event = jg.event()
    event:set()
    return event
end

-- Sets the event in another task, when this one waits.
local function set_later(event)
    jg.task(event.set, event)
    return event
end

describe("wait", function()
    it("returns at once for what is signalled", function()
        assert.is_true(set_event():wait())
        assert.is_true(set_event():wait(0))
        assert.is_true(jg.timer(0):wait())
    end)

    it("returns nil and timeout", function()
        local event = jg.event()
        for _, seconds in ipairs { 0, 0.0, 1e-9, 0.005 } do
            assert.same({ n = 2, nil, "timeout" }, table.pack(event:wait(seconds)))
        end
        assert.is_true(set_later(event):wait(60), "and the handle is as before")
    end)

    it("never times out early", function()
        for _, seconds in ipairs { 0.001, 0.0101, 0.02 } do
            local began = jg.now()
            jg.event():wait(seconds)
            assert.is_true(jg.now() - began >= seconds)
            began = jg.now()
            jg.sleep(seconds)
            assert.is_true(jg.now() - began >= seconds)
        end
    end)

    it("takes nil and infinity for ever", function()
        assert.is_true(set_later(jg.event()):wait(nil))
        assert.is_true(set_later(jg.event()):wait(math.huge))
        assert.is_true(set_later(jg.event()):wait(1e300))
        assert.is_true(set_later(jg.event()):wait(math.maxinteger))
    end)

    it("wakes all who wait for one handle", function()
        local event, tasks = jg.event(), {}
        for i = 1, 100 do
            tasks[i] = jg.task(function() return event:wait(60) and i end)
        end
        coroutine.yield()
        event:set()
        for i, task in ipairs(tasks) do
            assert.equal(i, task:wait(60))
        end
    end)

    it("starts anew after a reset", function()
        local event = set_event()
        assert.is_true(event:is_set())
        event:reset()
        assert.is_false(event:is_set())
        assert.equal("timeout", select(2, event:wait(0)))
        event:set()
        event:set()
        assert.is_true(event:wait(0))
    end)

    it("that was woken isn't undone by a reset", function()
        local event = jg.event()
        local task = jg.task(event.wait, event)
        coroutine.yield()
        event:set()
        event:reset()
        assert.is_true(task:wait(60))
    end)
end)

describe("wait_any", function()
    it("returns the first and its index", function()
        local events = { jg.event(), jg.event(), jg.event() }
        set_later(events[2])
        local first, index = jg.wait_any(events)
        assert.equal(events[2], first)
        assert.equal(2, index)
    end)

    it("prefers what stands first if several are signalled", function()
        local events = { jg.event(), set_event(), set_event() }
        assert.equal(2, select(2, jg.wait_any(events)))
    end)

    it("times out", function()
        assert.same({ n = 2, nil, "timeout" }, table.pack(jg.wait_any({ jg.event() }, 0)))
        assert.same({ n = 2, nil, "timeout" }, table.pack(jg.wait_any({ jg.event(), jg.event() }, 0.005)))
        assert.equal(1, select(2, jg.wait_any({ set_event() }, 0)))
    end)

    it("takes one handle many times", function()
        local event = jg.event()
        set_later(event)
        assert.equal(1, select(2, jg.wait_any { event, event, event }))
    end)

    it("refuses an empty list", function()
        helper.raises("the list is empty", jg.wait_any, {})
    end)

    it("isn't disturbed if its list changes meanwhile", function()
        local wanted, list = jg.event(), { jg.event(), jg.event(), jg.event() }
        list[2] = wanted
        local task = jg.task(jg.wait_any, list)
        coroutine.yield()
        for i = 1, 3 do
            list[i] = nil
        end
        collectgarbage()
        collectgarbage()
        for _ = 1, 1000 do
            jg.event() -- somebody else, in the memory of those that were collected
        end
        wanted:set()
        local first, index = task:wait(60)
        assert.equal(wanted, first)
        assert.equal(2, index)
    end)

    it("waits for handles of all kinds", function()
        local job <close> = jg.job()
        local process = helper.spawn(job, { "wait-eof", "print", "x" }, { stdin = "pipe", stdout = "pipe" })
        local event, timer = jg.event(), jg.timer(1e6)
        local task = jg.task(event.wait, event)
        local all = { process, job, event, timer, task, process.stdout }
        assert.equal("timeout", select(2, jg.wait_any(all, 0)))
        process.stdin:close()
        assert.equal(process.stdout, jg.wait_any({ event, timer, task, process.stdout }, 60))
        assert.equal(process, jg.wait_any({ event, timer, task, process }, 60))
        assert.equal(job, jg.wait_any({ event, timer, task, job }, 60))
        event:set()
        assert.equal(task, jg.wait_any({ timer, task }, 60))
        assert.is_true(jg.wait_all({ process, job, event, task }, 60))
        timer:close()
    end)

    it("doesn't take a failed task's error", function()
        local task = jg.task(error, "mine", 0)
        assert.equal(task, jg.wait_any { task })
        helper.raises("mine", task.wait, task)
    end)
end)

describe("wait_all", function()
    it("waits for all of them", function()
        local events = { jg.event(), jg.event(), set_event() }
        assert.equal("timeout", select(2, jg.wait_all(events, 0)))
        events[1]:set()
        assert.equal("timeout", select(2, jg.wait_all(events, 0.005)))
        set_later(events[2])
        assert.is_true(jg.wait_all(events, 60))
    end)

    it("is done at once with an empty list", function()
        assert.is_true(jg.wait_all {})
        assert.is_true(jg.wait_all({}, 0))
    end)

    it("takes one handle many times", function()
        local event = jg.event()
        set_later(event)
        assert.is_true(jg.wait_all({ event, set_event(), event }, 60))
    end)

    it("counts a handle that was set and reset", function()
        local a, b = jg.event(), jg.event()
        local task = jg.task(jg.wait_all, { a, b })
        coroutine.yield()
        a:set()
        a:reset()
        b:set()
        assert.is_true(task:wait(60))
    end)
end)

describe("waits for thousands", function()
    local count = 10000

    it("of events", function()
        local events = {}
        for i = 1, count do
            events[i] = jg.event()
        end
        local task = jg.task(jg.wait_all, events)
        coroutine.yield()
        for i = count, 1, -1 do
            assert.equal("waiting", task.state)
            events[i]:set()
        end
        assert.is_true(task:wait(60))
    end)

    it("of timers", function()
        local timers = {}
        for i = 1, count do
            timers[i] = jg.timer(i % 20 / 1000)
        end
        assert.is_true(jg.wait_all(timers, 60))
    end)

    it("of tasks that sleep", function()
        local tasks, slept = {}, 0
        for i = 1, count do
            tasks[i] = jg.task(function() jg.sleep(i % 10 / 1000) slept = slept + 1 end)
        end
        assert.is_true(jg.wait_all(tasks, 60))
        assert.equal(count, slept)
    end)

    it("by one task after the other, of which each wakes the next", function()
        local events = { jg.event() }
        for i = 1, count do
            events[i + 1] = jg.event()
            jg.task(function() events[i]:wait() events[i + 1]:set() end)
        end
        coroutine.yield()
        events[1]:set()
        assert.is_true(events[count + 1]:wait(60))
    end)
end)

describe("waiting where Lua can't yield", function()
    -- Each runs `wait` at such a place, and returns what it returned.
    local places = {
        ["in a coroutine of the script's"] = function(wait)
            return coroutine.wrap(wait)()
        end,
        ["in a sort's comparison"] = function(wait)
            local result
            table.sort({ 1, 2 }, function(a, b) result = result or wait() return a < b end)
            return result
        end,
        ["in a gsub's function"] = function(wait)
            local result
            string.gsub("x", "x", function() result = wait() end)
            return result
        end,
        ["in a metamethod that C calls"] = function(wait)
            local result
            tostring(setmetatable({}, { __tostring = function() result = wait() return "" end }))
            return result
        end,
        ["in a module's top level"] = function(wait)
            package.preload["jghost.test.module"] = function() return { wait() } end
            local list = require "jghost.test.module"
            package.loaded["jghost.test.module"], package.preload["jghost.test.module"] = nil, nil
            return list[1]
        end,
        ["in a finaliser"] = function(wait)
            local result
            setmetatable({}, { __gc = function() result = wait() end })
            collectgarbage()
            collectgarbage()
            return result
        end,
    }

    for where, place in pairs(places) do
        for how, seconds in pairs { ["by another task"] = 60, ["by a timeout"] = 0.01 } do
            it(("%s ends %s"):format(where, how), function()
                local other = 0
                local ticker = jg.task(function() for _ = 1, 5 do other = other + 1 coroutine.yield() end end)
                local event = jg.event()
                if seconds == 60 then
                    set_later(event)
                end
                local ok, message = false, nil
                local result = place(function()
                    ok, message = event:wait(seconds)
                    return ok or message
                end)
                assert.equal(seconds == 60 and true or "timeout", result)
                assert.is_true(other > 0, "others go on meanwhile")
                ticker:wait()
            end)
        end

        it(where .. ", in a task of its own", function()
            local task = jg.task(place, function() jg.sleep(0.002) return "slept" end)
            assert.equal("slept", task:wait(60))
        end)

        it(where .. ", from several tasks at once", function()
            local tasks = {}
            for i = 1, 5 do
                tasks[i] = jg.task(place, function() jg.sleep((6 - i) / 1000) return i end)
            end
            assert.is_true(jg.wait_all(tasks, 60))
            for _, task in ipairs(tasks) do
                task:wait()
            end
        end)
    end

    it("and in metamethods and scopes, where it can", function()
        local waited = 0
        local function wait()
            jg.sleep(0.001)
            waited = waited + 1
        end
        local odd = setmetatable({}, { __index = wait, __add = wait, __call = wait, __eq = wait, __close = wait })
        do
            local _ <close> = odd
            assert.is_nil(odd.x)
            assert.is_nil(odd + 1)
            odd()
        end
        for _ in function() if waited < 6 then wait() return true end end do end
        assert.equal(6, waited)
    end)
end)

describe("a deadlock", function()
    it("is an error", function()
        helper.raises("deadlock: this waits, and nothing is left that could end the wait", jg.event().wait, jg.event())
    end)

    it("is one where Lua can't yield, too", function()
        local event = jg.event()
        helper.raises("deadlock", coroutine.wrap(function() event:wait() end))
    end)

    it("is found among tasks", function()
        local a, b
        a = jg.task(function() return b:wait() end)
        b = jg.task(function() return a:wait() end)
        helper.raises("deadlock", a.wait, a)
        a:cancel()
        b:wait()
    end)

    it("names where others wait, but not all of very many", function()
        local output = helper.prints [[
            local jg = require "jghost"
            local never = jg.event()
            local named = jg.task(function() never:wait() end)
            named.name = "the named one"
            print((select(2, pcall(never.wait, never))))
            for _ = 1, 100 do
                jg.task(function()
                    never:wait() end)
            end
            print((select(2, pcall(never.wait, never))))
        ]]
        local one, many = output:match "^([^\n]*)\n([^\n]*)\n$"
        assert.equal("deadlock: this waits, and nothing is left that could end the wait; others wait, too: "
            .. "the named one at (command line):3", one)
        assert.matches("; others wait, too: .*%(command line%):8, .*, %.%.%.$", many)
        assert.is_true(#many < 400)
    end)

    it("isn't one while a timer, a process or a timeout is left", function()
        local timer = jg.timer(0.01)
        local event = jg.event()
        jg.task(function() timer:wait() event:set() end)
        assert.is_true(event:wait())
        local job <close> = jg.job()
        event:reset()
        local process = helper.spawn(job, { "exit", "0" })
        jg.task(function() process:wait() event:set() end)
        assert.is_true(event:wait())
        event:reset()
        assert.equal("timeout", select(2, event:wait(0.01)))
    end)

    it("ends a script with status 1", function()
        local result = helper.script 'require "jghost".event():wait()'
        assert.equal(1, result.code)
        assert.truthy(result.stderr:find "deadlock: .*stack traceback")
    end)
end)

describe("jg.now", function()
    it("only goes forward, in seconds", function()
        local last = jg.now()
        assert.equal("float", math.type(last))
        for _ = 1, 1000 do
            local now = jg.now()
            assert.is_true(now >= last)
            last = now
        end
    end)
end)

describe("a timer", function()
    it("tells what it is, and doesn't ring when it is closed", function()
        local timer = jg.timer(0.001)
        assert.truthy(tostring(timer):find "^timer %(running%)")
        timer:close()
        timer:close()
        assert.truthy(tostring(timer):find "^timer %(closed%)")
        assert.equal("timeout", select(2, timer:wait(0.01)))
        local rung = jg.timer(0)
        rung:wait()
        assert.truthy(tostring(rung):find "^timer %(has rung%)")
        rung:close()
        assert.is_true(rung:wait(0))
    end)

    it("may be collected", function()
        for _ = 1, 1000 do
            jg.timer(0.001)
        end
        collectgarbage()
        jg.sleep(0.005)
    end)
end)
