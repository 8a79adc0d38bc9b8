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
    local timed_out = status.timed_out and " (timed out)" or ""
    return ("%s%s after %.2f s"):format(how(status), timed_out, status.wall)
end

metatable.__name = "jghost.status"

return metatable
