-- quickstart.lua: what jghost is for, in a few seconds.
--
--     jghost examples/quickstart.lua
--
-- Runs six programs at once, each in a job of its own. Some do what they should; one fails, one hangs
-- with a whole tree below it, one leaves a daemon behind. At the end nothing is left of any of them.

local jg = require "jghost"
local pool = require "jghost.pool"

-- The good ones are Lua, run by this very jghost, which can't leave anything behind; those that
-- misbehave are the program beside it that the tests use for that. It does what it is told, in words.
local lua = arg[-1]
local child = lua:gsub("jghost([.%a]*)$", "child%1")

local tests = {
    { name = "sums add up", lua, "-e", "local n = 0; for i = 1, 1e6 do n = n + i end; assert(n == 500000500000)" },
    { name = "words are sorted", lua, "-e", "local t = { 'b', 'c', 'a' }; table.sort(t); assert(t[1] == 'a')" },
    { name = "input is counted", lua, "-e", "assert(#io.read 'a' == 50000)", input = ("line\n"):rep(10000) },
    { name = "the server answers", lua, "-e", "io.stderr:write 'connection refused\\n'; os.exit(3)" },
    { name = "the hanging one", child, "ignore-term", "fork-tree", "2", "1", "hang",
      timeout = 1, stop = { "term", 0.2, "kill" } },
    { name = "the careless one", child, "print", "done", "daemonise", "hang" },
}

local colours = jg.is_terminal(1) and not os.getenv "NO_COLOR"

local function paint(colour, text)
    return colours and ("\27[%dm%s\27[0m"):format(colour, text) or text
end

print(("guarantee: %s. Running %d tests, %d at a time."):format(jg.guarantee().level, #tests, pool.size()))

local failures = 0
local started = jg.now()

pool.map(pool.size(), tests, function(test)
    local result = assert(jg.run(test))
    local ok = result.ok and #result.leaked == 0
    failures = failures + (ok and 0 or 1)
    print(("%s  %-20s %s"):format(ok and paint(32, "ok  ") or paint(31, "FAIL"), test.name, tostring(result)))
    for line in result.stderr:gmatch "[^\n]+" do
        print("        " .. line)
    end
    for _, process in ipairs(result.leaked) do
        print("        left behind: " .. tostring(process))
    end
end)

print(("%d of %d tests failed, in %.1f s."):format(failures, #tests, jg.now() - started))

-- The proof: every process of this run, wherever it went, but for the dead that init hasn't reaped yet. Is there one?
local survivors = 0
for _, process in ipairs(jg.processes()) do
    if process.state ~= "zombie" then
        survivors = survivors + 1
        print("still there: " .. tostring(process))
    end
end
print(survivors == 0 and paint(32, "Nothing is left.") or paint(31, survivors .. " processes are left!"))
os.exit(survivors == 0)
