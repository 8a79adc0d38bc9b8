-- leaks_spec.lua: who is left in a job when those have ended whom the script has spawned: who that is, what they hold,
-- and what is done about it.

local jg = require "jghost"
local core = require "jghost.core"
local expect = require "tests.expect"
local helper = require "tests.bindings.helper"
local lfs = require "lfs"
local support = require "tests.support"

-- What a process holds, if this system tells.
local function assert_holds(expected, process)
    assert.same(expect.tells_holders and expected or nil, process.holds)
end

local function closed(...)
    local words = { "close-stdin", "close-stdout", "close-stderr" }
    return table.move({ ... }, 1, select("#", ...), 4, words)
end

local daemon = { "daemonise", "hang" }
local parent_and_child = { "fork", "fork", "hang", "--", "hang", "--", "exit", "0" }

describe("a leak", function()
    for kind, job_options in pairs(helper.kinds) do
        local function run(words, options)
            options = options or {}
            for key, value in pairs(job_options) do
                options[key] = value
            end
            return assert(jg.run(helper.verbs(words, options)))
        end

        local function only_leak(words, options)
            local leaked = run(words, options).leaked
            assert.equal(1, #leaked, tostring(leaked))
            return leaked[1]
        end

        describe("in a job that is " .. kind, function()
            it("is found however it has got away", function()
                for _, words in ipairs {
                    daemon,
                    { "daemonise", "setsid", "hang" },
                    { "fork", "setsid", "hang", "--", "exit", "0" },
                    { "fork", "fork", "hang", "--", "exit", "0", "--", "exit", "0" },
                    { "stopped", "exit", "0" },
                    { "daemonise", "ignore-all", "hang" },
                } do
                    local process = only_leak(words)
                    assert.equal("integer", math.type(process.pid))
                    assert.equal(expect.names_by_command and "child.exe" or "child", process.name)
                    assert.truthy(process.command:find "hang" or words[1] == "stopped", process.command)
                end
            end)

            it("has no parent when that has ended, and one that has leaked, too", function()
                local leaked = run(parent_and_child).leaked
                assert.equal(2, #leaked)
                table.sort(leaked, function(a, b) return not a.parent and b.parent ~= nil end)
                assert.is_nil(leaked[1].parent)
                assert.equal(leaked[1].pid, leaked[2].parent)
            end)

            it("holds our pipes", function()
                assert_holds({ "stdout", "stderr" }, only_leak(daemon))
                assert_holds({ "stderr" }, only_leak { "daemonise", "close-stdout", "hang" })
                assert_holds({ "stdin" }, only_leak({ "daemonise", "close-stdout", "close-stderr", "hang" },
                    { input = "x" }))
                assert_holds({ "stdout" }, only_leak(daemon, { stderr = "stdout" }))
            end)

            it("holds the terminal", function()
                local job <close> = assert(jg.job(job_options))
                local process, message, _, name = job:spawn(helper.verbs(daemon, { pty = true }))
                if name == "not_supported" then
                    pending(message)
                end
                assert.is_true(process:wait().ok)
                assert_holds({ "pty" }, assert(job:leaked())[1])
            end)

            it("holds nothing of ours", function()
                assert_holds({}, only_leak { "daemonise", table.unpack(closed "hang") })
                assert_holds({}, only_leak(daemon, { stdout = "null", stderr = "inherit" }))
                assert_holds({}, only_leak(daemon, { stdout = expect.null_device, stderr = "null" }))
            end)

            it("holds files that we have opened for the command, by their names", function()
                local folder = helper.folder()
                local out, err, own = folder .. "/out", folder .. "/err", folder .. "/own"
                helper.write(own, "x")
                assert_holds({ out, err }, only_leak(daemon, { stdout = out, stderr = err }))
                assert_holds({ own, out, "stderr" }, only_leak(daemon, { stdin = own, stdout = out }))
                assert_holds({ out }, only_leak(daemon, { stdout = out, stderr = "stdout" }))
                assert_holds({ out }, only_leak(daemon, { stdout = out, stderr = out }))
                assert_holds({ err },
                    only_leak({ "daemonise", "close-stdout", "hang" }, { stdout = out, stderr = err }))
                helper.remove(folder)
            end)

            it("is as old as it is", function()
                local job <close> = assert(jg.job(job_options))
                assert.is_true(helper.spawn(job, daemon):wait().ok)
                local first = assert(job:leaked())[1]
                local second = assert(job:leaked())[1]
                assert.is_true(first.age >= 0 and second.age >= first.age)
                assert.is_true(math.abs(first.started + first.age - os.time()) < 3)
            end)

            it("is one of a hundred, each of them named", function()
                local result = run({ "fork-tree", "1", "100", "exit", "0" }, { leaks = "fail" })
                assert.equal(0, result.code, tostring(result) .. result.stderr)
                local seen, count = {}, 0
                for _, process in ipairs(result.leaked) do
                    assert.is_nil(seen[process.pid])
                    seen[process.pid], count = true, count + 1
                    assert_holds({ "stdout", "stderr" }, process)
                end
                assert.equal(100, count)
                assert.equal(101, #helper.lines(tostring(result.leaked)))
                assert.matches("%) and 97 more$", tostring(result))
            end)

            it("is none that is dead", function()
                assert.same({}, run({ "zombies", "3", "exit", "0" }).leaked)
                local leaked = run({ "fork", "zombies", "3", "hang", "--", "exit", "0" }).leaked
                assert.equal(1, #leaked, tostring(leaked))
            end)

            it("is one that looks dead, and goes on without its first thread", function()
                if not expect.posix_signals then
                    pending "threads have no first one here"
                end
                assert_holds({ "stdout", "stderr" },
                    only_leak { "fork", "leaderless", "hang", "--", "exit", "0" })
            end)

            it("is none that a process is in charge of whom we have spawned", function()
                local job <close> = assert(jg.job(job_options))
                local server = helper.spawn(job, { "fork-tree", "2", "2", "ready", "hang" }, { stdout = "pipe" })
                server.stdout:read()
                assert.same({}, assert(job:leaked()))
                local test = helper.spawn(job, daemon, { name = "test", stdout = "capture" }) -- kept: so is its pipe
                assert.is_true(test:wait().ok)
                local leaked = assert(job:leaked())
                assert.equal(1, #leaked, tostring(leaked))
                assert_holds({ "stdout" }, leaked[1])
                server:signal "kill"
                server:wait()
                assert.equal(7, #assert(job:leaked()))
            end)

            it("is none that is just being spawned", function()
                local job <close> = assert(jg.job(job_options))
                local tasks = {}
                for i = 1, 30 do
                    tasks[i] = jg.task(helper.spawn, job, { "hang" })
                    jg.sleep(0)
                    assert.equal("no leaks", tostring(assert(job:leaked())))
                end
                jg.wait_all(tasks)
            end)

            it("holds what was given to any whom we have spawned in the job or inside it", function()
                local outer <close> = jg.job()
                local inner = assert(outer:job(job_options))
                local one = helper.spawn(inner, daemon, { stdout = "pipe" })
                assert.is_true(one:wait().ok)
                local leaked = assert(outer:leaked())
                assert.equal(1, #leaked)
                assert_holds({ "stdout" }, leaked[1])
                local other = helper.spawn(outer, { "exit", "0" }, { stdout = "pipe" })
                other:wait()
                local pid = leaked[1].local_pid
                if expect.tells_holders then
                    assert.same({ "stdout" }, one:held_by(pid))
                    assert.same({}, other:held_by(pid))
                    assert.same({ "stdout" }, inner:held_by(pid))
                end
            end)
        end)
    end

    it("holds a file that has got another name", function()
        if not expect.tells_holders then
            pending "who holds a file isn't to be known here"
        end
        local folder = helper.folder()
        local job <close> = jg.job()
        local process = helper.spawn(job, daemon, { stdout = folder .. "/log" })
        assert.is_true(process:wait().ok)
        assert(os.rename(folder .. "/log", folder .. "/log.1"))
        helper.write(folder .. "/log", "")
        assert.same({ folder .. "/log" }, job:leaked()[1].holds)
        assert(lfs.attributes(folder .. "/log.1"))
        helper.remove(folder)
    end)

    it("isn't said to hold nothing when it can't be looked into", function()
        if not expect.tells_holders then
            pending "what a process has open isn't to be known here"
        end
        local process = jg.run(helper.verbs { "daemonise", "undumpable", "ready", "hang" }).leaked[1]
        assert.truthy(process.holds == nil or process.holds[1] == "stdout", tostring(process))
    end)
end)

describe("held_by", function()
    it("refuses what can't be looked into", function()
        local job <close> = jg.job()
        local process = helper.spawn(job, { "exit", "0" }, { stdout = "capture" })
        process:wait()
        for _, handle in ipairs { process, job } do
            if expect.tells_holders then
                helper.refused("cannot look into process 999999999", expect.refusals.no_process,
                    handle:held_by(999999999))
            else
                assert.equal("not_supported", (select(4, handle:held_by(process.pid))))
            end
        end
        helper.raises("number expected", process.held_by, process)
    end)
end)

describe("the option 'leaks'", function()
    local function run(words, options)
        return assert(jg.run(helper.verbs(words, options)))
    end

    it("of jg.run allows them, unless told", function()
        for _, policy in ipairs { "allow", false } do
            local result = run(daemon, { leaks = policy or nil })
            assert.is_true(result.ok)
            assert.equal("allow", result.leaks)
            assert.equal(1, #result.leaked)
            assert.matches("^exit 0 after [%d.]+ s$", tostring(result))
        end
    end)

    it("of jg.run fails the run that leaks", function()
        local result = run(daemon, { leaks = "fail" })
        assert.is_false(result.ok)
        assert.equal(0, result.code)
        local process = result.leaked[1]
        local holds = expect.tells_holders and ", holds stdout, stderr" or ""
        local leaked = ("%s (pid %d%s)"):format(process.name, process.pid, holds)
        assert.equal("exit 0 after 0 s, and leaked " .. leaked, (tostring(result):gsub("[%d.]+ s", "0 s")))
        result = run({ "exit", "0" }, { leaks = "fail" })
        assert.is_true(result.ok)
        assert.matches("^exit 0 after [%d.]+ s$", tostring(result))
        result = run(parent_and_child, { leaks = "fail" })
        assert.matches(", and leaked %S+ %(pid %d+[^)]*%) and %S+ %(pid %d+[^)]*%)$", tostring(result))
    end)

    it("of jg.run doesn't make a failure less of one", function()
        local result = run({ "fork", "hang", "--", "exit", "3" }, { leaks = "fail" })
        assert.matches("^exit 3 after [%d.]+ s, and leaked ", tostring(result))
        for _, policy in ipairs { "allow", "warn", "fail" } do
            result = run({ "exit", "3" }, { leaks = policy })
            assert.is_false(result.ok)
            assert.matches("^exit 3 after [%d.]+ s$", tostring(result))
        end
    end)

    -- What a script prints on stderr, and how it ends; `daemon` in it is a command that leaks.
    local function script(text)
        local result = helper.script([[
            local jg = require "jghost"
            local function daemon(options)
                options = options or {}
                for i, word in ipairs { arg[1], "daemonise", "close-stdout", "close-stderr", "hang" } do
                    options[i] = word
                end
                return options
            end
        ]] .. text, "-", helper.child)
        return result, result.stderr:gsub("%(pid %d+%)", "(pid N)"):gsub("%.exe", "")
    end

    it("warns, and that is all", function()
        local result, said = script [[
            print(jg.run(daemon { leaks = "warn", name = "the test" }).ok)
            local job = jg.job { leaks = "warn", name = "api tests" }
            assert(job:spawn(daemon())):wait()
            print(job:close(), job:close())
        ]]
        assert.equal("true\ntrue\ttrue\n", result.stdout, said)
        assert.equal("jghost: the test leaked child (pid N)\njghost: job api tests leaked child (pid N)\n", said)
    end)

    it("fails the scope whose job leaks, when that is closed", function()
        local result, said = script [[
            local ok, message = pcall(function()
                local job <close> = jg.job { leaks = "fail" }
                assert(job:spawn(daemon())):wait()
            end)
            print(ok, #jg.jobs())
            error(message, 0)
        ]]
        assert.equal("false\t0\n", result.stdout)
        assert.equal(1, result.code)
        assert.matches("^jghost: %(command line%):%d+: a job leaked child %(pid N%)\n", said)
    end)

    it("doesn't hide another error", function()
        local result, said = script [[
            print(pcall(function()
                local job <close> = jg.job { leaks = "fail" }
                assert(job:spawn(daemon())):wait()
                error("another", 0)
            end))
        ]]
        assert.equal("false\tanother\n", result.stdout)
        assert.equal("jghost: a job leaked child (pid N)\n", said)
    end)

    it("is no matter of what runs, of what descends from it, nor of what has been ended", function()
        local result, said = script [[
            do
                local job <close> = jg.job { leaks = "fail" }
                local server = job:spawn { arg[1], "fork-tree", "1", "2", "ready", "hang", stdout = "pipe" }
                server.stdout:read()
                local gone <close> = job:job()
                assert(gone:spawn { arg[1], "exit", "0" }):wait()
            end
            local job = jg.job { leaks = "fail" }
            assert(job:spawn(daemon())):wait()
            assert(job:terminate())
            job:close()
            job = jg.job { leaks = "fail" }
            local inner = job:job()
            assert(inner:spawn(daemon())):wait()
            assert(job:terminate())
            inner:close()
            assert(job:wait())
            assert(job:spawn(daemon())):wait()
            print(pcall(job.close, job))
        ]]
        assert.equal("", said)
        assert.matches("^false\t.*a job leaked child", result.stdout)
    end)

    it("is that of the job around, unless told", function()
        local result = script [[
            local outer = jg.job { leaks = "fail", name = "outer" }
            for _, options in ipairs { { name = "inner" }, { leaks = "allow" }, { leaks = "fail" } } do
                local inner = outer:job(options)
                assert(inner:spawn(daemon())):wait()
                print((pcall(inner.close, inner)))
            end
            local inner = outer:job { leaks = "allow" }
            assert(inner:spawn(daemon())):wait()
            print((pcall(outer.close, outer)))
            print(inner)
        ]]
        assert.matches("^false\ntrue\nfalse\nfalse\njob %(closed%)", result.stdout, result.stderr)
    end)

    it("is looked at in the jobs inside, too, that are closed with it and are stricter", function()
        local result, said = script [[
            for _, names in ipairs { "allow fail", "allow warn", "warn fail", "fail warn" } do
                local outer = jg.job { leaks = names:match "^%a+", name = names }
                local middle = outer:job { leaks = "allow" }
                local inner = middle:job { leaks = names:match "%a+$", name = "inner" }
                local calm = middle:job {}
                assert(inner:spawn(daemon())):wait()
                assert(calm:spawn { arg[1], "exit", "0" }):wait()
                local ok, message = pcall(outer.close, outer)
                print(ok, ok or message:match ": (.*) leaked")
                print(inner)
            end
        ]]
        assert.matches("^false\tjob inner\njob inner %(closed%)\ntrue\ttrue\njob inner %(closed%)\n" ..
            "false\tjob inner\njob inner %(closed%)\nfalse\tjob fail warn\njob inner %(closed%)\n",
            (result.stdout:gsub(": %x*x?%x+", "")), result.stderr)
        assert.equal("jghost: job inner leaked child (pid N)\njghost: job warn fail leaked child (pid N)\n", said)
    end)

    it("is told once where several close the job, and those around it, at the same time", function()
        local result, said = script [[
            -- Lets tasks close the jobs that `which` names, one after the other, and tells how it went.
            local function close_all(which, policy)
                local jobs = { outer = jg.job { leaks = policy, name = "outer" } }
                jobs.inner = jobs.outer:job {}
                assert(jobs.inner:spawn(daemon())):wait()
                assert(jobs.inner:spawn { arg[1], "hang" })
                local tasks, leaks = {}, 0
                for name in which:gmatch "%a+" do
                    tasks[#tasks + 1] = jg.task(jobs[name].close, jobs[name])
                end
                for _, task in ipairs(tasks) do
                    local ok, message = pcall(task.wait, task)
                    leaks = leaks + (message ~= true and message:find " leaked " and 1 or 0)
                    assert(ok and message == true or message:find " leaked ", message)
                end
                print(which, policy, leaks, jobs.outer:close(), jobs.inner:close())
            end
            for _, policy in ipairs { "allow", "warn", "fail" } do
                for _, which in ipairs { "outer outer", "inner inner", "inner outer", "outer inner" } do
                    close_all(which, policy)
                end
            end
        ]]
        local expected = {}
        for policy, count in ("allow 0 warn 0 fail 1 "):gmatch "(%a+) (%d)" do
            for _, which in ipairs { "outer outer", "inner inner", "inner outer", "outer inner" } do
                expected[#expected + 1] = ("%s\t%s\t%s\ttrue\ttrue\n"):format(which, policy, count)
            end
        end
        assert.equal(table.concat(expected), result.stdout, result.stderr)
        assert.equal(4, select(2, said:gsub("leaked child", "")), said)
    end)

    it("is told by nobody if the job is closed while it is waited for who is being spawned in it", function()
        local _, said = script [[
            for i = 1, 20 do
                local job = jg.job { leaks = "fail" }
                local tasks = {}
                for j = 1, 4 do
                    tasks[j] = jg.task(function() return pcall(job.spawn, job, { arg[1], "hang" }) end)
                end
                jg.sleep(0)
                tasks[5], tasks[6] = jg.task(job.close, job), jg.task(job.close, job)
                for _, task in ipairs(tasks) do task:wait() end
                assert(tasks[5]:wait() == true and tasks[6]:wait() == true)
            end
        ]]
        assert.equal("", said)
    end)

    it("isn't looked for among those who are being ended with a job inside", function()
        local result, said = script [[
            local function leave(act)
                local outer <close> = jg.job { leaks = "fail" }
                local inner = outer:job { leaks = "allow" }
                assert(inner:spawn(daemon())):wait()
                assert(#outer:leaked() == 1)
                act(inner)
                assert(#outer:leaked() == 0, tostring(outer:leaked()))
            end
            for i = 1, 20 do
                leave(function(inner) assert(inner:terminate()) end)
                leave(function(inner)
                    jg.task(inner.close, inner)
                    while pcall(inner.kind, inner) do jg.sleep(0) end
                end)
            end
            local outer <close> = jg.job { leaks = "fail" }
            local function forget()
                assert(outer:job():spawn(daemon())):wait()
            end
            forget()
            collectgarbage()
            collectgarbage()
        ]]
        assert.is_true(result.ok, tostring(result))
        assert.equal("", said)
    end)

    it("is looked at where Lua can't yield, and where the task is cancelled", function()
        local result, said = script [[
            table.sort({ 1, 2 }, function()
                local job = jg.job { leaks = "warn" }
                assert(job:spawn(daemon())):wait()
                job:close()
            end)
            local job
            local task = jg.task(function()
                job = jg.job { leaks = "warn", name = "cancelled" }
                local _ <close> = job
                assert(job:spawn(daemon())):wait()
                jg.event():wait()
            end)
            while not (job and #job:leaked() == 1) do jg.sleep(0.001) end
            jg.sleep(0.01)
            task:cancel()
            print(task:wait())
        ]]
        assert.equal("nil\tcancelled\n", result.stdout, result.stderr)
        assert.equal("jghost: a job leaked child (pid N)\njghost: job cancelled leaked child (pid N)\n", said)
    end)

    it("refuses what is none", function()
        for value, said in pairs { fial = '"fial"', [true] = "true", [5] = "5" } do
            local message = 'option \'leaks\' must be "allow", "warn" or "fail", not ' .. said
            helper.raises("jg.job: " .. message, jg.job, { leaks = value })
            helper.raises("jg.run: " .. message, run, { "exit", "0" }, { leaks = value })
            local job <close> = jg.job()
            helper.raises("job:job: " .. message, job.job, job, { leaks = value })
        end
        helper.raises("did you mean 'leaks'", jg.job, { leak = "fail" })
        helper.raises("did you mean 'leaks'", run, { "exit", "0" }, { leak = "fail" })
        local job <close> = jg.job()
        helper.raises("unknown option 'leaks'", job.spawn, job, { "true", leaks = "fail" })
    end)
end)

it("job:leaked refuses what is no open job", function()
    local job = jg.job()
    job:close()
    helper.raises("job:leaked: the job is closed", job.leaked, job)
    helper.raises("job:leaked: jghost.job expected, got number", job.leaked, 5)
    helper.raises("the job is closed", core.settle, job)
end)

it("a run that leaks leaves nothing behind", function()
    local marker = support.marker()
    for _, policy in ipairs { "allow", "fail" } do
        jg.run(helper.verbs(daemon, { leaks = policy, env = { JGHOST_MARKER = marker } }))
    end
    local job = jg.job { leaks = "fail" }
    assert.is_true(helper.spawn(job, daemon, { env = { JGHOST_MARKER = marker } }):wait().ok)
    helper.raises("a job leaked", job.close, job)
    assert.same({}, support.marked(marker))
end)
