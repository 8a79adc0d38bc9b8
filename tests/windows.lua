-- windows.lua: what busted and the specs need on Windows: two modules that are C elsewhere, and temporary
-- files where everybody may write.

local jg = require "jghost"

package.preload.system = function()
    return { gettime = os.time, monotime = jg.now, sleep = jg.sleep }
end

package.preload.term = function()
    return { isatty = function() return false end }
end

local names = 0

-- The C library's own are in the root folder. They are named after the moment: in Wine, where every process has the
-- same addresses, those that begin in the same second have the same random numbers.
function os.tmpname() -- luacheck: ignore 122
    names = names + 1
    local name = ("%s\\lua.%x.%d"):format(os.getenv "TEMP", math.floor(jg.now() * 1e9), names)
    assert(io.open(name, "w")):close()
    return name
end

-- Wine 8 on a busy machine: one new process in some thousands doesn't come up, and this is what CreateProcessW says;
-- and CreatePseudoConsole, for whose process it forgets what was said.
local INTERNAL_ERROR, INVALID_FUNCTION = 1359, 1
local methods = require "jghost.core".job_methods
local spawn = methods.spawn

-- A mistake is blamed on who called us, as if we weren't there.
local function pass_on(ok, first, ...)
    if not ok then
        error(type(first) == "string" and first:gsub("^[^:]*windows%.lua:%d+: ", "") or first, 3)
    end
    return first, ...
end

function methods.spawn(job, ...)
    for _ = 1, 2 do
        local process, message, code, name = pass_on(pcall(spawn, job, ...))
        if process or (code ~= INTERNAL_ERROR and code ~= INVALID_FUNCTION) then
            return process, message, code, name
        end
    end
    return spawn(job, ...)
end
