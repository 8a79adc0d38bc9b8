-- spec_output.lua: what busted prints for us: each test that failed or was skipped, and why; then the
-- line that counts.
return function()
    local busted = require "busted"
    local handler = require "busted.outputHandlers.base"()

    local function text(message)
        return type(message) == "string" and message or require "pl.pretty".write(message)
    end

    handler.testEnd = function(_, _, status)
        if status == "pending" then
            local pending = handler.pendings[#handler.pendings]
            print(("skip  %s: %s"):format(pending.name, text(pending.message or "no reason was given")))
        elseif status ~= "success" then
            local list = status == "failure" and handler.failures or handler.errors
            local failed = list[#list]
            print(("FAIL  %s\n      %s"):format(failed.name, text(failed.message):gsub("\n", "\n      ")))
            print("      " .. (failed.trace and failed.trace.traceback or ""):gsub("\n", "\n      "))
        end
        io.flush()
        return nil, true
    end

    -- what fails outside of a test: a file that can't be loaded, a setup
    handler.error = function(element, _, message)
        if element.descriptor ~= "it" then
            print(("FAIL  %s: %s"):format(element.name, text(message)))
        end
        return nil, true
    end

    handler.exit = function()
        print(("%d passed, %d failed, %d skipped"):format(handler.successesCount,
            handler.failuresCount + handler.errorsCount, handler.pendingsCount))
        io.flush()
        return nil, true
    end

    busted.subscribe({ "test", "end" }, handler.testEnd, { predicate = handler.cancelOnPending })
    busted.subscribe({ "error" }, handler.error)
    busted.subscribe({ "failure" }, handler.error)
    busted.subscribe({ "exit" }, handler.exit)
    return handler
end
