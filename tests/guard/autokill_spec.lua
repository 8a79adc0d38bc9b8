-- autokill_spec.lua: level autokill, in what it differs from namespace; and that it is told why there is none.

local expect = require "tests.expect"
local helper = require "tests.bindings.helper"
local jg = require "jghost"
local lfs = require "lfs"
local support = require "tests.support"

local strongest = support.levels()[1]
local is_root = helper.output({ "pid" }):find "uid=0 "

local script = [[
    local jg = require "jghost"
    local job = jg.job {}
    assert(job:spawn { arg[1], "daemonise", "ignore-all", "setsid", "hang" }):wait()
    print "ready" io.stdout:flush()
    jg.sleep(1e6)
]]

local function needs_autokill()
    if strongest ~= "autokill" then
        pending("there is no autokill here: " .. tostring(jg.guarantee().why))
    end
end

local function needs_namespace()
    if not expect.in_namespace[strongest] then
        pending "there are no namespaces to be had here"
    end
end

-- Starts a run at this level, and returns when its script waits: the guard, init, and the marker.
local function start(job, level, env)
    local guard, marker = support.start(job, { support.fault, "--level=" .. level, "-e", script, "-", support.child,
        stdout = "pipe", stdin = "null", env = env })
    assert.equal("ready", guard.stdout:read("l", 60))
    return guard, support.find(marker, "jghost-init"), marker
end

local function is_stopped(pid)
    return support.read_any(("/proc/%d/stat"):format(pid)):find "%) T" ~= nil
end

local function stop(process)
    process:signal "stop"
    local deadline = jg.now() + 60
    while not is_stopped(process.pid) and jg.now() < deadline do
        jg.sleep(0.005) -- nothing tells a process that isn't the parent of a stop
    end
    assert.is_true(is_stopped(process.pid))
end

-- Kills the guard of a run whose init can do nothing for its own end: it is stopped, and has no death signal.
local function kill_guard(job, level)
    local guard, init, marker = start(job, level, { JGHOST_NO_DEATH_SIGNAL = "1" })
    stop(guard) -- or it would continue init
    stop(init)
    guard:signal "kill"
    guard:wait()
    return init, marker
end

describe("the handle", function()
    it("ends everything when it is closed, whatever init does", function()
        needs_autokill()
        local job <close> = jg.job {}
        local _, marker = kill_guard(job, "autokill")
        assert.equal("", support.survivors(marker))
    end)

    it("is it that does so: without it, such an init is still there", function()
        needs_namespace()
        local job <close> = jg.job {}
        local init, marker = kill_guard(job, "namespace")
        assert.is_true(is_stopped(init.pid))
        init:signal "cont" -- it sees the guard's end now
        assert.equal("", support.survivors(marker))
    end)

    it("is the guard's alone", function()
        needs_autokill()
        local job <close> = jg.job {}
        local _, init, marker = start(job, "autokill")
        local holders = {}
        for _, process in ipairs(support.marked(marker)) do
            local folder = ("/proc/%d/fdinfo/"):format(process.pid)
            for name in lfs.dir(folder) do
                if support.read_any(folder .. name):find("\nPid:\t" .. init.pid .. "\n", 1, true) then
                    holders[#holders + 1] = process.name
                end
            end
        end
        assert.same({ "jghost-fault" }, holders)
    end)
end)

for _, level in ipairs(support.levels()) do
    it("at level " .. level .. ", how init has ended is the run's status, if there is no other", function()
        local result = support.run({ "--level=" .. level, "-e", "" },
            { support.fault, env = { JGHOST_END_AT = "harness-released" } })
        assert.equal(77, result.code)
    end)

    it("at level " .. level .. ", only an ordinary user's processes are kept from gaining rights", function()
        local result = support.run { "--level=" .. level, "-e", 'io.write(io.open "/proc/self/status":read "a")' }
        local before = support.read("/proc/self/status"):match "NoNewPrivs:%s*(%d)"
        local expected = level == "autokill" and not is_root and "1" or before
        assert.equal(expected, result.stdout:match "NoNewPrivs:%s*(%d)")
    end)
end

describe("where it isn't to be had", function()
    it("a kernel that is too old is said to be so", function()
        local major, minor = support.read("/proc/sys/kernel/osrelease"):match "^(%d+)%.(%d+)"
        if tonumber(major) * 1000 + tonumber(minor) >= 7001 then
            pending "this kernel isn't too old"
        end
        needs_namespace()
        local why = "autokill: this kernel has no CLONE_PIDFD_AUTOKILL (Linux 7.1 and later have it)"
        assert.equal(why, jg.guarantee().why:sub(1, #why))
        local result = support.run { "--require=autokill", "-e", "print(1)" }
        assert.equal(125, result.code)
        assert.equal("", result.stdout)
        assert.truthy(result.stderr:find(why, 1, true), result.stderr)
    end)

    for error, why in pairs {
        ENOSYS = "autokill: clone3 is refused here, which alone knows CLONE_PIDFD_AUTOKILL: Function not implemented",
        EPERM = "autokill: cannot create the harness: Operation not permitted",
    } do
        it(("because a filter answers clone3 with %s, all else works"):format(error), function()
            needs_namespace()
            local result = assert(jg.run { support.build .. "/filtered", "clone3=" .. error, support.jghost, "-e", [[
                local jg = require "jghost"
                print(jg.guarantee().level)
                print(jg.guarantee().why)
                print(jg.run { arg[1], "exit", "3" }.code)
                print(assert(jg.job { isolate = true }):spawn { arg[1], "exit", "4" }:wait().code)
            ]], "-", support.child, stdin = "null" })
            assert.equal("namespace\n" .. why .. "\n3\n4\n", result.stdout, result.stderr)
        end)
    end
end)
