-- stdio_spec.lua: where a child's standard input and outputs can go.

local jg = require "jghost"
local expect = require "tests.expect"
local fixture = require "tests.fixture"
local helper = require "tests.bindings.helper"

local folder, job

fixture.folder(function(path) folder = path end)
fixture.job(function(new) job = new end)

local function run(words, options)
    local process = helper.spawn(job, words, options)
    assert.is_true(assert(process:wait(60)).ok)
    return process
end

describe("standard input", function()
    it("is empty unless told", function()
        assert.equal("", run({ "cat" }, { stdout = "capture" }).stdout)
    end)

    it("can be the null device", function()
        assert.equal("", run({ "cat" }, { stdin = "null", stdout = "capture" }).stdout)
    end)

    it("can be a file", function()
        local file = helper.write(folder .. "/in", "a\0b\n")
        assert.equal("a\0b\n", run({ "cat" }, { stdin = file, stdout = "capture" }).stdout)
    end)

    it("can be ours", function()
        local script = 'assert(require "jghost".job():spawn { arg[1], "cat", stdin = "inherit" }):wait()'
        local file = helper.write(folder .. "/script.lua", script)
        local result = assert(jg.run { helper.jghost, file, helper.child, input = "through" })
        assert.equal("through", result.stdout)
    end)
end)

describe("the outputs", function()
    it("are ours unless told", function()
        local result = helper.script(
            'require "jghost".job():spawn { arg[1], "print", "out", "error", "err" }:wait()', "-", helper.child)
        assert.equal("", result.stderr:gsub("err\n", "", 1))
        assert.equal("out\n", result.stdout)
    end)

    it("go nowhere with null", function()
        local script = [[
            local command = { arg[1], "print", "x", "error", "y", stdout = "null", stderr = "null" }
            require "jghost".job():spawn(command):wait()
        ]]
        local result = helper.script(script, "-", helper.child)
        assert.equal("", result.stdout .. result.stderr)
    end)

    it("go to a file of any name that there can be", function()
        local name = folder .. "/\xff"
        local process, _, _, why = job:spawn(helper.verbs({ "print", "x" }, { stdout = name }))
        assert.equal(expect.shell, process ~= nil)
        assert.equal(not expect.shell and "invalid" or nil, why)
        if process then
            assert.is_true(process:wait(60).ok)
            assert.equal("x\n", helper.read(name))
        end
    end)

    it("go to files, which are emptied first", function()
        local out, err = helper.write(folder .. "/out", "old old old"), folder .. "/err"
        run({ "print", "x", "error", "y" }, { stdout = out, stderr = err })
        assert.equal("x\n", helper.read(out))
        assert.equal("y\n", helper.read(err))
    end)

    for where in pairs { capture = 1, pipe = 1, file = 1, null = 1 } do
        it("are one with stderr=stdout, in the order of writing: " .. where, function()
            local file = folder .. "/both"
            local words = { "print", "1", "error", "2", "print", "3" }
            local process = run(words, { stdout = where == "file" and file or where, stderr = "stdout" })
            local text = where == "file" and helper.read(file) or where == "pipe" and process.stdout:read "a"
                or process.stdout
            assert.equal(where ~= "null" and "1\n2\n3\n" or nil, text)
        end)
    end

    it("are both ours with stderr=stdout alone", function()
        local script = 'require "jghost".job():spawn { arg[1], "error", "x", stderr = "stdout" }:wait()'
        local result = helper.script(script, "-", helper.child)
        assert.equal("x\n", result.stdout)
        assert.equal("", result.stderr)
    end)

    for which, verb in pairs { stdin = "cannot open", stdout = "cannot write", stderr = "cannot write" } do
        it("that can't be opened are named: " .. which, function()
            helper.refused(verb .. " /no/such/file", expect.refusals.unopened,
                job:spawn { helper.child, "exit", "0", [which] = "/no/such/file" })
            assert.equal("is_directory", select(4, job:spawn { helper.child, "exit", "0", stdout = folder }))
            assert.is_true(job:wait(0), "nothing was started")
        end)
    end
end)

