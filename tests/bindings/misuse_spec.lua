-- misuse_spec.lua: every function and option, used wrongly: an error that says what would be right.

local jg = require "jghost"
local core = require "jghost.core"
local pool = require "jghost.pool"
local helper = require "tests.bindings.helper"

local NAN, INF = 0 / 0, math.huge
local SECONDS, BYTES = "a number of seconds, 0 or more", "a number of bytes"

local job, process, stdin, stdout
local objects = {}

setup(function()
    job = jg.job()
    process = helper.spawn(job, { "hang" }, { stdin = "pipe", stdout = "pipe" })
    stdin, stdout = process.stdin, process.stdout
    objects = {
        job = job, process = process, stream = stdout, event = jg.event(), timer = jg.timer(0),
            task = jg.task(function() end),
    }
end)

teardown(function()
    job:close()
end)

-- ---- options: the function, the option, what its message says it must be, and what it isn't

local function spawn(options)
    options[1], options[2] = helper.child, "hang"
    return job:spawn(options)
end

local function run(options)
    options[1], options[2] = helper.child, "hang"
    return jg.run(options)
end

local function detach(options)
    options[1], options[2] = helper.child, "hang"
    return jg.detach(options)
end

local function nested_job(options)
    return job:job(options)
end

local not_text = { 5, NAN, true, {}, print }
local texts = { not_text, "must be a string" }
local booleans = { { 0, 1, "yes", {}, NAN }, "must be true or false" }
local seconds = { { -1, -INF, NAN, "5", "soon", true, {} }, SECONDS }
local bytes = {
    { -1, 1.5, NAN, INF, -INF, "", "x", "-1", "8X", "8MB", "1.5M", " 8M", "8M ", "+8", "0x8", true, {} }, BYTES,
}
local plans = { { {}, "kill", 5, true, { true }, { "term", -1 }, { "term", NAN }, { "trem" } }, "option 'stop'" }
local sizes = { { 0, 1, "yes", print, NAN, { rows = 0 }, { 24, "80" } }, "option 'pty'" }
local tables = { { "x", 5, true }, "must be a table" }
local policies = { { 5, NAN, true, false, {}, print, "", "Fail", "fail\0" }, 'must be "allow", "warn" or "fail"' }

local process_options = {
    cwd = texts, stdin = texts, stdout = texts, stderr = texts, name = texts, clear_env = booleans, pty = sizes,
    env = tables, timeout = seconds, capture_limit = bytes, stop = plans,
}
local detach_options = {
    cwd = texts, stdin = texts, stdout = texts, stderr = texts, name = texts, clear_env = booleans, env = tables,
}
local job_options = {
    name = texts, isolate = booleans, best_effort = booleans, memory = bytes,
    processes = { { 0, -1, 1.5, NAN, INF, "x", true, {} }, "'processes' must be" },
    cpus = { { 0, -1, NAN, INF, "x", true, {} }, "'cpus' must be" },
    cpu_time = { { -1, NAN, "x", true, {} }, "'cpu_time' must be" },
    leaks = policies,
}
local run_options = { input = texts }
for _, options in ipairs { process_options, job_options } do
    for option, case in pairs(options) do
        run_options[option] = case
    end
end

local function check_options(function_name, fn, options)
    for option, case in pairs(options) do
        it(("%s refuses what is no '%s'"):format(function_name, option), function()
            for _, value in ipairs(case[1]) do
                local ok, message = pcall(fn, { [option] = value })
                assert.is_false(ok, ("%s = %s is accepted"):format(option, tostring(value)))
                assert.truthy(message:find("'" .. option .. "'", 1, true), message)
                assert.truthy(message:find(case[2], 1, true), message)
            end
        end)
    end
    for _, option in ipairs { "name", "cwd", "stdin", "stdout", "stderr" } do
        if options[option] then
            it(("%s refuses a zero byte in '%s'"):format(function_name, option), function()
                helper.raises(("option '%s' has a zero byte in it"):format(option), fn, { [option] = "a\0b" })
            end)
        end
    end
end

