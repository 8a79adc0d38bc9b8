-- run-specs.lua: runs busted spec files in parallel, each in a job of its own, with a timeout.
--
--     jghost examples/run-specs.lua [--jobs=N] [--timeout=S] [--with=JGHOST] [--runner=SCRIPT] FILE_spec.lua...
--
-- Each file is run by `JGHOST SCRIPT FILE`. SCRIPT is tests/spec.lua of this project unless told; its last line must
-- be such as this one's is: 7 passed, 0 failed, 2 skipped. A spec that hangs, crashes or leaves processes behind fails
-- alone.

local jg = require "jghost"
local pool = require "jghost.pool"

local usage = "usage: jghost examples/run-specs.lua [--jobs=N] [--timeout=S] [--with=JGHOST] [--runner=SCRIPT] "
    .. "FILE...\nSCRIPT runs one spec file, and ends with a line such as: 7 passed, 0 failed, 2 skipped\n"

local function refuse(message)
    io.stderr:write("run-specs: ", message, "\n", usage)
    os.exit(2)
end

local options = { jobs = tostring(pool.size()), timeout = "300", with = "jghost", runner = "tests/spec.lua" }
local files = {}
for _, word in ipairs(arg) do
    local name, value = word:match "^%-%-(%w+)=(.+)$"
    if name and options[name] then
        options[name] = value
    elseif word:find "^%-%-" then
        refuse(("unknown option '%s'"):format(word))
    else
        files[#files + 1] = word
    end
end
if #files == 0 then
    refuse "no files"
end
local jobs, timeout = math.tointeger(tonumber(options.jobs)), tonumber(options.timeout)
if not jobs or jobs < 1 then
    refuse(("--jobs must be an integer, 1 or more, not '%s'"):format(options.jobs))
elseif not timeout or timeout < 0 then
    refuse(("--timeout must be a number of seconds, 0 or more, not '%s'"):format(options.timeout))
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
            print("      left behind: " .. tostring(process))
        end
    end
    io.stdout:flush()
end

pool.map(jobs, files, function(file)
    local result, message = jg.run { options.with, options.runner, file, name = file, timeout = timeout }
    if result then
        report(file, result)
    else
        total.failed = total.failed + 1
        print("FAIL  " .. file .. "  " .. message)
    end
end)

print(("%d passed, %d failed, %d skipped"):format(total.passed, total.failed, total.skipped))
os.exit(total.failed == 0)
