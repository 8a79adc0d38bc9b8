-- pool_spec.lua: jghost.pool: a function for each item of a list, so many at a time.

local expect = require "tests.expect"
local jg = require "jghost"
local pool = require "jghost.pool"
local helper = require "tests.bindings.helper"

describe("pool.map", function()
    it("returns the first result of each call, in the items' order", function()
        local results = pool.map(3, { "c", "a", "b" }, function(item, index)
            jg.sleep((4 - index) / 1000)
            return item .. index, "not this one"
        end)
        assert.same({ "c1", "a2", "b3" }, results)
    end)

    it("runs so many at a time, and no more", function()
        for _, size in ipairs { 1, 2, 7, 100 } do
            local running, most, items = 0, 0, {}
            for i = 1, 20 do
                items[i] = i
            end
            pool.map(size, items, function()
                running = running + 1
                most = math.max(most, running)
                jg.sleep(0.001)
                running = running - 1
            end)
            assert.equal(math.min(size, 20), most)
        end
    end)

    it("starts the next as soon as one is done, whichever", function()
        local first, order = jg.event(), {}
        pool.map(2, { 1, 2, 3, 4 }, function(item)
            if item == 1 then
                first:wait()
            end
            order[#order + 1] = item
            if item == 4 then
                first:set()
            end
        end)
        assert.same({ 2, 3, 4, 1 }, order)
    end)

    it("does nothing with an empty list", function()
        assert.same({}, pool.map(4, {}, error))
    end)

    it("keeps false and leaves nil out", function()
        assert.same({ false, [3] = 3 }, pool.map(2, { 1, 2, 3 }, function(item)
            if item == 1 then
                return false
            end
            return item == 3 and 3 or nil
        end))
    end)

    it("raises the first error, and cancels the rest, whose <close> run", function()
        local closed, begun = 0, 0
        local ok, message = pcall(pool.map, 3, { 1, 2, 3, 4, 5 }, function(item)
            begun = begun + 1
            local _ <close> = setmetatable({}, { __close = function() closed = closed + 1 end })
            if item == 2 then
                jg.sleep(0.001)
                error("item two", 0)
            end
            jg.event():wait()
        end)
        assert.is_false(ok)
        assert.equal("item two", message)
        assert.equal(3, begun)
        assert.equal(3, closed)
    end)

    it("raises one error if several fail, and the others are no failures that nobody heard of", function()
        local result = helper.script [[
            local pool = require "jghost.pool"
            print(pcall(pool.map, 3, { 1, 2, 3 }, function(item) coroutine.yield() error("item " .. item, 0) end))
        ]]
        assert.equal("false\titem 1\n", result.stdout)
        assert.equal("", result.stderr)
        assert.equal(0, result.code)
    end)

    it("doesn't wait for the others when one has failed", function()
        local began = jg.now()
        local ok = pcall(pool.map, 2, { 1, 2 }, function(item)
            if item == 1 then
                jg.sleep(1000)
            end
            error "the second"
        end)
        assert.is_false(ok)
        assert.is_true(jg.now() - began < 900)
    end)

    it("leaves no processes behind when one has failed", function()
        local processes = {}
        local ok, message = pcall(pool.map, 4, { 1, 2, 3, 4 }, function()
            local job <close> = jg.job()
            local process = helper.spawn(job, { "hang" })
            processes[#processes + 1] = process
            if #processes == 4 then
                error("enough", 0)
            end
            process:wait()
        end)
        assert.same({ false, "enough" }, { ok, message })
        assert.is_true(jg.wait_all(processes, 60))
    end)

    it("may be nested, and called where Lua can't yield", function()
        local function sums()
            return pool.map(2, { 1, 2, 3 }, function(a)
                return #pool.map(2, { 1, 2 }, function(b)
                    jg.sleep(0.001)
                    return a * b
                end)
            end)
        end
        assert.same({ 2, 2, 2 }, sums())
        assert.same({ 2, 2, 2 }, coroutine.wrap(sums)())
    end)

    it("is ended with the task that called it", function()
        local closed = 0
        local task = jg.task(pool.map, 2, { 1, 2 }, function()
            local _ <close> = setmetatable({}, { __close = function() closed = closed + 1 end })
            jg.event():wait()
        end)
        for _ = 1, 3 do
            coroutine.yield()
        end
        task:cancel()
        assert.equal(2, closed)
    end)

    for _, size in ipairs { 0, -1, 1.5, 0 / 0, "4", true } do
        it("refuses a size of " .. tostring(size), function()
            helper.raises("pool.map: the size must be an integer, 1 or more", pool.map, size, {}, print)
        end)
    end
    it("refuses no size, no list and no function", function()
        helper.raises("the size must be an integer", pool.map)
        helper.raises("pool.map", pool.map, 2, nil, print)
        helper.raises("pool.map", pool.map, 2, { 1 }, nil)
    end)
end)

describe("pool.size", function()
    it("is the number of processors that we may use", function()
        assert.equal("integer", math.type(pool.size()))
        if expect.lacks.taskset then
            assert.is_true(pool.size() <= tonumber(os.getenv "NUMBER_OF_PROCESSORS"))
        end
        helper.needs(pending, "taskset")
        assert.equal(jg.run({ "nproc" }).stdout, pool.size() .. "\n")
        local one = jg.run { "taskset", "-c", "0", helper.jghost, "-e", 'print(require "jghost.pool".size())' }
        if not one then
            pending "there is no taskset"
        elseif one.ok then
            assert.equal("1\n", one.stdout)
        end
    end)
end)
