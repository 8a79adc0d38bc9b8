-- lua.lua: what plain Lua has, os.execute and io.popen, as a peer of the spawning benchmark. Both go
-- through a shell and run one process at a time; IN-FLIGHT is taken and has no effect.
--
--     lua5.4 lua.lua PROGRAM N IN-FLIGHT [capture]      prints us_per_process=X
local program, count, capture = arg[1], tonumber(arg[2]), arg[4] == "capture"

-- Wall time without any library: the kernel's count of seconds since the boot, in hundredths.
local function now()
    local file <close> = assert(io.open("/proc/uptime"))
    return file:read("n")
end

local begin = now()
for _ = 1, count do
    if capture then
        local pipe = assert(io.popen(program))
        pipe:read("a")
        assert(pipe:close())
    else
        assert(os.execute(program))
    end
end
print(("us_per_process=%.2f"):format((now() - begin) * 1e6 / count))
