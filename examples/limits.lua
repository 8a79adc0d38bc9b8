-- limits.lua: greedy programs, each in a job that has a limit, and what became of them.
--
--     jghost examples/limits.lua
--
-- A limit that this machine can't enforce is told as that, with what would help.

local jg = require "jghost"

local jghost = arg[-1]

-- What they want: more memory, more processors, more processes, more time.
local eats = [[
    local pieces = {}
    for i = 1, 200 do
        pieces[i] = ("x"):rep(1 << 20) .. i
    end
    print "had 200 MiB"
]]
local computes = [[
    local jg = require "jghost"
    local used, began = os.clock(), jg.now()
    while os.clock() < used + 0.3 do end
    print(("had %.1f of a processor"):format((os.clock() - used) / (jg.now() - began)))
]]
local multiplies = [[
    local jg = require "jghost"
    local job <close> = jg.job()
    local started = 0
    while started < 30 and job:spawn { arg[-1], "--level=" .. jg.guarantee().level, "-e", "while true do end" } do
        started = started + 1
    end
    print("had room for " .. (started < 30 and "a few more" or "all 30"))
]]
local never_ends = "while true do end"

local programs = {
    { "memory", "64M", eats },
    { "cpus", 0.5, computes },
    { "processes", 20, multiplies },
    { "cpu_time", 0.3, never_ends },
}

for _, program in ipairs(programs) do
    local limit, value, script = table.unpack(program)
    local result, message = jg.run { jghost, "-e", script, [limit] = value, timeout = 60 }
    print(("%s = %s"):format(limit, value))
    if result then
        print("    " .. (result.stdout:match "[^\n]+" or "said nothing"))
        print("    " .. tostring(result))
    else
        print("    " .. message)
    end
end
