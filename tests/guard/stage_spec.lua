-- stage_spec.lua: whoever is killed at whichever moment of the start-up, nothing is left.

local expect = require "tests.expect"
local jg = require "jghost"
local fixture = require "tests.fixture"
local support = require "tests.support"

local stages = {
    "guard-begins", "job-created", "harness-born", "harness-created", "harness-assigned", "harness-bound",
    "event-signalled", "harness-released", "harness-entered", "script-begins", "script-ended", "job-empty",
}
if expect.init then
    table.insert(stages, 9, "init-begins") -- beside which the harness goes on
end

-- Those at which there is somebody beside the guard.
local others_exist = {}
for i = 3, #stages - 1 do
    others_exist[stages[i]] = true
end

-- Those at which the script goes on, or what it has started does, while somebody else is stopped.
local beside_script = { ["event-signalled"] = true, ["script-ended"] = true }

-- The last ones, to which the script comes only if it ends by itself.
local ended = { ["script-ended"] = true, ["job-empty"] = true }

-- Those before the harness is told to begin.
local before_signal = {}
for _, stage in ipairs(stages) do
    if stage == "event-signalled" then
        break
    end
    before_signal[stage] = true
end

local script_file
fixture.stubborn(function(file) script_file = file end)

local fault_name = support.fault:match "[^/]+$"

-- Where there are groups, the guard is the first of one. Elsewhere nobody becomes another program: whoever started the
-- guard would be killed in its place.
local as_first = expect.posix_signals and { support.child, "terminal", "exec" } or {}

local is_victim = {
    ["the guard"] = function(is_guard) return is_guard end,
    ["all but the guard"] = function(is_guard) return not is_guard end,
    ["everybody"] = function() return true end,
    ["nobody"] = function() return false end,
}

-- Kills these; or, at one instant, the group of which the guard is the first.
local function kill(guard, marker, whom)
    if whom == "the guard's group" then
        assert(jg.run { "sh", "-c", 'kill -s KILL -- "-$0"', guard.pid }.ok)
        return
    end
    for _, process in ipairs(support.marked(marker)) do
        local is_guard = process.pid == guard.pid
        assert.is_true(not is_guard or process.name == fault_name, process.name)
        if is_victim[whom](is_guard) then
            local handle = jg.open(process.pid)
            if handle then
                handle:signal "kill" -- it may be ending just now
            end
        end
    end
end

-- Whoever is left when the guard is dead has nobody to end it but the system: the script doesn't end by itself.
-- `refused`: what the system doesn't have, see tests/fault/refuse.c.
local function check(level, stage, whom, refused)
    local job <close> = jg.job {}
    local command = {
        env = { JGHOST_STAGE = stage, JGHOST_REFUSE = refused },
        stdin = "pipe", stdout = "capture", stderr = "pipe",
        table.unpack(as_first),
    }
    local guard_dies = whom ~= "all but the guard" and whom ~= "nobody"
    local words = { support.fault, "--level=" .. level, script_file, support.child, stage,
        guard_dies and not ended[stage] and "stays" or "ends" }
    local guard, marker = support.start(job, table.move(words, 1, #words, #command + 1, command))
    assert.equal("stage " .. stage, guard.stderr:read("l", 60))
    if stage == "init-begins" then
        jg.sleep(0.1) -- whatever the harness may do meanwhile, it does
    end
    kill(guard, marker, whom)
    if guard_dies then
        assert(guard:wait(60), "the guard doesn't end")
    end
    guard.stdin:close() -- whoever stopped there goes on
    local status = assert(guard:wait(60), "the guard doesn't end")
    assert.equal("", support.survivors(marker))
    local begins = whom == "nobody" or (whom == "all but the guard" and not others_exist[stage])
    if begins or before_signal[stage] then
        assert.equal(begins and "begun" or "", guard.stdout:match "%S*")
        assert.equal(begins, status.ok)
    end
    if whom == "all but the guard" and others_exist[stage] then
        assert.is_false(status.ok)
        if expect.in_namespace[level] then
            assert.equal(expect.died.KILL, status.code) -- it isn't taken for a level that can't be had
        end
    end
end

for _, level in ipairs(support.levels()) do
    describe("at level " .. level, function()
        for _, stage in ipairs(stages) do
            for _, whom in ipairs { "the guard", "all but the guard", "everybody", "the guard's group", "nobody" } do
                it(("killing %s at stage %s leaves nothing"):format(whom, stage), function()
                    if whom == "the guard's group" and not expect.posix_signals then
                        pending "a group can't be killed here"
                    end
                    if level == "reaper" and whom == "everybody" and beside_script[stage] then
                        pending "guard and init killed at one instant: not promised, see docs/how-it-works.md"
                    end
                    check(level, stage, whom)
                end)
            end
        end
    end)
end

-- Windows before 10: the harness is born outside of its job. Between that and the job it is on its own.
if expect.system == "windows" then
    describe("without a list of jobs", function()
        for _, stage in ipairs(stages) do
            for _, whom in ipairs { "the guard", "all but the guard", "everybody" } do
                it(("killing %s at stage %s leaves nothing"):format(whom, stage), function()
                    check(expect.levels[1], stage, whom, "PROC_THREAD_ATTRIBUTE_JOB_LIST")
                end)
            end
        end
    end)
end

-- It needn't come to look at its handle to the guard: whoever creates a process resumes its first thread only then.
it("a harness that stands still since its creation ends with the guard", function()
    local job <close> = jg.job {}
    local guard, marker = support.start(job, { support.fault, script_file, support.child,
        env = { JGHOST_STAGE = "harness-created" }, stdin = "pipe", stdout = "null", stderr = "pipe" })
    assert.equal("stage harness-created", guard.stderr:read("l", 60))
    assert(job:freeze())
    assert.is_true(#support.marked(marker) > (expect.init and 0 or 1))
    guard:signal "kill"
    assert.equal("", support.survivors(marker))
end)
