--- How what is known of processes, of a job's usage and of the guarantee prints, at the prompt for instance.

local core = require "jghost.core"

--- A command on one line.
local function one_line(command)
    return (tostring(command or "?"):gsub("%c", " "))
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
--- of the nearest above it. In isolated jobs the parents' numbers are others.
local function job_of(process, by_pid)
    local seen = {}
    while process and not process.job and not seen[process] and process.pid == (process.local_pid or process.pid) do
        seen[process] = true
        process = by_pid[process.parent]
    end
    return process and process.job
end

--- Columns of a list of processes: heading, the text for one, and whether it is worth showing for any.
local process_columns = {
    { "HOST", function(process) return process.host_pid end,
        function(process) return process.host_pid and process.host_pid ~= process.pid end },
    { "PID", function(process) return process.pid or "?" end },
    { "PARENT", function(process) return process.parent or "?" end },
    { "STATE", function(process) return process.state or "?" end },
    { "JOB", job_of, job_of },
    { "COMMAND", function(process) return process.command or "?" end },
}

local process_numbers = { HOST = true, PID = true, PARENT = true }

local function is_worth_showing(column, processes, by_pid)
    local wanted = column[3] == nil
    for _, process in ipairs(processes) do
        wanted = wanted or column[3](process, by_pid)
    end
    return wanted
end

function core.processes_metatable.__tostring(processes)
    if #processes == 0 then
        return "no processes"
    end
    local by_pid, rows = {}, { {} }
    for i, process in ipairs(processes) do
        rows[i + 1] = {}
        if process.pid and process.pid == (process.local_pid or process.pid) then
            by_pid[process.pid] = process
        end
    end
    for _, column in ipairs(process_columns) do
        if is_worth_showing(column, processes, by_pid) then
            table.insert(rows[1], column[1])
            for i, process in ipairs(processes) do
                table.insert(rows[i + 1], one_line(column[2](process, by_pid) or ""))
            end
        end
    end
    return aligned(rows, process_numbers)
end

function core.tasks_metatable.__tostring(tasks)
    local rows = { { "TASK", "STATE", "WHERE" } }
    for _, task in ipairs(tasks) do
        local name = (task.name or task.place) .. (task.internal and " (jghost's own)" or "")
        rows[#rows + 1] = { one_line(name), task.state, task.where or "" }
    end
    return #tasks == 0 and "no tasks" or aligned(rows, {})
end

function core.jobs_metatable.__tostring(jobs)
    local lines = {}
    for i, job in ipairs(jobs) do
        lines[i] = one_line(tostring(job))
    end
    return #jobs == 0 and "no jobs" or table.concat(lines, "\n")
end

function core.process_snapshot_metatable.__tostring(process)
    return ("process %s (%s): %s"):format(process.pid or "?", process.state or "?", one_line(process.command))
end

local function in_seconds(seconds)
    return ("%.2f s"):format(seconds)
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
        texts[1] = ("%d of %s processes active"):format(usage.active_processes, usage.total_processes or "?")
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
