--- What jg.run does at the terminal that a command gets by `pty`: types its input, and keeps what is shown.

local core = require "jghost.core"

local terminal = {}

local PIECE = 64 << 10

local function type_in(pty, input)
    pty:write(input) -- a command that doesn't want it all is no mistake of ours
    if not input:find "\n$" and input ~= "" then
        pty:eof() -- which only hands over the line that was begun
    end
    pty:eof()
end

-- Reads to the end. Returns nothing; or why that couldn't be: message, code, name.
local function read(pty, record)
    local piece, message, code, name
    repeat
        piece, message, code, name = pty:read(PIECE)
        record:add(piece or "")
    until not piece
    return message, code, name
end

--- Sits down at the terminal of a process.
---@param process table
---@param options table jg.run's
---@return function waits until nothing is shown any more; returns what was, and how many bytes were left out of it;
--- or nil, message, code, name
function terminal.attend(process, options)
    local record = core.record { capture_limit = options.capture_limit }
    local reader = core.task(read, process.pty, record)
    reader.name = "terminal of jg.run"
    if options.stdin == nil then
        core.task(type_in, process.pty, options.input or "").name = "input of jg.run"
    end
    return function()
        local message, code, name = reader:wait()
        if message then
            return nil, message, code, name
        end
        return record:text(), record:omitted()
    end
end

return terminal
