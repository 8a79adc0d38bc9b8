-- quickstart.lua: what jghost is for, in a few seconds.
--
--     jghost examples/quickstart.lua
--
-- Runs six commands at once, each in a job of its own. Some do what they should; one fails, one hangs
-- with a whole tree below it, one leaves a daemon behind. At the end nothing is left of any of them.

local jg = require "jghost"
local pool = require "jghost.pool"

local colours = jg.is_terminal(1) and not os.getenv "NO_COLOR"

local function paint(colour, text)
    return colours and ("\27[%dm%s\27[0m"):format(colour, text) or text
end

local tests = {
    { name = "sums add up", "sh", "-c", "seq 100000 | sort -rn | tail -1 | grep -qx 1" },
    { name = "files pack and unpack", "sh", "-c", "tar -cf - /etc/hostname 2>/dev/null | tar -tf - >/dev/null" },
    { name = "a digest is right", "sh", "-c", "printf jghost | sha256sum | grep -q ^9" },
    { name = "the server answers", "sh", "-c", "echo 'connection refused' >&2; exit 3" },
    { name = "the hanging one", timeout = 1, stop = { "term", 0.2, "kill" },
      "sh", "-c", "trap '' TERM; sleep 1000 & sleep 1000 & (setsid sleep 1000 &) ; wait" },
    { name = "the careless one", "sh", "-c", "(setsid sleep 1000 &) ; echo done" },
}

print(("guarantee: %s. Running %d tests, %d at a time."):format(jg.guarantee().level, #tests, pool.size()))

local failures = 0
local started = jg.now()

pool.map(pool.size(), tests, function(test)
    local result = assert(jg.run(test))
    local ok = result.ok and #result.leaked == 0
    failures = failures + (ok and 0 or 1)
    print(("%s  %-22s %s"):format(ok and paint(32, "ok  ") or paint(31, "FAIL"), test.name, tostring(result)))
    for line in result.stderr:gmatch "[^\n]+" do
        print("        " .. line)
    end
    for _, process in ipairs(result.leaked) do
        local holds = #process.holds > 0 and ", holding " .. table.concat(process.holds, " and ") or ""
        print(("        left behind: pid %d, %s%s"):format(process.host_pid or process.pid, process.command, holds))
    end
end)

print(("%d of %d tests failed, in %.1f s."):format(failures, #tests, jg.now() - started))

-- The proof: everything that was started, wherever it went, was in one of the jobs. Is any of it left?
local survivors = 0
for _, process in ipairs(jg.processes()) do
    if process.command:find "sleep 1000" then
        survivors = survivors + 1
        print(("still there: pid %d, %s"):format(process.pid, process.command))
    end
end
print(survivors == 0 and paint(32, "Nothing is left.") or paint(31, survivors .. " processes are left!"))
os.exit(survivors == 0)
