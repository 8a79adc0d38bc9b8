--- jghost.foreground: how a prompt takes the main task's place.

local core = require "jghost.core"

local foreground = {}

--- Calls it as the main task. A signal that ends the run is told in one line: where we were is nobody's matter.
---@param fn function
---@param what_then string|nil what else is to be said of the end
function foreground.run(fn, what_then)
    local ok, message = pcall(core.as_main, fn)
    local signal = not ok and tostring(message):match "interrupted by ([^\n]+)"
    if signal then
        local text = ("interrupted by %s%s"):format(signal, what_then or "")
        error(setmetatable({}, { __tostring = function() return text end }))
    elseif not ok then
        error(message, 0)
    end
end

return foreground
