--- stream:expect: waits for what a pattern says, to drive a program as somebody at its terminal would.

local core = require "jghost.core"
local misuse = require "jghost.misuse"
local plain = require "jghost.plain"

local WINDOW = 64 << 10 -- characters: how far before what has just come a match may begin
local LIMIT = 8 << 20 -- bytes that come without a match

local NAME = "stream:expect"

local function check(patterns, seconds)
    local list = type(patterns) == "string" and { patterns } or patterns
    if type(list) ~= "table" or #list == 0 then
        misuse.raise("%s: a pattern or a list of patterns was expected, got %s", NAME, misuse.describe(patterns))
    end
    for i, pattern in ipairs(list) do
        if type(pattern) ~= "string" then
            misuse.raise("%s: pattern %d must be a string, not %s", NAME, i, misuse.describe(pattern))
        end
    end
    if seconds ~= nil and not (type(seconds) == "number" and seconds >= 0) then
        misuse.raise("%s: the time must be a number of seconds, 0 or more, not %s", NAME, misuse.describe(seconds))
    end
    return list
end

local function is_anchored(patterns)
    for _, pattern in ipairs(patterns) do
        if pattern:find "^%^" then
            return true
        end
    end
    return false
end

--- Where the first match of any of them is: as string.find has it, and which one it is of.
local function find(text, init, patterns)
    local first
    for i, pattern in ipairs(patterns) do
        local found = table.pack(text:find(pattern, init))
        if found[1] and (not first or found[1] < first[1]) then
            first, found.which = found, i
        end
    end
    return first
end

--- The same in what is seen; a pattern that is none is the script's mistake.
local function try(seen, patterns)
    local init = seen.dropped > 0 and 2 or 1 -- a frontier (%f) looks at what is before it
    local ok, found = pcall(find, seen.text, init, patterns)
    if ok then
        return found
    end
    local why = type(found) == "string" and (found:match "[^:]*pattern.*$" or found:match "[^:]*capture.*$")
    if not why then
        error(found, 0) -- there is no memory, or an interrupt
    end
    misuse.raise("%s: %s", NAME, (why:gsub("^%s+", "")))
end

--- The captures, where positions are bytes of what could be read; or else all that matches.
local function captures(seen, found)
    if found.n == 2 then
        return seen.text:sub(found[1], found[2])
    end
    for i = 3, found.n do
        if math.type(found[i]) then
            found[i] = seen:bytes(found[i] - 1) + 1
        end
    end
    return table.unpack(found, 3, found.n)
end

local function take(stream, seen, found, is_list)
    local count = seen:bytes(found[2])
    if count > 0 then
        stream:read(count)
    end
    if is_list then
        return found.which, captures(seen, found)
    end
    return captures(seen, found)
end

--- Waits until a pattern matches what can be read, as somebody would see it, and takes it up to the match's end: what
--- follows stays.
---@param patterns string|string[] Lua's; of several that match it is the one that begins first
---@param seconds? number
---@return any ... the captures, or else the match; before them, if it was a list, which one it is. Or nil, and
--- "timeout", "ended" (nothing more comes) or "full" (too much has come); then nothing has been taken
function core.stream_methods.expect(stream, patterns, seconds)
    local list = check(patterns, seconds)
    local deadline = core.now() + (seconds or math.huge)
    local anchored = is_anchored(list)
    local seen, began, least = plain.new(), nil, 0
    while true do
        local left = math.max(0, deadline - core.now())
        local bytes, ended, position = misuse.call(NAME, "stream:peek", core.stream_methods.peek, stream, least, left,
            seen.raw)
        if not bytes then
            return nil, ended
        end
        began = began or position
        if position ~= began then -- somebody else has read of it
            seen, began, least = plain.new(), nil, 0
        else
            least = seen.raw + #bytes + 1
            seen:add(bytes)
            local found = try(seen, list)
            if found then
                return take(stream, seen, found, type(patterns) == "table")
            elseif ended or least > LIMIT then
                return nil, ended and "ended" or "full"
            elseif not anchored then
                seen:keep(WINDOW)
            end
        end
    end
end
