-- prompt_spec.lua: the prompt at a terminal, where lines are edited.

local expect = require "tests.expect"
local fixture = require "tests.fixture"
local helper = require "tests.bindings.helper"

local job, folder

fixture.job(function(new) job = new end)
fixture.folder(function(new) folder = new end)

local function see(process, pattern)
    return assert(process.pty:expect(pattern, 60))
end

-- A prompt that waits for a line.
local function start(...)
    local process = assert(job:spawn { helper.jghost, pty = true, env = { XDG_STATE_HOME = folder }, ... })
    see(process, "> $")
    return process
end

-- Types a line, and expects what follows it and the next prompt.
local function type_line(process, line, answer)
    process.pty:write(line, "\n")
    see(process, line:gsub("%p", "%%%0") .. "%s+" .. answer .. "%s*> $")
end

-- Types it until it is heard: it comes to guard and harness, and on a busy machine two of a kind may be one.
local function interrupt(process, pattern)
    repeat
        process.pty:write "\3"
    until process.pty:expect(pattern, 10)
end

describe("the prompt at a terminal", function()
    it("runs statements, and prints what expressions are", function()
        local process = start()
        type_line(process, "1 + 1", "2")
        type_line(process, "x = 'grün €'", "")
        type_line(process, "x, #x", "grün €%s+9")
        type_line(process, "print('日本')", "日本")
        process.pty:write "os.exit(3)\n"
        assert.equal(3, assert(process:wait(60)).code)
    end)

    it("asks on until a statement is complete", function()
        local process = start()
        process.pty:write "for i = 1, 2 do\n"
        see(process, ">> $")
        type_line(process, "print('no ' .. i) end", "no 1%s+no 2")
    end)

    it("says what is wrong, and goes on", function()
        local process = start()
        type_line(process, "error 'falsch: ü'", "jghost: stdin:1: falsch: ü.*traceback.*")
        type_line(process, "x y", "jghost: stdin:1: .-'y'")
        type_line(process, "1", "1")
    end)

    it("lets other tasks go on while somebody types", function()
        local process = start()
        type_line(process, "task = jg.task(function() jg.sleep(0.2) print('from a ' .. 'task') end)", "")
        process.pty:write "'half a "
        see(process, "from a task")
        process.pty:write "line'\n"
        see(process, "half a line%s+> $")
    end)

    it("leaves its terminal to io.read", function()
        local process = start()
        process.pty:write "print('it' .. ' reads') return io.read()\n"
        see(process, "it reads")
        process.pty:write "süß\n"
        see(process, "süß%s+> $")
    end)

    it("has the user's own prompts", function()
        local process = start("-i", "-e", "_PROMPT = 'bitte? > '")
        see(process, "")
        process.pty:write "1\n"
        see(process, "1%s+1%s+bitte%? > $")
    end)

    it("ends with the input", function()
        for _ = 1, 20 do -- also if it is typed as soon as there is a prompt
            local process = start()
            process.pty:eof()
            assert.is_true(assert(process:wait(60)).ok)
        end
    end)

    it("gives a line up for a Ctrl-C, and interrupts a statement", function()
        helper.needs(pending, "typing_interrupts")
        local process = start()
        process.pty:write "error 'not run'"
        see(process, "not run'")
        interrupt(process, "> $")
        type_line(process, "1 + 1", "2")
        for _, statement in ipairs { "while true do end", "jg.sleep(1e6)" } do
            process.pty:write("print('it' .. ' runs') ", statement, "\n")
            see(process, "it runs")
            interrupt(process, "interrupted by " .. expect.interrupts.INT.says .. ".*> $")
        end
        type_line(process, "2 + 2", "4")
    end)
end)
