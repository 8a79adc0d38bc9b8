--- jghost.misuse: errors of misuse: blamed on the line of the script that calls the library, and named by what
--- it has called.

local misuse = {}

-- Where the library's own scripts are: "@jghost/", or a folder's with --scripts.
local own = debug.getinfo(1, "S").source:match "^(.*[/\\])" or "@jghost/"

--- The line of the script that has called the library, as error() puts it before a message.
local function position()
    local level = 2
    while true do
        local info = debug.getinfo(level, "Sl")
        if not info then
            return ""
        elseif info.currentline > 0 and info.source:sub(1, #own) ~= own then
            return ("%s:%d: "):format(info.short_src, info.currentline)
        end
        level = level + 1
    end
end

--- Raises an error, where the script has called the library.
---@param message string
function misuse.raise(message, ...)
    error(position() .. message:format(...), 0)
end

--- A value as messages name it: 3, true, "3" for a text, "a table"; no addresses.
---@param value any
---@return string
function misuse.describe(value)
    local kind = type(value)
    if kind == "string" then
        return '"' .. value .. '"'
    elseif kind == "table" then
        return next(value) == nil and "an empty table" or "a table"
    elseif kind == "number" or kind == "boolean" or kind == "nil" then
        return tostring(value)
    end
    return "a " .. kind
end

--- What follows `mark` in a text, or nil.
local function after(text, mark)
    local _, last = text:find(mark, 1, true)
    return last and text:sub(last + 1)
end

local function pass(name, inner, ok, ...)
    if ok then
        return ...
    end
    local message = ...
    local text = type(message) == "string" and (message:match "^bad argument #%d+ to '.-' %((.*)%)$"
        or message:match "^bad .*$" or after(message, inner .. ": "))
    if not text then
        error(message, 0) -- there is no memory, or an interrupt
    end
    misuse.raise("%s: %s", name, text)
end

--- Calls a function of C that checks what the script has given to the library's function `name`.
---@param name string how the script knows the library's function
---@param inner string how errors name the function that is called
---@param fn function
---@return any ... what `fn` returns
function misuse.call(name, inner, fn, ...)
    return pass(name, inner, pcall(fn, ...))
end

return misuse
