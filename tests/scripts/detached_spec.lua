-- detached_spec.lua: the log of detached processes, and what jghost --list makes of it.

local expect = require "tests.expect"
local jg = require "jghost"
local lfs = require "lfs"
local detaching = require "tests.detaching"
local helper = require "tests.bindings.helper"
local support = require "tests.support"

local level = support.levels()[1]
local folder, log
detaching.folder(function(path)
    folder, log = path, path .. "/jghost/detached"
end)

-- Detaches a child that hangs, in `job`. Returns its number.
local function detach(job, options)
    return tonumber((detaching.says(job, folder, level, ("print(hang(%s).host_pid)"):format(options or ""))))
end

local function write_log(text)
    lfs.mkdir(folder .. "/jghost")
    helper.write(log, text)
end

-- A line of the log as a list.
local function fields(line)
    local list = {}
    for field in line:gmatch "[^\t]+" do
        list[#list + 1] = field
    end
    return list
end

local function list()
    return support.run({ "--list" }, { env = detaching.environment(folder) })
end

-- What jg.detach says that can't log.
local function refusal(job, environment)
    local guard, marker = support.start(job, { support.jghost, "--level=" .. level, "--allow-detach", "-e",
        "print(require 'jghost'.detach { arg[1], 'hang' })", "-", helper.child, stdin = "null", stdout = "pipe",
        env = environment or detaching.environment(folder) })
    local text = guard.stdout:read "a"
    assert.equal(0, guard:wait(60).code)
    assert.equal("", support.survivors(marker))
    return text
end

describe("the log", function()
    it("has a line for each, which nobody else can read", function()
        local job <close> = jg.job {}
        local before = os.time()
        local text = detaching.says(job, folder, level, [[
            print(hang().host_pid)
            print(jg.detach { child, "hang", "a\tb\nc", ("x"):rep(2000) }.host_pid)
        ]])
        local pids, lines = helper.lines(text), detaching.log(folder)
        assert.equal(2, #lines)
        for i, line in ipairs(lines) do
            local pid, start, when, run, world, user, command = table.unpack(fields(line))
            assert.equal(pids[i], pid)
            assert.truthy(tonumber(start) and tonumber(run) and #world > 0 and #user > 0)
            assert.is_true(tonumber(when) >= before - 1 and tonumber(when) <= os.time() + 1)
            local expected = helper.child .. " hang" .. (i == 2 and " a?b?c " or "")
            assert.equal(expected, command:sub(1, #expected))
            assert.is_true(#command < 1024 and (i == 1 or command:find "x…$" ~= nil))
        end
        if expect.proc then
            assert.equal("rw-------", lfs.attributes(log, "permissions"))
            assert.equal("rwx------", lfs.attributes(folder .. "/jghost", "permissions"))
        end
        for _, pid in ipairs(pids) do
            detaching.finish(tonumber(pid))
        end
    end)

    it("that can't be written: nothing is started", function()
        local job <close> = jg.job {}
        lfs.mkdir(folder .. "/jghost")
        lfs.mkdir(log)
        local text = refusal(job)
        assert.matches("^nil\tcannot write the log of detached processes .*detached: ", text)
        assert.matches(expect.proc and "is_directory\n$" or "denied\n$", text)
        helper.remove(folder .. "/jghost")
        helper.write(folder .. "/jghost", "a file")
        assert.matches(expect.proc and "not_directory\n$" or "not_found\n$", refusal(job))
        os.remove(folder .. "/jghost")
        local nowhere = { [expect.state] = false, HOME = false }
        assert.matches("^nil\tcannot write the log of detached processes %(.*: .*not_found\n$", refusal(job, nowhere))
        if expect.proc then
            for _, environment in ipairs { { XDG_STATE_HOME = "relative", HOME = folder }, { HOME = folder,
                XDG_STATE_HOME = false } } do
                assert.equal("nil", refusal(job, { HOME = "relative", XDG_STATE_HOME = "relative" }):match "^%a+")
                assert.matches("%(pid %d+%)\n$", (function()
                    local guard, marker = support.start(job, { support.jghost, "--allow-detach", "-e",
                        "print(require 'jghost'.detach { arg[1], 'exit', '0' })", "-", helper.child, stdin = "null",
                        stdout = "pipe", env = environment })
                    local said = guard.stdout:read "a"
                    assert(guard:wait(60))
                    assert.equal("", support.survivors(marker))
                    return said
                end)())
                assert.equal(1, #helper.lines(support.read(folder .. "/.local/state/jghost/detached")))
                os.remove(folder .. "/.local/state/jghost/detached")
            end
        end
    end)

    it("that somebody holds is waited for, but not for ever", function()
        if not expect.shell or not jg.run { "flock", "--version" } then
            pending "it takes a program that holds a lock, and there is no flock"
        end
        local job <close> = jg.job {}
        write_log ""
        local holder = assert(job:spawn { "flock", log, helper.child, "ready", "hang", stdout = "pipe" })
        assert.equal("ready", holder.stdout:read("l", 60))
        assert.matches("^nil\tcannot write the log of detached processes .*busy", refusal(job))
        assert.matches("cannot read the log of detached processes .*busy", list().stderr)
        job:terminate()
        assert(job:wait(60))
        assert.equal(0, list().code)
    end)

    it("doesn't grow for ever if nobody lists it", function()
        local job <close> = jg.job {}
        local pid = detach(job)
        local line = detaching.log(folder)[1] .. "\n"
        local dead = line:gsub("^%d+\t%d+", pid .. "\t1")
        write_log(dead:rep(70000 // #dead) .. line)
        local second = detach(job)
        local lines = detaching.log(folder)
        assert.equal(2, #lines)
        assert.equal(line, lines[1] .. "\n")
        assert.equal(tostring(second), fields(lines[2])[1])
        if expect.proc then
            assert.equal("rw-------", lfs.attributes(log, "permissions"))
        end
        detaching.finish(pid)
        detaching.finish(second)
    end)

    it("that many write and read at a time loses nobody", function()
        local job <close> = jg.job {}
        local guards, pids, runs, each = {}, {}, 4, expect.proc and 25 or 5
        for i = 1, runs do
            guards[i] = detaching.start(job, folder, level, ([[
                for _ = 1, %d do say(hang().host_pid) assert(jg.detach { child, "exit", "0" }) end
            ]]):format(each))
        end
        local reading = jg.task(function()
            repeat
                assert.equal(0, list().code)
            until #pids == runs * each
        end)
        for _, guard in ipairs(guards) do
            for _ = 1, each do
                pids[#pids + 1] = tonumber(guard.stdout:read("l", 120))
            end
            assert.equal(0, guard:wait(120).code, guard.stderr)
        end
        reading:wait()
        table.sort(pids)
        assert.same(pids, (detaching.listed(folder)))
        for _, pid in ipairs(pids) do
            detaching.finish(pid)
        end
        assert.same({}, (detaching.listed(folder)))
        assert.same({}, detaching.log(folder))
        for name in lfs.dir(folder .. "/jghost") do
            assert.truthy(name:find "^%.*$" or name == "detached", name .. " was left")
        end
    end)
end)

describe("jghost --list", function()
    it("says nothing of a log that isn't there", function()
        local result = list()
        assert.equal(0, result.code)
        assert.is_nil(result.stdout:find("\ndetached,", 1, true))
        assert.is_nil(lfs.attributes(folder .. "/jghost"))
    end)

    it("shows below the harnesses those that live", function()
        local job <close> = jg.job {}
        local pid = detach(job)
        local text = select(2, detaching.listed(folder))
        assert.matches("\n\ndetached, and so outside of any harness:\n *PID  STARTED +COMMAND\n *" .. pid ..
            "  " .. os.date("%Y"):gsub("%p", "%%%0") .. "%-[%d-]+ [%d:]+  " .. helper.child:gsub("%p", "%%%0") ..
            " hang\n$", text)
        detaching.finish(pid)
        assert.is_nil(list().stdout:find("\ndetached,", 1, true))
    end)

    it("forgets who has ended, and whose number is somebody else's now", function()
        local job <close> = jg.job {}
        local pids = { detach(job), detach(job) }
        detaching.finish(pids[1])
        local lines = detaching.log(folder)
        local reused = lines[2]:gsub("^(%d+)\t%d+", "%1\t12345")
        write_log(table.concat(lines, "\n") .. "\n" .. reused .. "\n")
        assert.same({ pids[2] }, (detaching.listed(folder)))
        assert.same({ lines[2] }, detaching.log(folder))
        detaching.finish(pids[2])
    end)

    it("knows what it can't know: another machine, another namespace; but not before the last start", function()
        if not expect.proc then
            pending "there is one world only"
        end
        local job <close> = jg.job {}
        local pid = detach(job)
        local line = detaching.log(folder)[1]
        local host, boot, namespace = fields(line)[5]:match "^(.*)/(.*)/(.*)$"
        local function at(...)
            local world = ("\t%s/%s/%s\t"):format(...)
            return (line:gsub("\t[^\t]*/[^\t]*/%d+\t", function() return world end))
        end
        local other = boot:reverse() .. "0"
        local elsewhere, inside = at("another" .. host, other, namespace), at(host, boot, namespace .. "0")
        local before, unknown = at(host, other, namespace), at(host, "", namespace)
        write_log(table.concat({ elsewhere, line, before, inside, unknown }, "\n") .. "\n")
        assert.same({ pid }, (detaching.listed(folder)))
        assert.same({ elsewhere, line, inside, unknown }, detaching.log(folder))
        write_log(at("renamed", boot, namespace) .. "\n")
        assert.same({ pid }, (detaching.listed(folder)))
        detaching.finish(pid)
    end)

    it("says which line is damaged, and leaves the log as it is", function()
        local job <close> = jg.job {}
        local pid = detach(job)
        local line = detaching.log(folder)[1] .. "\n"
        for _, damage in ipairs { "garbage\n", "\n", line:sub(1, -2), line:sub(1, 20) .. "\n",
            line:sub(1, -2) .. "\0\n", "0" .. line, "-" .. line, line:gsub("\t", " ", 1),
            line:gsub("\t", "\t\t", 1), line:gsub("\t%d", "\tx", 1), line:gsub("(\t%d+\t)%d", "%199999999999", 1),
            line:sub(1, -2) .. ("x"):rep(3000) .. "\n" } do
            write_log(line .. damage .. line)
            local result = list()
            assert.equal(1, result.code)
            assert.matches("^jghost: cannot read the log of detached processes .*detached %(line 2 is none",
                result.stderr)
            assert.is_nil(result.stderr:find "traceback")
            assert.truthy(#result.stdout > 0, "the harnesses are listed all the same")
            assert.equal(line .. damage .. line, support.read(log))
        end
        detaching.finish(pid)
    end)

    it("says so if the log can't be read", function()
        lfs.mkdir(folder .. "/jghost")
        lfs.mkdir(log)
        local result = list()
        assert.equal(1, result.code)
        assert.matches("^jghost: cannot read the log of detached processes .*detached: %S.*\n$", result.stderr)
        assert.is_nil(result.stderr:find "traceback")
        if expect.shell and jg.run { "id", "-u" }.stdout ~= "0\n" then
            lfs.rmdir(log)
            write_log ""
            assert(jg.run { "chmod", "0", log }.ok)
            assert.matches("Permission denied", list().stderr)
        end
    end)
end)

describe("inside another run", function()
    -- The outer run's script starts an inner one, with this option, which tries to detach.
    local function nested(option)
        local job <close> = jg.job {}
        local guard, marker = support.start(job, { support.jghost, "--level=" .. level, "-e", [[
            local jg = require "jghost"
            local job = jg.job()
            local inner = job:spawn { arg[2], arg[3], "-e", arg[4], "-", arg[1], stdout = "pipe", stdin = "null" }
            print(inner.stdout:read "l")
            print(inner:wait().ok, jg.detach { arg[1], "hang" } ~= nil)
            local count = 0
            for _, process in ipairs(job:processes()) do
                count = count + (process.command:find " hang$" and 1 or 0)
            end
            print(count)
            io.stdout:flush()
            jg.sleep(1e6)
        ]], "-", helper.child, helper.jghost, option, [[
            local detached, _, _, name = require "jghost".detach { arg[1], "hang" }
            print(detached and "detached" or name)
        ]], stdin = "null", stdout = "pipe", env = detaching.environment(folder) })
        local said = {}
        for i = 1, 3 do
            said[i] = guard.stdout:read("l", 60)
        end
        guard:signal "kill"
        assert(guard:wait(60))
        assert.equal("", support.survivors(marker))
        return said
    end

    it("it is the inner run's option that counts; but nobody outlives the outer one", function()
        assert.same({ "detached", "true\tfalse", "1" }, nested "--allow-detach")
        assert.same({ "denied", "true\tfalse", "0" }, nested "-W")
    end)

    it("an outer run's option isn't the inner one's", function()
        local job <close> = jg.job {}
        local text, marker = detaching.says(job, folder, level, [[
            print(jg.run { arg[1], "-e", arg[2], stdin = "null" }.stdout)
        ]], helper.jghost, 'print(select(4, require "jghost".detach { "x" }))')
        assert.matches("^denied", text)
        assert.equal("", support.survivors(marker))
    end)
end)

it("core.detached returns a list of them, where their numbers mean something", function()
    local job <close> = jg.job {}
    local pid = detach(job)
    local script = [[
        for _, each in ipairs(assert(require "jghost.core".detached())) do
            print(each.pid, math.type(each.started), math.type(each.run), each.user, each.command)
        end
    ]]
    for _, at in ipairs(support.levels()) do
        local text = support.run({ "--level=" .. at, "-e", script }, { env = detaching.environment(folder) }).stdout
        if expect.proc and at ~= "reaper" then -- a namespace of its own
            assert.equal("", text)
        else
            assert.matches("^" .. pid .. "\tinteger\tinteger\t[^\t]+\t" .. helper.child:gsub("%p", "%%%0") ..
                " hang\n$", text)
        end
    end
    detaching.finish(pid)
end)
