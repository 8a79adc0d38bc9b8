--- jghost.lines: reads lines from standard input: on a terminal with the line editor.

local core = require "jghost.core"
local lfs = require "lfs"

local stdin, stdout = io.stdin, io.stdout -- what is typed may change those of io

--- Makes a folder and those that it is in.
local function make_folders(path)
    for at in path:gmatch "()/" do
        if at > 1 then
            lfs.mkdir(path:sub(1, at - 1))
        end
    end
    lfs.mkdir(path)
end

--- The file that keeps what was typed; nil if there is no place for it.
---@return string|nil
local function history_file()
    local state, home = os.getenv "XDG_STATE_HOME", os.getenv "HOME"
    if not (state and state:find "^/") then -- the specification has relative ones ignored
        if not home or home == "" then
            return nil
        end
        state = home .. "/.local/state"
    end
    make_folders(state .. "/jghost")
    return state .. "/jghost/history"
end

--- Reads a line where there is no terminal to edit it on.
---@param prompt string
---@return string|nil
---@return string|nil why
local function read_plainly(prompt)
    stdout:write(prompt)
    stdout:flush()
    local ok, line = core.interruptible(stdin.read, tostring, stdin)
    if not ok then
        return nil, "interrupted"
    end
    return line
end

local lines = {}

--- A function that asks for one line; the console behind it, if there is one, is to be closed.
---@return fun(prompt: string): string|nil, string|nil
---@return table|nil console
function lines.reader()
    local console = core.console(history_file())
    if not console then
        return read_plainly, nil
    end
    return function(prompt)
        stdout:flush()
        return console:ask(prompt)
    end, console
end

return lines
