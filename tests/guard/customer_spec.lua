-- customer_spec.lua: the race that the project is about, in the harness that it was found in: it leaks, where
-- ours doesn't (stage_spec.lua ends ours at each of its steps).

local jg = require "jghost"
local support = require "tests.support"

-- Starts the customer's harness with a test of its own, and ends it by `how` when it has come to the window.
local function leave(how)
    local job <close> = jg.job {}
    local harness, marker = support.start(job, {
        support.build .. "/customer.exe", support.child, "hang", stdin = "pipe", stdout = "pipe",
    })
    assert.equal("created", harness.stdout:read("l", 60):match "%a+")
    how(harness)
    assert(harness:wait(60))
    local left = support.marked(marker)
    for _, process in ipairs(left) do
        assert(jg.open(process.pid)):signal "kill"
    end
    assert.equal("", support.survivors(marker))
    return left
end

describe("a harness that creates suspended, assigns, resumes", function()
    it("leaves a suspended process for ever if it is ended between the first two", function()
        local left = leave(function(harness) harness:signal "kill" end)
        assert.equal(1, #left)
        assert.truthy(left[1].command:find("hang", 1, true))
    end)

    it("leaves nothing if it is ended after them", function()
        local left = leave(function(harness)
            harness.stdin:write "\n"
            assert.equal("resumed", harness.stdout:read("l", 60):match "%a+")
            harness:signal "kill"
        end)
        assert.equal(0, #left)
    end)
end)
