-- session_spec.lua: the end of the user's session, which Windows tells by messages to a window.

local jg = require "jghost"
local expect = require "tests.expect"
local helper = require "tests.bindings.helper"
local support = require "tests.support"

-- Runs a script that ends its own session by `tell`, or hears that it doesn't end after all.
local function run(script)
    local job <close> = jg.job {}
    local process, marker = support.start(job, {
        helper.jghost, "-e", [[
            local jg = require "jghost"
            local function tell(answer)
                return jg.job():spawn { arg[1], "end-session", answer, stdout = "inherit", stderr = "inherit" }
            end
        ]] .. script .. " os.exit(9)", "-", helper.child, stdout = "capture", stderr = "capture",
    })
    local status = assert(process:wait(60), process.stderr)
    assert.equal("", support.survivors(marker))
    return status, process.stdout, process.stderr
end

describe("the end of the session", function()
    it("interrupts the script, and waits until it has cleaned up", function()
        local status, output, errors = run [[
            local closed <close> = setmetatable({}, { __close = function() jg.sleep(0.5) print "cleaned up" end })
            local job = jg.job {}
            job:spawn { arg[1], "hang" }
            tell "yes"
            jg.sleep(1e6)
        ]]
        assert.equal("cleaned up\n", output)
        assert.matches("interrupted by the end of the session", errors)
        assert.equal(expect.interrupts.INT.ending, support.ending(status))
    end)

    it("reaches a script that never waits", function()
        local status, _, errors = run [[ tell "yes" jg.sleep(0) while true do end ]]
        assert.matches("interrupted by the end of the session", errors)
        assert.equal(expect.interrupts.INT.ending, support.ending(status))
    end)

    it("can be caught", function()
        local status, output = run [[
            tell "yes"
            print(pcall(jg.sleep, 1e6))
        ]]
        assert.matches("^false\t.*interrupted by the end of the session", output)
        assert.equal(9, support.ending(status))
    end)

    it("may not come after all", function()
        local status, output = run [[
            print(tell "no":wait(60).code)
            jg.sleep(0.1)
        ]]
        assert.equal("0\n", output)
        assert.equal(9, support.ending(status))
    end)
end)
