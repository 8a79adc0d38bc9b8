-- fixture.lua: what a spec file sets up around its tests, and takes away after them. To be called where
-- busted's own before_each and setup would be: in the file itself, or in a `describe`.

local busted = require "busted"
local jg = require "jghost"
local helper = require "tests.bindings.helper"
local support = require "tests.support"

local fixture = {}

--- A new job for each test, made with `options`: hands it to `use`, and closes it after the test.
function fixture.job(use, options)
    local job
    busted.before_each(function()
        job = assert(jg.job(options))
        use(job)
    end)
    busted.after_each(function()
        job:close()
    end)
end

--- A new folder for all of the tests: hands its path to `use`, and removes it after them.
function fixture.folder(use)
    local folder
    busted.setup(function()
        folder = helper.folder()
        use(folder)
    end)
    busted.teardown(function()
        helper.remove(folder)
    end)
end

--- The same of a file with this text.
function fixture.script(text, use)
    local file
    busted.setup(function()
        file = support.script(text)
        use(file)
    end)
    busted.teardown(function()
        os.remove(file)
    end)
end

--- A script that starts what is hardest to end; its argument is the child.
function fixture.stubborn(use)
    fixture.script([=[
        local jg = require "jghost"
        local job = jg.job {}
        assert(job:spawn { arg[1], "daemonise", "ignore-all", "setsid", "hang" }):wait()
        assert(job:spawn { arg[1], "ignore-all", "stopped", "hang" })
    ]=], use)
end

return fixture
