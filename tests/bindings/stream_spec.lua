-- stream_spec.lua: our end of a child's pipe: reading, writing, and their ends.

local jg = require "jghost"
local expect = require "tests.expect"
local fixture = require "tests.fixture"
local helper = require "tests.bindings.helper"
local support = require "tests.support"

local job

fixture.job(function(new) job = new end)

local function cat()
    return helper.spawn(job, { "cat" }, { stdin = "pipe", stdout = "pipe" })
end

-- A stream with this text in it, and then its end.
local function stream_of(text)
    local process = cat()
    assert(process.stdin:write(text))
    process.stdin:close()
    return process.stdout
end

describe("stream:wait", function()
    it("is done while somebody else waits for more than there is", function()
        local process = cat()
        local reader = jg.task(process.stdout.read, process.stdout, "l", 60)
        process.stdin:write "half"
        assert.equal("half", process.stdout:peek(4, 60))
        coroutine.yield() -- the reader has seen it, too, and waits for the rest
        assert.is_true(process.stdout:wait(0))
        assert.equal(process.stdout, jg.wait_any({ process.stdout }, 0))
        process.stdin:write " a line\n"
        assert.equal("half a line", reader:wait(60))
        assert.same({ n = 2, nil, "timeout" }, table.pack(process.stdout:wait(0)))
    end)
end)

describe("a format", function()
    it("may have the asterisk that Lua 5.2 wanted", function()
        local process = helper.spawn(job, { "print", "a", "print", "b", "print", "c" }, { stdout = "pipe" })
        assert.same({ "a", "b\n", "c\n" }, { process.stdout:read "*l", process.stdout:read "*L",
            process.stdout:read "*a" })
    end)
end)

