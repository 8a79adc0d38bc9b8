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
print("processors:    " .. core.processors())
