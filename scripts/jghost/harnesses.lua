--- jghost.harnesses: the harnesses that are running, as a list and as a table to read.

local columns = require "jghost.columns"
local core = require "jghost.core"

local harnesses = {}

--- Those that can be seen from here, the oldest first; or nil and a message.
---@return table|nil
---@return string|nil
function harnesses.list()
    local list, message = core.harnesses()
    if list then
        columns.oldest_first(list, "id")
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

local headings = { "ID", "USER", "AGE", "LEVEL", "STATE", "PROCESSES", "FOLDER", "COMMAND" }
local to_the_right = { ID = true, AGE = true, PROCESSES = true }

local function row(harness)
    return {
        harness.id, harness.user or "-", harnesses.age(os.time() - harness.started), harness.level or "-",
        harness.state, harness.processes or "-", harness.folder or "-", harness.command,
    }
end

--- A line for each, below a line that says what is what.
---@param list table
---@param width integer|nil of the terminal: commands are cut to what is left of it
---@return string
function harnesses.format(list, width)
    return columns.format(headings, list, row, to_the_right, width)
end

return harnesses
