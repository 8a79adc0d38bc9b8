-- stage_spec.lua: whoever is killed at whichever moment of the start-up, nothing is left.

local expect = require "tests.expect"
local jg = require "jghost"
local fixture = require "tests.fixture"
local support = require "tests.support"

local stages = {
    "guard-begins", "job-created", "harness-born", "harness-created", "harness-assigned", "harness-bound",
    "event-signalled", "harness-released", "harness-entered", "script-begins", "script-ended", "job-empty",
}

-- Those at which there is somebody beside the guard.
local others_exist = {}
for i = 3, #stages - 1 do
    others_exist[stages[i]] = stages[i] ~= "event-signalled" -- the guard stops; they may be done meanwhile
end

local script_file
fixture.stubborn(function(file) script_file = file end)

-- Kills the guard, or all but the guard, or all.
local function kill(guard, marker, whom)
    for _, process in ipairs(support.marked(marker)) do
        local is_guard = process.pid == guard.pid
        if whom == "everybody" or (whom == "the guard") == is_guard then
            local handle = jg.open(process.pid)
            if handle then
                handle:signal "kill" -- it may be ending just now
            end
        end
    end
end

local function check(level, stage, whom)
    local job <close> = jg.job {}
    local guard, marker = support.start(job, {
        support.fault, "--level=" .. level, script_file, support.child,
        env = { JGHOST_STAGE = stage },
        stdin = "pipe", stdout = "null", stderr = "pipe",
    })
    assert.equal("stage " .. stage, guard.stderr:read("l", 60))
    kill(guard, marker, whom)
    guard.stdin:close() -- whoever stopped there goes on
    local status = assert(guard:wait(60), "the guard doesn't end")
    assert.equal("", support.survivors(marker))
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
            for _, whom in ipairs { "the guard", "all but the guard", "everybody", "nobody" } do
                it(("killing %s at stage %s leaves nothing"):format(whom, stage), function()
                    if level == "reaper" and whom == "everybody" and stage == "script-ended" then
                        pending "guard and init killed at one instant: not promised, see docs/how-it-works.md"
                    end
                    check(level, stage, whom)
                end)
            end
        end
    end)
end
