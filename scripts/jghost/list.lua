--- jghost --list: the harnesses that are running.

local core = require "jghost.core"
local harnesses = require "jghost.harnesses"

return function()
    local list = assert(harnesses.list())
    print(#list > 0 and harnesses.format(list, core.terminal_width()) or "no harness is running")
end
