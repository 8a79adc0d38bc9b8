-- leaks.lua: who is left when a test has ended? By name, and by what it still holds; and what is to be done about it.
--
--     jghost examples/leaks.lua
--
-- Four tests, each in a job of its own, and then a job with a server and a test. What leaks here is ended with its job,
-- as everything is; what is printed is who would have stayed.

local jg = require "jghost"

-- The program beside jghost that its tests use plays those that leak. It does what it is told, in words.
local child = arg[-1]:gsub("jghost([.%a]*)$", "child%1")
local log = os.getenv "TEMP" and os.getenv "TEMP" .. "/leaks.log" or os.tmpname()

local tests = {
    { name = "tidy", leaks = "fail", child, "print", "done" },
    { name = "forgets its helper", leaks = "fail", child, "fork", "hang", "--", "print", "done" },
    { name = "leaves a daemon", leaks = "fail", child, "daemonise", "close-stderr", "hang", stdout = log },
    { name = "may leave one", leaks = "allow", child, "daemonise", "hang" },
}

for _, test in ipairs(tests) do
    local result = assert(jg.run(test))
    print(("%s  %-20s %s"):format(result.ok and "ok  " or "FAIL", test.name, result))
    if #result.leaked > 0 then
        print("      " .. tostring(result.leaked):gsub("\n", "\n      "))
    end
end
os.remove(log)

-- In a job of several, a server that runs and its workers are no leaks. What the test leaves is one at once, and when
-- the scope ends, it is told on standard error.
local job <close> = jg.job { name = "server and test", leaks = "warn" }
local server = assert(job:spawn { child, "fork-tree", "1", "2", "ready", "hang", name = "server", stdout = "pipe" })
assert(server.stdout:read("l", 10) == "ready")
local test = assert(job:spawn { child, "daemonise", "hang", name = "test", stdout = "capture" })
print(test:wait())
print(("%d processes, and of these have leaked:"):format(#job:processes()))
print(job:leaked())
