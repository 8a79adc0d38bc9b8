-- run_spec.lua: jg.run: one command, from its start to the end of all that it started.

local jg = require "jghost"
local expect = require "tests.expect"
local helper = require "tests.bindings.helper"
local support = require "tests.support"

local function run(words, options)
    return assert(jg.run(helper.verbs(words, options)))
end

describe("jg.run", function()
    it("returns how it went, and what was said", function()
        local result = run { "print", "out", "error", "err", "exit", "3" }
        assert.equal("out\n", result.stdout)
        assert.equal("err\n", result.stderr)
        assert.equal(3, result.code)
        assert.is_false(result.ok)
        assert.equal(0, result.stdout_omitted)
        assert.same({}, result.leaked)
        assert.truthy(tostring(result):find "^exit 3 after ")
    end)

    it("says what can't be run", function()
        helper.refused("cannot run ./x", expect.refusals.no_file, jg.run { "./x" })
    end)

    it("hints at the shell that isn't there, where one was expected", function()
        local hint = " (no shell is involved: the program and its arguments are items of their own)"
        local message = select(2, jg.run { "echo hello" })
        assert.matches("^cannot run echo hello: ", message)
        assert.equal(hint, message:sub(-#hint))
        for _, name in ipairs { "./echo hello", "no-such-program" } do
            assert.is_nil(select(2, jg.run { name }):find("shell", 1, true))
        end
    end)

    it("gives the input", function()
        assert.equal("a\0b", run({ "cat" }, { input = "a\0b" }).stdout)
        assert.equal("", run({ "cat" }, { input = "" }).stdout)
        assert.equal("", run({ "cat" }).stdout)
        local large = helper.flood(3000000)
        assert.is_true(run({ "cat" }, { input = large }).stdout == large)
    end)

    it("doesn't mind a command that doesn't want all the input", function()
        assert.is_true(run({ "wait-byte" }, { input = helper.flood(3000000) }).ok)
        assert.is_true(run({ "close-stdin" }, { input = helper.flood(3000000) }).ok)
        assert.is_true(run({ "exit", "0" }, { input = "x" }).ok)
    end)

    it("ends though somebody else holds the input's other end", function()
        local words = { "fork", "setsid", "hang", "--", "exit", "0" }
        assert.is_true(run(words, { input = helper.flood(3000000) }).ok)
    end)

    it("takes the process's options", function()
        local file = os.tmpname()
        local result = run({ "dump-cwd", "error", "x" },
            { cwd = "/", env = { A = "1" }, name = "a name", stdout = file, stderr = "stdout", capture_limit = 10 })
        assert.is_nil(result.stdout)
        assert.is_nil(result.stderr)
        local folder, message = helper.read(file):match '^(".*"\n)(x\n)$'
        assert.same({ expect.root }, helper.unquote(folder))
        assert.equal("x\n", message)
        os.remove(file)
        assert.equal(990, run({ "flood", "1000" }, { capture_limit = 10 }).stdout_omitted)
    end)

    it("takes the job's options", function()
        helper.needs_isolation(pending)
        assert.truthy(tonumber(run({ "pid" }, { isolate = true }).stdout:match "pid=(%d+)") < 20)
    end)

    it("takes a timeout", function()
        local result = run({ "print", "before", "hang" }, { timeout = math.max(0.1, expect.soon), stop = { "kill" } })
        assert.is_true(result.timed_out)
        assert.equal(expect.killed, support.ending(result))
        assert.equal("before\n", result.stdout)
    end)

    it("doesn't change the caller's table", function()
        local options = helper.verbs({ "exit", "0" }, { input = "x", isolate = false })
        local copy = table.move(options, 1, #options, 1, { input = "x", isolate = false })
        jg.run(options)
        assert.same(copy, options)
    end)

    it("leaves nothing behind, whatever the command started", function()
        for _, words in ipairs {
            { "fork-tree", "2", "2", "exit", "0" },
            { "daemonise", "ignore-all", "fork-tree", "1", "2", "hang" },
            { "stopped", "exit", "0" },
        } do
            local marker = support.marker()
            run(words, { env = { JGHOST_MARKER = marker } })
            assert.same({}, support.marked(marker))
        end
    end)

    it("leaves nothing behind when it is cancelled", function()
        local marker = support.marker()
        local task = jg.task(run, { "daemonise", "hang" }, { env = { JGHOST_MARKER = marker } })
        local other = jg.task(run, { "hang" }, { env = { JGHOST_MARKER = marker } })
        while #support.marked(marker) == 0 and task.state == "waiting" do
            coroutine.yield()
        end
        task:cancel()
        other:cancel()
        assert.same({}, support.marked(marker))
    end)

    it("says who was left, by name, and what they hold", function()
        local rename = expect.names_by_command and "put" or "rename"
        local result = run { "fork", rename, "holder", "hang", "--", "fork", rename, "closer", "close-stderr",
            "hang", "--",
            "fork", rename, "neither", "close-stdout", "close-stderr", "hang", "--", "exit", "0" }
        local holds = {}
        for _, process in ipairs(result.leaked) do
            local name = process.name
            if expect.names_by_command then
                assert.equal("child.exe", name)
                name = process.command:match 'put" "(%a+)'
            end
            holds[name] = table.concat(process.holds or {}, " ")
            assert.equal("integer", math.type(process.pid))
            assert.truthy(process.command:find(expect.native(helper.child), 1, true))
        end
        local told = expect.tells_holders
        assert.same({ holder = told and "stdout stderr" or "", closer = told and "stdout" or "", neither = "" }, holds)
    end)

    it("says so in an isolated job, too", function()
        helper.needs_isolation(pending)
        local result = run({ "fork", "rename", "holder", "hang", "--", "exit", "0" }, { isolate = true })
        assert.equal(1, #result.leaked)
        assert.equal("holder", result.leaked[1].name)
        assert.same({ "stdout", "stderr" }, result.leaked[1].holds)
    end)

    it("counts nobody who ends by himself at once, nor the dead", function()
        for _ = 1, 20 do
            assert.same({}, run({ "zombies", "3", "exit", "0" }).leaked)
        end
    end)

    it("runs many at once, each with its own", function()
        local tasks = {}
        for i = 1, 50 do
            tasks[i] = jg.task(function() return run({ "cat" }, { input = "number " .. i }) end)
        end
        for i, task in ipairs(tasks) do
            assert.equal("number " .. i, task:wait(60).stdout)
        end
    end)

    it("works where Lua can't yield", function()
        local result = coroutine.wrap(function() return run({ "cat" }, { input = "x" }) end)()
        assert.equal("x", result.stdout)
    end)

    it("refuses an input that isn't text, and input together with stdin", function()
        helper.raises("jg.run: option 'input' must be a string, not 5", run, { "cat" }, { input = 5 })
        helper.raises("stdin", run, { "cat" }, { input = "x", stdin = "/dev/null" })
    end)
end)
