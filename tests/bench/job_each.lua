-- job_each.lua: what a job for each process costs, against one job for all of them, in the run that this is.
--
--     jghost tests/bench/job_each.lua PROGRAM COUNT [isolated]
--
-- Prints own= and shared=, microseconds a process, 8 at a time: medians of five rounds. Ends with 77, and says why, if
-- there can be no such jobs.

local jg = require "jghost"

local program, count, options = arg[1], tonumber(arg[2]), { isolate = arg[3] == "isolated" }

local possible, why = jg.job(options)
if not possible then
    io.stderr:write(why, "\n")
    os.exit(77)
end
possible:close()

local function run_one(job)
    assert(assert(assert(job:spawn { program, stdin = "inherit" }):wait()).ok)
end

local function rate(run)
    local left, tasks = count, {}
    local began = jg.now()
    for i = 1, 8 do
        tasks[i] = jg.task(function()
            while left > 0 do
                left = left - 1
                run()
            end
        end)
    end
    for _, task in ipairs(tasks) do
        task:wait() -- jg.wait_all would keep the error of one that failed
    end
    return (jg.now() - began) * 1e6 / count
end

local own, shared = {}, {}
for round = 1, 5 do
    local job <close> = assert(jg.job(options))
    shared[round] = rate(function() run_one(job) end)
    own[round] = rate(function()
        local each <close> = assert(jg.job(options))
        run_one(each)
    end)
end
table.sort(own)
table.sort(shared)
print(("own=%f shared=%f"):format(own[3], shared[3]))