describe("the options of", function()
    check_options("job:spawn", spawn, process_options)
    check_options("jg.run", run, run_options)
    check_options("jg.detach", detach, detach_options)
    check_options("jg.job", jg.job, job_options)
    check_options("job:job", nested_job, job_options)

    it("all are refused if unknown, and the nearest is named", function()
        for fn, cases in pairs {
            [spawn] = { stdot = "stdout", time_out = "timeout", enviroment = false, CWD = false,
                clearenv = "clear_env" },
            [detach] = { stdot = "stdout", clearenv = "clear_env", timeout = false, pty = false },
            [run] = { stdot = "stdout", inptu = "input", isolated = "isolate", shell = false },
            [jg.job] = { nam = "name", isolated = "isolate", memroy = "memory", x = false },
            [nested_job] = { proceses = "processes", completely_different = false },
        } do
            for wrong, right in pairs(cases) do
                local ok, message = pcall(fn, { [wrong] = "x" })
                assert.is_false(ok, wrong .. " is accepted")
                assert.truthy(message:find(("unknown option '%s'"):format(wrong), 1, true), message)
                if right then
                    assert.truthy(message:find(("did you mean '%s'?"):format(right), 1, true), message)
                end
            end
        end
        helper.raises("job:spawn: unknown option [true]", spawn, { [true] = 1 })
        helper.raises("jg.run: unknown option [a table]", run, { [{}] = 1 })
        helper.raises("unknown option", spawn, { ["out\0x"] = 1 })
    end)

    it("all are refused if they are a list where none is, or too long a one", function()
        for fn, name in pairs { [jg.job] = "jg.job", [nested_job] = "job:job" } do
            helper.raises(name .. ": unknown option [1]", fn, { "x" })
        end
        for fn, name in pairs { [spawn] = "job:spawn", [run] = "jg.run", [detach] = "jg.detach" } do
            for _, key in ipairs { 0, -1, 1.5, math.mininteger } do
                helper.raises(("%s: unknown option [%s]"):format(name, key), fn, { [key] = "x" })
            end
        end
        helper.raises("job:spawn: option 'pty': unknown option [3]", spawn, { pty = { 1, 2, 3 } })
        helper.raises("job:spawn: option 'pty': unknown option [0]", spawn, { pty = { [0] = 1 } })
    end)

    it("spawn and detach refuse an environment that is none", function()
        for _, case in ipairs {
            { { "A=B" }, "must be strings" }, { { [true] = "x" }, "must be strings" }, { { [1.5] = "x" },
                "must be strings" },
            { { [""] = "x" }, "no name of a variable" }, { { ["A=B"] = "x" }, "no name of a variable" },
            { { ["=A"] = "x" }, "no name of a variable" }, { { ["A\0"] = "x" }, "no name of a variable" },
            { { A = true }, "variable 'A'" }, { { A = {} }, "variable 'A'" }, { { A = print }, "variable 'A'" },
            { { A = "x\0y" }, "variable 'A' in 'env' has a zero byte" },
        } do
            helper.raises(case[2], spawn, { env = case[1] })
            helper.raises(case[2], detach, { env = case[1] })
        end
    end)

    it("spawn refuses streams that can't be so", function()
        helper.raises("option 'stdin' can't be \"capture\"", spawn, { stdin = "capture" })
        helper.raises("option 'stdin' can't be \"stdout\"", spawn, { stdin = "stdout" })
        helper.raises("option 'stdout' can't be \"stdout\"", spawn, { stdout = "stdout" })
        for _, name in ipairs { "stdin", "stdout", "stderr" } do
            helper.raises(("option '%s' is empty"):format(name), spawn, { [name] = "" })
        end
    end)

    it("spawn refuses a command that is none", function()
        for _, case in ipairs {
            { {}, "no command" }, { { "" }, "name is empty" }, { { helper.child, true },
                "argument 2 must be a string or a number" },
            { { helper.child, {} }, "argument 2" }, { { {} }, "argument 1" }, { { helper.child, "a\0b" },
                "argument 2 has a zero byte" },
            { { "a\0b" }, "argument 1 has a zero byte" },
        } do
            helper.raises(case[2], job.spawn, job, case[1])
            helper.raises(case[2], jg.run, case[1])
        end
    end)
end)

-- ---- holes in lists, blame, and how values are named

-- A list with a hole, however its border is found: written down, filled, or far away.
local function lists_with_a_hole(first, last)
    local filled, far = { first }, { first }
    filled[3], far[1000000] = last, last
    return { { first, first, nil, last }, { first, nil, last, nil }, { first, nil, nil, nil, last }, filled, far }
end

