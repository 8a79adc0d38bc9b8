-- run-specs.lua: runs busted spec files in parallel, each in a job of its own, with a timeout.
--
--     jghost examples/run-specs.lua [--jobs=N] [--timeout=S] [--with=JGHOST] FILE_spec.lua...
--
-- A spec that hangs, crashes or leaves processes behind fails alone. Ends with a line that counts:
-- N passed, N failed, N skipped.

local jg = require "jghost"
local pool = require "jghost.pool"

local options = { jobs = pool.size(), timeout = 300, with = "jghost" }
local files = {}
for _, word in ipairs(arg) do
    local name, value = word:match "^%-%-(%w+)=(.+)$"
    if name and options[name] then
        options[name] = tonumber(value) or value
    else
        files[#files + 1] = word
    end
end
if #files == 0 then
    io.stderr:write "usage: jghost examples/run-specs.lua [--jobs=N] [--timeout=S] [--with=JGHOST] FILE...\n"
    os.exit(2)
end

local total = { passed = 0, failed = 0, skipped = 0 }

-- The runner's last line; a run that doesn't come to it has failed as a whole.
local function count(result)
    local passed, failed, skipped = result.stdout:match "(%d+) passed, (%d+) failed, (%d+) skipped%s*$"
    if not passed or (not result.ok and failed == "0") then
        return 0, 1, 0
    end
    return tonumber(passed), tonumber(failed) + (#result.leaked > 0 and 1 or 0), tonumber(skipped)
end

local function report(file, result)
    local passed, failed, skipped = count(result)
    total.passed, total.failed = total.passed + passed, total.failed + failed
    total.skipped = total.skipped + skipped
    print(("%s  %-40s %3d passed, %d failed, %d skipped  (%.1f s)"):format(
        failed == 0 and "ok  " or "FAIL", file, passed, failed, skipped, result.wall))
    for line in result.stdout:gmatch "[^\n]+" do
        if failed > 0 or line:find "^skip" then
            print("      " .. line)
        end
    end
    if failed > 0 then
        print("      " .. tostring(result))
        for line in result.stderr:gmatch "[^\n]+" do
            print("      " .. line)
        end
        for _, process in ipairs(result.leaked) do
            print(("      left behind: %d %s"):format(process.pid, process.command))
        end
    end
    io.stdout:flush()
end

pool.map(options.jobs, files, function(file)
    local result, message = jg.run { options.with, "tests/spec.lua", file, name = file, timeout = options.timeout }
    if result then
        report(file, result)
    else
        total.failed = total.failed + 1
        print("FAIL  " .. file .. "  " .. message)
    end
end)

print(("%d passed, %d failed, %d skipped"):format(total.passed, total.failed, total.skipped))
os.exit(total.failed == 0)
