-- docs_examples_spec.lua: the examples in the documents run, and print what stands there.

local jg = require "jghost"
local expect = require "tests.expect"
local docs = require "tests.docs"
local fixture = require "tests.fixture"
local helper = require "tests.bindings.helper"
local support = require "tests.support"

-- How processes end that we have killed, or asked to end, in the words of the documents and in those of this system.
local endings = { ["killed by SIGKILL"] = expect.killed_text, ["killed by SIGTERM"] = expect.stopped_text }

-- What an example says of itself: "--> exit N" is its exit status, any other "--> text" is printed, in that
-- order, among other things.
local function expectations(text)
    local status, printed = 0, {}
    for said in text:gmatch "%-%->[ ]?([^\n]*)" do
        local number = said:match "^exit (%d+)%s*$"
        if number then
            status = tonumber(number)
        else
            printed[#printed + 1] = said:gsub("%s+$", ""):gsub("killed by SIG%u+", endings)
        end
    end
    return status, printed
end

-- Programs of POSIX that the test child plays where they aren't.
local roles = { "cat", "echo", "printf", "seq", "sleep", "tr", "true" }
local path = os.getenv "PATH"
if not expect.shell then
    fixture.folder(function(folder)
        for _, role in ipairs(roles) do
            helper.program(folder .. "/" .. role)
        end
        path = folder .. expect.path_separator .. path
    end)
end

-- What an example needs that this system hasn't.
local function missing(text)
    if expect.shell then
        return
    end
    return text:find '{%s*"sh"' and "sh" or text:find 'signal "int"' and "signals" or text:match 'os%.execute "(%w+)'
end

local function run_example(document, example)
    local status, printed = expectations(example.text)
    local folder, name = helper.folder(), document:match "[^/]+$"
    local _ <close> = setmetatable({}, { __close = function() helper.remove(folder) end })
    helper.write(folder .. "/" .. name, example.text)
    local result = assert(jg.run { helper.jghost, "-l", "jg=jghost", name, cwd = folder, timeout = 60,
        env = { PATH = path } })
    local story = ("%s\n%s%s"):format(tostring(result), result.stdout, result.stderr)
    assert.equal(status, result.code, story)
    local from = 1
    for _, text in ipairs(printed) do
        local _, last = result.stdout:find(text, from, true)
        assert(last, ("prints no %q there: %s"):format(text, story))
        from = last + 1
    end
    local leaked = {}
    for i, process in ipairs(result.leaked) do
        leaked[i] = process.command
    end
    docs.expect_empty(leaked, "left behind")
end

for _, document in ipairs(docs.files()) do
    for _, example in ipairs(docs.fences(support.read(document), "lua")) do
        if not example.info:find "no%-run" then
            it(("%s:%d: the example runs"):format(document, example.line), function()
                local need = missing(example.text)
                if need then
                    pending("it needs " .. need)
                end
                run_example(document, example)
            end)
        end
    end
end
