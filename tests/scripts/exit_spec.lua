-- exit_spec.lua: os.exit with and without `close`, wherever it may be called.

local expect = require "tests.expect"
local helper = require "tests.bindings.helper"
local support = require "tests.support"

-- note(name[, act]): a value for a <close> variable that tells, when it is closed, and then acts.
local preamble = ([[
    local jg, child = require "jghost", %q
    local function note(name, act)
        return setmetatable({}, { __close = function(_, e)
            print("closed " .. name, e)
            if act then act() end
        end })
    end
]]):format(support.child)

--- Runs `script`, expects that status, and returns what it printed and what it complained of.
local function exits(code, script, options)
    local result = support.run({ "-e", preamble .. script }, options)
    assert.equal(code, result.code, tostring(result) .. ": " .. result.stderr)
    return result.stdout, result.stderr
end

--- The same, where nothing is complained of.
local function exits_quietly(code, script, options)
    local printed, complaint = exits(code, script, options)
    assert.equal("", complaint)
    return printed
end

local function sorted(text)
    local lines = helper.lines(text)
    table.sort(lines)
    return table.concat(lines, "\n") .. "\n"
end

local statuses = {
    ["true"] = 0, ["false"] = 1, ["nil"] = 0, ["7"] = 7, ["3.0"] = 3, ["'4'"] = 4, ["258"] = 258 & expect.statuses,
}

describe("os.exit(code)", function()
    for code, status in pairs(statuses) do
        it("with " .. code .. " ends at once", function()
            local script = "local x <close> = note 'x' io.write 'kept' os.exit(%s)"
            assert.equal("kept", exits_quietly(status, script:format(code)))
            assert.equal("kept", exits_quietly(status, script:format(code .. ", false")))
        end)
    end

    it("refuses what is no status, and goes on", function()
        for _, code in ipairs { "'x'", "1.5", "{}" } do
            for _, close in ipairs { "", ", true" } do
                local printed = exits_quietly(0, ([[
                    local x <close> = note 'x'
                    print(select(2, pcall(os.exit, %s)))
                ]]):format(code .. close))
                assert.truthy(printed:find "^bad argument #1 to '.-' %(number .-\nclosed x\tnil\n$", printed)
            end
        end
    end)
end)

