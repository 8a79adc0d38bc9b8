--- jghost.detached: the processes that were detached and live, as a list and as a table to read.

local columns = require "jghost.columns"
local core = require "jghost.core"

local detached = {}

--- Those that can be seen from here, the oldest first; or nil and a message.
---@return table|nil
---@return string|nil
function detached.list()
    local list, message = core.detached()
    if list then
        columns.oldest_first(list, "pid")
    end
    return list, message
end

local headings = { "PID", "STARTED", "COMMAND" }

local function row(process)
    return { process.pid, os.date("%Y-%m-%d %H:%M:%S", process.started), process.command }
end

--- A line for each, below a line that says what is what.
---@param list table
---@param width integer|nil of the terminal: commands are cut to what is left of it
---@return string
function detached.format(list, width)
    return columns.format(headings, list, row, { PID = true }, width)
end

return detached
