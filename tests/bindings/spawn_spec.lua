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
            local refusal = expect.argument_refusals[what]
            if refusal then
                helper.refused("cannot run " .. helper.child, refusal, job:spawn { helper.child, "dump-args", text })
            else
                assert.same({ "before", text, "after" }, echo { "before", text, "after" })
            end
        end)
    end

    it("may be many", function()
        local many = {}
        for i = 1, expect.arguments do
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
        helper.refused("cannot run " .. helper.child, expect.refusals.too_long,
            job:spawn { helper.child, "dump-args", ("x"):rep(1 << 20) })
    end)
end)

describe("the environment of spawn", function()
    local function variables(options)
        local list = {}
        for _, entry in ipairs(helper.unquote(helper.output({ "dump-env" }, options))) do
            local name, value = entry:match "^(.[^=]*)=(.*)$"
            name = expect.variable(name)
            assert.is_nil(list[name], "twice: " .. name)
            list[name] = value
        end
        return list
    end

    -- The same without what the system gives to each process.
    local function given(options)
        local list = variables(options)
        for name in pairs(list) do
            if not expect.given(name) then
                list[name] = nil
            end
        end
        return list
    end

    it("is ours unless told", function()
        local theirs = variables {}
        assert.is_string(theirs.PATH)
        assert.equal(os.getenv "PATH", theirs.PATH)
        assert.equal(os.getenv(expect.home), theirs[expect.home])
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

    it("tells names apart as the system does", function()
        local before = variables {}
        local theirs = variables { env = { Path = false, [expect.home:lower()] = "/nowhere" } }
        assert.equal(expect.variable "Path" ~= "PATH" and before.PATH or nil, theirs.PATH)
        assert.equal("/nowhere", theirs[expect.variable(expect.home:lower())])
    end)

    it("unsets what isn't set", function()
        assert.is_nil(variables { env = { JG_NEVER = false } }.JG_NEVER)
    end)

    it("is empty, or only what is given, with clear_env", function()
        assert.same({}, given { clear_env = true })
        assert.same({ A = "1", B = "2" }, given { clear_env = true, env = { A = "1", B = 2, C = false } })
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
        local theirs = given { env = env, clear_env = true }
        assert.same(env, theirs)
    end)
end)

describe("the folder of spawn", function()
    it("is ours unless told", function()
        assert.same({ lfs.currentdir() }, helper.unquote(helper.output { "dump-cwd" }))
    end)

    it("is where it says", function()
        local ours = lfs.currentdir()
        assert.same({ expect.root }, helper.unquote(helper.output({ "dump-cwd" }, { cwd = "/" })))
        local odd = folder .. "/" .. expect.odd_name
        lfs.mkdir(odd)
        assert.same({ expect.native(odd) }, helper.unquote(helper.output({ "dump-cwd" }, { cwd = odd })))
        assert.equal(ours, lfs.currentdir(), "ours stays")
    end)

    it("is where a relative command is looked up", function()
        lfs.mkdir(folder .. "/bin")
        helper.program(folder .. "/bin/prog")
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

    for what, refusal in pairs {
        ["isn't there"] = expect.refusals.no_folder, ["is empty"] = expect.refusals.no_folder,
        ["is a file"] = expect.refusals.not_a_folder, ["is too long"] = expect.refusals.long_folder,
    } do
        it("is named in the message if it " .. what, function()
            local file = helper.write(folder .. "/a file", "")
            local folders = { ["is empty"] = "", ["is a file"] = file, ["is too long"] = ("/no"):rep(3000) }
            local bad = folders[what] or "/no/such/folder"
            helper.refused("cannot enter the working directory " .. bad, refusal,
                job:spawn { helper.child, "exit", "0", cwd = bad })
        end)
    end
end)

describe("the program of spawn", function()
    it("is looked up in PATH if it has no separator", function()
        helper.program(folder .. "/jg-found")
        local path = "/no/such" .. expect.path_separator .. folder
        assert.is_true(job:spawn({ "jg-found", "exit", "0", env = { PATH = path } }):wait().ok)
        assert.equal("not_found", select(4, job:spawn { "jg-found", env = { PATH = "/no/such" } }))
    end)

    it("is passed as it was written", function()
        helper.program(folder .. "/jg-written")
        local process = job:spawn { "jg-written", "dump-name", "dump-args", "x", stdout = "capture",
            env = { PATH = folder } }
        process:wait()
        assert.same({ "jg-written", "x" }, helper.unquote(process.stdout))
    end)

    it("is refused with the system's reason, never with 127", function()
        for _, case in ipairs(expect.unrunnable) do
            local path = case[1]:gsub("%$", folder)
            if case.text then
                helper.write(path, case.text, case.mode)
            elseif case.link then
                lfs.link(case.link, path, true)
            end
        end
        for _, case in ipairs(expect.unrunnable) do
            local path = case[1]:gsub("%$", folder)
            helper.refused("cannot run " .. path, { table.unpack(case, 2, 4) },
                job:spawn { path, env = { PATH = "/no/such" .. expect.path_separator .. "/bin" } })
        end
    end)

    it("is refused while somebody writes it", function()
        local copy = folder .. "/busy" .. expect.programs
        helper.write(copy, helper.read(helper.child), expect.executable)
        local _ <close> = assert(io.open(copy, "ab"))
        helper.refused("cannot run " .. copy, expect.refusals.busy, job:spawn { copy })
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
        assert.equal("child" .. expect.programs, helper.spawn(job, { "exit", "0" }).name)
        assert.equal("child" .. expect.programs, job:spawn({ expect.native(helper.child), "exit", "0" }).name)
        assert.equal("a name", helper.spawn(job, { "exit", "0" }, { name = "a name" }).name)
        helper.program(folder .. "/jg-named")
        assert.equal("jg-named", job:spawn({ "jg-named", "exit", "0", env = { PATH = folder } }).name)
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
