--- jghost.statement: what a prompt reads: lines that make a statement, and what its errors say.

local core = require "jghost.core"

local statement = {}

--- Compiles a text as an expression whose values are to be printed, or as a statement.
---@param text string
---@param env table|nil instead of the globals
---@return function|nil chunk
---@return string|nil message
function statement.compile(text, env)
    env = env or _G
    text = text:gsub("^=", "return ", 1)
    local chunk = load("return " .. text, "=stdin", "t", env)
    if chunk then
        return chunk
    end
    return load(text, "=stdin", "t", env)
end

local function is_incomplete(message)
    return message:find "<eof>$" ~= nil
end

--- Reads a statement, which may take several lines.
---@param read fun(prompt: string): string|nil, string|nil reads a line
---@param prompt fun(name: string, usual: string): string which prompt to show
---@return function|nil chunk nil: there is none
---@return string|nil message why there is none; nil at the end of input
---@return string|nil text what was read
function statement.read(read, prompt)
    local text, why = read(prompt("_PROMPT", "> "))
    if not text then
        return nil, why
    end
    local chunk, message = statement.compile(text)
    while not chunk and is_incomplete(message) do
        local line
        line, why = read(prompt("_PROMPT2", ">> "))
        if not line then
            return nil, why or message
        end
        text = text .. "\n" .. line
        chunk, message = load(text:gsub("^=", "return ", 1), "=stdin", "t")
    end
    return chunk, message, text
end

--- The traceback of a statement ends where it was called from here.
local function traceback(message, call, between)
    local own, depth = nil, 1
    while true do
        local info = debug.getinfo(depth, "f")
        if not info then
            break
        elseif info.func == call then
            own = depth - between
        end
        depth = depth + 1
    end
    local lines = {}
    for line in core.traceback(message, 2, own or depth):gmatch "[^\n]*" do
        lines[#lines + 1] = line
    end
    local last = #lines - (own and depth - own or 0)
    if lines[last] == "stack traceback:" then -- nothing of the statement is left
        last = last - 1
    end
    return table.concat(lines, "\n", 1, last)
end

--- Makes a message handler: what an error says to the user.
---@param call function what calls the statement in protected mode; it and what is below it isn't shown
---@param between integer how many functions are between `call` and the statement
---@return fun(message: any): string
function statement.explain(call, between)
    return function(message)
        if type(message) ~= "string" then
            local metatable = debug.getmetatable(message)
            if type(metatable) == "table" and metatable.__tostring then
                return tostring(message)
            elseif type(message) ~= "number" then
                return ("(error object is a %s value)"):format(type(message))
            end
        end
        return traceback(tostring(message), call, between)
    end
end

return statement
