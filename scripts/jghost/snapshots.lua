--- How what is known of processes, of a job's usage and of the guarantee prints, at the prompt for instance.

local core = require "jghost.core"

--- A command on one line.
local function one_line(command)
    return (tostring(command or "?"):gsub("%c", " "))
end

--- Texts in columns: the numbers to the right, the others to the left, the last one as it is.
---@param rows table lists of four texts: two numbers, a word, anything
---@return string
local function aligned(rows)
    local widths = { 0, 0, 0 }
    for _, row in ipairs(rows) do
        for column, width in ipairs(widths) do
            widths[column] = math.max(width, utf8.len(row[column]) or #row[column])
        end
    end
    local format = ("%%%ds  %%%ds  %%-%ds  %%s"):format(table.unpack(widths))
    local lines = {}
    for i, row in ipairs(rows) do
        lines[i] = format:format(table.unpack(row))
    end
    return table.concat(lines, "\n")
end

function core.processes_metatable.__tostring(processes)
    if #processes == 0 then
        return "no processes"
    end
    local rows = { { "PID", "PARENT", "STATE", "COMMAND" } }
    for _, process in ipairs(processes) do
        rows[#rows + 1] = { tostring(process.pid or "?"), tostring(process.parent or "?"), process.state or "?",
            one_line(process.command) }
    end
    return aligned(rows)
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
