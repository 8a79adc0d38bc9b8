-- exhausted_spec.lua: out of descriptors or processes: an error that says so, and no hang.

local jg = require "jghost"
local helper = require "tests.bindings.helper"

-- Spawns until it is refused, prints how, then closes the job, and shows that it goes on.
local script = [[
    local jg = require "jghost"
    local child, isolate, stdout = arg[1], arg[2] == "isolated", arg[3]
    local memory = arg[2] == "limited" and "1G" or nil
    local job = jg.job { isolate = isolate, memory = memory, best_effort = true }
    local refused
    for i = 1, 300 do
        local process, message, code, name = job:spawn { child, "hang", stdout = stdout }
        if not process then
            refused = name .. " " .. message
            break
        end
    end
    print(refused)
    job:close()
    collectgarbage()
    collectgarbage()
    local again = jg.job { isolate = isolate }
    local process = assert(again:spawn { child, "exit", "3", stdout = stdout })
    print(process:wait())
]]

local function exhaust(limit, kind, stdout)
    local result = assert(jg.run {
        "prlimit", limit, helper.jghost, "-", helper.child, kind, stdout, input = script, timeout = 60,
    })
    assert.is_true(result.ok, tostring(result) .. result.stderr)
    assert.truthy(result.stdout:find "exit 3", result.stdout)
    assert.same({}, result.leaked)
    return result.stdout
end

-- How many tasks our user has, since that is what the limit counts.
local function tasks_of_user()
    local list = assert(jg.run { "ps", "-L", "--no-headers", "-o", "lwp", "-U", tostring(jg.run({ "id",
        "-ru" }).stdout + 0) })
    return select(2, list.stdout:gsub("\n", ""))
end

for kind in pairs(helper.kinds) do
    describe("in a job that is " .. kind, function()
        for _, stdout in ipairs { "capture", "pipe" } do
            it("no descriptors are left, with stdout=" .. stdout, function()
                local output = exhaust("--nofile=80:80", kind, stdout)
                assert.truthy(output:find "^no_descriptors .*oo many open files", output)
            end)
        end

        it("no descriptors are left for handles of processes", function()
            local output = exhaust("--nofile=80:80", kind, "inherit") -- some kinds can do without
            assert.truthy(output:find "^no_descriptors .*oo many open files" or output:find "^nil\n", output)
        end)

        it("no processes are left", function()
            if jg.run({ "id", "-u" }).stdout == "0\n" then
                pending "root has no such limit"
            end
            local output = exhaust(("--nproc=%d"):format(tasks_of_user() + 40), kind, "capture")
            assert.truthy(output:find "^no_processes .*Resource temporarily unavailable", output)
        end)
    end)
end

it("a jghost that can't have its first descriptors says so", function()
    for limit = 3, 20 do
        local result = assert(jg.run { "prlimit", ("--nofile=%d:%d"):format(limit, limit), helper.jghost, "-e", "",
            timeout = 60 })
        assert.truthy(result.ok or (result.code == 125 or result.code == 127) and result.stderr ~= "",
            ("limit %d: %s: %s"):format(limit, result, result.stderr))
    end
end)
