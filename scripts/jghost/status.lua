--- How a process's status prints: "exit 3 after 0.12 s", "killed by SIGKILL (timed out) after 5.00 s".

local core = require "jghost.core"

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
    return ("%s%s%s after %.2f s%s"):format(how(status), limit, timed_out, status.wall, no_space)
end

metatable.__name = "jghost.status"

return metatable
