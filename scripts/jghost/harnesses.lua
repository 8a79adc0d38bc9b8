--- jghost.harnesses: the harnesses that are running, as a list and as a table to read.

local core = require "jghost.core"

local harnesses = {}

--- Those that can be seen from here, the oldest first; or nil and a message.
---@return table|nil
---@return string|nil
function harnesses.list()
    local list, message = core.harnesses()
    if list then
        table.sort(list, function(a, b)
            if a.started ~= b.started then
                return a.started < b.started
            end
            return a.id < b.id
        end)
    end
    return list, message
end

local units = { { 86400, "d", 3600, "h" }, { 3600, "h", 60, "m" }, { 60, "m", 1, "s" } }

--- Seconds as a text for people: 42s, 3m05s, 2h10m, 4d03h.
function harnesses.age(seconds)
    seconds = math.max(0, seconds // 1 | 0)
    for _, unit in ipairs(units) do
        local size, name, rest, rest_name = table.unpack(unit)
        if seconds >= size then
            return ("%d%s%02d%s"):format(seconds // size, name, seconds % size // rest, rest_name)
        end
    end
    return seconds .. "s"
end

local columns = { "ID", "USER", "AGE", "LEVEL", "STATE", "PROCESSES", "FOLDER", "COMMAND" }
local to_the_right = { ID = true, AGE = true, PROCESSES = true }

local function row(harness)
    return {
        harness.id, harness.user or "-", harnesses.age(os.time() - harness.started), harness.level or "-",
        harness.state, harness.processes or "-", harness.folder or "-", harness.command,
    }
end

local NARROWEST = 9 -- characters that are left of a command, however narrow the terminal is

--- Cuts a text to so many characters.
local function cut(text, width)
    local length = utf8.len(text)
    if (length or #text) <= width then
        return text
    end
    return text:sub(1, length and utf8.offset(text, width) - 1 or width - 1) .. "…"
end

--- A line for each, below a line that says what is what.
---@param list table
---@param width integer|nil of the terminal: commands are cut to what is left of it
---@return string
function harnesses.format(list, width)
    local rows, widths = { { table.unpack(columns) } }, {}
    for _, harness in ipairs(list) do
        rows[#rows + 1] = row(harness)
    end
    for _, cells in ipairs(rows) do
        for i, cell in ipairs(cells) do
            cells[i] = tostring(cell):gsub("%c", "?") -- a name mustn't write to the terminal what it likes
            widths[i] = math.max(widths[i] or 0, utf8.len(cells[i]) or #cells[i])
        end
    end
    local lines, room = {}, width
    for i = 1, width and #columns - 1 or 0 do
        room = room - widths[i] - 2
    end
    for _, cells in ipairs(rows) do
        for i = 1, #cells - 1 do
            local space = (" "):rep(widths[i] - (utf8.len(cells[i]) or #cells[i]))
            cells[i] = to_the_right[columns[i]] and space .. cells[i] or cells[i] .. space
        end
        cells[#cells] = room and cut(cells[#cells], math.max(room, NARROWEST)) or cells[#cells]
        lines[#lines + 1] = table.concat(cells, "  ")
    end
    return table.concat(lines, "\n")
end

return harnesses
