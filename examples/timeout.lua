-- timeout.lua: runs a command with a time limit, and ends its whole tree with it, not just the command.
--
--     jghost examples/timeout.lua SECONDS COMMAND [ARGUMENT...]
--
-- Exits as the command does, or with 124 if it ran out of time, as timeout(1); with 128+N if signal N has ended it.

local jg = require "jghost"

local numbers = {
    HUP = 1, INT = 2, QUIT = 3, ILL = 4, TRAP = 5, ABRT = 6, BUS = 7, FPE = 8, KILL = 9, USR1 = 10, SEGV = 11,
    USR2 = 12, PIPE = 13, ALRM = 14, TERM = 15, XCPU = 24, XFSZ = 25, SYS = 31,
}

local seconds = tonumber(arg[1])
if not seconds or seconds < 0 or not arg[2] then
    io.stderr:write "usage: jghost examples/timeout.lua SECONDS COMMAND [ARGUMENT...]\n"
    os.exit(125)
end

local command = table.move(arg, 2, #arg, 1, { timeout = seconds, stdin = "inherit" })
command.stdout, command.stderr = "inherit", "inherit"

local result, message, _, name = jg.run(command)
if not result then
    io.stderr:write("timeout: ", message, "\n")
    os.exit(name == "not_found" and 127 or 126)
end
if result.timed_out then
    io.stderr:write("timeout: ", arg[2], ": ", tostring(result), "\n")
    os.exit(124)
end
if result.signal then
    io.stderr:write("timeout: ", arg[2], ": ", tostring(result), "\n")
    os.exit(128 + (numbers[result.signal] or 0))
end
os.exit(result.code)
