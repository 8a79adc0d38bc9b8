-- terminal_spec.lua: what a script shows and reads at a terminal, which has Unicode, whatever it is.

local fixture = require "tests.fixture"
local helper = require "tests.bindings.helper"

local job

fixture.job(function(new) job = new end)

-- jghost at a terminal, with these arguments.
local function start(...)
    return assert(job:spawn { helper.jghost, pty = true, ... })
end

local function see(process, pattern)
    return assert(process.pty:expect(pattern, 60))
end

describe("what is written at a terminal", function()
    it("is shown as it was meant", function()
        local process = start("-e", [[
            print("grün", "€", "日本")
            io.write("wie ", "schön", "\n")
            io.stdout:write("é\n")
            io.stderr:write("Fehler: ß\n")
            io.stdout:setvbuf "full"
            print "gepuffert: ä"
        ]])
        see(process, "grün%s+€%s+日本%s+wie schön%s+é%s+Fehler: ß%s+gepuffert: ä")
    end)

    it("is shown if it needs four bytes", function()
        helper.needs(pending, "pairs")
        see(start("-e", "print '<😀>'"), "<😀>")
    end)

    it("may be an error", function()
        helper.needs(pending, "single_bytes")
        local process = start("-e", "error 'falsch: ü'")
        see(process, "jghost: %(command line%):1: falsch: ü.*traceback")
        see(start("grün.lua"), "jghost: cannot open grün.lua")
        see(start("--grün"), "jghost: unknown option '%-%-grün'")
    end)

    it("may be somebody else's, who is at the same terminal", function()
        helper.needs(pending, "single_bytes")
        local script = "require 'jghost'.job():spawn({ arg[1], 'print', 'grün' }):wait() os.exit()"
        see(start("-e", script, "-", helper.child), "grün")
    end)
end)

describe("what is typed at a terminal", function()
    -- Types it into a script that has said that it is ready.
    local function typed(script, text)
        local process = start("-e", 'io.write "ready\\n" ' .. script)
        see(process, "ready")
        process.pty:write(text)
        return process
    end

    it("is read by lines", function()
        local process = typed("print(('<%s>'):format(io.read())) print(('<%s>'):format(io.read 'L'))", "grün €\nnext\n")
        see(process, "<grün €>")
        see(process, "<next\r?\n%s*>")
    end)

    it("is read line after line", function()
        local process = typed("for line in io.lines() do print(('<%s>'):format(line), #line) end print 'over'",
            "ä\n\nsüß\n")
        see(process, "<ä>%s+2%s")
        see(process, "<>%s+0%s")
        see(process, "<süß>%s+5%s")
        process.pty:eof()
        see(process, "over")
        assert.is_true(assert(process:wait(60)).ok)
    end)

    it("is read as numbers, and what is left of a line isn't lost", function()
        local process = typed("print(('<%s|%s|%s|%s>'):format(io.read('n', 'n', 4, 'l')))", "12 0x10 €uro\n")
        see(process, "<12|16| €|uro>")
    end)

    it("is read to its end, and after that", function()
        local process = typed([[
            local text = io.read 'a'
            print(('<%s>'):format(text:gsub("\n", "|")), io.read(0))
            print(('<%s>'):format(io.read()))
        ]], "ä\nb\n")
        see(process, "b\r?\n")
        process.pty:eof()
        process.pty:eof()
        see(process, "<ä|b|>%s+.*nil")
        process.pty:write "more\n"
        see(process, "<more>")
    end)

    it("may be a script", function()
        local process = start "-"
        process.pty:write "print('<' .. 'grün' .. '>')\n"
        see(process, "grün' .. '>'%)%s")
        process.pty:eof()
        see(process, "<grün>")
        assert.is_true(assert(process:wait(60)).ok)
    end)

    it("is left for others who read there, too", function()
        local process = start("-e", [[
            print(('<%s>'):format(io.read()))
            require 'jghost'.job():spawn({ arg[1], 'hear', stdin = 'inherit' }):wait()
            print(('<%s>'):format(io.read()))
            os.exit()
        ]], "-", helper.child)
        process.pty:write "mine\n"
        see(process, "<mine>")
        process.pty:write "theirs\n"
        see(process, "heard <theirs>")
        process.pty:write "mine again\n"
        see(process, "<mine again>")
    end)
end)

describe("the code page of a console", function()
    -- What a process at a new console says of it, before and after what it is to do there.
    local function before_and_after(...)
        local command = { helper.child, "code-page", "fork", ... }
        for _, word in ipairs { "--", "reap", "code-page" } do
            command[#command + 1] = word
        end
        command.pty = true
        local process = assert(job:spawn(command))
        local before = see(process, "code page: (%d+)%.")
        return process, before
    end

    it("is UTF-8 for a run, and then what it was", function()
        helper.needs(pending, "code_pages")
        local script = "require 'jghost'.job():spawn({ arg[1], 'code-page' }):wait() os.exit()"
        local process, before = before_and_after("exec", helper.jghost, "-e", script, "-", helper.child)
        assert.not_equal("65001", before)
        see(process, "code page: 65001%.")
        see(process, "code page: " .. before .. "%.")
    end)

    it("is what it was if the run fails, or is over in another way", function()
        helper.needs(pending, "code_pages")
        for _, words in ipairs { { "-e", "error 'x'" }, { "-e", "os.exit(3)" }, { "--timout" },
            { "--timeout=0.5", "-e", "require 'jghost'.sleep(60)" } } do
            local process, before = before_and_after("exec", helper.jghost, table.unpack(words))
            see(process, "code page: " .. before .. "%.")
        end
    end)

    it("isn't touched for a command", function()
        helper.needs(pending, "code_pages")
        local process, before = before_and_after("exec", helper.jghost, "--exec", helper.child, "code-page")
        see(process, "code page: " .. before .. "%..*code page: " .. before .. "%.")
    end)
end)
