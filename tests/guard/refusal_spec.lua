-- refusal_spec.lua: whatever call of the start-up is refused, it is said which and why, and nothing is left.

local expect = require "tests.expect"
local jg = require "jghost"
local fixture = require "tests.fixture"
local start_up = require "tests.start_up"
local support = require "tests.support"

local script_file
fixture.stubborn(function(file) script_file = file end)

local is_root = expect.shell and jg.run({ "id", "-u" }).stdout == "0\n"

-- Runs jghost-fault to its end; nobody of it is left then.
local function run(words, environment)
    local job <close> = jg.job {}
    local command = { support.fault, env = environment, stdin = "null", stdout = "capture", stderr = "capture" }
    table.move(words, 1, #words, 2, command)
    local guard, marker = support.start(job, command)
    local status = assert(guard:wait(60), "the guard doesn't end")
    assert.equal("", support.survivors(marker))
    return status.code, guard.stdout, guard.stderr
end

local function refusing(step)
    return { JGHOST_REFUSE = step.call, JGHOST_REFUSE_AFTER = step.from,
        JGHOST_REFUSE_ERROR = step.error and tostring(step.error) }
end

-- Expects one line, with the action and the system's words for why.
local function expect_message(beginning, says, text)
    local message = beginning .. says .. ": "
    assert.equal(message, text:sub(1, #message))
    assert.matches("^[^\n]+\n$", text:sub(#message + 1))
    assert.equal(message .. (expect.refused or text:sub(#message + 1, -2)) .. "\n", text)
end

local function concerns(step, level)
    return (not step.level or step.level == level) and not (step.ordinary and is_root)
        and (step.namespace == nil or step.namespace == (expect.in_namespace[level] or false))
end

for _, level in ipairs(support.levels()) do
    describe("at level " .. level .. ", if it is refused,", function()
        for _, step in ipairs(start_up[expect.system]) do
            if concerns(step, level) then
                it(("%s after %s: %s"):format(step.call, step.from or "nothing", step.says), function()
                    local code, _, text = run({ step.option or "-W", "--level=" .. level, script_file, support.child },
                        refusing(step))
                    assert.equal(125, code)
                    local refusal = ("jghost: no guarantee of '%s' is to be had: %s: "):format(level, level)
                    expect_message(step.outside and "jghost: " or refusal, step.says, text)
                end)
            end
        end
    end)
end

if expect.system == "windows" then
    it("a job whose processes the system doesn't end is left to the end of the guard, after half a minute", function()
        local code, _, text = run({ "--timeout=0", "-e", 'require "jghost".sleep(1e6)' },
            { JGHOST_REFUSE = "termination" })
        assert.equal(125, code)
        assert.matches("^jghost: [^\n]*cannot end the job: [^\n]*half a minute[^\n]*\n$", text)
    end)
end

local tell = 'local g = require "jghost".guarantee() print(g.level .. " " .. tostring(g.why))'

-- A weaker level, and why, or none, and why.
local function check_once(step)
    local code, told, text = run({ step.option or "-W", "-e", tell }, refusing(step))
    if code == 0 then
        assert.equal("", text)
        local level, why = told:match "^(%S+) ([^\n]*)\n$"
        assert.truthy(level == jg.guarantee().level or why:find(expect.refused, 1, true), told)
    else
        assert.equal(125, code)
        assert.matches("^jghost: [^\n]+: " .. expect.refused .. "\n$", text)
    end
end

if #support.levels() > 1 then
    describe("without a level that must be had, if it is refused once,", function()
        for _, step in ipairs(start_up[expect.system]) do
            it(("%s after %s: there is a weaker one, or it is said why not"):format(step.call, step.from or "nothing"),
                function() check_once(step) end)
        end
    end)
end
