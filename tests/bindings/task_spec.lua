-- task_spec.lua: tasks: their results, their errors, their end.

local jg = require "jghost"
local expect = require "tests.expect"
local helper = require "tests.bindings.helper"
local support = require "tests.support"

-- A value to be closed: calls fn.
local function closing(fn)
    return setmetatable({}, { __close = fn })
end

describe("a task", function()
    it("returns what its function returns", function()
        assert.same({ n = 4, 1, nil, "x", nil }, table.pack(jg.task(function(...) return ... end, 1, nil, "x",
            nil):wait()))
        assert.same({ n = 0 }, table.pack(jg.task(function() end):wait()))
        local many = table.pack(jg.task(table.unpack, {}, 1, 5000):wait())
        assert.equal(5000, many.n)
    end)

    it("gives its results to everybody who asks", function()
        local object = {}
        local task = jg.task(function() return object end)
        assert.equal(object, task:wait())
        assert.equal(object, task:wait(0))
        assert.equal(object, jg.task(task.wait, task):wait())
    end)

    it("begins when the one that made it waits", function()
        local began = false
        local task = jg.task(function() began = true end)
        assert.is_false(began)
        assert.equal("ready", task.state)
        task:wait()
        assert.is_true(began)
        assert.equal("returned", task.state)
    end)

    it("runs in turns with others, in order", function()
        local seen = {}
        local function work(name)
            for i = 1, 3 do
                seen[#seen + 1] = name .. i
                coroutine.yield()
            end
        end
        assert.is_true(jg.wait_all { jg.task(work, "a"), jg.task(work, "b") })
        assert.equal("a1 b1 a2 b2 a3 b3", table.concat(seen, " "))
    end)

    it("gives way by coroutine.yield, and gets nothing from it", function()
        local task = jg.task(function() return select("#", coroutine.yield(1, 2, 3)) end)
        assert.equal(0, task:wait())
    end)

    it("can use coroutines of its own", function()
        local generate = coroutine.wrap(function()
            for i = 1, 3 do
                jg.sleep(0.001)
                coroutine.yield(i)
            end
        end)
        local task = jg.task(function() return generate(), generate(), generate() end)
        assert.same({ 1, 2, 3 }, { task:wait() })
    end)

    it("tells its state", function()
        local event, states = jg.event(), {}
        local task
        task = jg.task(function() states[1] = task.state event:wait() end)
        coroutine.yield()
        assert.equal("running", states[1])
        assert.equal("waiting", task.state)
        assert.truthy(tostring(task):find "^task %(waiting%)")
        task.name = "fetch alpha"
        assert.equal("fetch alpha", task.name)
        assert.truthy(tostring(task):find "^task fetch alpha %(waiting%)")
        task.name = nil
        assert.is_nil(task.name)
        assert.matches("task_spec.lua:%d+$", task.place)
        assert.matches("task_spec.lua:%d+$", task.where)
        assert.is_false(task.internal)
        for _, wrong in ipairs { 5, true, {} } do
            helper.raises("a task's name must be a string, not", function() task.name = wrong end)
        end
        helper.raises("a task's field 'state' can't be set; its 'name' can", function() task.state = "ready" end)
        event:set()
        task:wait()
        assert.equal("returned", task.state)
        assert.is_nil(task.traceback)
        assert.is_nil(task.nonsense)
    end)

    it("isn't collected while it waits", function()
        local event, result = jg.event(), nil
        jg.task(function() event:wait() result = "done" end)
        coroutine.yield()
        collectgarbage()
        collectgarbage()
        event:set()
        coroutine.yield()
        assert.equal("done", result)
    end)

    it("is collected when it has ended", function()
        local weak = setmetatable({}, { __mode = "v" })
        for i = 1, 100 do
            weak[i] = jg.task(function() end)
        end
        coroutine.yield()
        coroutine.yield()
        collectgarbage()
        collectgarbage()
        assert.is_true(#weak < 3)
    end)
end)

describe("a task's error", function()
    it("goes to whoever waits, and to the next as well", function()
        local object = setmetatable({}, { __tostring = function() return "an object" end })
        for _, value in ipairs { "text", 42, object, true } do
            local task = jg.task(function() error(value, 0) end)
            for _ = 1, 2 do
                local ok, raised = pcall(task.wait, task)
                assert.is_false(ok)
                assert.equal(value, raised)
            end
            assert.equal("failed", task.state)
        end
        local ok, raised = pcall(function() jg.task(error):wait() end)
        assert.same({ false, nil }, { ok, raised })
    end)

    it("has a traceback of where it was raised", function()
        local function inner()
            error "deep down"
        end
        local task = jg.task(function() inner() return 1 end)
        helper.raises("deep down", task.wait, task)
        assert.truthy(task.traceback:find "deep down\nstack traceback:.*in upvalue 'inner'")
    end)

    it("runs its pending <close>, which may wait, first", function()
        local order = {}
        local task = jg.task(function()
            local _ <close> = closing(function(_, message)
                jg.sleep(0.001)
                order[#order + 1] = message
            end)
            local _ <close> = closing(function() order[#order + 1] = "second" end)
            error("boom", 0)
        end)
        helper.raises("boom", task.wait, task)
        assert.same({ "second", "boom" }, order)
    end)

    it("lets the pending <close> of hundreds, that fail at once, wait", function()
        local go, closed, tasks = jg.event(), 0, {}
        for i = 1, 500 do
            tasks[i] = jg.task(function()
                local _ <close> = closing(function() jg.sleep(0.001) closed = closed + 1 end)
                go:wait()
                error(i)
            end)
        end
        coroutine.yield()
        go:set()
        for i, task in ipairs(tasks) do
            local _, raised = pcall(task.wait, task)
            assert.equal(i, raised)
        end
        assert.equal(500, closed)
    end)

    it("lets others be cancelled while its pending <close> waits, and itself, too", function()
        local closed = {}
        local task = jg.task(function()
            local _ <close> = closing(function() closed[#closed + 1] = "outer" end)
            local _ <close> = closing(function() jg.sleep(1000) closed[#closed + 1] = "not to its end" end)
            error "boom"
        end)
        coroutine.yield()
        assert.equal("waiting", task.state)
        assert.is_true(task:cancel())
        assert.same({ "outer" }, closed)
    end)

    it("is replaced by one of a pending <close>", function()
        local task = jg.task(function()
            local _ <close> = closing(function() error("worse", 0) end)
            error("bad", 0)
        end)
        helper.raises("worse", task.wait, task)
        assert.truthy(task.traceback:find "^worse")
    end)

    it("may be an overflow of the stack, or of memory for texts", function()
        local function endless()
            return 1 + endless()
        end
        local task = jg.task(endless)
        helper.raises("stack overflow", task.wait, task)
        task = jg.task(function() return ("x"):rep(1 << 20):rep(1 << 44) end)
        helper.raises("resulting string too large", task.wait, task)
    end)

    it("that nobody waited for is reported, and makes the status 1", function()
        local result = helper.script [[
            local jg = require "jghost"
            jg.task(error, "nobody hears this", 0)
            jg.task(error, "but somebody this", 0)
            local heard = jg.task(error, "this one is heard", 0)
            print(pcall(heard.wait, heard))
        ]]
        assert.equal(1, result.code)
        assert.equal("false\tthis one is heard\n", result.stdout)
        assert.truthy(result.stderr:find("jghost: a task failed, and nobody waited for it: nobody hears this", 1, true))
        assert.truthy(result.stderr:find("but somebody this", 1, true))
        assert.is_nil(result.stderr:find("this one is heard", 1, true))
    end)

    it("that is an object with a failing __tostring is reported all the same", function()
        local result = helper.script [[
            require "jghost".task(error, setmetatable({}, { __tostring = function() error "no" end }))
            coroutine.yield()
        ]]
        assert.equal(1, result.code)
        assert.truthy(result.stderr:find "a task failed, and nobody waited for it")
    end)
end)

describe("task:cancel", function()
    it("ends a task before it has begun", function()
        local began = false
        local task = jg.task(function() began = true end)
        assert.is_true(task:cancel())
        assert.same({ n = 2, nil, "cancelled" }, table.pack(task:wait()))
        coroutine.yield()
        assert.is_false(began)
        assert.equal("cancelled", task.state)
    end)

    it("runs pending <close>, which may wait, of a task that waits", function()
        local closed = {}
        local task = jg.task(function()
            local _ <close> = closing(function(_, message)
                jg.sleep(0.002)
                closed[#closed + 1] = tostring(message)
            end)
            jg.event():wait()
            closed[#closed + 1] = "not here"
        end)
        coroutine.yield()
        assert.equal("waiting", task.state)
        task:cancel()
        assert.same({ "nil" }, closed)
        assert.equal("cancelled", task.state)
    end)

    it("ends the job that the task has in a scope", function()
        local process
        local task = jg.task(function()
            local job <close> = jg.job()
            process = helper.spawn(job, { "hang" })
            process:wait()
        end)
        repeat
            coroutine.yield()
        until process or task.state == "failed"
        task:cancel()
        assert.equal(expect.killed, support.ending(process:wait(0)))
    end)

    it("does nothing to one that has ended, any number of times", function()
        local task = jg.task(function() return "result" end)
        task:wait()
        assert.is_true(task:cancel())
        assert.is_true(task:cancel())
        assert.equal("result", task:wait())
    end)

    it("is refused to the task itself", function()
        local task
        task = jg.task(function() task:cancel() end)
        helper.raises("a task can't be cancelled while it is running", task.wait, task)
    end)

    it("is refused to one that waits below, where Lua can't yield", function()
        local outer
        outer = jg.task(function()
            coroutine.wrap(function()
                local inner = jg.task(function() return pcall(outer.cancel, outer) end)
                assert.is_false((inner:wait()))
            end)()
            return "unharmed"
        end)
        assert.equal("unharmed", outer:wait())
    end)

    it("makes an error in a pending <close> the task's", function()
        local task = jg.task(function()
            local _ <close> = closing(function() error("in close", 0) end)
            jg.event():wait()
        end)
        coroutine.yield()
        task:cancel()
        assert.equal("failed", task.state)
        helper.raises("in close", task.wait, task)
    end)

    it("wakes whoever waits for it", function()
        local task = jg.task(function() jg.event():wait() end)
        local waiter = jg.task(function() return task:wait() end)
        coroutine.yield()
        task:cancel()
        assert.same({ n = 2, nil, "cancelled" }, table.pack(waiter:wait(60)))
    end)

    it("leaves the handles that it waited for usable", function()
        local event = jg.event()
        local tasks = {}
        for i = 1, 10 do
            tasks[i] = jg.task(jg.wait_any, { event, jg.event() }, 60)
        end
        coroutine.yield()
        for i = 1, 10, 2 do
            tasks[i]:cancel()
        end
        event:set()
        for i = 2, 10, 2 do
            assert.equal(event, tasks[i]:wait(60))
        end
    end)

    it("is what leaving a scope does", function()
        local task
        do
            local scoped <close> = jg.task(function() jg.event():wait() end)
            task = scoped
            coroutine.yield()
        end
        assert.equal("cancelled", task.state)
    end)

    it("happens to all tasks that are left at the script's end", function()
        local output = helper.prints [[
            local jg = require "jghost"
            for i = 1, 3 do
                jg.task(function()
                    local x <close> = setmetatable({}, { __close = function() jg.sleep(0.001) print "closed" end })
                    jg.sleep(1e6)
                end)
            end
            coroutine.yield()
        ]]
        assert.equal("closed\nclosed\nclosed\n", output)
    end)
end)

describe("a task whose coroutine is ended by somebody else", function()
    local function refuses(task)
        local ok, message = pcall(task.wait, task, 60)
        assert.is_false(ok)
        assert.truthy(tostring(message):find("closed or resumed by somebody else", 1, true), message)
    end

    for _, count in ipairs { 0, 82, 138 } do
        it(("fails: coroutine.close, with %d arguments"):format(count), function()
            local running
            local task = jg.task(function()
                running = coroutine.running()
                jg.sleep(0.001)
            end, table.unpack({}, 1, count))
            jg.sleep(0)
            assert.is_true(coroutine.close(running))
            refuses(task)
        end)
    end

    it("fails: coroutine.resume", function()
        local event, running = jg.event(), nil
        local task = jg.task(function()
            running = coroutine.running()
            event:wait()
        end)
        jg.sleep(0)
        local ok, message = coroutine.resume(running)
        assert.is_false(ok)
        assert.truthy(message:find("attempt to resume the coroutine of a task", 1, true), message)
        refuses(task)
    end)

    it("fails: the main one's", function()
        local result = support.run { "-e", [[
            local jg = require "jghost"
            local main = coroutine.running()
            jg.task(function() coroutine.resume(main) end)
            jg.event():wait()
        ]] }
        assert.equal(1, result.code)
        assert.truthy(result.stderr:find("closed or resumed by somebody else", 1, true), result.stderr)
    end)
end)

describe("cancelling within cancelling, without an end", function()
    it("is an error and no crash", function()
        local result = support.run { "-e", [[
            local jg = require "jghost"
            local tasks, ended = {}, 0
            for i = 1, 6000 do
                tasks[i] = jg.task(function()
                    local _ <close> = setmetatable({}, { __close = function()
                        ended = ended + 1
                        if tasks[i + 1] then pcall(tasks[i + 1].cancel, tasks[i + 1]) end
                    end })
                    jg.sleep(1e6)
                end)
            end
            jg.sleep(0)
            print(tasks[1]:cancel(), ended > 100, tasks[6000].state)
        ]] }
        assert.is_true(result.ok, tostring(result) .. result.stderr)
        assert.equal("true\ttrue\twaiting\n", result.stdout)
    end)
end)

describe("waits inside of waits, without an end", function()
    -- Runs a script that goes deeper and deeper; the tasks of its depths may fail with nobody to hear of it.
    local function deep(script)
        local result = helper.script([[
            local jg = require "jghost"
            local event = jg.event()
            local function deeper()
                return coroutine.wrap(function() event:set() return jg.task(deeper):wait() end)()
            end
        ]] .. script)
        assert.is_nil(result.signal)
        return result.stdout
    end

    it("are an error and no crash", function()
        assert.equal("false\ngoes on\n", deep [[
            print((pcall(deeper)))
            print(jg.task(function() jg.sleep(0.001) return "goes on" end):wait())
        ]])
    end)

    for _, calls in ipairs { 3, 6, 8, 15 } do
        it(("don't harm tasks that wait where they may: %d C calls deep"):format(calls), function()
            assert.equal("unharmed\n", deep(([[
                local function nest(n)
                    if n == 0 then event:wait() return end
                    return (("x"):gsub("x", function() nest(n - 1) end))
                end
                for _ = 1, 80 do jg.task(function() pcall(nest, %d) end) end
                local bystander = jg.task(function() for _ = 1, 50 do jg.sleep(0) end return "unharmed" end)
                print(bystander:wait())
                event:set()
            ]]):format(calls)))
        end)
    end

    it("don't harm tasks that only wait", function()
        assert.equal("false\nunharmed\n", deep [[
            local bystander = jg.task(function() event:wait() return "unharmed" end)
            print((pcall(deeper)))
            print(bystander:wait())
        ]])
    end)
end)