describe("a capture", function()
    it("has all, byte by byte", function()
        local bytes = {}
        for i = 0, 255 do
            bytes[i] = string.char(i)
        end
        local text = table.concat(bytes, "", 0):rep(1000) .. "no newline"
        local file = helper.write(folder .. "/bytes", text)
        assert.is_true(text == run({ "cat" }, { stdin = file, stdout = "capture" }).stdout)
    end)

    it("can be read while the process runs", function()
        local process = helper.spawn(job, { "put", "first", "wait-byte", "put", "second" }, { stdin = "pipe",
            stdout = "capture" })
        while process.stdout ~= "first" do
            assert(job:wait(0.001) == nil)
        end
        process.stdin:close()
        process:wait()
        assert.equal("firstsecond", process.stdout)
    end)

    it("is nil for what isn't captured", function()
        local process = run { "exit", "0" }
        assert.is_nil(process.stdout)
        assert.is_nil(process.stderr_omitted)
    end)

    for _, case in ipairs {
        { 1000000, nil }, { 8 << 20, nil }, { (8 << 20) + 16, nil }, { 100, 100 }, { 101, 100 }, { 50, 100 }, { 0,
            100 },
        { 1000, 0 }, { 1000, 1 }, { 1000, 2 }, { 1000, 7 }, { 100000, 9999 }, { 1 << 20, "64K" }, { 300, "1K" },
    } do
        local size, limit = table.unpack(case, 1, 2)
        it(("of %d bytes with a limit of %s keeps the head and the tail"):format(size, limit or "the default"),
            function()
            local process = run({ "flood", tostring(size) }, { stdout = "capture", capture_limit = limit })
            local bytes = not limit and 8 << 20 or limit == "64K" and 65536 or limit == "1K" and 1024 or limit
            local omitted = math.max(0, size - bytes)
            assert.equal(omitted, process.stdout_omitted)
            local text = helper.flood(size)
            if omitted > 0 then
                local head = bytes - bytes // 2
                text = ("%s\n[... %d bytes left out ...]\n%s"):format(text:sub(1, head), omitted,
                    text:sub(size - bytes // 2 + 1))
            end
            assert.is_true(text == process.stdout, "the text is another")
        end)
    end

    it("has a limit for each of the two", function()
        local process = run({ "flood", "1000", "flood-error", "2000" }, { stdout = "capture", stderr = "capture",
            capture_limit = 100 })
        assert.equal(900, process.stdout_omitted)
        assert.equal(1900, process.stderr_omitted)
    end)

    it("works for eight streams at once", function()
        local processes = {}
        for i = 1, 4 do
            processes[i] = helper.spawn(job, { "flood", "3000000", "flood-error", "2000016" }, { stdout = "capture",
                stderr = "capture" })
        end
        assert(jg.wait_all(processes, 60))
        local out, err = helper.flood(3000000), helper.flood(2000016)
        for _, process in ipairs(processes) do
            assert.is_true(process.stdout == out and process.stderr == err)
        end
    end)

    it("doesn't wait for a grandchild that holds the pipe", function()
        local process = run({ "hold-pipe", "put", "mine" }, { stdout = "capture", stderr = "capture" })
        assert.equal("mine", process.stdout)
        assert.is_nil(job:wait(0), "the grandchild lives")
    end)

    it("has all that the process wrote although a grandchild holds the pipe", function()
        local process = run({ "hold-pipe", "flood", "3000000" }, { stdout = "capture" })
        assert.is_true(process.stdout == helper.flood(3000000))
    end)

    it("ends though a grandchild writes without an end", function()
        local words = { "fork", "flood", "1000G", "--", "exit", "0" }
        assert.is_true(assert(helper.spawn(job, words, { stdout = "capture", capture_limit = 1000 }):wait(60)).ok)
    end)

    it("never blocks the child, whoever waits for it", function()
        local process = helper.spawn(job, { "flood", "20M", "ready-fd", "2" }, { stdout = "capture", stderr = "pipe",
            capture_limit = 10 })
        assert.equal("", process.stderr:read("l", 60))
    end)

    it("goes on while the script computes, and is complete afterwards", function()
        local process = helper.spawn(job, { "flood", "60000" }, { stdout = "capture" })
        for _ = 1, 1e6 do
            tostring(_)
        end
        process:wait()
        assert.is_true(process.stdout == helper.flood(60000))
    end)
end)
