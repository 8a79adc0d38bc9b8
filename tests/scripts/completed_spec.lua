-- completed_spec.lua: jg.completed: handles in the order in which they end.

local jg = require "jghost"
local helper = require "tests.bindings.helper"

describe("jg.completed", function()
    it("gives handles in the order of their ends", function()
        local events, names, order = { jg.event(), jg.event(), jg.event() }, {}, { 2, 3, 1 }
        for i, event in ipairs(events) do
            names[event] = i
        end
        local seen = {}
        jg.task(function()
            for _, i in ipairs(order) do
                events[i]:set()
                jg.sleep(0.001)
            end
        end)
        for event in jg.completed(events) do
            seen[#seen + 1] = names[event]
        end
        assert.same(order, seen)
    end)

    it("ends at once with an empty list", function()
        for _ in jg.completed {} do
            error "there is nothing"
        end
    end)

    it("gives what has ended already, and the same handle as often as it is listed", function()
        local event = jg.event()
        event:set()
        local count = 0
        for each in jg.completed { event, event, event } do
            assert.equal(event, each)
            count = count + 1
        end
        assert.equal(3, count)
    end)

    it("takes processes, jobs, timers and tasks", function()
        local job <close> = jg.job()
        local list = { helper.spawn(job, { "exit", "0" }), job, jg.timer(0.001), jg.task(function() end) }
        local seen = {}
        for each in jg.completed(list) do
            seen[each] = true
        end
        for _, each in ipairs(list) do
            assert.is_true(seen[each])
        end
    end)

    it("leaves a failed task's error to whoever waits for it", function()
        local task = jg.task(error, "mine", 0)
        for each in jg.completed { task } do
            helper.raises("mine", each.wait, each)
        end
    end)

    it("may be left before its end", function()
        local result = helper.script [[
            local jg = require "jghost"
            for _ in jg.completed { jg.timer(0), jg.timer(1e6), jg.event() } do break end
        ]]
        assert.equal(0, result.code, result.stderr)
        assert.equal("", result.stderr)
    end)

    it("may be asked by several tasks at once", function()
        local events = {}
        for i = 1, 30 do
            events[i] = jg.event()
        end
        local iterate, seen, tasks = jg.completed(events), {}, {}
        for i = 1, 3 do
            tasks[i] = jg.task(function()
                for event in iterate do
                    assert(not seen[event])
                    seen[event] = true
                end
            end)
        end
        coroutine.yield()
        for _, event in ipairs(events) do
            event:set()
            coroutine.yield()
        end
        for _, task in ipairs(tasks) do
            task:wait(60)
            assert.equal("returned", task.state)
        end
        for _, event in ipairs(events) do
            assert.is_true(seen[event])
        end
    end)

    it("works where Lua can't yield", function()
        local count = coroutine.wrap(function()
            local n = 0
            for _ in jg.completed { jg.timer(0.002), jg.timer(0.001) } do
                n = n + 1
            end
            return n
        end)()
        assert.equal(2, count)
    end)

    it("takes thousands", function()
        local timers = {}
        for i = 1, 5000 do
            timers[i] = jg.timer(i % 10 / 1000)
        end
        local count = 0
        for _ in jg.completed(timers) do
            count = count + 1
        end
        assert.equal(5000, count)
    end)
end)