describe("os.exit(code, true) closes what is pending", function()
    for code, status in pairs(statuses) do
        it("with status " .. code, function()
            local script = "local x <close> = note 'x' os.exit(%s, true)"
            assert.equal("closed x\tnil\n", exits_quietly(status, script:format(code)))
        end)
    end

    it("from the innermost on", function()
        assert.equal("closed c\tnil\nclosed b\tnil\nclosed a\tnil\n", exits_quietly(3, [[
            local a <close> = note "a"
            local function f() local c <close> = note "c" os.exit(3, true) end
            local b <close> = note "b"
            pcall(f)
            print "never"
        ]]))
    end)

    it("in all tasks, the caller's first, then the main one's", function()
        local printed = exits_quietly(3, [[
            local function waits(name)
                local x <close> = note(name)
                jg.event():wait(1000)
            end
            jg.task(waits, "one")
            jg.task(waits, "two")
            jg.task(function()
                local x <close> = note "caller"
                jg.sleep(0.01)
                os.exit(3, true)
            end)
            waits "main"
        ]])
        assert.equal("closed caller\tnil\nclosed main\tnil\n", printed:match "^.-\n.-\n")
        assert.equal("closed caller\tnil\nclosed main\tnil\nclosed one\tnil\nclosed two\tnil\n", sorted(printed))
    end)

    it("of a task that hasn't begun: nothing", function()
        assert.equal("closed x\tnil\n", exits_quietly(3, [[
            jg.task(function() print "never" end)
            local x <close> = note "x"
            os.exit(3, true)
        ]]))
    end)

    it("and then the state", function()
        assert.equal("closed x\tnil\ncollected\n", exits_quietly(3, [[
            setmetatable({}, { __gc = function() print "collected" end })
            local x <close> = note "x"
            os.exit(3, true)
        ]]))
    end)

    it("also jobs, whose end is waited for", function()
        assert.equal("gone\ttrue\n", exits_quietly(3, [[
            local process
            local after <close> = setmetatable({}, { __close = function()
                print("gone", process.status ~= nil)
            end })
            local job <close> = jg.job()
            process = assert(job:spawn { child, "hang" })
            os.exit(3, true)
        ]]))
    end)

    it("in a coroutine of the script's own, and around it", function()
        assert.equal("closed inner\tnil\nclosed outer\tnil\nclosed elsewhere\tnil\n", exits_quietly(3, [[
            jg.task(function() local x <close> = note "elsewhere" jg.event():wait(1000) end)
            jg.sleep(0.01)
            local x <close> = note "outer"
            coroutine.wrap(function() local y <close> = note "inner" os.exit(3, true) end)()
        ]]))
    end)

    it("in a sort's comparison, also if that waits", function()
        assert.equal("closed inner\tnil\nclosed outer\tnil\n", exits_quietly(3, [[
            local x <close> = note "outer"
            table.sort({ 1, 2 }, function() local y <close> = note "inner" os.exit(3, true) end)
        ]]))
        assert.equal("closed task\tnil\nclosed comparison\tnil\nclosed main\tnil\n", exits_quietly(3, [[
            local x <close> = note "main"
            jg.task(function() local y <close> = note "task" os.exit(3, true) end)
            table.sort({ 1, 2 }, function() local z <close> = note "comparison" jg.sleep(1000) end)
        ]]))
    end)

    it("in a finaliser", function()
        assert.equal("closed x\tnil\n", exits_quietly(3, [[
            local x <close> = note "x"
            setmetatable({}, { __gc = function() os.exit(3, true) end })
            collectgarbage()
        ]]))
        assert.equal("closed x\tnil\n", exits_quietly(3, [[
            local x <close> = note "x"
            keep = setmetatable({}, { __gc = function() os.exit(3, true) end })
        ]]))
    end)

    it("in a module's top level", function()
        local folder = helper.folder()
        local _ <close> = setmetatable({}, { __close = function() helper.remove(folder) end })
        helper.write(folder .. "/leaves.lua",
            "local m <close> = setmetatable({}, { __close = function() print 'closed module' end }) os.exit(3, true)")
        assert.equal("closed module\nclosed x\tnil\n", exits_quietly(3,
            "local x <close> = note 'x' require 'leaves'", { env = { LUA_PATH = folder .. "/?.lua" } }))
    end)

    it("in LUA_INIT", function()
        assert.equal("closed init\tnil\n",
            exits_quietly(3, "print 'never'", { env = {
                LUA_INIT = preamble .. "local x <close> = note 'init' os.exit(3, true)" } }))
    end)

    it("in a script on standard input", function()
        local script = preamble .. "local x <close> = note 'x' os.exit(3, true)"
        local result = support.run({ "-" }, { input = script })
        assert.same({ 3, "closed x\tnil\n" }, { result.code, result.stdout })
    end)

    it("at the prompt", function()
        local result = support.run({ "-i", "-e", preamble .. [[
            note_ = note
            jg.task(function() local x <close> = note "task" jg.event():wait(1000) end)
        ]] }, { input = "do local y <close> = note_ 'line' os.exit(3, true) end\nprint 'never'\n" })
        assert.equal(3, result.code, result.stderr)
        assert.truthy(result.stdout:find "closed line\tnil\nclosed task\tnil\n$", result.stdout)
    end)

    it("while other tasks go on, where closing waits", function()
        assert.equal("went on\nclosed x\tnil\n", exits_quietly(3, [[
            local x <close> = note "x"
            local w <close> = setmetatable({}, { __close = function() jg.sleep(0.1) end })
            jg.task(function() jg.sleep(0.01) print "went on" end)
            os.exit(3, true)
        ]]))
    end)
end)

