--- How a process's status prints: "exit 3 after 0.12 s", "killed by SIGKILL (timed out) after 5.00 s"; and the result
--- of jg.run that fails for its leaks: "exit 0 after 0.12 s, and leaked sleep (pid 42, holds stdout)".

local core = require "jghost.core"
local leaks = require "jghost.leaks"

local metatable = core.status_metatable

local function how(status)
    if status.signal then
        return "killed by SIG" .. status.signal
    elseif status.code then
        return "exit " .. status.code
    end
    return "ended"
end

function metatable.__tostring(status)
    local limit = status.limit and (" (limit: %s)"):format(status.limit) or ""
    local timed_out = status.timed_out and " (timed out)" or ""
    local no_space = status.no_space and ", and no space is left for " .. status.no_space or ""
    local is_failure = status.leaks == "fail" and #status.leaked > 0
    local leaked = is_failure and ", and leaked " .. leaks.describe(status.leaked) or ""
    return ("%s%s%s after %.2f s%s%s"):format(how(status), limit, timed_out, status.wall, no_space, leaked)
end

metatable.__name = "jghost.status"

return metatable
