--- jghost --list: the harnesses that are running, and below them the processes that were detached and live.

local core = require "jghost.core"
local detached = require "jghost.detached"
local harnesses = require "jghost.harnesses"

return function()
    local width = core.terminal_width()
    local list = assert(harnesses.list())
    print(#list > 0 and harnesses.format(list, width) or "no harness is running")
    local survivors, message = detached.list()
    if not survivors then
        io.stdout:flush()
        io.stderr:write("jghost: ", message, "\n")
        os.exit(1)
    elseif #survivors > 0 then
        print "\ndetached, and so outside of any harness:"
        print(detached.format(survivors, width))
    end
end
