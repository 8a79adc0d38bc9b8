-- luv.lua: libuv's own uv_spawn from Lua, as a peer of the spawning benchmark.
--
--     lua5.4 luv.lua PROGRAM N IN-FLIGHT [capture]      prints us_per_process=X
package.path = "" -- luv is in C; ./luv.lua is this file
local found, uv = pcall(require, "luv")
if not found then
    io.stderr:write("no luv for this Lua\n")
    os.exit(77)
end

local program, count, in_flight = arg[1], tonumber(arg[2]), tonumber(arg[3])
local capture = arg[4] == "capture"
local started = 0
local next_one

-- A process counts as done when it has ended and, if captured, its stdout has too.
local function start()
    local pending = capture and 2 or 1
    local pipe = capture and uv.new_pipe(false) or nil
    local function done()
        pending = pending - 1
        if pending == 0 then next_one() end
    end
    local handle
    handle = assert(uv.spawn(program, { stdio = { nil, pipe or 1, 2 } }, function(code)
        assert(code == 0, "it failed")
        handle:close(done)
    end))
    if pipe then
        pipe:read_start(function(failed, data)
            assert(not failed, failed)
            if not data then pipe:close(done) end
        end)
    end
end

function next_one()
    if started < count then
        started = started + 1
        start()
    end
end

local begin = uv.hrtime()
for _ = 1, in_flight do next_one() end
uv.run()
print(("us_per_process=%.2f"):format((uv.hrtime() - begin) / 1e3 / count))
