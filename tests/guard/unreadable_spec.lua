-- unreadable_spec.lua: a jghost that its user may run but not read has the level, and all else, of a readable one.

local fixture = require "tests.fixture"
local helper = require "tests.bindings.helper"
local jg = require "jghost"
local ordinary = require "tests.ordinary"
local support = require "tests.support"

local readable, unreadable, child
fixture.programs(function(folder)
    readable, child = folder .. "/jghost", folder .. "/child"
    unreadable = helper.write(folder .. "/unreadable", support.read(support.jghost), "111")
end)

local function prints(jghost, script)
    local command = ordinary.command { jghost, "-e", script, "-", child }
    command.stdin, command.timeout = "null", 60
    local result = assert(jg.run(command))
    assert.is_true(result.ok, tostring(result) .. ": " .. result.stderr)
    return result.stdout
end

for what, script in pairs {
    ["its level"] = 'print(require "jghost".guarantee().level)',
    ["jobs of all kinds, and sees who is in them"] = [[
        local jg = require "jghost"
        for _, isolate in ipairs { false, true } do
            local job, refused = jg.job { isolate = isolate }
            print(job and job:kind() or refused)
            if job then
                assert(job:spawn { arg[1], "daemonise", "hang", stdout = "pipe" }):wait()
                local leaked = job:leaked()[1]
                print(leaked.host_pid > 0, leaked.name, table.concat(leaked.holds))
            end
        end
    ]],
} do
    it("has " .. what, function()
        assert.equal(prints(readable, script), prints(unreadable, script))
    end)
end

-- The harness's own files in /proc are another's then, and ours if it may be dumped.
it("can't be dumped, or looked at by a debugger, when its script begins", function()
    local script = 'print(io.open("/proc/self/oom_score_adj", "w"))'
    assert.matches("^file", prints(readable, script))
    assert.matches("Permission denied", prints(unreadable, script))
end)
