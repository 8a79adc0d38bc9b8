-- server-and-test.lua: starts a server, waits until it is ready, tests it, and leaves nothing behind,
-- whatever happens to either of them.
--
--     jghost examples/server-and-test.lua
--
-- The "server" here, another jghost, answers each line that it is sent in capitals; it says "ready" when it is.

local jg = require "jghost"

local server_code = [[
    io.stdout:setvbuf "no"
    print "ready"
    for line in io.lines() do print(line:upper()) end
]]

local job <close> = jg.job { name = "server and test" }
local server = assert(job:spawn { arg[-1], "-e", server_code, name = "server", stdin = "pipe", stdout = "pipe" })

-- Ready is what the server says itself: no sleep, and no guess.
local line, why = server.stdout:read("l", 10)
assert(line == "ready", why or "the server ended before it was ready")

-- The test talks to it in a task of its own, so that we see at once if the server dies meanwhile.
local test = jg.task(function()
    for _, word in ipairs { "alpha", "beta", "gamma" } do
        assert(server.stdin:write(word .. "\n"))
        local answer = server.stdout:read "l"
        assert(answer == word:upper(), ("%s: got %s"):format(word, tostring(answer)))
        print(word .. " → " .. answer)
    end
    return "all answers were right"
end)

local first = jg.wait_any({ server, test }, 60)
if first == server then
    error("the server died: " .. tostring(server.status))
elseif not first then
    error "the test took too long"
end
print(test:wait())
-- leaving the scope ends the job: the server and all that it started are gone
