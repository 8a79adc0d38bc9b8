-- unreadable_spec.lua: a jghost that its user may run but not read has the level, and all else, of a readable one.

local helper = require "tests.bindings.helper"
local jg = require "jghost"
local fixture = require "tests.fixture"
local support = require "tests.support"

-- Nobody, if we are root, who may read everything. It takes one more exec: setpriv keeps its rights until its own.
local as_nobody = { "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env" }
local prefix = helper.output({ "pid" }):find "uid=0 " and as_nobody or { "env" }

local readable, unreadable, child
fixture.folder(function(path)
    readable = helper.write(path .. "/readable", support.read(support.jghost), "755")
    unreadable = helper.write(path .. "/unreadable", support.read(support.jghost), "111")
    child = helper.write(path .. "/child", support.read(support.child), "755")
    assert(jg.run { "chmod", "755", path }.ok)
end)

local function prints(jghost, script)
    local command = { table.unpack(prefix) }
    table.move({ jghost, "-e", script, "-", child }, 1, 5, #command + 1, command)
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
