-- detach_spec.lua: jg.detach: what it is given, what it gives, what it refuses.

local expect = require "tests.expect"
local jg = require "jghost"
local detaching = require "tests.detaching"
local helper = require "tests.bindings.helper"
local support = require "tests.support"

local folder
detaching.folder(function(path) folder = path end)

-- Detaches the child with these words and options (as text), waits for it, and returns what it wrote.
local function written(level, words, options)
    local file = folder .. "/out"
    local job <close> = jg.job {}
    local pid = detaching.says(job, folder, level, ([[
        local file = table.remove(arg, 1)
        local options = { child, table.unpack(arg) }
        for name, value in pairs { stdout = file, %s } do options[name] = value end
        print(assert(jg.detach(options)).host_pid)
    ]]):format(options or ""), file, table.unpack(words))
    local process = jg.open(tonumber(pid))
    assert(not process or process:wait(60))
    return (support.read(file):gsub("\r", ""))
end

for _, level in ipairs(support.levels()) do
    describe("at level " .. level, function()
        it("without --allow-detach nothing can be detached, and nobody is there to do it", function()
            local job <close> = jg.job {}
            local file = folder .. "/untouched"
            local guard, marker = support.start(job, { support.jghost, "--level=" .. level, "-e", [[
                local detached, message, code, name = require "jghost".detach { arg[1], "hang", stdout = arg[2] }
                print(detached, name, math.type(code), message)
                io.stdout:flush()
                require "jghost".sleep(1e6)
            ]], "-", support.child, file, stdin = "null", stdout = "pipe", env = detaching.environment(folder) })
            local line = guard.stdout:read("l", 60)
            assert.matches("^nil\tdenied\tinteger\t", line)
            assert.truthy(line:find("--allow-detach: cannot detach " .. support.child, 1, true), line)
            assert.is_nil(io.open(file))
            assert.same({}, detaching.log(folder))
            for _, process in ipairs(support.marked(marker)) do
                assert.is_nil(process.name:find "detacher")
                assert.is_nil(process.command:find(" hang", 1, true))
            end
        end)

        it("returns what is known of it", function()
            local before = os.time()
            local job <close> = jg.job {}
            local text = detaching.says(job, folder, level, [[
                local one, two = hang(), hang { name = "a server", cwd = "." }
                for _, each in ipairs { one, two } do
                    print(each.host_pid, math.type(each.host_pid), each.started, each.name, each.command)
                end
                print(two)
            ]])
            local lines = helper.lines(text)
            for i, name in ipairs { helper.child:match "[^/]+$", "a server" } do
                local pid, kind, started, said, command = lines[i]:match "^(%d+)\t(%a+)\t([%d.]+)\t([^\t]+)\t(.+)$"
                assert.equal("integer", kind)
                assert.is_true(tonumber(started) >= before - 1 and tonumber(started) <= os.time() + 1)
                assert.same({ name, helper.child .. " hang" }, { said, command })
                detaching.finish(tonumber(pid))
            end
            assert.matches("^detached process a server %(pid %d+%)$", lines[3])
        end)

        it("has a session of its own, and is in no job", function()
            if not expect.proc then
                pending "there are no sessions here"
            end
            local job <close> = jg.job {}
            local guard = detaching.start(job, folder, level, "say(hang().host_pid) jg.sleep(1e6)")
            local pid = tonumber(guard.stdout:read("l", 60))
            local _, group, session = support.read(("/proc/%d/stat"):format(pid)):match "%) . (%d+) (%d+) (%d+)"
            assert.same({ pid, pid }, { tonumber(group), tonumber(session) })
            for _, file in ipairs { "cgroup", "ns/pid", "ns/mnt", "ns/user" } do
                local function read(of)
                    local path = ("/proc/%d/%s"):format(of, file)
                    return file == "cgroup" and support.read(path) or require "lfs".symlinkattributes(path, "target")
                end
                assert.equal(read(guard.pid), read(pid), file)
            end
            detaching.finish(pid)
        end)

        it("nobody has anything of the run's open", function()
            if not expect.proc then
                pending "who has what open isn't to be known here"
            end
            local job <close> = jg.job {}
            local guard, marker = detaching.start(job, folder, level, "say(hang { cwd = '/' }.host_pid) jg.sleep(1e6)")
            local pid = tonumber(guard.stdout:read("l", 60))
            local lfs = require "lfs"
            local detacher = support.find(marker, "jghost-detacher")
            for _, each in ipairs { pid, detacher.pid } do
                local links = { lfs.symlinkattributes(("/proc/%d/cwd"):format(each), "target") }
                for fd = 0, 2 do
                    local name = lfs.symlinkattributes(("/proc/%d/fd/%d"):format(each, fd), "target")
                    links[#links + 1] = name:match "/dev/null$" or name -- in a chroot it may be named from outside
                end
                assert.same({ "/", "/dev/null", "/dev/null", "/dev/null" }, links)
            end
            local count = 0
            for name in lfs.dir(("/proc/%d/fd"):format(detacher.pid)) do
                count = count + (tonumber(name) and 1 or 0)
            end
            assert.equal(5, count, "those, a socket and a pipe")
            guard:signal "kill"
            assert.is_nil(guard.stdout:read("l", 60), "the pipe has an end, though there is a detached process")
            detaching.finish(pid)
        end)

        it("is born with what a process of job:spawn is born with", function()
            local verbs = { { "dump-fds" }, { "dump-args", "a b", "", "é\"\\" } }
            if expect.proc then
                table.move({ { "dump-signals" }, { "dump-limits" } }, 1, 2, 3, verbs)
            end
            for _, words in ipairs(verbs) do
                local ours, its = helper.output(words):gsub("\r", ""), written(level, words)
                if words[1] == "dump-fds" then -- what they are is another thing
                    ours, its = ours:gsub(" [^\n]*", ""), its:gsub(" [^\n]*", "")
                end
                assert.equal(ours, its)
            end
        end)

        it("has the environment and the folder that it is given", function()
            local environment = written(level, { "dump-env" },
                'clear_env = true, env = { DETACHED = "yes", OTHER = false, NUMBER = 5 }')
            local list = helper.unquote(environment)
            local mine = {}
            for _, variable in ipairs(list) do
                if expect.given(expect.variable(variable:match "^[^=]+")) then
                    mine[#mine + 1] = variable
                end
            end
            table.sort(mine)
            assert.same({ "DETACHED=yes", "NUMBER=5" }, mine)
            assert.truthy(written(level, { "dump-env" }, 'env = { DETACHED = "yes" }'):find('"DETACHED=yes"', 1, true))
            assert.truthy(written(level, { "dump-env" }):find(expect.state, 1, true))
            local where = helper.unquote(written(level, { "dump-cwd" }, ('cwd = %q'):format(folder)))[1]
            assert.equal(folder:lower(), where:lower())
            local here = helper.output({ "dump-cwd" }):gsub("\r", "")
            assert.equal(here, written(level, { "dump-cwd" }))
            assert.equal(helper.unquote(here)[1] .. expect.native "/tests",
                helper.unquote(written(level, { "dump-cwd" }, 'cwd = "tests"'))[1])
        end)

        it("has the streams that it is given", function()
            helper.write(folder .. "/in", "through")
            assert.equal("through", written(level, { "cat" }, ('stdin = %q'):format(folder .. "/in")))
            assert.equal("wrong\n", written(level, { "error", "wrong" }, 'stderr = "stdout"'))
            assert.equal("", written(level, { "error", "wrong" }, ('stderr = %q'):format(folder .. "/err")))
            assert.equal("wrong\n", (support.read(folder .. "/err"):gsub("\r", "")))
            assert.equal("", written(level, { "error", "wrong" }))
        end)

        it("a hundred at once", function()
            local count = expect.proc and 100 or 20
            local job <close> = jg.job {}
            local guard, marker = detaching.start(job, folder, level, ([[
                local tasks = {}
                for i = 1, %d do tasks[i] = jg.task(hang) end
                for _, task in ipairs(tasks) do say(task:wait().host_pid) end
            ]]):format(count))
            local pids = {}
            for i = 1, count do
                pids[i] = tonumber(guard.stdout:read("l", 60))
            end
            assert.equal(0, guard:wait(60).code)
            table.sort(pids)
            assert.equal("", detaching.others(marker, pids))
            assert.same(pids, (detaching.listed(folder)))
            for _, pid in ipairs(pids) do
                detaching.finish(pid)
            end
        end)

        it("a command that is longer than a socket's buffer", function()
            local job <close> = jg.job {}
            local text = detaching.says(job, folder, level, [[
                local words = { child, "dump-args" }
                for i = 1, 64 do words[#words + 1] = ("x"):rep(tonumber(arg[1])) end
                words.stdout = arg[2]
                local detached, _, _, name = jg.detach(words)
                print(detached and detached.host_pid or name)
            ]], tostring(expect.proc and 16384 or 256), folder .. "/long")
            local process = jg.open(tonumber(text))
            assert(not process or process:wait(60))
            local size = (expect.proc and 16384 or 256) + 3 -- with quotation marks and newline
            assert.equal(64 * size, #support.read(folder .. "/long"):gsub("\r", ""))
            assert.equal("too_long\n", (detaching.says(job, folder, level,
                "print(select(4, jg.detach { child, ('x'):rep(1 << 22) }))")))
        end)

        it("where Lua can't yield, and in a <close> at the end", function()
            local job <close> = jg.job {}
            local text = detaching.says(job, folder, level, [[
                local pids = {}
                table.sort({ 1, 2 }, function() pids[1] = pids[1] or hang().host_pid end)
                print(pids[1])
                local last <close> = setmetatable({}, { __close = function() print(hang().host_pid) end })
            ]])
            local pids = helper.lines(text)
            assert.equal(2, #pids)
            for _, pid in ipairs(pids) do
                detaching.finish(tonumber(pid))
            end
        end)

        it("a task that is cancelled meanwhile keeps nobody else waiting", function()
            local job <close> = jg.job {}
            local guard, marker = detaching.start(job, folder, level, [[
                for _ = 1, 20 do
                    local tasks = {}
                    for i = 1, 5 do tasks[i] = jg.task(hang) end
                    jg.sleep(0)
                    for i = 1, 5, 2 do tasks[i]:cancel() end
                    collectgarbage()
                    for i = 2, 5, 2 do assert(tasks[i]:wait()) end
                end
                say(hang().host_pid)
            ]])
            assert(tonumber(guard.stdout:read("l", 120)))
            assert.equal(0, guard:wait(60).code)
            local pids = detaching.listed(folder)
            assert.equal("", detaching.others(marker, pids))
            assert.is_true(#pids >= 41 and #pids <= 101, #pids)
            for _, pid in ipairs(pids) do
                detaching.finish(pid)
            end
        end)

        it("says why a command can't be run, as job:spawn does, and logs nothing", function()
            helper.write(folder .. "/plain", "no program\n", expect.executable and "644")
            local job <close> = jg.job {}
            local text = detaching.says(job, folder, level, [[
                local job = jg.job()
                for _, options in ipairs {
                    { "./no-such-program" }, { "no-such-program" }, { "no such program" }, { arg[1] .. "/plain" },
                    { child, "hang", cwd = "nowhere" }, { child, "hang", cwd = child },
                    { child, "hang", stdin = arg[1] .. "/nothing" }, { child, "hang", stdout = arg[1] .. "/no/folder" },
                } do
                    local results, its = table.pack(jg.detach(options)), table.pack(job:spawn(options))
                    for i = 1, 4 do assert(results[i] == its[i], results[i]) end
                    print(results.n, results[1], math.type(results[3]), results[4])
                end
            ]], folder)
            local lines = helper.lines(text)
            assert.equal(8, #lines)
            for _, line in ipairs(lines) do
                assert.matches("^4\tnil\tinteger\t[%l_]+$", line)
            end
            assert.same({}, detaching.log(folder))
        end)
    end)
end

local misuse = {
    { "", "bad argument #1" },
    { "5", "bad argument #1" },
    { "{}", "jg.detach: no command" },
    { "{ '' }", "jg.detach: the program's name is empty" },
    { "{ 'x', {} }", "jg.detach: argument 2 must be a string or a number, not table" },
    { "{ 'x', nil, 'y' }", "jg.detach: argument 2 must be a string or a number, not nil" },
    { "{ 'x', 'a\\0b' }", "jg.detach: argument 2 has a zero byte in it" },
    { "{ 'x', stdot = 'null' }", "jg.detach: unknown option 'stdot'; did you mean 'stdout'?" },
    { "{ 'x', timeout = 5 }", "jg.detach: unknown option 'timeout'" },
    { "{ 'x', capture_limit = 5 }", "jg.detach: unknown option 'capture_limit'" },
    { "{ 'x', pty = true }", "jg.detach: unknown option 'pty'" },
    { "{ 'x', cwd = 5 }", "jg.detach: option 'cwd' must be a string, not 5" },
    { "{ 'x', name = {} }", "jg.detach: option 'name' must be a string, not a table" },
    { "{ 'x', env = 'A=1' }", "jg.detach: option 'env' must be a table of names and values, not string" },
    { "{ 'x', env = { ['A='] = '1' } }", "jg.detach: 'A=' in 'env' is no name of a variable" },
    { "{ 'x', clear_env = 1 }", "jg.detach: option 'clear_env' must be true or false, not 1" },
    { "{ 'x', stdin = 'inherit' }", "jg.detach: option 'stdin' can't be \"inherit\", whose other end vanishes" },
    { "{ 'x', stdin = 'pipe' }", "it is \"null\" or a file's name" },
    { "{ 'x', stdin = 'stdout' }", "jg.detach: option 'stdin' can't be \"stdout\"" },
    { "{ 'x', stdout = 'inherit' }", "jg.detach: option 'stdout' can't be \"inherit\"" },
    { "{ 'x', stdout = 'capture' }", "jg.detach: option 'stdout' can't be \"capture\"" },
    { "{ 'x', stdout = 'stdout' }", "for a file of that name write \"./stdout\"" },
    { "{ 'x', stderr = 'pipe' }", "it is \"null\", \"stdout\" or a file's name" },
    { "{ 'x', stderr = '' }", "jg.detach: option 'stderr' is empty; it is \"null\", \"stdout\" or a file's name" },
    { "{ 'x', stdout = 5 }", "jg.detach: option 'stdout' must be a string, not 5" },
}

describe("misuse of jg.detach raises, whether or not it is allowed:", function()
    local chunks = {}
    for i, case in ipairs(misuse) do
        chunks[i] = ("local ok, message = pcall(require 'jghost'.detach, %s) print(ok, message)"):format(
            case[1] == "" and "nil" or case[1])
    end
    local script = table.concat(chunks, "\n")
    for _, option in ipairs { "--allow-detach", "-W" } do
        local lines = helper.lines(support.run({ option, "-e", script }, { stdin = "null" }).stdout)
        for i, case in ipairs(misuse) do
            it(option .. " " .. case[1], function()
                assert.truthy(lines[i]:find("^false\t") and lines[i]:find(case[2], 1, true), lines[i])
            end)
        end
    end
end)
