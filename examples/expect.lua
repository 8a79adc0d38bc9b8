-- expect.lua: drives an interactive program as somebody at its terminal would: waits for what it asks, answers, and
-- looks at what it says.
--
--     jghost examples/expect.lua
--
-- The program here is another jghost. At a pipe it would only say that it wants to talk to somebody.

local jg = require "jghost"

local program = [[
    local function ask(question)
        io.write(question, " ")
        io.flush()
        return io.read():match "^%s*(.-)%s*$"
    end
    if not require "jghost".is_terminal(0) then
        print "This program is for people."
        os.exit(1)
    end
    local name = ask "What is your name?"
    local sure = ask(("Is it really %s? [y/n]"):format(name))
    print(sure == "y" and ("Hello, %s!"):format(name) or "Then I don't greet anybody.")
]]

local function talk(name, sure)
    local job <close> = jg.job { name = "a talk" }
    local process = assert(job:spawn { arg[-1], "-e", program, pty = { rows = 24, columns = 100 } })
    local terminal = process.pty

    -- Nothing comes: say what there was to be seen instead.
    local function expect(pattern)
        local first, second = terminal:expect(pattern, 60)
        if not first then
            error(("it doesn't go on (%s) after: %q"):format(second, (terminal:peek())))
        end
        return first, second
    end

    expect "your name%?"
    terminal:write(name, "\n") -- a newline is the Enter key
    expect("really " .. name .. "%?")
    terminal:write(sure, "\n")
    local which, greeted = expect { "Hello, (%w+)!", "don't greet" }
    print(which == 1 and ("It has greeted %s."):format(greeted) or "It has greeted nobody.")
    return process:wait()
end

local piped = assert(jg.run { arg[-1], "-e", program })
print(("At a pipe it says: %s"):format((piped.stdout:match "[^\r\n]*")))
assert(talk("Ada", "y").ok)
assert(talk("Grace", "n").ok)
