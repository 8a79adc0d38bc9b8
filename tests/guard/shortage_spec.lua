-- shortage_spec.lua: what is lacking at the moment says nothing about a level, so no run is weaker because of it.

local expect = require "tests.expect"
local fixture = require "tests.fixture"
local helper = require "tests.bindings.helper"
local jg = require "jghost"
local ordinary = require "tests.ordinary"
local support = require "tests.support"

local ALONE = 54321 -- a user whom nobody else is: all of the user's processes are ours

local level = 'print(require "jghost".guarantee().level)'

local jghost, fault
fixture.programs(function(folder)
    jghost = folder .. "/jghost"
    fault = helper.write(folder .. "/fault", support.read(support.fault), "755")
end)

local function run(words, options)
    local command = ordinary.command(words, ALONE)
    command.stdin, command.timeout = "null", 60
    command.env = { ASAN_OPTIONS = "detect_leaks=0" } -- or it would need a process for itself
    for name, value in pairs(options or {}) do
        command[name] = value
    end
    return assert(jg.run(command))
end

-- The level of an ordinary user where nothing is lacking.
local function strongest()
    return run({ jghost, "-e", level }).stdout
end

for what, reason in pairs {
    descriptors = "Too many open files",
    processes = "Resource temporarily unavailable",
} do
    it("a momentary lack of " .. what .. " ends the run before it begins", function()
        if not expect.in_namespace[strongest():match "%l+"] then
            pending "there are no namespaces to be had here"
        end
        local result = run({ fault, "-e", level }, { env = { JGHOST_SHORT_OF = what } })
        assert.equal(125, result.code)
        assert.equal("", result.stdout)
        assert.matches("^jghost: cannot enter level '%l+' just now: [^\n]*: " .. reason .. "\n$", result.stderr)
    end)
end

-- Some of the limits are too low, and some aren't: each run has the level that it has without one, or says why not.
local function check(limit, last)
    local expected, ended, began = strongest(), 0, 0
    for number = 1, last do
        local result = run { "prlimit", ("--%s=%d:%d"):format(limit, number, number), jghost, "-e", level }
        if result.ok then
            assert.equal(expected, result.stdout)
            began = began + 1
        else
            assert.is_true(result.code >= 125, tostring(result)) -- 126, 127: prlimit or the loader had too few
            assert.equal("", result.stdout)
            ended = ended + 1
        end
    end
    assert.is_true(began > 0 and ended > 0, ("%d began, %d didn't"):format(began, ended))
end

it("a run that may have few descriptors has the same level, or none", function()
    check("nofile", 64)
end)

it("a run whose user may have few processes has the same level, or none", function()
    if not ordinary.is_root then
        pending "how many processes this user has isn't ours to know: others may start some"
    end
    check("nproc", 8)
end)

it("a limit of namespaces is no such lack: there the level isn't to be had", function()
    local none = { "unshare", "-Ur", "sh", "-c", [[
        echo 0 >/proc/sys/user/max_pid_namespaces && echo 0 >/proc/sys/user/max_user_namespaces && exec "$@"
    ]], "sh" }
    table.move({ jghost, "-e", level .. ' print(require "jghost".guarantee().why)' }, 1, 3, #none + 1, none)
    local result = jg.run(none)
    if not (result and result.ok) then
        pending("there are no user namespaces to be had: " .. (result and result.stderr or "there is no unshare"))
    end
    assert.matches("^reaper\n.*namespace: cannot create the harness: No space left on device", result.stdout)
end)
