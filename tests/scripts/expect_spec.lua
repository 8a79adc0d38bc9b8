-- expect_spec.lua: stream:expect and stream:peek, on pipes.

local jg = require "jghost"
local plain = require "jghost.plain"
local fixture = require "tests.fixture"
local helper = require "tests.bindings.helper"

local job

fixture.job(function(new) job = new end)

local function cat()
    return helper.spawn(job, { "cat" }, { stdin = "pipe", stdout = "pipe" })
end

-- A stream with this text in it, and then its end.
local function stream_of(text)
    local process = cat()
    local writer = jg.task(function()
        process.stdin:write(text)
        process.stdin:close()
    end)
    jg.wait_any({ writer }, 0.2) -- what is too long goes on
    return process.stdout
end

local function results(...)
    return { n = select("#", ...), ... }
end

describe("stream:expect", function()
    it("returns what matches, and takes what is before it", function()
        local stream = stream_of "one two three four"
        assert.same(results "two", results(stream:expect("t%w+", 60)))
        assert.same(results("h", "r"), results(stream:expect("t(.)(.)", 60)))
        assert.equal("ee four", stream:read "a")
    end)

    it("returns positions in what was there to be read", function()
        local stream = stream_of "\27[1mabc\27[mdef"
        assert.same(results(1, "b", 7), results(stream:expect("()a(b)()", 60)))
        assert.equal("c\27[mdef", stream:read "a")
    end)

    it("takes nothing for an empty match", function()
        local stream = stream_of "abc"
        assert.same(results "", results(stream:expect("x*", 60)))
        assert.same(results(false), results(stream:expect("^", 60) ~= ""))
        assert.equal("abc", stream:read "a")
    end)

    it("waits until it has come, in however many pieces", function()
        local process = cat()
        local task = jg.task(process.stdout.expect, process.stdout, "n%w+ gone", 60)
        for piece in ("now it is not gone"):gmatch "." do
            process.stdin:write(piece)
            jg.sleep(0.001)
        end
        assert.same(results "not gone", results(task:wait(60)))
    end)

    it("loses nothing by a timeout", function()
        local process = cat()
        process.stdin:write "12345"
        assert(process.stdout:wait(60))
        for _, seconds in ipairs { 0, 0.01 } do
            assert.same({ n = 2, nil, "timeout" }, results(process.stdout:expect("6", seconds)))
        end
        assert.is_true(process.stdout:wait(0))
        process.stdin:write "67"
        assert.equal("56", process.stdout:expect("56", 60))
        process.stdin:close()
        assert.equal("7", process.stdout:read "a")
    end)

    it("says that the end has come, and leaves what is there", function()
        local stream = stream_of "some text"
        for _ = 1, 2 do
            assert.same({ n = 2, nil, "ended" }, results(stream:expect "more"))
        end
        assert.equal("text", stream:expect "te.t$")
        assert.same({ n = 2, nil, "ended" }, results(stream:expect "."))
        assert.is_nil(stream:read())
    end)

    it("finds the first of several patterns", function()
        local stream = stream_of "login: password: denied"
        local patterns = { "denied", "(%w+):", "login" }
        assert.same(results(2, "login"), results(stream:expect(patterns, 60)))
        assert.same(results(2, "password"), results(stream:expect(patterns, 60)))
        assert.same(results(1, "denied"), results(stream:expect(patterns, 60)))
        assert.same({ n = 2, nil, "ended" }, results(stream:expect(patterns, 60)))
        assert.same(results(1, "a"), results(stream_of "abc":expect({ "a", "ab" }, 60)))
    end)

    it("keeps to the beginning if it is told", function()
        local stream = stream_of "first\nsecond\n"
        assert.is_nil((stream:expect("^second", 60)))
        assert.same(results "first", results(stream:expect("^(%w+)\n", 60)))
        assert.equal("second", stream:expect("^second", 60))
    end)

    it("finds what comes after very much", function()
        local stream = stream_of(helper.flood(4 << 20) .. "%needle%")
        assert.equal("%needle%", stream:expect("%%n%w+%%", 60))
        stream = stream_of(("x\27[1m"):rep(400000) .. "needle")
        assert.equal("needle", stream:expect("n%w+", 60))
        stream = stream_of(("y"):rep(3 << 20) .. "needle!")
        assert.equal(3 << 20, #stream:expect("^(y+)needle", 60))
        assert.equal("!", stream:read "a")
    end)

    it("finds what is long, but not without a limit", function()
        local long = ("z"):rep(60000)
        assert.equal(long, stream_of("a" .. long .. "b"):expect("az+b", 60):sub(2, -2))
        local stream = stream_of(helper.flood(10 << 20))
        assert.same({ n = 2, nil, "full" }, results(stream:expect "never"))
        assert.is_true(stream:read "a" == helper.flood(10 << 20), "and nothing is lost")
    end)

    it("sees before a frontier", function()
        local stream = stream_of(("X"):rep(200000) .. " X")
        assert.same(results(200002), results(stream:expect("()%f[%w]X$", 60)))
    end)

    it("shares with others who read", function()
        local process = cat()
        local task = jg.task(process.stdout.expect, process.stdout, "(%w+)!", 60)
        process.stdin:write(("long "):rep(100))
        assert(process.stdout:wait(60))
        assert.is_nil(task:wait(0.02))
        assert.equal(500, #process.stdout:read(500))
        process.stdin:write "short!"
        assert.equal("short", task:wait(60))
    end)

    it("raises in whom the stream is closed under", function()
        local process = cat()
        local task = jg.task(process.stdout.expect, process.stdout, "x")
        coroutine.yield()
        process.stdout:close()
        helper.raises("the stream was closed while it was being read", task.wait, task)
        helper.raises("the stream is closed", process.stdout.expect, process.stdout, "x")
    end)

    it("can be cancelled, and works where Lua can't yield", function()
        local process = cat()
        local task = jg.task(process.stdout.expect, process.stdout, "x")
        coroutine.yield()
        assert.is_true(task:cancel())
        process.stdin:write "xyz"
        local seen
        table.sort({ 1, 2 }, function(a, b)
            seen = seen or process.stdout:expect("y", 60)
            return a < b
        end)
        assert.equal("y", seen)
    end)

    it("refuses what is no pattern and no time", function()
        local process = cat()
        local stream = process.stdout
        for text, pattern in pairs { ["nil"] = false, ["5"] = 5, ["an empty table"] = {}, ["a function"] = print } do
            helper.raises("stream:expect: a pattern or a list of patterns was expected, got " .. text, stream.expect,
                stream, pattern or nil)
        end
        helper.raises("stream:expect: pattern 2 must be a string, not 5", stream.expect, stream, { "x", 5 })
        for _, seconds in pairs(helper.no_seconds) do
            helper.raises("stream:expect: the time must be a number of seconds, 0 or more, not ", stream.expect, stream,
                "x", seconds)
        end
        process.stdin:write "x"
        assert(stream:wait(60))
        for pattern, why in pairs {
            ["x["] = "malformed pattern (missing ']')", ["x%"] = "malformed pattern (ends with '%')",
            ["(x"] = "unfinished capture", ["x%1"] = "invalid capture index",
            ["x%f"] = "missing '[' after '%f' in pattern",
        } do
            local ok, message = pcall(stream.expect, stream, pattern, 60)
            assert.is_false(ok)
            assert.truthy(message:find("expect_spec.lua:", 1, true), message)
            assert.truthy(message:find("stream:expect: " .. why, 1, true), message)
        end
        helper.raises("this end of the pipe can't be read", process.stdin.expect, process.stdin, "x")
        helper.raises("jghost.stream expected, got table", stream.expect, {}, "x")
    end)
end)

describe("stream:peek", function()
    it("looks and takes nothing", function()
        local process = cat()
        assert.same(results("", false, 0), results(process.stdout:peek()))
        process.stdin:write "abc"
        assert.same(results("abc", false, 0), results(process.stdout:peek(1, 60)))
        assert.same(results("c", false, 0), results(process.stdout:peek(0, 0, 2)))
        assert.same(results("", false, 0), results(process.stdout:peek(0, 0, 5)))
        assert.same({ n = 2, nil, "timeout" }, results(process.stdout:peek(4, 0.01)))
        assert.equal("a", process.stdout:read(1))
        process.stdin:close()
        assert.same(results("bc", true, 1), results(process.stdout:peek(10, 60)))
        assert.equal("bc", process.stdout:read "a")
        assert.same(results("", true, 3), results(process.stdout:peek(10, 60)))
    end)

    it("refuses what is no number of bytes", function()
        local process = cat()
        for _, value in ipairs { -1, 1.5, "x", 0 / 0 } do
            assert.is_false(pcall(process.stdout.peek, process.stdout, value))
            assert.is_false(pcall(process.stdout.peek, process.stdout, 0, 0, value))
        end
        helper.raises("this end of the pipe can't be read", process.stdin.peek, process.stdin)
    end)
end)

describe("what is seen", function()
    -- In one piece and in pieces of every size.
    local function seen(bytes)
        local whole = plain.new()
        whole:add(bytes)
        for size = 1, #bytes do
            local parts, given = plain.new(), 0
            while given < #bytes do
                given = math.min(given + size, #bytes)
                parts:add(bytes:sub(parts.raw + 1, given))
            end
            assert.equal(whole.text, parts.text)
            assert.equal(whole.raw, parts.raw)
            for i = 0, #whole.text do
                assert.equal(whole:bytes(i), parts:bytes(i))
            end
        end
        return whole
    end

    it("is text without sequences", function()
        for bytes, text in pairs {
            ["plain text\r\n"] = "plain text\r\n",
            ["\27[31mred\27[m"] = "red",
            ["a\27[?25lb\27[2;5Hc"] = "abc",
            ["\27]0;title\7a\27]8;;x\27\\b"] = "ab",
            ["\27P1$q\27\\a\27_x\27\\b\27^y\27\\c\27Xz\27\\d"] = "abcd",
            ["\27=\27(Ba\27Mb\27cc"] = "abc",
            ["a\27[Cb\27[3Cc"] = "a b   c",
            ["a\27[4Cb"] = "a    b",
            ["\27[12\nx"] = "[12\nx",
            ["a\27"] = "a", ["a\27["] = "a", ["a\27[1;"] = "a", ["a\27]0;ti"] = "a", ["a\27]0;ti\27"] = "a",
            ["a\27("] = "a", ["\27\27[1ma"] = "a",
            ["€\27[1m€"] = "€€",
            [""] = "",
        } do
            assert.equal(text, seen(bytes).text)
        end
    end)

    it("knows the bytes of each character", function()
        local view = seen "\27[1ma\27[mb\27[4Cc\27[K"
        local ends = {}
        for i = 0, #view.text do
            ends[i + 1] = view:bytes(i)
        end
        assert.same({ 0, 5, 9, 13, 13, 13, 13, 14 }, ends)
        assert.equal(17, view.raw)
        view:keep(2)
        assert.equal(" c", view.text)
        assert.same({ 13, 13, 14 }, { view:bytes(0), view:bytes(1), view:bytes(2) })
        view:keep(1)
        view:add "def"
        assert.same({ "cdef", 14, 18, 20 }, { view.text, view:bytes(1), view:bytes(2), view:bytes(4) })
    end)

    it("holds nothing back for ever", function()
        local view = plain.new()
        view:add("\27]" .. ("x"):rep(10000))
        assert.equal("]" .. ("x"):rep(10000), view.text)
    end)
end)
