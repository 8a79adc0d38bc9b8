--- jghost.snapshots: how what is known of processes, of leaks, of a job's usage and of the guarantee prints, at the
--- prompt for instance.

local core = require "jghost.core"

local snapshots = {}

--- A command, say, on one line; "?" if it isn't known.
function snapshots.one_line(text)
    return (tostring(text or "?"):gsub("%c", " "))
end

--- Rows of texts in columns: all but the last one are aligned.
---@param rows table lists of texts
---@param to_the_right table which columns are aligned to the right, by their headings in the first row
---@return string
local function aligned(rows, to_the_right)
    local formats, lines = {}, {}
    for column, heading in ipairs(rows[1]) do
        local width = 0
        for _, row in ipairs(rows) do
            width = math.max(width, utf8.len(row[column]) or #row[column])
        end
        formats[column] = column == #rows[1] and "%s" or ("%%%s%ds"):format(to_the_right[heading] and "" or "-", width)
    end
    local format = table.concat(formats, "  ")
    for i, row in ipairs(rows) do
        lines[i] = format:format(table.unpack(row))
    end
    return table.concat(lines, "\n")
end

--- The name of the job that a process is in: its own or, since children are born in their parent's job, that
--- of the nearest above it.
local function job_of(process, by_pid)
    local seen = {}
    while process and not process.job and not seen[process] do
        seen[process] = true
        process = by_pid[process.local_parent or process.parent]
    end
    return process and process.job
end

local function in_seconds(seconds)
    return ("%.2f s"):format(seconds)
end

-- Columns of lists of processes: heading, the text for one, and whether it is worth showing for any.
local columns = {
    host = { "HOST", function(process) return process.host_pid or "" end,
        function(process) return process.host_pid and process.host_pid ~= process.pid end },
    pid = { "PID", function(process) return process.pid end },
    parent = { "PARENT", function(process) return process.parent end },
    parent_of_leak = { "PARENT", function(process) return process.parent or "gone" end },
    state = { "STATE", function(process) return process.state end },
    age = { "AGE", function(process) return process.age and in_seconds(process.age) end },
    job = { "JOB", function(process, by_pid) return job_of(process, by_pid) or "" end, job_of },
    holds = { "HOLDS", function(process) return process.holds and snapshots.holdings(process) end,
        function(process) return process.holds end },
    command = { "COMMAND", function(process) return process.command end },
}

local numbers = { HOST = true, PID = true, PARENT = true, AGE = true }

local function is_worth_showing(column, processes, by_pid)
    local wanted = column[3] == nil
    for _, process in ipairs(processes) do
        wanted = wanted or column[3](process, by_pid)
    end
    return wanted
end

--- A list of processes as a table with these columns.
local function tabulate(processes, wanted)
    local by_pid, rows = {}, { {} }
    for i, process in ipairs(processes) do
        rows[i + 1] = {}
        by_pid[process.local_pid or process.pid or false] = process
    end
    for _, column in ipairs(wanted) do
        if is_worth_showing(column, processes, by_pid) then
            table.insert(rows[1], column[1])
            for i, process in ipairs(processes) do
                table.insert(rows[i + 1], snapshots.one_line(column[2](process, by_pid)))
            end
        end
    end
    return aligned(rows, numbers)
end

local of_processes = { columns.host, columns.pid, columns.parent, columns.state, columns.job, columns.command }

function core.processes_metatable.__tostring(processes)
    return #processes == 0 and "no processes" or tabulate(processes, of_processes)
end

function core.process_snapshot_metatable.__tostring(process)
    return ("process %s (%s): %s"):format(process.pid or "?", process.state or "?", snapshots.one_line(process.command))
end

-- ---- leaks ----

--- What it holds of what we have opened, for people.
function snapshots.holdings(process)
    return #process.holds == 0 and "nothing" or snapshots.one_line(table.concat(process.holds, ", "))
end

local of_leaks =
    { columns.host, columns.pid, columns.parent_of_leak, columns.age, columns.holds, columns.command }

snapshots.leaks = { __name = "jghost.leaks" }

function snapshots.leaks.__tostring(leaked)
    return #leaked == 0 and "no leaks" or tabulate(leaked, of_leaks)
end

snapshots.leak = { __name = "jghost.leak" }

function snapshots.leak.__tostring(process)
    local holds = process.holds and ", holds " .. snapshots.holdings(process) or ""
    return ("process %s (%s old%s): %s"):format(process.pid or "?", process.age and in_seconds(process.age) or "?",
        holds, snapshots.one_line(process.command))
end

-- ---- tasks, jobs, usage, the guarantee ----

function core.tasks_metatable.__tostring(tasks)
    local rows = { { "TASK", "STATE", "WHERE" } }
    for _, task in ipairs(tasks) do
        local name = (task.name or task.place) .. (task.internal and " (jghost's own)" or "")
        rows[#rows + 1] = { snapshots.one_line(name), task.state, task.where or "" }
    end
    return #tasks == 0 and "no tasks" or aligned(rows, {})
end

function core.jobs_metatable.__tostring(jobs)
    local lines = {}
    for i, job in ipairs(jobs) do
        lines[i] = snapshots.one_line(tostring(job))
    end
    return #jobs == 0 and "no jobs" or table.concat(lines, "\n")
end

local function in_bytes(bytes)
    local units = { "KiB", "MiB", "GiB", "TiB" }
    if bytes < 1024 then
        return bytes .. " bytes"
    end
    local unit = 0
    repeat
        unit, bytes = unit + 1, bytes / 1024
    until bytes < 1024 or unit == #units
    return ("%.1f %s"):format(bytes, units[unit])
end

local usage_texts = {
    { "user_time", "user ", in_seconds }, { "system_time", "system ", in_seconds },
    { "peak_memory", "peak memory ", in_bytes },
    { "read_bytes", "read ", in_bytes }, { "written_bytes", "written ", in_bytes },
}

function core.usage_metatable.__tostring(usage)
    local texts = {}
    if usage.active_processes then
        local active, total = usage.active_processes, usage.total_processes
        texts[1] = total and ("%d of %d processes active"):format(active, total)
            or ("%d process%s active, %s spawned"):format(active, active == 1 and "" or "es",
                usage.spawned_processes or "?")
    end
    for _, text in ipairs(usage_texts) do
        local field, before, format = table.unpack(text)
        if usage[field] then
            texts[#texts + 1] = before .. format(usage[field])
        end
    end
    return #texts > 0 and table.concat(texts, ", ") or "nothing is known"
end

function core.guarantee_metatable.__tostring(guarantee)
    return guarantee.level .. (guarantee.why and (" (not stronger: %s)"):format(guarantee.why) or "")
end

return snapshots