describe("a list with a hole", function()
    it("is no command", function()
        for i, list in ipairs(lists_with_a_hole(helper.child, "x")) do
            local copy = table.move(list, 1, 5, 1, {})
            helper.raises("must be a string or a number, not nil", job.spawn, job, list)
            helper.raises("must be a string or a number, not nil", jg.run, i == 5 and list or copy)
        end
        local split = { "echo", "1", "2", nil, "x" }
        helper.raises("jg.run: argument 4 must be a string or a number, not nil", jg.run, split)
    end)

    it("can't be waited for", function()
        for _, list in ipairs(lists_with_a_hole(jg.event(), jg.event())) do
            for _, name in ipairs { "wait_any", "wait_all", "completed" } do
                helper.raises("bad handle at index", jg[name], list, 0)
            end
        end
    end)

    it("isn't mapped", function()
        for _, list in ipairs(lists_with_a_hole(1, 2)) do
            helper.raises("pool.map: the items have a hole: item ", pool.map, 2, list, print)
        end
        helper.raises("item 3 is nil", pool.map, 2, { 1, 2, nil, 4 }, print)
    end)
end)

describe("misuse is blamed on the line of the script, in", function()
    for call, expected in pairs {
        ["jg.run(5)"] = "jg.run: a table of options was expected, got 5",
        ["jg.run { 'true', timout = 1 }"] = "jg.run: unknown option 'timout'; did you mean 'timeout'?",
        ["jg.run { 'true', timeout = '3' }"]
            = "jg.run: option 'timeout' must be a number of seconds, 0 or more, not \"3\"",
        ["jg.run { 'true', processes = 0 }"] = "jg.run: option 'processes' must be an integer, 1 or more, not 0",
        ["jg.run { 'true', stop = {} }"]
            = "jg.run: option 'stop' must be a list such as {\"term\", 5, \"kill\"}, not an empty table",
        ["jg.run { 'true', stop = { 'trem' } }"]
            = "jg.run: option 'stop': step 1: no such signal 'trem'; did you mean 'term'?",
        ["jg.run { true }"] = "jg.run: argument 1 must be a string or a number, not boolean",
        ["jg.run {}"] = "jg.run: no command: the list must begin with the program's name",
        ["jg.run { 'true', leaks = 'no' }"]
            = "jg.run: option 'leaks' must be \"allow\", \"warn\" or \"fail\", not \"no\"",
        ["jg.job { leaks = 'no' }"] = "jg.job: option 'leaks' must be \"allow\", \"warn\" or \"fail\", not \"no\"",
        ["jg.run { 'true', input = '', stdin = 'null' }"]
            = "jg.run: there is 'stdin' for a stream or 'input' for a text, not both",
        ["jg.run { 'true', pty = true, stdout = 'null' }"]
            = "jg.run: with 'pty', what the terminal shows is the result's stdout: 'stdout' can't be given, too",
        ["jg.run { 'true', stderr = 'pipe' }"]
            = "jg.run: option 'stderr' can't be \"pipe\": nobody could use it before the end; see job:spawn",
        ["jg.run { 'true', input = 5 }"] = "jg.run: option 'input' must be a string, not 5",
        ["jg.job():spawn { 'true', stop = {} }"]
            = "job:spawn: option 'stop' must be a list such as {\"term\", 5, \"kill\"}, not an empty table",
        ["jg.job():spawn { 'true', cwd = {} }"] = "job:spawn: option 'cwd' must be a string, not a table",
        ["jg.job():spawn { 'true', cwd = print }"] = "job:spawn: option 'cwd' must be a string, not a function",
        ["jg.completed(5)"] = "jg.completed: a table of handles was expected, got 5",
        ["jg.completed { 5 }"] = "jg.completed: bad handle at index 1 "
            .. "(process, job, task, timer, event or stream expected, got number)",
        ["pool.map({ 1, 2 }, print)"] = "pool.map: the size must be an integer, 1 or more, not a table",
        ["pool.map('2', {}, print)"] = "pool.map: the size must be an integer, 1 or more, not \"2\"",
        ["pool.map(2, nil, print)"] = "pool.map: the items must be a list, not nil",
        ["tree.format(5)"] = "tree.format: a list of processes was expected, got 5",
        ["tree.format { {} }"] = "tree.format: item 1 is no process, as job:processes() has them, but an empty table",
        ["process:stop { 'term', -1 }"]
            = "process:stop: the plan: step 2 must be a signal's name or seconds, not -1",
        ["process.stop(5)"] = "process:stop: a process was expected, got 5",
    } do
        it(call, function()
            local text = "local jg, pool, tree, process = ...\n\nlocal _ = " .. call .. "\nreturn 1"
            local chunk = assert(load(text, "=script"))
            local ok, message = pcall(chunk, jg, pool, require "jghost.tree", process)
            assert.is_false(ok)
            assert.equal("script:3: " .. expected, message)
        end)
    end
end)

