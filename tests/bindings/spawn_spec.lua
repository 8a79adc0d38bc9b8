-- spawn_spec.lua: job:spawn: the command, its environment, its folder, and why it can't be run.

local jg = require "jghost"
local expect = require "tests.expect"
local lfs = require "lfs"
local fixture = require "tests.fixture"
local helper = require "tests.bindings.helper"
local support = require "tests.support"

local folder, job

fixture.folder(function(path) folder = path end)
fixture.job(function(new) job = new end)

describe("the arguments of spawn", function()
    local function echo(arguments)
        return helper.unquote(helper.output { "dump-args", table.unpack(arguments) })
    end

    local same = {
        ["an empty text"] = "", blanks = " a  b ", ["double quotes"] = 'say "x"', apostrophes = "it's",
            newlines = "a\nb\n",
        ["what a shell would expand"] = "$HOME `id` * ~ ; & | > x", backslashes = "a\\b\\\\", dashes = "--",
        ["UTF-8"] = "grün 漢字 €", ["bytes that are no UTF-8"] = "\xff\xfe\x80",
            ["control characters"] = "\1\27\127",
        ["30,000 characters"] = ("x"):rep(30000), ["100,000 characters"] = ("0123456789"):rep(10000),
    }
    for what, text in pairs(same) do
        it("reach the process: " .. what, function()
            assert.same({ "before", text, "after" }, echo { "before", text, "after" })
        end)
    end

    it("may be many", function()
        local many = {}
        for i = 1, 5000 do
            many[i] = ("argument %d"):format(i)
        end
        assert.same(many, echo(many))
    end)

    it("may be numbers, written as Lua writes them", function()
        local numbers = { 42, -7, 1.5, 2.0, 2^53, math.mininteger, math.huge }
        local texts = {}
        for i, number in ipairs(numbers) do
            texts[i] = tostring(number)
        end
        assert.same(texts, echo(numbers))
    end)

    it("stay numbers in the caller's table", function()
        local command = { helper.child, "exit", 3 }
        assert.equal(3, job:spawn(command):wait().code)
        assert.equal("integer", math.type(command[3]))
    end)

    it("may come from metamethods, and nothing else keeps them", function()
        local words = { helper.child, "dump-args", "a", "b" }
        local proxy = setmetatable({ stdout = "capture" }, {
            __len = function() return #words end,
            __index = function(_, key)
                collectgarbage()
                return math.type(key) == "integer" and words[key] .. ("!"):rep(key - 2) or nil
            end,
        })
        local process = assert(job:spawn(proxy))
        process:wait()
        assert.same({ "a!", "b!!" }, helper.unquote(process.stdout))
    end)

    it("are refused by the system when one is too long", function()
        local process, message, code, name = job:spawn { helper.child, "dump-args", ("x"):rep(1 << 20) }
        assert.is_nil(process)
        assert.equal(("cannot run %s: Argument list too long"):format(helper.child), message)
        assert.equal(7, code)
        assert.equal("too_long", name)
    end)
end)

