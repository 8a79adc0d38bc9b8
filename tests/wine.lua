-- wine.lua: runs Windows programs on Linux, with Wine, in a world of their own under build/windows/wine.
--
--     local wine <close> = require "tests.wine".open()
--     jg.run { "wine", "program.exe", env = wine.env }
--
-- Everything that Wine itself starts, its server and Windows' services, is in one job: it lives as long
-- as `wine` is open and ends with it, or with jghost. What a test starts is in the test's own job.

local jg = require "jghost"
local lfs = require "lfs"

local wine = {}
wine.__index = wine

local function environment(prefix)
    return {
        WINEPREFIX = prefix,
        WINEDEBUG = "-all",
        -- no .NET, no browser, no menus, no debugger for what crashes on purpose
        WINEDLLOVERRIDES = "mscoree,mshtml,winemenubuilder.exe,winedbg.exe=",
        DISPLAY = false, -- no windows that anybody sees
        LC_ALL = "C.UTF-8", -- else a file can't have any name that Windows allows
        -- busted and what it needs, from Debian's packages
        LUA_PATH = "./?.lua;./?/init.lua;Z:/usr/share/lua/5.4/?.lua;Z:/usr/share/lua/5.4/?/init.lua",
        TEMP = "C:\\windows\\temp",
        TMP = "C:\\windows\\temp",
    }
end

-- Wine maps a page at 0x7ffe0000 in each process, and its program lies below that. Since Linux 6.9 a program's heap
-- begins anywhere in the gigabyte behind it; where it covers that page, Wine's process ends without a word, and
-- CreateProcess fails with an "internal error": one of some 5,000. Without randomized addresses it is out of the way.
local fixed_addresses = { "setarch", "--addr-no-randomize" }
local probe = jg.run { fixed_addresses[1], fixed_addresses[2], "true", stderr = "null" }
if not (probe and probe.ok) then
    fixed_addresses = {} -- a seccomp filter may not allow it
end

-- This command, a table as for job:spawn, in an address space that isn't randomized.
local function fixed(command)
    local result = table.move(fixed_addresses, 1, #fixed_addresses, 1, {})
    table.move(command, 1, #command, #result + 1, result)
    for key, value in pairs(command) do
        if type(key) == "string" then
            result[key] = value
        end
    end
    return result
end

-- Makes a prefix, once: under another name first, so that an interrupted attempt is not taken for one.
local function create(prefix)
    local new = prefix .. ".new"
    local job <close> = jg.job { name = "wineboot" }
    local function run(command)
        command.env, command.stdout, command.stderr = environment(new), "null", "null"
        return assert(job:spawn(fixed(command))):wait(300)
    end
    assert(jg.run { "rm", "-rf", new }.ok)
    local status = run { "wineboot", "--init" }
    run { "wineserver", "-w" } -- it writes its files at its end
    assert(status and status.ok, "wineboot: " .. tostring(status))
    assert(os.rename(new, prefix))
end

--- The command that runs this one, a table as for jg.run, in Wine.
function wine:command(command)
    local wrapped = fixed(command)
    table.insert(wrapped, #fixed_addresses + 1, "wine")
    wrapped.env = self.env
    return wrapped
end

-- Lets windows be made that nobody sees; and makes their desktop: else it would be a child of whoever needs it first.
local function open_desktop(self)
    local function spawn(...)
        return assert(self.job:spawn(self:command { stdin = "null", stdout = "null", stderr = "null", ... }))
    end
    local key = "HKCU\\Software\\Wine\\Drivers"
    local status = spawn("reg", "add", key, "/v", "Graphics", "/d", "null", "/f"):wait(120)
    assert(status and status.ok, "wine reg add: " .. tostring(status))
    spawn("explorer.exe", "/desktop")
end

--- Starts the server, a desktop, and one process that keeps Windows' services from ending.
function wine.open()
    local prefix = lfs.currentdir() .. "/build/windows/wine"
    if not lfs.attributes(prefix) then
        create(prefix)
    end
    local self = setmetatable({ env = environment(prefix), job = jg.job { name = "wine" } }, wine)
    assert(self.job:spawn { "wineserver", "-f", "-p", env = self.env, stdout = "null", stderr = "null" })
    local keeper = assert(self.job:spawn(self:command {
        "build/windows/release/child.exe", "ready", "hang", stdin = "null", stdout = "pipe", stderr = "null",
    }))
    assert(keeper.stdout:read("l", 120) == "ready", "Wine doesn't start")
    open_desktop(self)
    return self
end

function wine:__close()
    jg.run { "wineserver", "-k", env = self.env, timeout = 60 }
    jg.run { "wineserver", "-w", env = self.env, timeout = 60 }
    self.job:close()
end

return wine