describe("a signal's name", function()
    for name, expected in pairs {
        KILL = "no such signal 'KILL': the names are in lower case, without SIG: 'kill'",
        SIGKILL = "no such signal 'SIGKILL': the names are in lower case, without SIG: 'kill'",
        sigusr1 = "no such signal 'sigusr1': the names are in lower case, without SIG: 'usr1'",
        kil = "no such signal 'kil'; did you mean 'kill'?",
        SIGTREM = "no such signal 'SIGTREM'; did you mean 'term'?",
        something = "no such signal 'something' (such as term, kill, int, hup, dump)",
        ["a-name-that-is-much-too-long"] = "(such as term, kill, int, hup, dump)",
    } do
        it("that is none: " .. name, function()
            helper.raises(expected, process.signal, process, name)
            helper.raises(expected, process.stop, process, { name })
            assert.same({ false, 2 }, { core.is_signal(name), select("#", core.is_signal(name)) })
        end)
    end
end)

-- ---- arguments: the function, its arguments, and what its message says

describe("the arguments of", function()
    local function check(name, make, expected)
        it(name, function()
            local list = table.pack(make())
            helper.raises(expected, table.unpack(list, 1, list.n))
        end)
    end

    for kind, value in pairs { ["a text"] = "x", ["a number"] = 5, ["a boolean"] = true, ["a function"] = print } do
        check("jg.job given " .. kind, function() return jg.job, value end, "table expected")
        check("job:job given " .. kind, function() return job.job, job, value end, "table expected")
        check("job:spawn given " .. kind, function() return job.spawn, job, value end, "table expected")
        check("jg.run given " .. kind, function() return jg.run, value end, "table")
        check("jg.wait_any given " .. kind, function() return jg.wait_any, value end, "table expected")
        check("jg.wait_all given " .. kind, function() return jg.wait_all, value end, "table expected")
        check("jg.completed given " .. kind, function() return jg.completed, value end, "table")
    end
    check("job:spawn without any", function() return job.spawn, job end, "table expected")
    check("jg.run without any", function() return jg.run end, "table")

    for _, list in ipairs { { 5 }, { "x" }, { {} }, { io.stdout }, { true }, { objects } } do
        for _, name in ipairs { "wait_any", "wait_all", "completed" } do
            check(("jg.%s given a list of a %s"):format(name, type(list[1])), function()
                return jg[name], { jg.event(), list[1] }
            end, "bad handle at index 2")
        end
    end

    for what, value in pairs(helper.no_seconds) do
        local expected = type(value) == "number" and SECONDS or "number expected"
        check("jg.sleep given " .. what, function() return jg.sleep, value end, expected)
        check("jg.timer given " .. what, function() return jg.timer, value end, expected)
        check("jg.wait_any given " .. what, function() return jg.wait_any, { jg.event() }, value end, expected)
        check("jg.wait_all given " .. what, function() return jg.wait_all, { jg.event() }, value end, expected)
        check("stream:read given " .. what, function() return stdout.read, stdout, "l", value end, expected)
        for _, kind in ipairs { "job", "process", "stream", "event", "timer", "task" } do
            check(("%s:wait given %s"):format(kind, what), function()
                return objects[kind].wait, objects[kind], value
            end, expected)
        end
    end
    check("jg.sleep without any", function() return jg.sleep end, "number expected")
    check("jg.timer without any", function() return jg.timer end, "number expected")

    for _, value in ipairs { 0, -1, 1.5, NAN, INF, "x", true } do
        local expected = type(value) ~= "number" and "number expected"
            or math.type(value) == "float" and "no integer representation" or "must be a process number, 1 or more"
        check("jg.open given " .. tostring(value), function() return jg.open, value end, expected)
    end
    check("jg.open without any", function() return jg.open end, "number expected")

    for _, value in ipairs { 3, -1, 1.5, NAN, "x", true } do
        check("jg.is_terminal given " .. tostring(value), function()
            return jg.is_terminal, value
        end, "bad argument #1")
    end
    check("jg.is_terminal without any", function() return jg.is_terminal end, "number expected")

    for _, value in ipairs { "x", 5, true } do
        check("jg.task given " .. tostring(value), function() return jg.task, value end, "function expected")
    end
    check("jg.task without any", function() return jg.task end, "function expected")

    for _, value in ipairs { 0, -1, 1.5, "x", 1 << 40, NAN } do
        check("job:terminate given " .. tostring(value), function() return job.terminate, job, value end,
            "bad argument")
    end

    for _, value in ipairs { "nonsense", "TERM", "", 15, "kill\0" } do
        check(("process:signal given %q"):format(value), function() return process.signal, process, value end, "signal")
    end
    check("process:signal without any", function() return process.signal, process end, "string expected")

    for _, value in ipairs { "x", "", "n", true } do
        check(("stream:read given %s"):format(value), function() return stdout.read, stdout, value end, "bad argument")
    end
    for _, value in ipairs { "*n", "line", "*" } do
        check(("stream:read given %s"):format(value), function() return stdout.read, stdout, value end,
            ("the formats are \"l\", \"L\", \"a\" and a number of bytes, not \"%s\""):format(value))
    end
    for _, value in ipairs { 0, -1, 1.5, NAN } do
        check(("stream:read given %s"):format(value), function() return stdout.read, stdout, value end, "bad argument")
    end
    for _, value in ipairs { true, {}, print } do
        check("stream:write given a " .. type(value), function() return stdin.write, stdin, "x", value end,
            "string expected")
    end
end)

