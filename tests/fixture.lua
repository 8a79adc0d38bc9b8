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

--- The same, with copies of jghost and child in it that everybody may run, wherever they were built.
function fixture.programs(use)
    fixture.folder(function(folder)
        assert(jg.run { "chmod", "755", folder }.ok)
        helper.write(folder .. "/jghost", support.read(support.jghost), "755")
        helper.write(folder .. "/child", support.read(support.child), "755")
        use(folder)
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

--- A script that says that it has begun, and starts what is hardest to end. Its arguments: the child; the stage at
--- which the run is stopped; "stays", if it isn't to end by itself.
function fixture.stubborn(use)
    fixture.script([=[
        local jg = require "jghost"
        print "begun"
        io.stdout:flush()
        local job = jg.job {}
        assert(job:spawn { arg[1], "daemonise", "ignore-all", "setsid", "hang" }):wait()
        assert(job:spawn { arg[1], "ignore-all", "stopped", "hang" })
        -- others go on while one has stopped there: the harness mustn't be done before anybody is killed
        if arg[2] == "event-signalled" or arg[2] == "init-begins" then io.read "a" end
        if arg[3] == "stays" then jg.sleep(1e6) end
    ]=], use)
end

return fixture
