-- birth_spec.lua: how a process comes into its job where Windows is older than 10, and takes no list of jobs for it: it
-- is created suspended, put into them one by one, and resumed. And what is refused of all that.

local fixture = require "tests.fixture"
local jg = require "jghost"
local support = require "tests.support"

local LIST = "PROC_THREAD_ATTRIBUTE_JOB_LIST"
local NOT_SUPPORTED = "50"

-- What jghost-fault prints, if these calls are refused.
local function prints(refused, words)
    local command = { support.fault, timeout = 60, env = { JGHOST_REFUSE = refused, JGHOST_REFUSE_ERROR = NOT_SUPPORTED,
        JGHOST_REFUSE_AFTER = words.from } }
    table.move(words, 1, #words, 2, command)
    local result = assert(jg.run(command))
    assert.is_true(result.ok, tostring(result) .. ": " .. result.stderr)
    assert.same({}, result.leaked)
    return (result.stdout:gsub("\r", ""))
end

-- A job in a job, and one process that is to be in it.
local script_file
fixture.script([[
    local jg = require "jghost"
    local outer = jg.job {}
    local inner = outer:job {}
    local process, message, _, name = inner:spawn { arg[1], "fork", "hang", "--", "exit", "0" }
    if process then
        assert(process:wait(60).ok)
    else
        print(message:match "^[^:]+", name)
        assert(inner:wait(60))
        assert(inner:spawn { arg[1], "fork", "hang", "--", "exit", "0" }:wait(60).ok)
    end
    print(#inner:processes(), #outer:processes(), #jg.processes())
    inner:terminate()
    print(inner:wait(60), outer:wait(60))
]], function(file) script_file = file end)

local all_is_well = "1\t1\t1\ntrue\ttrue\n"

describe("without a list of jobs", function()
    for _, name in ipairs { "spawn", "freeze" } do -- and job_spec.lua, which messages_spec.lua runs
        it(("%s_spec.lua holds"):format(name), function()
            assert.matches("%d+ passed, 0 failed", prints(LIST, { "tests/spec.lua",
                ("tests/bindings/%s_spec.lua"):format(name) }))
        end)
    end

    it("a process is in its job, and in those around it, before it can start another", function()
        assert.equal(all_is_well, prints(LIST, { script_file, support.child }))
    end)

    for _, call in ipairs { "AssignProcessToJobObject:1", "AssignProcessToJobObject:2", "ResumeThread:1" } do
        it("it is ended, and refused, if that is done to " .. call, function()
            assert.equal("cannot put a process into its job\tnot_supported\n" .. all_is_well,
                prints(LIST .. "," .. call, { from = "script-begins", script_file, support.child }))
        end)
    end

    for _, whom in ipairs { "the guard", "the harness", "everybody" } do
        it(("killing %s while it is suspended leaves nothing"):format(whom), function()
            local job <close> = jg.job {}
            local guard, marker = support.start(job, { support.fault, script_file, support.child,
                env = { JGHOST_REFUSE = LIST, JGHOST_STAGE = "process-suspended" },
                stdin = "pipe", stdout = "null", stderr = "pipe" })
            assert.equal("stage process-suspended", guard.stderr:read("l", 60))
            local marked = support.marked(marker)
            assert.equal(3, #marked)
            for _, process in ipairs(marked) do
                local who = process.pid == guard.pid and "the guard"
                    or process.command:find("--jghost-harness=", 1, true) and "the harness"
                local handle = (whom == "everybody" or whom == who) and jg.open(process.pid)
                if handle then
                    handle:signal "kill"
                end
            end
            assert(guard:wait(60))
            assert.equal("", support.survivors(marker))
        end)
    end

    it("nothing can be detached", function()
        assert.equal("not_supported\n", prints(LIST, { "--allow-detach", "-e",
            "print((select(4, require 'jghost'.detach { arg[1], 'hang' })))", "-", support.child }))
    end)
end)

describe("a spawn", function()
    for call, says in pairs {
        ["CreateProcessW:1"] = "cannot run", ["UpdateProcThreadAttribute:2"] = "cannot start a process",
        ["RegisterWaitForSingleObject:1"] = "cannot wait for a process",
    } do
        it("is refused, and leaves nothing, if that is done to " .. call, function()
            local printed = prints(call, { from = "script-begins", script_file, support.child })
            assert.equal(says, printed:match("^" .. says), printed)
            assert.equal("\tnot_supported\n" .. all_is_well, printed:match "\t.*")
        end)
    end
end)