describe("os.exit(code, true), if something goes wrong,", function()
    it("tells an error in a __close, closes the others, and keeps the status", function()
        local printed, complaint = exits(3, [[
            jg.task(function()
                local y <close> = note "y"
                local z <close> = note("z", function() error("zoom", 0) end)
                jg.event():wait(1000)
            end)
            jg.sleep(0.01)
            local a <close> = note "a"
            local b <close> = note("b", function() error("boom", 0) end)
            os.exit(3, true)
        ]])
        assert.equal("closed b\tnil\nclosed a\tboom\nclosed z\tnil\nclosed y\tzoom\n", printed)
        assert.truthy(complaint:find "jghost: error in a __close while the script exits: [^\n]*boom\n", complaint)
        assert.truthy(complaint:find "jghost: error in a __close while the script exits: [^\n]*zoom\n", complaint)
        assert.equal(2, select(2, complaint:gsub("jghost: ", "")))
    end)

    it("tells of an error that is no text", function()
        local _, complaint = exits(3, [[
            local b <close> = setmetatable({}, { __close = function() error {} end })
            os.exit(3, true)
        ]])
        assert.truthy(complaint:find("error object is a table value", 1, true), complaint)
        _, complaint = exits(3, [[
            local b <close> = setmetatable({}, { __close = function()
                error(setmetatable({}, { __tostring = function() error "again" end }))
            end })
            os.exit(3, true)
        ]])
        assert.truthy(complaint:find("error in a __close", 1, true), complaint)
    end)

    it("lets an os.exit in a __close take over, as lua(1) does, and closes the others", function()
        assert.equal("closed b\tnil\nclosed a\tnil\n", exits_quietly(5, [[
            local a <close> = note "a"
            local b <close> = note("b", function() os.exit(5, true) end)
            os.exit(3, true)
        ]]))
        assert.equal("closed b\tnil\n", exits_quietly(5, [[
            local a <close> = note "a"
            local b <close> = note("b", function() os.exit(5) end)
            os.exit(3, true)
        ]]))
    end)

    it("lets an os.exit of another task take over, while closing waits", function()
        assert.equal("closed main\tnil\n", exits_quietly(5, [[
            local x <close> = note "main"
            local w <close> = setmetatable({}, { __close = function() jg.sleep(1000) end })
            jg.task(function() os.exit(5, true) end)
            os.exit(3, true)
        ]]))
    end)

    it("doesn't go round in circles", function()
        exits(3, [[
            local function again()
                local x <close> = setmetatable({}, { __close = again })
                os.exit(3, true)
            end
            again()
        ]])
    end)

    it("tells of a task that failed before", function()
        local _, complaint = exits(3, [[
            jg.task(function() error "unheard" end)
            jg.sleep(0.01)
            os.exit(3, true)
        ]])
        assert.truthy(complaint:find "a task failed, and nobody waited for it: [^\n]*unheard", complaint)
    end)

    it("doesn't hang where closing waits for what never comes", function()
        local _, complaint = exits(3, [[
            local x <close> = setmetatable({}, { __close = function() jg.event():wait() end })
            os.exit(3, true)
        ]])
        assert.truthy(complaint:find("deadlock", 1, true), complaint)
    end)

    -- As when a user interrupts it: a signal to the parent of what os.execute starts.
    local function needs_signals()
        if not expect.posix_signals then
            pending "a script can't interrupt itself here"
        end
    end

    for where, act in pairs { waits = "jg.sleep(1000)", ["never waits"] = "while true do end" } do
        it("can be interrupted where closing " .. where, function()
            needs_signals()
            local printed, complaint = exits(3, ([[
                local x <close> = note "x"
                local w <close> = setmetatable({}, { __close = function()
                    os.execute "kill -TERM $PPID"
                    %s
                end })
                os.exit(3, true)
            ]]):format(act))
            assert.truthy(printed:find "^closed x\t", printed)
            assert.truthy(complaint:find("interrupted by SIGTERM", 1, true), complaint)
        end)
    end

    it("within a task's cancelling", function()
        assert.equal("closed task\tnil\nclosed main\tnil\n", exits_quietly(3, [[
            local x <close> = note "main"
            local task = jg.task(function()
                local y <close> = note("task", function() os.exit(3, true) end)
                jg.sleep(1000)
            end)
            jg.sleep(0.01)
            task:cancel()
            print "never"
        ]]))
    end)

    it("after an interrupt that the script has caught", function()
        needs_signals()
        assert.equal("closed x\tnil\n", exits_quietly(3, [[
            local x <close> = note "x"
            pcall(function() os.execute "kill -TERM $PPID" jg.sleep(1000) end)
            os.exit(3, true)
        ]]))
    end)
end)
