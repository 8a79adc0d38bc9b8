-- pty_spec.lua: processes with a terminal of their own.

local jg = require "jghost"
local expect = require "tests.expect"
local fixture = require "tests.fixture"
local helper = require "tests.bindings.helper"
local support = require "tests.support"
local lfs = require "lfs"

local job

fixture.job(function(new) job = new end)

-- The child with a terminal, which does these verbs.
local function spawn(words, options)
    options = options or {}
    options.pty = options.pty == nil or options.pty
    return helper.spawn(job, words, options)
end

local function see(process, pattern)
    return assert(process.pty:expect(pattern, 60))
end

-- How many descriptors this process has open; nil if that isn't to be known.
local function descriptors()
    local count = expect.proc and 0 or nil
    for _ in lfs.dir(expect.proc and "/proc/self/fd" or ".") do
        count = count and count + 1
    end
    return count
end

describe("a terminal", function()
    it("is what isn't said otherwise", function()
        see(spawn { "terminals", "hang" }, "terminals: 0 1 2%.")
        local process = spawn({ "terminals", "error", "oops", "hang" }, { stdin = "null", stderr = "pipe" })
        see(process, "terminals: 1%.")
        assert.equal("oops", (process.stderr:read("l", 60):gsub("\r$", "")))
        process = spawn({ "terminals" }, { stdout = "capture" })
        process:wait(60)
        assert.equal("terminals: 0 2.\n", process.stdout)
        see(spawn({ "terminals", "error", "both", "hang" }, { stdin = "null", stderr = "stdout" }),
            "terminals: 1 2%..*both")
    end)

    it("needn't be any of them", function()
        local process = spawn({ "size" }, { stdin = "null", stdout = "capture", stderr = "null" })
        process:wait(60)
        assert.equal("size: 24 by 80.\n", process.stdout)
    end)

    it("isn't there unless told", function()
        for _, options in ipairs { { stdout = "capture" }, { stdout = "capture", pty = false } } do
            local process = helper.spawn(job, { "terminals" }, options)
            process:wait(60)
            assert.is_nil(process.pty)
            assert.falsy(process.stdout:find "1")
        end
    end)

    it("has a size", function()
        for text, size in pairs {
            ["24 by 80"] = true, ["30 by 100"] = { 30, 100 }, ["31 by 101"] = { rows = 31, columns = 101 },
            ["24 by 132"] = { columns = 132 }, ["5 by 80"] = { rows = 5 }, ["6 by 80"] = { 6 },
        } do
            see(spawn({ "size", "hang" }, { pty = size }), "size: " .. text .. "%.")
        end
    end)

    it("can be resized", function()
        helper.needs(pending, "resizing")
        local process = spawn({ "size", "wait-resize", "size" })
        see(process, "size: 24 by 80%..*watching")
        assert.equal(process.pty, process.pty:resize(40, 120))
        see(process, "size: 40 by 120%.")
    end)

    it("makes programs colour what they say", function()
        helper.needs(pending, "verbatim")
        local process = spawn { "colour", "rose" }
        process:wait(60)
        assert.equal("\27[31mrose\27[m\r\n", process.pty:read "a")
        process = helper.spawn(job, { "colour", "rose" }, { stdout = "capture" })
        process:wait(60)
        assert.equal("rose\n", process.stdout)
    end)

    it("has a type, unless the environment says otherwise", function()
        local function type_of(options)
            options.stdout, options.pty = "capture", options.pty == nil or options.pty
            return helper.output({ "dump-env" }, options):match '"TERM=([^"]*)"'
        end
        assert.equal("linux", type_of { env = { TERM = "linux" } })
        assert.equal("linux", type_of { env = { TERM = "linux" }, clear_env = true })
        assert.equal("xterm-256color", type_of { clear_env = true })
        assert.equal(os.getenv "TERM" or "xterm-256color", type_of {})
        assert.is_nil(type_of { env = { TERM = false } })
        assert.is_nil(type_of { clear_env = true, pty = false })
    end)

    it("shows what is typed, and hands it on line by line", function()
        local process = spawn { "print", "ready", "hear", "hear", "hang" }
        see(process, "ready")
        assert.equal(process.pty, process.pty:write("fo", "o\n"))
        see(process, "foo.*heard <foo>")
        process.pty:write "bar\n"
        see(process, "heard <bar>")
    end)

    it("has a key to interrupt", function()
        helper.needs(pending, "typing_interrupts")
        local process = spawn { "ready", "hang" }
        see(process, "ready")
        process.pty:write "\3"
        assert.equal(expect.typed_interrupt, support.ending(assert(process:wait(60))))
    end)

    it("has one to end the input", function()
        helper.needs(pending, "typing_the_end")
        local process = spawn { "ready", "hear", "hear", "print", "over" }
        see(process, "ready")
        process.pty:write "foo\n"
        see(process, "heard <foo>")
        assert.equal(process.pty, process.pty:eof())
        see(process, "heard the end.*over")
        assert.is_true(assert(process:wait(60)).ok)
    end)

    it("is one to interrupt by even if we have been started to ignore that", function()
        if not expect.posix_signals then
            pending "ignoring is inherited on Linux"
        end
        local script = [[
            local jg = require "jghost"
            local job <close> = jg.job()
            local process = job:spawn { arg[1], "ready", "hang", pty = true }
            process.pty:expect("ready", 60)
            process.pty:write "\3"
            print(process:wait(60))
        ]]
        local result = jg.run { "sh", "-c", 'trap "" INT; exec "$0" -e "$1" - "$2"', helper.jghost, script,
            helper.child, timeout = 60 }
        assert.matches("^killed by SIGINT", result.stdout)
    end)

    it("is that of a session of the process's own", function()
        if not expect.posix_signals then
            pending "sessions are another thing on Windows"
        end
        local process = spawn { "pid", "hang" }
        local pid, group, session = process.pty:expect("pid=(%d+).*group=(%d+).*session=(%d+)", 60)
        assert.same({ tostring(process.pid), tostring(process.pid), tostring(process.pid) }, { pid, group, session })
    end)

    it("is all that a process gets", function()
        if not expect.proc then
            pending "handles aren't numbered in order"
        end
        local process = spawn { "dump-fds" }
        process:wait(60)
        local list = helper.lines(process.pty:read "a")
        assert.equal(3, #list, table.concat(list, "\n"))
        for i, line in ipairs(list) do
            assert.matches(("^%d rw .*/dev/pts/%%d+"):format(i - 1), line)
        end
    end)

    it("is for nobody else", function()
        if not expect.proc then
            pending "handles aren't numbered in order"
        end
        see(spawn { "ready", "hang" }, "ready")
        local listing <close> = assert(io.popen "ls -l /proc/self/fd")
        local text = listing:read "a"
        assert.matches("pipe", text)
        assert.falsy(text:find "/pts/" or text:find "ptmx", text)
    end)

    for name, options in pairs(helper.kinds) do
        it(("can be had in a job of kind %s"):format(name), function()
            local _ <close> = job
            job = assert(jg.job(options))
            assert.is_true(expect.job_kinds[name][job:kind()])
            local process = spawn({ "terminals", "size", "hear" }, { pty = { 11, 22 } })
            see(process, "terminals: 0 1 2%..*size: 11 by 22%.")
            process.pty:write "yes\n"
            see(process, "heard <yes>")
            assert.is_true(assert(process:wait(60)).ok)
        end)
    end

    it("needs a program that can be run, and leaves nothing if there is none", function()
        local before = descriptors()
        for _ = 1, 20 do
            local process, _, _, name = job:spawn { "./no-such-program", pty = true }
            assert.is_nil(process)
            assert.equal("not_found", name)
        end
        coroutine.yield()
        assert.equal(before, descriptors())
    end)

    it("is there a hundred times", function()
        local before = descriptors()
        local processes = {}
        for i = 1, expect.many_terminals do
            processes[i] = spawn { "hear", "hang" }
        end
        for i, process in ipairs(processes) do
            process.pty:write(i, "\n")
        end
        for i, process in ipairs(processes) do
            see(process, ("heard <%d>"):format(i))
        end
        job:close()
        for _, process in ipairs(processes) do
            process.pty:close()
        end
        jg.sleep(0)
        if before then
            assert.is_true(descriptors() <= before, "nothing is left open")
        end
    end)
end)

describe("the end of a terminal", function()
    it("comes with the process's, after all that it has written", function()
        for _ = 1, 20 do
            local process = spawn { "flood", "50000" }
            assert.is_true(assert(process:wait(60)).ok)
            local text = assert(process.pty:read("a", 60))
            if not expect.lacks.verbatim then
                assert.is_true(text == helper.flood(50000):gsub("\n", "\r\n"), #text .. " bytes")
            end
            assert.is_nil(process.pty:read())
        end
    end)

    it("loses nothing that somebody reads late", function()
        helper.needs(pending, "verbatim")
        local process = spawn { "flood", "3M" }
        assert.is_nil(process:wait(0.2), "nobody reads")
        local text = assert(process.pty:read("a", 60))
        assert.is_true(text == helper.flood(3 << 20):gsub("\n", "\r\n"), #text .. " bytes")
        assert.is_true(assert(process:wait(60)).ok)
    end)

    it("doesn't wait for others who have it", function()
        local process = spawn { "ignore-all", "fork", "hang", "--", "print", "done" }
        assert.is_true(assert(process:wait(60)).ok)
        assert.matches("done", assert(process.pty:read("a", 60)))
        if expect.posix_signals then
            assert.is_nil(job:wait(0), "it is still there")
        end
    end)

    it("cuts off who writes for ever", function()
        helper.needs(pending, "verbatim")
        local process = spawn { "ignore-all", "fork", "flood", "10G", "--" }
        assert.is_true(assert(process:wait(60)).ok)
        assert.is_true(#assert(process.pty:read("a", 60)) < 10 << 20)
    end)

    it("isn't brought about by closing it", function()
        if not expect.shell then
            pending "there is no sh"
        end
        local process = job:spawn { "sh", "-c", "exec 0<&- 1>&- 2>&-; sleep 0.1; echo again >/dev/tty", pty = true }
        assert.equal("again\r\n", process.pty:read("a", 60))
    end)

    it("leaves nobody to write to", function()
        local process = spawn { "print", "bye" }
        process:wait(60)
        assert.equal("broken_pipe", select(4, process.pty:write "x\n"))
        assert.equal("broken_pipe", select(4, process.pty:eof()))
        assert.same({ n = 4, nil, "cannot set the terminal's size: its process has ended", 0, "gone" },
            table.pack(process.pty:resize(10, 10)))
        see(process, "bye")
        process.pty:close()
        helper.raises("the stream is closed", process.pty.write, process.pty, "x")
        helper.raises("the stream is closed", process.pty.resize, process.pty, 10, 10)
    end)

    it("ends who is writing to it", function()
        local process = spawn { "ready", "hang" }
        see(process, "ready")
        local writer = jg.task(process.pty.write, process.pty, ("line\n"):rep(1 << 20))
        assert.is_nil(writer:wait(0.1), "nobody reads it")
        local next_one = jg.task(process.pty.write, process.pty, "x")
        assert.is_nil(next_one:wait(0), "it waits for its turn")
        process:signal "kill"
        assert.equal("broken_pipe", select(4, writer:wait(60)))
        assert.equal("broken_pipe", select(4, next_one:wait(60)))
    end)

    it("ends who is reading it", function()
        local process = spawn { "ready", "hang" }
        see(process, "ready\r\n")
        local reader = jg.task(process.pty.read, process.pty, "l")
        assert.is_nil(reader:wait(0.05))
        process:signal "kill"
        assert.is_true(process:wait(60) ~= nil)
        assert.is_true(table.pack(reader:wait(60))[2] ~= "timeout")
    end)

    it("comes for somebody who writes without end, and isn't read", function()
        local process = spawn { "flood", "1000G" }
        assert.is_true(process.pty:wait(60))
        assert.is_nil(process:wait(0.1))
        job:close()
        assert.is_false(assert(process:wait(60)).ok)
        assert.is_true(#assert(process.pty:read("a", 60)) < 10 << 20)
    end)

    it("is a hang-up if it is closed before", function()
        local process = spawn { "ready", "hang" }
        see(process, "ready")
        process.pty:close()
        process.pty:close()
        if not expect.lacks.hanging_up then
            assert.equal(expect.hung_up, support.ending(assert(process:wait(60))))
        end
    end)

    it("is one if it is collected", function()
        helper.needs(pending, "hanging_up")
        local ending
        jg.task(function()
            local status = spawn { "hang" }:wait(60)
            ending = support.ending(status)
        end):wait(0.1)
        assert.is_nil(ending, "the process keeps it")
        local stream = spawn({ "print", "x", "hang" }).pty
        assert.is_string(stream:expect("x", 60))
        collectgarbage()
        collectgarbage()
        stream:close()
    end)

    it("comes with our own", function()
        local script = [[
            local process = require "jghost".job():spawn { arg[1], "ready", "ignore-all", "hang", pty = true }
            assert(process.pty:expect("ready", 60))
            if arg[2] == "error" then error "as planned" end
            if arg[2] == "wait" then print "ready" io.stdout:flush() process:wait() end
            os.exit(7, arg[2] == "close")
        ]]
        local file = support.script(script)
        local _ <close> = setmetatable({}, { __close = function() os.remove(file) end })
        for how, code in pairs { error = 1, close = 7, exit = 7 } do
            local process, marker = support.start(job,
                { helper.jghost, file, helper.child, how, stderr = "capture", timeout = 60 })
            assert.equal(code, process:wait().code, process.stderr)
            assert.equal("", support.survivors(marker))
        end
        local process, marker = support.start(job, { helper.jghost, file, helper.child, "wait", stdout = "pipe" })
        assert.equal("ready", process.stdout:read("l", 60))
        process:signal "kill" -- the guard
        assert.equal("", support.survivors(marker))
    end)
end)

describe("a terminal's stream", function()
    it("is one among others to wait for", function()
        local process = spawn { "ready", "wait-byte", "print", "late" }
        see(process, "ready")
        while process.pty:wait(0.3) do -- a pseudoconsole shows more than that, and when it likes
            process.pty:read(#process.pty:peek())
        end
        local timer = jg.timer(60)
        process.pty:write "x\n"
        assert.equal(process.pty, (jg.wait_any { timer, process.pty }))
    end)

    it("can be read while somebody writes", function()
        if not expect.shell then
            pending "there is no stty"
        end
        local process = job:spawn { "sh", "-c", "stty -echo; echo ready; exec cat", pty = true }
        local lines = {}
        see(process, "ready\r\n")
        for i = 1, 3000 do
            lines[i] = ("line %d"):format(i)
        end
        local writer = jg.task(function() return process.pty:write(table.concat(lines, "\n"), "\n") end)
        for i = 1, 3000 do
            assert.equal(lines[i] .. "\r", process.pty:read("l", 60))
        end
        assert.equal(process.pty, writer:wait(60))
    end)

    it("is the only one that is a terminal", function()
        local process = helper.spawn(job, { "hang" }, { stdin = "pipe", stdout = "pipe" })
        helper.raises("the stream is no terminal", process.stdin.resize, process.stdin, 24, 80)
        helper.raises("the stream is no terminal", process.stdout.eof, process.stdout)
    end)

    it("outlives its process", function()
        local stream = spawn({ "print", "last words" }).pty
        job:close()
        collectgarbage()
        collectgarbage()
        stream:expect("last words", 60)
        stream:read("a", 60)
    end)
end)

describe("a wrong terminal", function()
    local sizes = { 0, -1, 1.5, 0 / 0, math.huge, 70000, 32768, "24", true, {} }

    it("is refused", function()
        for _, value in ipairs { 5, "yes", print, 0 / 0 } do
            helper.raises("job:spawn: option 'pty' must be true, false or a size such as { rows = 24, columns = 80 }, "
                .. "not ", job.spawn, job, { helper.child, pty = value })
        end
        helper.raises("job:spawn: option 'pty': unknown option 'row'; did you mean 'rows'?", job.spawn, job,
            { helper.child, pty = { row = 5 } })
        for _, value in ipairs(sizes) do
            helper.raises("job:spawn: option 'pty': 'rows' must be an integer from 1 to 32767, not ", job.spawn, job,
                { helper.child, pty = { rows = value } })
            helper.raises("job:spawn: option 'pty': 'columns' must be an integer from 1 to 32767, not ", job.spawn, job,
                { helper.child, pty = { 24, value } })
        end
        assert.is_true(job:wait(0), "nothing was started")
    end)

    it("is refused to resize", function()
        local process = spawn { "hang" }
        for _, value in ipairs(sizes) do
            for i = 1, 2 do
                local rows, columns = i == 1 and value or 24, i == 2 and value or 80
                local ok, message = pcall(process.pty.resize, process.pty, rows, columns)
                assert.is_false(ok and value ~= "24", tostring(value))
                assert.truthy(ok or message:find("bad argument #" .. i + 1, 1, true), message)
            end
        end
        helper.raises("must be an integer from 1 to 32767", process.pty.resize, process.pty, 0, 1)
        helper.raises("number expected", process.pty.resize, process.pty)
    end)
end)

describe("jg.run", function()
    it("returns what the terminal shows", function()
        local result = assert(jg.run(helper.verbs({ "terminals", "error", "oops", "exit", "3" },
            { pty = true, stdin = "null", timeout = 60 })))
        assert.equal(3, result.code)
        assert.matches("terminals: 1 2%..*oops", result.stdout)
        assert.equal(0, result.stdout_omitted)
        assert.is_nil(result.stderr)
    end)

    it("can capture the errors apart", function()
        local result = assert(jg.run(helper.verbs({ "print", "shown", "error", "oops" },
            { pty = true, stdin = "null", stderr = "capture", timeout = 60 })))
        assert.matches("shown", result.stdout)
        assert.falsy(result.stdout:find "oops")
        assert.equal("oops\n", (result.stderr:gsub("\r", "")))
    end)

    it("bounds it as a capture", function()
        local result = assert(jg.run(helper.verbs({ "flood", "1M" },
            { pty = true, stdin = "null", capture_limit = "1K", timeout = 60 })))
        assert.is_true(result.ok)
        assert.is_true(#result.stdout < 1200)
        assert.matches("%[%.%.%. %d+ bytes left out %.%.%.%]", result.stdout)
        assert.is_true(result.stdout_omitted > 100000)
    end)

    it("types the input and its end", function()
        helper.needs(pending, "typing_the_end")
        for input, output in pairs { ["one\ntwo\n"] = "two\r?\n", ["one\ntwo"] = "two" } do
            local result = assert(jg.run(helper.verbs({ "ready", "cat", "print", ", over" },
                { pty = true, input = input, timeout = 60 })))
            assert.is_false(result.timed_out)
            assert.matches("one\r?\n" .. output .. ", over", result.stdout)
        end
        local result = assert(jg.run(helper.verbs({ "hear" }, { pty = true, timeout = 60 })))
        assert.matches("heard the end", result.stdout)
    end)

    it("doesn't take an output for it as well", function()
        helper.raises("with 'pty', what the terminal shows is the result's stdout", jg.run,
            { helper.child, pty = true, stdout = "null" })
        helper.raises("jg.run: option 'pty': 'rows' must be", jg.run, { helper.child, pty = { rows = 0 } })
    end)

    it("ends who is left at the terminal", function()
        local result = assert(jg.run(helper.verbs({ "ignore-all", "fork", "hang", "--", "print", "done" },
            { pty = true, stdin = "null", timeout = 60 })))
        assert.is_true(result.ok)
        assert.matches("done", result.stdout)
        if expect.posix_signals then
            assert.equal(1, #result.leaked)
        end
    end)
end)
