--- jghost --list: the harnesses that are running.

local harnesses = require "jghost.harnesses"

return function()
    local list = assert(harnesses.list())
    print(#list > 0 and harnesses.format(list) or "no harness is running")
end
