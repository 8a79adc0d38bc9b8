-- job_spec.lua: jobs: what is in them, and that nothing is when they are closed.

local jg = require "jghost"
local expect = require "tests.expect"
local fixture = require "tests.fixture"
local helper = require "tests.bindings.helper"
local support = require "tests.support"

-- What a job has to end; all of it says "ready" when it stands.
local trees = {
    plain = { "fork-tree", "2", "3", "ready", "hang" },
    session = { "fork", "setsid", "hang", "--", "ready", "hang" },
    daemon = { "fork", "daemonise", "fork-tree", "1", "2", "hang", "--", "ready", "hang" },
    deaf = {
        "ignore-all", expect.lacks.blocking and "ignore-term" or "block-all", "fork", "setsid", "hang", "--",
        "ready", "hang",
    },
    stopped = { "stopped", "ready", "hang" },
    stuck = { "fork", "vfork", "--", "ready", "hang" },
}

for name, kind in pairs(helper.kinds) do
    describe("a job that is " .. name, function()
        local job
        fixture.job(function(new) job = new end, kind)

        -- Starts words of the child with a marker, and waits until they stand.
        local function start(inside, words)
            local process, marker = support.start(inside, helper.verbs(words, { stdout = "pipe" }))
            assert.equal("ready", process.stdout:read("l", 60))
            return process, marker
        end

        for tree, words in pairs(trees) do
            it(("ends a %s tree when it is closed, and not before"):format(tree), function()
                if tree == "stuck" then
                    helper.needs(pending, "vfork")
                end
                local process, marker = start(job, words)
                assert.is_true(#support.marked(marker) >= 2, "the tree stands")
                assert.is_nil(process:wait(0))
                job:close()
                assert.same({}, support.marked(marker))
                assert.equal(expect.killed, support.ending(process:wait(0)))
            end)
        end

        -- cgroup.kill overlooks such a process. In a run of its own, since what can't be ended can't be left either.
        it("ends a process without its first thread", function()
            local script = [[
                local job = require "jghost".job { isolate = arg[2] == "true" }
                local process = job:spawn { arg[1], "leaderless", "put", "ready", "hang", stdout = "pipe" }
                print(process.stdout:read(5))
                job:close()
                print(process.status)
            ]]
            local words = { "--timeout=20", "-e", script, "-", helper.child, tostring(kind.isolate) }
            local result = support.run(words, { input = "" })
            assert.equal(0, result.code, result.stderr)
            assert.truthy(result.stdout:find("^ready\n" .. expect.killed_text))
        end)

        it("ends one who flees", function()
            local _, marker = support.start(job, helper.verbs { "flee", "1000" })
            job:wait(0.02)
            job:close()
            assert.same({}, support.marked(marker))
        end)

        it("isn't empty while a daemon is left", function()
            local process = helper.spawn(job, { "daemonise", "wait-eof" }, { stdin = "pipe" })
            assert.is_true(assert(process:wait(60)).ok)
            assert.same({ n = 2, nil, "timeout" }, table.pack(job:wait(0.02)))
            process.stdin:close()
            assert.is_true(job:wait(60))
        end)

        it("is empty when it is new, and after its processes", function()
            assert.is_true(job:wait(0))
            assert.truthy(tostring(job):find "empty")
            local process = helper.spawn(job, { "wait-eof" }, { stdin = "pipe" })
            assert.is_nil(job:wait(0))
            assert.truthy(tostring(job):find "populated")
            process.stdin:close()
            assert.is_true(job:wait(60))
        end)

        it("is populated again by a second process", function()
            for code = 1, 3 do
                local process = helper.spawn(job, { "exit", tostring(code) })
                assert.is_true(job:wait(60))
                assert.equal(code, process:wait(60).code)
            end
        end)

        it("can be terminated, and then used again", function()
            for _ = 1, 3 do
                local process, marker = start(job, trees.plain)
                assert.is_true(job:terminate())
                assert.equal(expect.killed, support.ending(process:wait(60)))
                assert.is_true(job:wait(60))
                assert.same({}, support.marked(marker))
                assert.equal(7, helper.spawn(job, { "exit", "7" }):wait().code)
            end
        end)

        it("is terminated with any exit code, where the killed have one", function()
            local process = start(job, trees.plain)
            assert.is_true(job:terminate(0xC000013A))
            assert.equal(expect.posix_signals and expect.killed or 0xC000013A, support.ending(process:wait(60)))
        end)

        it("can be terminated when it is empty", function()
            assert.is_true(job:terminate())
            assert.is_true(job:terminate(3))
            assert.is_true(job:terminate(0xFFFFFFFF))
            assert.equal(7, helper.spawn(job, { "exit", "7" }):wait().code)
        end)

        it("can be closed any number of times, by many", function()
            start(job, trees.plain)
            local tasks = {}
            for i = 1, 5 do
                tasks[i] = jg.task(job.close, job)
            end
            for _, task in ipairs(tasks) do
                assert.is_true(task:wait(60))
            end
            assert.is_true(job:close())
            assert.truthy(tostring(job):find "closed")
        end)

        it("can't be used when it is closed", function()
            job:close()
            for method, argument in pairs {
                spawn = { helper.child }, job = {}, jobs = 0, terminate = 1, freeze = 0, thaw = 0, usage = 0,
                    processes = 0,
                kind = 0,
            } do
                helper.raises("the job is closed", job[method], job, argument ~= 0 and argument or nil)
            end
            assert.is_true(job:wait(0))
        end)

        it("is closed by leaving a scope, by an error too", function()
            local marker
            local ok = pcall(function()
                local scoped <close> = assert(jg.job(kind))
                marker = select(2, start(scoped, trees.daemon))
                error "leave"
            end)
            assert.is_false(ok)
            assert.same({}, support.marked(marker))
        end)

        it("is ended when nobody refers to it any more", function()
            local marker
            do
                local lost = assert(jg.job(kind))
                marker = select(2, start(lost, trees.deaf))
            end
            collectgarbage()
            collectgarbage()
            assert.equal("", support.survivors(marker))
        end)

        it("stays while one of its processes is referred to", function()
            local process = start(assert(jg.job(kind)), { "ready", "hang" })
            collectgarbage()
            collectgarbage()
            assert.is_nil(process:wait(0.02))
            process.job:close()
            assert.equal(expect.killed, support.ending(process:wait(60)))
        end)

        it("keeps its processes' results though nobody refers to them meanwhile", function()
            local finished = setmetatable({}, { __mode = "k" })
            finished[helper.spawn(job, { "flood", "100000" }, { stdout = "capture" })] = true
            collectgarbage()
            assert.is_not_nil(next(finished), "it lives, and so is kept")
            assert.is_true(job:wait(60))
        end)

        it("goes on though its processes stop the process that holds it together", function()
            if job:kind() ~= "reaper" and name ~= "limited" then
                pending("a job of this kind, " .. job:kind() .. ", has none that could be stopped")
            end
            local inner = assert(job:job {})
            for code, each in ipairs { job, inner, job, inner } do
                -- it may be stopped before it has told that it has started this one, but before it tells its end
                local words = { "sh", "-c", "kill -STOP $PPID; exit " .. code }
                assert.equal(code, assert(assert(each:spawn(words)):wait(60)).code)
            end
            local words = { "sh", "-c", "kill -STOP $PPID; echo done; sleep 1000", stdout = "pipe" }
            local process = assert(inner:spawn(words))
            assert.equal("done", process.stdout:read("l", 60))
            assert.is_true(job:terminate())
            assert.is_true(job:wait(60))
        end)

        it("lists its processes", function()
            local before = os.time()
            local words = { "threads", "2", "fork", "hang", "--", "ready", "hang" }
            if not expect.names_by_command then
                words = { "rename", "a (b) c", table.unpack(words) }
            end
            local process = start(job, words)
            local list = assert(job:processes())
            assert.equal(2, #list)
            local parent = list[1].pid == process.pid and list[1] or list[2]
            local child = parent == list[1] and list[2] or list[1]
            assert.equal(process.pid, parent.pid)
            assert.equal(process.host_pid, parent.host_pid)
            assert.equal(parent.pid, child.parent)
            assert.equal(expect.names_by_command and "child.exe" or "a (b) c", parent.name)
            assert.equal(helper.child .. " " .. table.concat(words, " "), parent.command)
            assert.equal(3, parent.threads)
            assert.truthy(child.state == "sleeping" or child.state == "running", child.state)
            assert.is_true(parent.started >= before - 2 and parent.started <= os.time() + 2)
            assert.is_true(parent.age >= 0 and parent.age <= os.time() - before + 2)
            assert.equal(parent.local_pid, child.local_parent)
            assert.is_true(parent.spawned)
            assert.is_nil(child.spawned)
            assert.is_nil(child.internal)
            for _, field in ipairs { "pid", "host_pid", "parent", "memory", "threads" } do
                assert.equal("integer", math.type(child[field]), field)
            end
            assert.is_true(child.memory > 0)
            assert.is_true(child.user_time >= 0 and child.system_time >= 0)
        end)

        it("lists the stopped as what they are, and the dead as such or not at all", function()
            helper.needs(pending, "thread_states")
            start(job, { "stopped", "zombies", "1", "ready", "hang" })
            local states
            repeat -- it hangs a moment after it was ready
                states = {}
                for _, info in ipairs(job:processes()) do
                    states[#states + 1] = info.state ~= "zombie" and info.state or nil
                end
                table.sort(states)
            until states[1] ~= "running"
            assert.same({ "sleeping", "stopped" }, states)
        end)

        it("has a usage", function()
            assert.equal(0, assert(job:usage()).active_processes)
            assert.is_true(helper.spawn(job, { "exit", "0" }):wait().ok)
            start(job, { "fork-tree", "1", "2", "ready", "hang" })
            local usage = assert(job:usage())
            assert.equal(3, usage.active_processes)
            assert.equal(2, usage.spawned_processes)
            job:terminate()
            job:wait()
            local after = assert(job:usage())
            assert.equal(0, after.active_processes)
            assert.equal(2, after.spawned_processes)
        end)

        it("counts the time that its processes have used", function()
            helper.needs(pending, "job_times")
            assert.is_true(helper.spawn(job, { "burn", "0.05" }):wait().ok)
            local usage = assert(job:usage())
            assert.is_true(usage.user_time + usage.system_time >= 0.03, "it burnt 0.05 s")
        end)

        it("tells its name and its kind", function()
            local options = { name = "the name", isolate = kind.isolate, memory = kind.memory }
            local named <close> = assert(jg.job(options))
            assert.equal("the name", named.name)
            assert.truthy(tostring(named):find "^job the name %(empty%)")
            assert.is_nil(job.name)
            assert.is_nil(job.nonsense)
            assert.is_true(expect.job_kinds[name][job:kind()], job:kind())
        end)

        it("has jobs inside of it, and ends them with it", function()
            local inner = assert(job:job { name = "inner" })
            local innermost = assert(inner:job { isolate = helper.kinds.isolated ~= nil })
            local other = assert(job:job())
            local markers = {}
            for i, each in ipairs { job, inner, innermost, other } do
                markers[i] = select(2, start(each, trees.daemon))
            end
            local list = job:jobs()
            assert.equal(2, #list)
            assert.is_true(list[1] == inner and list[2] == other or list[1] == other and list[2] == inner)
            assert.same({ innermost }, inner:jobs())
            assert.is_nil(inner:wait(0))
            inner:close()
            assert.same({}, support.marked(markers[2]))
            assert.same({}, support.marked(markers[3]))
            assert.is_true(#support.marked(markers[1]) > 0 and #support.marked(markers[4]) > 0)
            helper.raises("the job is closed", innermost.spawn, innermost, { helper.child })
            assert.same({ other }, job:jobs())
            job:close()
            assert.same({}, support.marked(markers[4]))
            helper.raises("the job is closed", other.usage, other)
        end)

        it("isn't empty while a job inside of it isn't", function()
            local inner = assert(job:job())
            local process = start(inner, { "ready", "hang" })
            assert.is_nil(job:wait(0.02))
            local list = job:processes()
            assert.equal(1, #list)
            assert.equal(process.pid, list[1].pid)
            inner:terminate()
            assert.is_true(job:wait(60))
        end)

        it("isn't touched by the end of one beside it", function()
            local beside = assert(jg.job(kind))
            local process = helper.spawn(job, { "cat" }, { stdin = "pipe", stdout = "pipe" })
            start(beside, trees.plain)
            beside:close()
            process.stdin:write "still here\n"
            assert.equal("still here", process.stdout:read("l", 60))
        end)
    end)
end

describe("jobs", function()
    it("may be many, one after the other", function()
        for i = 1, 100 do
            local job <close> = jg.job()
            assert.equal(i, helper.spawn(job, { "exit", tostring(i) }):wait().code)
        end
    end)

    it("may be many at once", function()
        local jobs, processes = {}, {}
        for i = 1, 50 do
            jobs[i] = jg.job()
            processes[i] = helper.spawn(jobs[i], { "hang" })
        end
        for _, job in ipairs(jobs) do
            job:close()
        end
        assert.is_true(jg.wait_all(processes, 60))
    end)

    it("that are isolated have numbers and a /proc of their own", function()
        helper.needs_isolation(pending)
        local job <close> = jg.job { isolate = true }
        local process = job:spawn { "sh", "-c", "echo $$; ls /proc | grep -c '^[0-9]*$'", stdout = "capture" }
        assert.is_true(process:wait().ok)
        local pid, count = process.stdout:match "^(%d+)\n(%d+)\n$"
        assert.is_true(tonumber(pid) < 20, "pids begin anew")
        assert.is_true(tonumber(count) < 8, "others aren't seen")
        assert.equal(process.pid, tonumber(pid))
        assert.are_not.equal(process.pid, process.host_pid)
    end)

    it("that are isolated can't signal those outside", function()
        helper.needs_isolation(pending)
        local outside <close> = jg.job()
        local inside <close> = jg.job { isolate = true }
        local victim = helper.spawn(outside, { "hang" })
        local words = { "kill", tostring(victim.host_pid or victim.pid), "KILL" }
        assert.is_false(helper.spawn(inside, words, { stderr = "null" }):wait().ok)
        assert.is_nil(victim:wait(0.02))
    end)
end)

it("a job closes although other tasks go on starting processes in it", function()
    local job = jg.job {}
    local inner = job:job {}
    local refused = {}
    for i = 1, 6 do
        local into = i % 2 == 0 and job or inner
        refused[i] = jg.task(function()
            while true do
                local ok, message = pcall(into.spawn, into, { helper.child, "hang" })
                if not ok then
                    return message
                end
            end
        end)
    end
    jg.sleep(0.05) -- a good many of them
    job:close()
    for _, task in ipairs(refused) do
        assert.matches("the job is closed", task:wait(60))
    end
end)