describe("stream:read", function()
    it("reads lines unless told", function()
        local stream = stream_of "one\n\ntwo\r\nthree"
        assert.same({ "one", "", "two\r", "three" }, { stream:read(), stream:read "l", stream:read(nil),
            stream:read "l" })
        assert.same({ n = 1 }, table.pack(stream:read()))
        assert.same({ n = 1 }, table.pack(stream:read "L"))
    end)

    it("reads lines with their ends", function()
        local stream = stream_of "one\n\nthree"
        assert.same({ "one\n", "\n", "three" }, { stream:read "L", stream:read "L", stream:read "L" })
    end)

    it("reads all", function()
        local text = ("0123456789abcde\0"):rep(70000)
        local stream = stream_of "ab"
        assert.equal("ab", stream:read "a")
        assert.equal("", stream:read "a")
        local process = cat()
        local writer = jg.task(function()
            process.stdin:write(text)
            process.stdin:close()
        end)
        assert.is_true(process.stdout:read "a" == text)
        writer:wait()
    end)

    it("reads so many bytes", function()
        local stream = stream_of "abcdefg"
        assert.equal("a", stream:read(1))
        assert.equal("bcd", stream:read(3))
        assert.equal("ef", stream:read(2.0))
        assert.equal("g", stream:read(100))
        assert.is_nil(stream:read(1))
    end)

    it("reads more bytes than it keeps", function()
        local process = helper.spawn(job, { "flood", "2000000" }, { stdout = "pipe" })
        assert.is_true(process.stdout:read(1999999) == helper.flood(1999999))
        assert.equal("\n", process.stdout:read(2))
    end)

    it("reads a line of a megabyte", function()
        local process = cat()
        local line = ("x"):rep(1 << 20)
        jg.task(function() process.stdin:write(line, "\nrest") process.stdin:close() end)
        assert.is_true(process.stdout:read "l" == line)
        assert.equal("rest", process.stdout:read "a")
    end)

    it("doesn't return part of a line before the end", function()
        local process = cat()
        process.stdin:write "par"
        assert.same({ n = 2, nil, "timeout" }, table.pack(process.stdout:read("l", 0.02)))
        process.stdin:write "tial\n"
        assert.equal("partial", process.stdout:read("l", 60))
        process.stdin:write "end"
        process.stdin:close()
        assert.equal("end", process.stdout:read("l", 60))
    end)

    for _, format in ipairs { "l", "L", "a", 10 } do
        it(("loses nothing by a timeout, with format %s"):format(format), function()
            local process = cat()
            process.stdin:write "12345"
            assert(process.stdout:wait(60), "something has come")
            for _ = 1, 3 do
                assert.same({ n = 2, nil, "timeout" }, table.pack(process.stdout:read(format, 0)))
            end
            process.stdin:write "67890"
            process.stdin:close()
            assert.equal("1234567890", process.stdout:read(format, 60))
        end)
    end

    it("holds the child up when nobody reads", function()
        local process = helper.spawn(job, { "flood", "10M" }, { stdout = "pipe" })
        process.stdout:wait()
        assert.is_nil(process:wait(0.1))
        assert.is_true(process.stdout:read "a" == helper.flood(10 << 20))
        assert.is_true(assert(process:wait(60)).ok)
    end)

    it("shares lines between tasks, each to one", function()
        local process, seen, tasks = cat(), {}, {}
        for i = 1, 4 do
            tasks[i] = jg.task(function()
                for line in process.stdout:lines() do
                    assert(not seen[line])
                    seen[line] = true
                end
            end)
        end
        for i = 1, 200 do
            process.stdin:write(i, "\n")
        end
        process.stdin:close()
        for _, task in ipairs(tasks) do
            task:wait(60)
        end
        for i = 1, 200 do
            assert.is_true(seen[tostring(i)], "line " .. i)
        end
    end)

    it("raises in whom it is closed under", function()
        local process = cat()
        local task = jg.task(process.stdout.read, process.stdout)
        coroutine.yield()
        process.stdout:close()
        helper.raises("the stream was closed while it was being read", task.wait, task)
    end)

    it("works where Lua can't yield", function()
        local stream = stream_of "b\na\n"
        local lines = {}
        table.sort({ 1, 2 }, function(a, b)
            lines[#lines + 1] = stream:read()
            return a < b
        end)
        assert.equal("b", lines[1])
    end)
end)

describe("stream:lines", function()
    it("iterates to the end", function()
        local list = {}
        for line in stream_of("a\n\nb"):lines() do
            list[#list + 1] = line
        end
        assert.same({ "a", "", "b" }, list)
        list = {}
        for line in stream_of("a\n\nb"):lines "L" do
            list[#list + 1] = line
        end
        assert.same({ "a\n", "\n", "b" }, list)
    end)

    it("iterates over blocks", function()
        local list = {}
        for block in stream_of("abcde"):lines(2) do
            list[#list + 1] = block
        end
        assert.same({ "ab", "cd", "e" }, list)
    end)
end)

describe("stream:write", function()
    it("returns the stream, and takes numbers and many texts", function()
        local process = cat()
        assert.equal(process.stdin, process.stdin:write("a", 1, 2.5, "\0"))
        assert.equal(process.stdin, process.stdin:write())
        assert.equal(process.stdin, process.stdin:write "")
        process.stdin:close()
        assert.equal("a12.5\0", process.stdout:read "a")
    end)

    it("waits for a slow reader, both ways", function()
        local process = cat()
        local text = helper.flood(1 << 20)
        local done = false
        local writer = jg.task(function()
            for at = 1, #text, 100000 do
                assert(process.stdin:write(text:sub(at, at + 99999)))
            end
            process.stdin:close()
            done = true
        end)
        assert.is_nil(process:wait(0.05))
        assert.is_false(done, "a megabyte doesn't fit into two pipes and our buffer")
        assert.is_true(process.stdout:read "a" == text)
        writer:wait()
    end)

    it("gives the system what is long in pieces", function()
        local process = cat()
        local text = helper.flood(1 << 20):rep(40)
        local writer = jg.task(function()
            assert(process.stdin:write(text))
            process.stdin:close()
        end)
        assert.is_true(process.stdout:read "a" == text)
        writer:wait()
    end)

    it("says that nobody reads any more", function()
        local process = helper.spawn(job, { "close-stdin", "ready", "hang" }, { stdin = "pipe", stdout = "pipe" })
        process.stdout:read()
        helper.refused("cannot write", expect.refusals.broken_pipe, process.stdin:write "x")
        assert.is_nil((process.stdin:write "x"))
    end)

    it("says so too when the reader ends in the middle", function()
        local process = helper.spawn(job, { "wait-byte" }, { stdin = "pipe" })
        assert.equal("broken_pipe", select(4, process.stdin:write(("x"):rep(1 << 20))))
    end)

    it("by several tasks goes in turn, and each text whole", function()
        local process, length, writers = cat(), 1 << 20, {}
        for i, letter in ipairs { "a", "b", "c" } do
            writers[i] = jg.task(function()
                assert(process.stdin:write(letter:rep(length), "\n"))
                assert(process.stdin:write(letter, "\n"))
            end)
        end
        local seen = {}
        for line in process.stdout:lines() do
            local letter = line:sub(1, 1)
            local before = seen[letter] or 0
            assert.equal(letter:rep(before == 0 and length or 1), line)
            seen[letter] = before + 1
            if before == 1 and seen.a == 2 and seen.b == 2 and seen.c == 2 then
                break
            end
        end
        assert.same({ a = 2, b = 2, c = 2 }, seen)
        for _, writer in ipairs(writers) do
            writer:wait()
        end
    end)

    it("has its turn beside somebody who writes without end", function()
        local process = helper.spawn(job, { "cat" }, { stdin = "pipe", stdout = "null" })
        local writer = jg.task(function()
            while true do
                process.stdin:write(("x"):rep(1 << 17))
            end
        end)
        local next_one = jg.task(process.stdin.write, process.stdin, "y")
        assert.equal(process.stdin, next_one:wait(60))
        writer:cancel()
    end)

    it("ends with the stream, also for who waits for his turn", function()
        local process = helper.spawn(job, { "hang" }, { stdin = "pipe" })
        local writer = jg.task(process.stdin.write, process.stdin, ("x"):rep(1 << 20))
        local next_one = jg.task(process.stdin.write, process.stdin, "y")
        coroutine.yield()
        process.stdin:close()
        helper.raises("the stream was closed while it was being written", writer.wait, writer)
        helper.raises("the stream was closed before it could be written", next_one.wait, next_one)
    end)

    it("fails for who waits for his turn, too, if nobody reads any more", function()
        local process = helper.spawn(job, { "wait-byte" }, { stdin = "pipe" })
        local writer = jg.task(process.stdin.write, process.stdin, ("x"):rep(1 << 20))
        coroutine.yield()
        assert.equal("broken_pipe", select(4, process.stdin:write "y"))
        assert.equal("broken_pipe", select(4, writer:wait()))
    end)

    it("may be cancelled", function()
        local process = helper.spawn(job, { "hang" }, { stdin = "pipe" })
        local writer = jg.task(process.stdin.write, process.stdin, ("x"):rep(1 << 20))
        coroutine.yield()
        assert.is_true(writer:cancel())
        process.stdin:close()
        assert.equal("cancelled", writer.state)
    end)

    it("goes on when it was cancelled, and the next one waits for that", function()
        local process, text = cat(), ("x"):rep(1 << 20)
        local writer = jg.task(process.stdin.write, process.stdin, text)
        coroutine.yield()
        assert.is_true(writer:cancel())
        assert.is_nil(process.stdin:wait(0))
        local reader = jg.task(process.stdout.read, process.stdout, #text + 1)
        assert.equal(process.stdin, process.stdin:write "y")
        assert.is_true(process.stdin:wait(0))
        assert.equal(text .. "y", reader:wait(60))
    end)
end)

describe("a stream", function()
    it("is closed any number of times, and by leaving a scope", function()
        local process = cat()
        do
            local _ <close> = process.stdin
        end
        process.stdin:close()
        process.stdin:close()
        assert.is_true(assert(process:wait(60)).ok)
        process.stdout:close()
        process.stdout:close()
    end)

    it("that is closed can't be used", function()
        local process = cat()
        process.stdin:close()
        process.stdout:close()
        helper.raises("the stream is closed", process.stdin.write, process.stdin, "x")
        for _, method in ipairs { "read", "lines" } do
            helper.raises("the stream is closed", process.stdout[method], process.stdout)
        end
    end)

    it("has one direction", function()
        local process = cat()
        helper.raises("this end of the pipe can't be written", process.stdout.write, process.stdout, "x")
        helper.raises("this end of the pipe can't be read", process.stdin.read, process.stdin)
    end)

    it("that is read no more ends a child that writes", function()
        local process = helper.spawn(job, { "flood", "1G" }, { stdout = "pipe" })
        process.stdout:read(16)
        process.stdout:close()
        assert.equal(expect.broken_pipe, support.ending(assert(process:wait(60))))
    end)

    it("serves those who came first first", function()
        local process = cat()
        local first = jg.task(function() return process.stdout:read(5) end)
        local second = jg.task(function() return process.stdout:read "l" end)
        jg.sleep(0) -- both wait
        process.stdin:write "hello world\nmore\n"
        assert.equal("hello", first:wait(60))
        assert.equal(" world", second:wait(60))
    end)

    it("outlives its process", function()
        local process = helper.spawn(job, { "print", "last words" }, { stdout = "pipe" })
        process:wait()
        job:close()
        assert.equal("last words", process.stdout:read())
    end)

    it("survives the collection of its process", function()
        local stream = helper.spawn(job, { "print", "x", "wait-eof" }, { stdin = "pipe", stdout = "pipe" }).stdout
        collectgarbage()
        collectgarbage()
        assert.equal("x", stream:read("l", 60))
    end)

    it("tells what it is", function()
        local process = cat()
        assert.truthy(tostring(process.stdin):find "^stream %(open%)")
        process.stdin:close()
        assert.truthy(tostring(process.stdin):find "^stream %(closed%)")
    end)
end)