describe("the environment of spawn", function()
    local function variables(options)
        local list = {}
        for _, entry in ipairs(helper.unquote(helper.output({ "dump-env" }, options))) do
            local name, value = entry:match "^(.[^=]*)=(.*)$"
            assert.is_nil(list[name], "twice: " .. name)
            list[name] = value
        end
        return list
    end

    it("is ours unless told", function()
        local theirs = variables {}
        assert.equal(os.getenv "PATH", theirs.PATH)
        assert.equal(os.getenv "HOME", theirs.HOME)
    end)

    it("adds, overrides and unsets", function()
        local before = variables {}
        local theirs = variables { env = { JG_NEW = "a=b c\n€", HOME = "/nowhere", JG_NUMBER = 7, JG_EMPTY = "",
            PATH = false } }
        assert.equal("a=b c\n€", theirs.JG_NEW)
        assert.equal("7", theirs.JG_NUMBER)
        assert.equal("", theirs.JG_EMPTY)
        before.JG_NEW, before.JG_NUMBER, before.JG_EMPTY = theirs.JG_NEW, "7", ""
        before.HOME, before.PATH = "/nowhere", nil
        assert.same(before, theirs)
    end)

    it("unsets what isn't set", function()
        assert.is_nil(variables { env = { JG_NEVER = false } }.JG_NEVER)
    end)

    it("is empty, or only what is given, with clear_env", function()
        assert.same({}, variables { clear_env = true })
        assert.same({ A = "1", B = "2" }, variables { clear_env = true, env = { A = "1", B = 2, C = false } })
        assert.equal(os.getenv "PATH", variables({ clear_env = false }).PATH)
    end)

    it("doesn't change the caller's table", function()
        local env = { A = 1, B = false }
        variables { env = env }
        assert.same({ A = 1, B = false }, env)
        assert.equal("integer", math.type(env.A))
    end)

    it("may be large", function()
        local env = {}
        for i = 1, 500 do
            env["JG_" .. i] = ("v"):rep(200) .. i
        end
        local theirs = variables { env = env, clear_env = true }
        assert.same(env, theirs)
    end)
end)

describe("the folder of spawn", function()
    it("is ours unless told", function()
        assert.same({ lfs.currentdir() }, helper.unquote(helper.output { "dump-cwd" }))
    end)

    it("is where it says", function()
        assert.same({ "/" }, helper.unquote(helper.output({ "dump-cwd" }, { cwd = "/" })))
        local odd = folder .. "/an odd\nname €"
        lfs.mkdir(odd)
        assert.same({ odd }, helper.unquote(helper.output({ "dump-cwd" }, { cwd = odd })))
        assert.equal("/", lfs.currentdir():sub(1, 1), "ours stays")
    end)

    it("is where a relative command is looked up", function()
        lfs.mkdir(folder .. "/bin")
        lfs.link(helper.child, folder .. "/bin/prog", true)
        assert.is_true(job:spawn({ "bin/prog", "exit", "0", cwd = folder }):wait().ok)
        assert.is_true(job:spawn({ "./prog", "exit", "0", cwd = folder .. "/bin" }):wait().ok)
        assert.equal("not_found", select(4, job:spawn { "./prog", cwd = folder }))
    end)

    it("isn't where our own files are opened", function()
        local here = os.tmpname()
        assert(job:spawn { helper.child, "print", "x", cwd = "/", stdout = here }):wait()
        assert.equal("x\n", helper.read(here))
        os.remove(here)
    end)

    for what, bad in pairs {
        ["isn't there"] = { "/no/such/folder", "No such file or directory", 2, "not_found" },
        ["is a file"] = { "/etc/passwd", "Not a directory", 20, "not_directory" },
    } do
        it("is named in the message if it " .. what, function()
            local process, message, code, name = job:spawn { helper.child, "exit", "0", cwd = bad[1] }
            assert.is_nil(process)
            assert.equal(("cannot enter the working directory %s: %s"):format(bad[1], bad[2]), message)
            assert.equal(bad[3], code)
            assert.equal(bad[4], name)
        end)
    end
end)

