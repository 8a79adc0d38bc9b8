-- attach_helper.lua: what the specs of --list and --attach share: harnesses to look into, and those who look.

local assert = require "luassert"
local expect = require "tests.expect"
local interrupts = require "tests.interrupts"
local support = require "tests.support"

local attach = {}

-- How a script begins: it says that it does. One that waits; and one that doesn't, until standard input has a line.
attach.ready = 'jg = require "jghost" io.write "ready\\n" io.stdout:flush() '
attach.idle = attach.ready .. "jg.sleep(1e6)"
attach.deaf = attach.ready .. "io.read() jg.sleep(1e6)"

local function append(list, more)
    return table.move(more, 1, #more, #list + 1, list)
end

--- Starts a harness in `job` and waits until its script is ready; `prefix` is a command that runs another one.
--- Returns the guard and the marker.
function attach.start(job, level, script, prefix)
    local command = append({}, expect.default_signals)
    append(command, prefix or {})
    append(command, { support.jghost, "--level=" .. level, "-e", script })
    command.stdin, command.stdout, command.stderr = "pipe", "pipe", "capture"
    local guard, marker = support.start(job, command)
    assert.equal("ready", guard.stdout:read("l", 60))
    return guard, marker
end

--- Attaches, says `input`, and leaves.
function attach.say(guard, input)
    return support.run({ "--attach=" .. guard.pid }, { input = input })
end

local function open(job, command, stdin)
    command.stdin, command.stdout, command.stderr = stdin, "pipe", "pipe"
    return assert(job:spawn(command))
end

--- Attaches for longer.
function attach.client(job, guard)
    return open(job, append(append({}, expect.default_signals), { support.jghost, "--attach=" .. guard.pid }), "pipe")
end

--- The same for one who will be interrupted by `name`, and who says what is in the file `input`.
function attach.client_to_interrupt(job, guard, name, input)
    local client = { support.child, "read-from", input, "exec", support.jghost, "--attach=" .. guard.pid }
    local command = interrupts.command(client, name)
    return open(job, command, command.stdin or "null")
end

--- Says a line.
function attach.line(client, text)
    assert(client.stdin:write(text, "\n"))
end

--- Expects to hear this line.
function attach.hears(client, expected)
    local text = client.stdout:read("l", 60)
    assert.equal(expected, text, text or client.stderr:read("a", 5))
end

--- Expects to be told that the harness doesn't answer yet. Returns why.
function attach.waits(client, guard)
    local text = client.stderr:read("l", 60)
    local reason = text and text:match(("^jghost: harness %d doesn't answer yet: (.*)$"):format(guard.pid))
    assert.truthy(reason, text)
    return reason
end

--- What --list says of a harness: its line, or nil.
function attach.listed(guard)
    local result = support.run { "--list" }
    assert.equal(0, result.code, result.stderr)
    return result.stdout:match("%f[^\n\0] *" .. guard.pid .. " [^\n]*")
end

return attach
