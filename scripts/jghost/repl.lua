--- The prompt: `require "jghost.repl"` reads statements and runs them until the input ends.
--
-- It behaves as lua(1) does, and what is typed may wait: other tasks go on meanwhile, while the user
-- types, too. Ctrl-C gives up the line, or interrupts the statement that is running.

local core = require "jghost.core"
local lfs = require "lfs"

local stdin, stdout, stderr = io.stdin, io.stdout, io.stderr -- what is typed may change those of io

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
local function read_plainly(prompt)
    stdout:write(prompt)
    stdout:flush()
    return stdin:read()
end

--- A function that asks for one line; the console behind it, if there is one, is to be closed.
---@return fun(prompt: string): string|nil, string|nil
---@return table|nil console
local function line_reader()
    local console = core.console(history_file())
    if not console then
        return read_plainly, nil
    end
    return function(prompt)
        stdout:flush()
        return console:ask(prompt)
    end, console
end

--- The traceback of a statement ends where it was called from here.
local function traceback(message)
    local own, depth = nil, 1
    while true do
        local info = debug.getinfo(depth, "f")
        if not info then
            break
        elseif info.func == core.interruptible then
            own = depth - 1 -- what interruptible calls the statement by is ours, too
        end
        depth = depth + 1
    end
    local lines = {}
    for line in debug.traceback(message, 2):gmatch "[^\n]*" do
        lines[#lines + 1] = line
    end
    local last = #lines - (own and depth - own or 0)
    if lines[last] == "stack traceback:" then -- nothing of the statement is left
        last = last - 1
    end
    return table.concat(lines, "\n", 1, last)
end

--- What an error says to the user.
local function explain(message)
    if type(message) ~= "string" then
        local metatable = debug.getmetatable(message)
        if type(metatable) == "table" and metatable.__tostring then
            return tostring(message)
        elseif type(message) ~= "number" then
            return ("(error object is a %s value)"):format(type(message))
        end
    end
    return traceback(tostring(message))
end

local function complain(message)
    stdout:flush()
    stderr:write("jghost: ", tostring(message), "\n")
end

--- The prompt that the user has set, or the usual one.
local function prompt(name, usual)
    local own = rawget(_G, name)
    if own == nil then
        return usual
    end
    local ok, text = core.interruptible(tostring, explain, own)
    return ok and text:gsub("%z.*", "") or usual
end

--- Compiles a line as an expression whose values are printed, or as a statement.
local function compile(text)
    local chunk = load("return " .. text, "=stdin", "t")
    if chunk then
        return chunk
    end
    return load(text, "=stdin", "t")
end

local function is_incomplete(message)
    return message:find "<eof>$" ~= nil
end

--- Reads a statement, which may take several lines.
---@return function|nil chunk nil: there is none
---@return string|nil message why there is none; nil at the end of input
local function read_statement(read)
    local text, why = read(prompt("_PROMPT", "> "))
    if not text then
        return nil, why
    end
    text = text:gsub("^=", "return ", 1)
    local chunk, message = compile(text)
    while not chunk and is_incomplete(message) do
        local line
        line, why = read(prompt("_PROMPT2", ">> "))
        if not line then
            return nil, why or message
        end
        text = text .. "\n" .. line
        chunk, message = load(text, "=stdin", "t")
    end
    return chunk, message
end

local function print_results(ok, ...)
    if not ok then
        complain((...))
    elseif select("#", ...) > 0 then
        local printed, message = core.interruptible(print, explain, ...)
        if not printed then
            complain("error calling 'print' (" .. message .. ")")
        end
    end
end

local function run()
    local read, console = line_reader()
    local _ <close> = console
    while true do
        local chunk, message = read_statement(read)
        if chunk then
            print_results(core.interruptible(chunk, explain))
        elseif not message then
            break
        elseif message ~= "interrupted" then
            complain(message)
        end
    end
    stdout:write "\n"
end

if rawget(_G, "jg") == nil then
    rawset(_G, "jg", require "jghost")
end
core.as_main(run)

return true