-- ---- objects

describe("a method", function()
    for _, kind in ipairs { "job", "process", "stream", "event", "timer", "task" } do
        it(("of a %s refuses to be called on something else"):format(kind), function()
            local methods = getmetatable(objects[kind]).methods
            local called = 0
            for name, method in pairs(methods) do
                for _, wrong in ipairs { 5, "x", {}, io.stdout, true, objects[kind == "event" and "job" or "event"] } do
                    if name ~= "wait" or type(wrong) ~= "userdata" or wrong == io.stdout then
                        local ok, message = pcall(method, wrong)
                        assert.is_false(ok, name)
                        assert.is_string(message)
                        called = called + 1
                    end
                end
                assert.is_false((pcall(method)))
            end
            assert.is_true(called > 0)
        end)

        it(("of a %s has a metatable that does no harm"):format(kind), function()
            local object = objects[kind]
            local metatable = getmetatable(object)
            assert.equal("jghost." .. kind, metatable.__name)
            for _, name in ipairs { "__gc", "__close", "__tostring" } do
                assert.is_function(metatable[name], name)
                for _, wrong in ipairs { 5, "x", {}, io.stdout } do
                    assert.is_false((pcall(metatable[name], wrong)), name)
                end
            end
            assert.is_false((pcall(function() object.x = 1 end)))
            assert.is_nil(object.no_such_field)
            assert.is_string(tostring(object))
            assert.is_false((pcall(function() return object + 1 end)))
            assert.is_false((pcall(function() return #object end)))
        end)
    end
end)

describe("an object that was collected by hand", function()
    for kind, make in pairs {
        job = function() return jg.job() end,
        process = function() return helper.spawn(job, { "exit", "0" }, { stdin = "pipe", stdout = "capture" }) end,
        stream = function() return helper.spawn(job, { "exit", "0" }, { stdout = "pipe" }).stdout end,
        event = jg.event,
        timer = function() return jg.timer(0.001) end,
        task = function() return jg.task(function() end) end,
    } do
        it("is harmless: " .. kind, function()
            local object = make()
            local collect = getmetatable(object).__gc
            collect(object)
            collect(object)
            assert.is_string(tostring(object))
            for _, name in ipairs { "pid", "host_pid", "status", "stdout", "stderr", "stdout_omitted", "state",
                "name", "traceback" } do
                pcall(function() return object[name] end)
            end
            for name, method in pairs(getmetatable(object).methods) do
                if name ~= "wait" and name ~= "stop" then
                    pcall(method, object)
                end
            end
            pcall(object.wait, object, 0.01)
            collect(object)
        end)
    end
end)

describe("the module", function()
    it("has nothing that isn't tried here or in a spec of its own", function()
        local known = {}
        local names = "job jobs open detach task tasks event timer sleep now wait_any wait_all guarantee run " ..
            "completed processes processors is_terminal"
        for name in names:gmatch "%S+" do
            known[name] = true
        end
        for name in pairs(jg) do
            assert.is_true(known[name], "jg." .. name .. " isn't tested for misuse")
        end
    end)

    it("makes no globals", function()
        local output = helper.prints [[
            local before = {}
            for name in pairs(_G) do before[name] = true end
            local jg = require "jghost"
            require "jghost.pool"
            require "jghost.tree"
            jg.run { "true" }
            for name in pairs(_G) do
                if not before[name] then print(name) end
            end
        ]]
        assert.equal("", output)
    end)

    it("tells its guarantee", function()
        local guarantee = jg.guarantee()
        assert.is_string(guarantee.level)
        assert.truthy(guarantee.why == nil or type(guarantee.why) == "string")
    end)
end)
