-- repl_spec.lua: the prompt at a terminal, as who sits there sees it.

local expect = require "tests.expect"
local fixture = require "tests.fixture"
local helper = require "tests.bindings.helper"
local jg = require "jghost"
local lfs = require "lfs"
local support = require "tests.support"
local terminal = require "tests.terminal"

local job, folder

fixture.job(function(new) job = new end)

before_each(function() folder = helper.folder() end)
after_each(function() helper.remove(folder) end)

-- Starts a command at a terminal; what it keeps is in the test's folder.
local function start(command, rows, columns)
    local marker = support.marker()
    command.env = { TERM = "xterm", [expect.state] = folder, PS1 = "shell: ", JGHOST_MARKER = marker }
    local self = terminal.start(job, command, rows, columns)
    self.marker = marker
    return self
end

-- Starts the prompt, with these options of jghost's.
local function prompt(options, rows, columns)
    local command = table.move(expect.default_signals, 1, #expect.default_signals, 1, {})
    command[#command + 1] = helper.jghost
    local self = start(table.move(options or {}, 1, #(options or {}), #command + 1, command), rows, columns)
    self:see "\n>$"
    return self
end

-- Types it, and waits until the screen ends so; a new prompt follows.
local function answers(self, typed, ...)
    local lines = { typed == "" and ">" or "> " .. typed, ... }
    lines[#lines + 1] = ">"
    self:type(typed .. "\n")
    self:ends(lines)
end

local function ended(self)
    while self:look(60) do
        -- all of it is to be shown
    end
    return assert(self.process:wait(60))
end

describe("the prompt", function()
    it("prints the values of expressions, and runs statements", function()
        local self = prompt()
        assert.matches("^jghost [%d.]+  Lua 5%.4[^\n]*\n>$", self.screen:text())
        answers(self, "1 + 1, nil, 'x'", "2\tnil\tx")
        answers(self, "=1, 2", "1\t2")
        answers(self, "a = 5")
        answers(self, "a", "5")
        answers(self, "return a, a", "5\t5")
        answers(self, "")
        answers(self, "print 'p'", "p")
        answers(self, "jg == require 'jghost'", "true")
        answers(self, "error 'oops'", "jghost: stdin:1: oops", "stack traceback:", "\t[C]: in function 'error'",
            "\tstdin:1: in main chunk")
        answers(self, "jg.run()", "jghost: jg.run: a table of options was expected, got nil", "stack traceback:",
            ("\tjghost/run.lua:%d: in function 'jghost.run'"):format(debug.getinfo(jg.run, "S").linedefined + 1),
            "\t(...tail calls...)")
        answers(self, "x y", "jghost: stdin:1: syntax error near 'y'")
    end)

    it("goes on with a statement that isn't complete", function()
        local self = prompt()
        self:type "for i = 1, 2 do\n"
        self:ends { "> for i = 1, 2 do", ">>" }
        self:type "print(i)\n"
        self:ends { ">> print(i)", ">>" }
        self:type "end\n"
        self:ends { ">> end", "1", "2", ">" }
        self:type "=[[two\nlines]]\n"
        self:ends { "> =[[two", ">> lines]]", "two", "lines", ">" }
        self:type "(\n) x\n"
        self:ends { ">> ) x", "jghost: stdin:2: unexpected symbol near ')'", ">" }
    end)

    it("shows the prompts that are set", function()
        local self = prompt()
        self:type "_PROMPT, _PROMPT2 = 'say ', 'more '\n"
        self:ends { "say" }
        self:type "=(\n"
        self:ends { "say =(", "more" }
        self:type "1)\n"
        self:ends { "more 1)", "1", "say" }
        self:type "_PROMPT = setmetatable({}, { __tostring = function() return 'two\\nlines ' end })\n"
        self:ends { "two", "lines" }
        self:type "_PROMPT = 'bad \\xff'\n"
        self:type "_PROMPT = nil\n"
        self:ends { ">" }
        answers(self, "1", "1")
    end)

    it("ends at Ctrl-D, and only on an empty line", function()
        helper.needs(pending, "editor")
        local self = prompt()
        self:type "('ab')\27[D\27[D\4" -- deletes the quote; a second one follows, so that the line is complete
        self:type "'\n"
        self:ends { "> ('ab')", "ab", ">" }
        self:type "\4"
        assert.is_true(ended(self).ok)
    end)

    it("ends with a status of 0, and after a script with that one's failure", function()
        local self = prompt { "-i", "-e", "x = 1" }
        answers(self, "x", "1")
        answers(self, "error 'no matter'", "jghost: stdin:1: no matter", "stack traceback:",
            "\t[C]: in function 'error'", "\tstdin:1: in main chunk")
        self:type "os.exit(7)\n"
        assert.equal(7, ended(self).code)
    end)
end)

describe("a line", function()
    -- What is typed, and what the statement is then.
    local edits = {
        ["the end of the line"] = { "b'\1'a\5 .. ''", "ab" },
        ["back and forth"] = { "'ac'\2\2b\6\6", "abc" },
        ["the arrows"] = { "'ac'\27[D\27[Db\27[C\27[C", "abc" },
        ["the arrows of another mode"] = { "'ac'\27OD\27ODb\27OC\27OC", "abc" },
        ["a Ctrl-D that came too early, which the terminal keeps as a zero"] = { "'ac'\27[D\0\27[Db", "abc" },
        ["Home and End"] = { "a'\27[H'\27[F .. 'b'", "ab" },
        ["Home and End, as others send them"] = { "a'\27[1~'\27[4~ .. 'b'", "ab" },
        ["Home and End of a third kind"] = { "a'\27OH'\27OF .. 'b'", "ab" },
        ["words"] = { "'one two'\27b\27bX\27fY", "XoneY two" },
        ["words, by the arrows"] = { "'one two'\27[1;5D\27[1;5DX", "Xone two" },
        ["backspace"] = { "'abx\127c'", "abc" },
        ["Ctrl-H"] = { "'abx\8c'", "abc" },
        ["Delete"] = { "'abxc'\27[D\27[D\27[D\27[3~", "abc" },
        ["the rest of the line, and back"] = { "'abxy'\27[D\27[D\27[D\11'\1\25\21'ab'", "ab" },
        ["the last word"] = { "'ab' .. xx\23'c'", "abc" },
        ["all of it"] = { "nonsense\21'ab'", "ab" },
        ["two characters"] = { "'ba'\27[D\27[D\20", "ab" },
        ["a tab"] = { "#'\t'", "1" },
        ["more than a byte"] = { "'äö€😀'\27[D\127\127ü", "äöü" },
    }

    for what, edit in pairs(edits) do
        it("is edited: " .. what, function()
            helper.needs(pending, "editor")
            local self = prompt()
            self:type(edit[1])
            self:type "\n"
            self:see("\n" .. edit[2] .. "\n>$")
        end)
    end

    it("goes on in the next row of the screen", function()
        helper.needs(pending, "editor")
        local self = prompt({}, 10, 20)
        self:type "#'123456789012345678901234567890'"
        self:ends { "> #'1234567890123456", "78901234567890'" }
        self:type "\1\5\127x'\n"
        self:ends { "78901234567890x'", "31", ">" }
    end)

    it("comes again, also those of earlier runs", function()
        helper.needs(pending, "editor")
        local self = prompt()
        answers(self, "'first'", "first")
        answers(self, "'second'", "second")
        answers(self, "'second'", "second") -- is kept once
        self:type "\27[A\27[A"
        self:ends { "> 'first'" }
        self:type "\14"
        self:ends { "> 'second'" }
        self:type "\16\n"
        self:ends { "> 'first'", "first", ">" }
        self:type "\4"
        ended(self)
        local file = folder .. "/jghost/history"
        assert.equal("rw-------", lfs.attributes(file, "permissions"))
        assert.equal("'first'\n'second'\n'first'\n", support.read(file))
        self = prompt()
        self:type "\27[A"
        self:ends { "> 'first'" }
        self:type "\27[A"
        self:ends { "> 'second'" }
        self:type "\27[A"
        self:ends { "> 'first'" }
        self:type "\27[B\27[B\27[B"
        self:ends { ">" }
        self:type "\18sec\n" -- is searched for
        self:see "\nsecond\n>$"
    end)
end)

describe("a task that prints while a line is typed", function()
    -- A prompt with a function that lets a task do something when there is a file.
    local function waiting(text, rows, columns)
        helper.needs(pending, "editor")
        local name = folder .. "/go"
        local self = prompt({ "-i", "-e", ([[
            function background(fn)
                local jg, lfs = require "jghost", require "lfs"
                jg.task(function()
                    while not lfs.attributes(%q) do jg.sleep(0.005) end
                    fn()
                end)
            end
        ]]):format(name) }, rows, columns)
        self:type(("background(function() %s end)\n"):format(text))
        self:see "%)\n+>$"
        return self, function() helper.write(name, "") end
    end

    it("prints above it", function()
        local self, go = waiting "for i = 1, 3 do print('tick', i) jg.sleep(0.01) end"
        self:type "x = 'some text"
        self:ends { "> x = 'some text" }
        go()
        self:ends({ "tick\t1", "tick\t2", "tick\t3", "> x = 'some text" }, 17)
        self:type "' .. '!'\n"
        self:ends { "> x = 'some text' .. '!'", ">" }
        answers(self, "x", "some text!")
    end)

    it("leaves the cursor where it is", function()
        local self, go = waiting "print 'tick'"
        self:type "'abc'\2\2\2"
        self:ends({ "> 'abc'" }, 5)
        go()
        self:ends({ "tick", "> 'abc'" }, 5)
        self:type "x\n"
        self:ends { "> 'axbc'", "axbc", ">" }
    end)

    it("knows how many rows the line takes", function()
        for _, line in ipairs {
            "'12345678901234z", -- the first row, and one less
            "'123456789012345z", -- and the cursor is in the second
            "'1234567890123456z",
            "'12345678901234567890123456789012345z",
            "'日本語日本語日本語z", "'1日本語日本語日本語z", "'äöüäöüäöüäöüäöüz",
            "'ab\t\t\tz", "'\22\1\22\2\22\4\22\5\22\6\22\7\22\8\22\11z", "'\u{85}\u{e000}z", "'😀😀😀😀😀😀😀😀z",
        } do
            local self, go = waiting("print 'tick'", 24, 20)
            self:type(line)
            self:see "z$"
            local before, column = self.screen:text(), self.screen.column
            go()
            self:ends({ "tick", before:match "\n(> '.*)$" }, column)
            self:type "\1\5'\n" -- the keys know where they are
            self:see "z%s*'\n.*\n>$"
            os.remove(folder .. "/go")
        end
    end)

    it("may print what is no whole line, and on standard error", function()
        local self, go = waiting(
            "io.write 'a' io.write 'b\\n' io.stderr:write 'c\\n' io.write(1) io.write '' print 'd' io.write 'e'")
        self:type "'x"
        self:ends { "> 'x" }
        go()
        self:ends({ "ab", "c", "1d", "e", "> 'x" }, 5)
    end)

    it("may print more than the screen holds", function()
        local self, go = waiting("for i = 1, 100 do print(i) end", 10, 20)
        self:type "'12345678901234567890"
        self:ends { "> '12345678901234567", "890" }
        go()
        self:ends({ "99", "100", "> '12345678901234567", "890" }, 4)
        self:type "'\n"
        self:ends { "12345678901234567890", ">" }
    end)

    it("prints while nothing is typed, and while what has been typed is searched", function()
        local self, go = waiting "print 'tick'"
        go()
        self:ends({ "tick", ">" }, 3)
        os.remove(folder .. "/go")
        self, go = waiting "print 'tock'"
        self:type "\18backg"
        self:see "bck:backg"
        go()
        self:see "tock\n> "
    end)
end)

describe("Ctrl-C", function()
    it("gives a line up", function()
        helper.needs(pending, "typing_interrupts")
        local self = prompt()
        self:type "nonsense"
        self:ends { "> nonsense" }
        self:type "\3"
        self:ends { "> nonsense", ">" }
        self:type "(\n"
        self:ends { "> (", ">>" }
        self:type "\3"
        self:ends { ">>", ">" }
        answers(self, "1", "1")
    end)

    it("interrupts a statement, and what it does is over", function()
        helper.needs(pending, "typing_interrupts")
        local self = prompt { "-i", "-e", ("arg = { %q }"):format(helper.child) }
        for _, statement in ipairs {
            "jg.sleep(1e6)", "while true do end", "coroutine.wrap(function() while true do end end)()",
            "local ok, why = pcall(jg.sleep, 1e6) print(why)", "jg.run { arg[1], 'hang' }",
        } do
            self:type("print('be' .. 'gins') " .. statement .. "\n")
            self:see "begins$"
            self:type "\3"
            self:see "begins\n.*interrupted by SIGINT.*\n>$"
        end
        answers(self, "1", "1")
    end)

    it("interrupts a read of what is typed", function()
        helper.needs(pending, "typing_interrupts")
        local self = prompt()
        self:type "print('be' .. 'gins') io.read()\n"
        self:see "begins$"
        self:type "half a line\3"
        self:see "interrupted by SIGINT.*\n>$"
        self:type "io.read()\nan answer\n" -- at once, and so before the terminal shows again what is typed
        self:ends { "> io.read()", "an answer", ">" }
    end)
end)

describe("a prompt that is stopped", function()
    -- A shell with job control that has started the prompt, in which this has been typed.
    local function stop(typed)
        helper.needs(pending, "signals")
        local self = start { "bash", "--norc", "--noprofile", "-i" }
        self:see "shell:$"
        self:type(helper.jghost .. "\n")
        self:see "\n>$"
        self:type(typed)
        self:see(("\n> %s$"):format(typed:gsub("%p", "%%%0")):gsub(" %$$", "$"))
        self:type "\26"
        self:see "Stopped[^\n]*\nshell:$"
        return self
    end

    it("has what was typed when it goes on", function()
        for _ = 1, 10 do
            local self = stop "print('hello"
            self:type "echo in the shell\n"
            self:see "\nin the shell\nshell:$"
            self:type "fg\n"
            self:see "\n> print%('hello$"
            self:type " again')\n"
            self:ends { "> print('hello again')", "hello again", ">" }
        end
    end)

    it("leaves the shell its terminal, and has its own again", function()
        local self = stop ""
        self:type "stty | grep -o -- -icanon || echo ordinary\n"
        self:see "\nordinary\nshell:$"
        self:type "fg\n"
        self:see "jghost\n>$"
        self:type "'ac'\27[D\27[Db\n"
        self:see "\nabc\n>$"
        self:type "\4"
        self:see "shell:$"
    end)

    it("isn't drawn over what the shell has shown by a task that prints as soon as it goes on", function()
        helper.needs(pending, "signals")
        local self = start { "bash", "--norc", "--noprofile", "-i" }
        self:see "shell:$"
        self:type(helper.jghost .. "\n")
        self:see "\n>$"
        self:type "function late() local t = jg.now() jg.sleep(0.001) return jg.now() - t > 0.5 or late() end\n"
        self:see "end\n>$"
        self:type "jg.task(function() late() print 'tick' end)\n"
        self:see "%)\n[^\n]*\n>$"
        self:type(("'%s"):format(("x"):rep(100)))
        self:see "xx$"
        self:type "\26"
        self:see "Stopped[^\n]*\nshell:$"
        jg.sleep(0.6) -- the task takes that for a stop
        self:type "fg\n"
        self:see "Stopped[^\n]*\nshell: fg\n[^\n]*jghost\ntick\n> '[x\n]+$"
    end)
end)

describe("a terminal", function()
    it("may be resized", function()
        helper.needs(pending, "resizing")
        local self = prompt({}, 10, 40)
        answers(self, "1", "1")
        self:resize(10, 20)
        self:type "#'123456789012345678901234567890'"
        self:ends { "> #'1234567890123456", "78901234567890'" }
        self:type "\n"
        self:see "30\n>$"
        self:resize(10, 50)
        self:type "#'123456789012345678901234567890'"
        self:ends { "> #'123456789012345678901234567890'" }
    end)

    it("may be resized while a line is typed", function()
        helper.needs(pending, "resizing")
        local self = prompt({}, 12, 60)
        for _, columns in ipairs { 30, 20, 50, 12, 60 } do
            answers(self, "1", "1")
            self:type "#'123456789012345678901234567890"
            self:see "> #'1[%d\n]+$"
            self:resize(12, columns)
            self:type(("x"):rep(60))
            self:see "x$"
            self:type "'\n"
            self:see "\n90\n>$"
        end
    end)

    it("is as it was before when the run has ended, however", function()
        helper.needs(pending, "signals")
        for name, says in pairs { TERM = "jghost: interrupted by SIGTERM", KILL = "" } do
            local self = start { "bash", "--norc", "--noprofile", "-i" }
            self:see "shell:$"
            self:type "before=$(stty -g)\n"
            self:see "g%)\nshell:$"
            self:type(helper.jghost .. " --level=reaper\n")
            self:see "\n>$"
            self:type "nonsense"
            self:see "> nonsense$"
            local harness = support.await(self.marker, name == "KILL" and "jghost-harness" or "jghost")
            harness:signal(name:lower())
            self:see("> nonsense\n?" .. says .. "[^>]*shell:$")
            self:type "[ $(stty -g) = $before ] && echo the same\n"
            self:see "\nthe same\nshell:$"
        end
    end)
end)

describe("a prompt is ended", function()
    it("by SIGTERM, and says so in one line", function()
        helper.needs(pending, "signals")
        for _, level in ipairs(support.levels()) do
            local self = prompt { "--level=" .. level }
            self:type "nonsense"
            self:ends { "> nonsense" }
            self.process:signal "term"
            assert.equal("TERM", ended(self).signal)
            self:ends { "> nonsense", "jghost: interrupted by SIGTERM" }
            self = prompt { "--level=" .. level }
            self:type "local function f() print('be' .. 'gins') jg.sleep(1e6) end print((pcall(f)))\n"
            self:see "begins$"
            self.process:signal "term"
            assert.equal("TERM", ended(self).signal)
            self:ends { "begins", "false", "jghost: interrupted by SIGTERM" }
        end
    end)

    -- Hangs up where this shell script has run the prompt as "$0".
    local function hang_up(script, level)
        local self = start { "sh", "-c", script, helper.jghost, "--level=" .. level }
        self:see "\n>$"
        self.process.pty:close()
        return assert(self.process:wait(60))
    end

    it("by hanging up, as by SIGHUP", function()
        helper.needs(pending, "hanging_up")
        for _, level in ipairs(support.levels()) do
            for _ = 1, 20 do
                assert.equal(expect.hung_up, support.ending(hang_up('exec "$0" "$@"', level)))
            end
        end
    end)

    it("by hanging up, also if whoever leads the session doesn't pass that on", function()
        helper.needs(pending, "signals")
        for _, level in ipairs(support.levels()) do
            assert.equal(129, hang_up([[trap : HUP; "$0" "$@"; exit $?]], level).code)
        end
    end)

    it("by hanging up, as at the end of the input, if SIGHUP is ignored", function()
        helper.needs(pending, "signals")
        for _, level in ipairs(support.levels()) do
            assert.equal(1, hang_up([[trap '' HUP; "$0" "$@"; exit $?]], level).code)
        end
    end)
end)

describe("a prompt into another harness", function()
    it("makes way for what is printed there", function()
        helper.needs(pending, "editor")
        local harness = assert(job:spawn { helper.jghost, "--level=reaper", "-e",
            'jg = require "jghost" print "ready" io.stdout:flush() jg.sleep(1e6)', stdout = "pipe" })
        assert.equal("ready", harness.stdout:read("l", 60))
        local self = start { helper.jghost, "--attach=" .. harness.pid }
        self:see "\n>$"
        self:type(("while not require 'lfs'.attributes %q do jg.sleep(0.005) end "):format(folder .. "/go"))
        self:see "end$"
        self:type "\1t = jg.task(function() \5print 'tick' print 'tock' end)\n"
        self:see "%)\n>$"
        self:type "'some text"
        self:ends { "> 'some text" }
        helper.write(folder .. "/go", "")
        self:ends({ "tick", "tock", "> 'some text" }, 13)
        self.process:signal "term"
        assert.equal("TERM", ended(self).signal)
        self:ends { "> 'some text", ("jghost: interrupted by SIGTERM; left harness %d"):format(harness.pid) }
    end)
end)