describe("the program of spawn", function()
    it("is looked up in PATH if it has no separator", function()
        lfs.link(helper.child, folder .. "/jg-found", true)
        local path = "/no/such:" .. folder
        assert.is_true(job:spawn({ "jg-found", "exit", "0", env = { PATH = path } }):wait().ok)
        assert.equal("not_found", select(4, job:spawn { "jg-found", env = { PATH = "/no/such" } }))
    end)

    it("is passed as it was written", function()
        local process = job:spawn { "cat", "/proc/self/cmdline", stdout = "capture" }
        process:wait()
        assert.equal("cat\0/proc/self/cmdline\0", process.stdout)
    end)

    it("is refused with the system's reason, never with 127", function()
        local text = helper.write(folder .. "/text", "exit 0\n", "755")
        local empty = helper.write(folder .. "/empty", "", "755")
        local plain = helper.write(folder .. "/plain", "#!/bin/sh\n", "644")
        local lost = helper.write(folder .. "/lost", "#!/no/such/interpreter\n", "755")
        lfs.link("loop", folder .. "/loop", true)
        local long = "./" .. ("n"):rep(300)
        for _, case in ipairs {
            { "./x", "No such file or directory", 2, "not_found" },
            { "no-such-command-anywhere", "No such file or directory", 2, "not_found" },
            { folder .. "/text/x", "Not a directory", 20, "not_directory" },
            { "/", "Permission denied", 13, "denied" },
            { plain, "Permission denied", 13, "denied" },
            { text, "Exec format error", 8, "not_executable" },
            { empty, "Exec format error", 8, "not_executable" },
            { lost, "No such file or directory", 2, "not_found" },
            { folder .. "/loop", "Too many levels of symbolic links", 40, "other" },
            { long, "File name too long", 36, "too_long" },
        } do
            assert.same({ n = 4, nil, ("cannot run %s: %s"):format(case[1], case[2]), case[3], case[4] },
                table.pack(job:spawn { case[1], env = { PATH = "/no/such:/bin" } }))
        end
    end)

    it("is refused while somebody writes it", function()
        local copy = folder .. "/busy"
        helper.write(copy, helper.read(helper.child), "755")
        local _ <close> = assert(io.open(copy, "ab"))
        assert.same({ n = 4, nil, ("cannot run %s: Text file busy"):format(copy), 26, "not_executable" },
            table.pack(job:spawn { copy }))
    end)

    it("that can't be run leaves the job empty", function()
        assert.is_nil((job:spawn { "./x" }))
        assert.is_true(job:wait(30))
        assert.same({}, job:processes())
    end)
end)

describe("spawn", function()
    it("tells the pid, and the pid as others see it", function()
        local process = helper.spawn(job, { "pid", "hang" }, { stdout = "pipe" })
        assert.equal(process.pid, tonumber(process.stdout:read("l"):match "^pid=(%d+)"))
        assert.equal("integer", math.type(process.host_pid))
        local pid = process.pid
        job:close()
        assert.equal(pid, process.pid)
    end)

    it("names the process by its program, or as told", function()
        assert.equal("child", helper.spawn(job, { "exit", "0" }).name)
        assert.equal("a name", helper.spawn(job, { "exit", "0" }, { name = "a name" }).name)
        assert.equal("cat", job:spawn({ "cat" }).name)
    end)

    it("knows its job", function()
        assert.equal(job, helper.spawn(job, { "exit", "0" }).job)
    end)

    it("works from many tasks at once", function()
        local tasks = {}
        for i = 1, 200 do
            tasks[i] = jg.task(function() return helper.spawn(job, { "exit", i % 100 }):wait().code end)
        end
        for i, task in ipairs(tasks) do
            assert.equal(i % 100, task:wait())
        end
    end)

    it("works where Lua can't yield", function()
        local codes = {}
        table.sort({ 3, 1, 2 }, function(a, b)
            codes[#codes + 1] = helper.spawn(job, { "exit", "5" }):wait().code
            return a < b
        end)
        assert.equal(5, codes[1])
    end)

    it("ends with the job that is closed meanwhile", function()
        local processes = {}
        for i = 1, 20 do
            jg.task(function() processes[i] = job:spawn { helper.child, "hang" } end)
        end
        coroutine.yield()
        job:close()
        for _, process in pairs(processes) do
            assert.equal(expect.killed, support.ending(process:wait(30)))
        end
    end)

    it("may be cancelled meanwhile", function()
        local task = jg.task(job.spawn, job, { helper.child, "hang" })
        coroutine.yield()
        task:cancel()
        job:close()
        assert.equal("cancelled", task.state)
    end)
end)
