-- docs_examples_spec.lua: the examples in the documents run, and print what stands there.

local jg = require "jghost"
local expect = require "tests.expect"
local docs = require "tests.docs"
local helper = require "tests.bindings.helper"
local support = require "tests.support"

-- What an example says of itself: "--> exit N" is its exit status, any other "--> text" is printed, in that
-- order, among other things.
local function expectations(text)
    local status, printed = 0, {}
    for said in text:gmatch "%-%->[ ]?([^\n]*)" do
        local number = said:match "^exit (%d+)%s*$"
        if number then
            status = tonumber(number)
        else
            printed[#printed + 1] = (said:gsub("%s+$", ""))
        end
    end
    return status, printed
end

-- What an example needs that this system hasn't: a program of POSIX.
local function missing(text)
    local posix = { sh = true, sleep = true, echo = true, cat = true, seq = true, printf = true, ["true"] = true }
    if expect.shell then
        return
    end
    for program in text:gmatch '{%s*"([^"]+)"' do
        if posix[program] then
            return program
        end
    end
    return text:match 'os%.execute "(%w+)'
end

local function run_example(path, example)
    local status, printed = expectations(example.text)
    local folder, name = helper.folder(), path:match "[^/]+$"
    local _ <close> = setmetatable({}, { __close = function() helper.remove(folder) end })
    helper.write(folder .. "/" .. name, example.text)
    local result = assert(jg.run { helper.jghost, "-l", "jg=jghost", name, cwd = folder, timeout = 60 })
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

for _, path in ipairs(docs.files()) do
    for _, example in ipairs(docs.fences(support.read(path), "lua")) do
        if not example.info:find "no%-run" then
            it(("%s:%d: the example runs"):format(path, example.line), function()
                local need = missing(example.text)
                if need then
                    pending("it needs " .. need)
                end
                run_example(path, example)
            end)
        end
    end
end
