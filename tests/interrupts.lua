-- interrupts.lua: interrupts a run as its user does: by a signal to the process that was started or, where there are
-- none, at its console.

local jg = require "jghost"
local expect = require "tests.expect"
local support = require "tests.support"

local interrupts = {}

local function append(list, more)
    return table.move(more, 1, #more, #list + 1, list)
end

-- ---- by signals

local signals = {}

function signals.command(command)
    return append(append({}, expect.default_signals), command)
end

function signals.ignoring(command)
    return append({ support.child, "ignore", "INT", "ignore", "HUP", "exec" }, command)
end

function signals.send(process, name)
    assert(process:signal(name:lower()))
end

function signals.done()
end

-- ---- at a console: one of its own, with somebody who types there once for each byte of standard input

local consoles = {}

local function console(typing, command)
    local words = { support.child, "terminal", "fork", "ignore-all", stdin = "pipe" }
    append(words, typing)
    words[#words + 1] = "--"
    return append(words, command)
end

function consoles.command(command, name)
    local twice = { "wait-byte", "interrupt", name, "wait-byte", "interrupt", name }
    return console(twice, append({ "exec" }, command))
end

function consoles.ignoring(command, file)
    return console({ "wait-byte", "interrupt", "INT", "touch", file }, append({ "ignore", "INT", "exec" }, command))
end

function consoles.send(process)
    assert(process.stdin:write "\n")
end

function consoles.done(process)
    process.stdin:close()
end

local way = expect.posix_signals and signals or consoles

--- Why nobody can be interrupted by that name, or nil.
function interrupts.missing(name)
    if not expect.interrupts[name] then
        return "only the closing of the console's window does that here"
    end
    if expect.lacks.requests and not jg.run { support.child, "terminal", "ignore-all", "interrupt", name }.ok then
        return expect.lacks.requests
    end
end

--- What runs `command` so that it can be interrupted by `name`, twice at the most.
interrupts.command = way.command

--- What runs `command` with interrupts ignored; `file` is there once one was sent, if signals aren't.
interrupts.ignoring = way.ignoring

--- Interrupts it.
interrupts.send = way.send

--- It has ended, and whoever was there to interrupt it ends, too.
interrupts.done = way.done

return interrupts
