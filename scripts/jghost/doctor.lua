--- jghost --doctor: what can be promised on this machine, and why not more.

local core = require "jghost.core"

local guarantee = core.guarantee()
print("guarantee:     " .. guarantee.level)
if guarantee.why then
    for reason in guarantee.why:gmatch "[^;]+" do
        print("not stronger:  " .. reason:match "^%s*(.*)$")
    end
end

local job <close>, message = core.job {}
print("jobs:          " .. (job and job:kind() or message))
local isolated <close>, refused = core.job { isolate = true }
print("isolated jobs: " .. (isolated and isolated:kind() or refused))

--- The limits that can be had, and why not the others: they are refused alike, or each for a reason of its own.
local had, reasons = {}, {}
for _, limit in ipairs { "memory", "processes", "cpus", "cpu_time" } do
    local limited <close>, reason = core.job { [limit] = 1 }
    if limited then
        had[#had + 1] = limit
    else
        reasons[#reasons + 1] = reason
    end
end
print("limits:        " .. (#had > 0 and table.concat(had, ", ") or "none"))
for _, reason in ipairs(reasons) do
    print("               " .. reason)
end
print("processors:    " .. core.processors())
