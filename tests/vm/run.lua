-- run.lua: boots one of Debian's kernels in an emulated machine, and runs spec files in it.
--
--     jghost tests/vm/run.lua [--settings=A,B...] [--timeout=S] SUITE [FILE_spec.lua...]
--
-- SUITE is one that tests/vm/kernels.sh has fetched to build/vm; the machine's files are build/vm/initramfs, made
-- by tests/vm/initramfs.sh; tests/vm/init knows the settings, and what comes back. The settings systemd-LEVEL are for
-- machines of their own, whose files are build/vm/systemd, made by tests/vm/systemd.sh. Prints it, and last: N passed,
-- N failed, N skipped. A kernel that panics, hangs or doesn't come to the end of a setting has failed, and the last
-- that it said is shown. To try one spec on one kernel:
--
--     tests/vm/kernels.sh build/vm sid && tests/vm/initramfs.sh build/vm/initramfs &&
--     build/linux/release/jghost tests/vm/run.lua --settings=root sid tests/guard/autokill_spec.lua

local jg = require "jghost"
local support = require "tests.support"

local folder = "build/vm"
local all_settings = "root,delegated,nobody,no-user-namespaces,delegated-reaper,filtered"
local console_tail = 2000 -- bytes

local options = { settings = all_settings, timeout = "600" }
local words = {}
for _, word in ipairs(arg) do
    local name, value = word:match "^%-%-(%w+)=(.+)$"
    if name and options[name] then
        options[name] = value
    else
        words[#words + 1] = word
    end
end
local suite = assert(table.remove(words, 1), "which suite?")
local specs = #words > 0 and words or {
    "tests/guard/stage_spec.lua", "tests/guard/kill_spec.lua", "tests/guard/autokill_spec.lua",
    "tests/guard/janitor_spec.lua", "tests/bindings/limit_spec.lua",
    "tests/bindings/freeze_spec.lua", "tests/bindings/gone_spec.lua",
}

-- The machine's files, and who is their first process.
local function first_process()
    if options.settings:find "^systemd%-" then
        return folder .. "/systemd", "/lib/systemd/systemd systemd.unit=specs.service systemd.show_status=no"
    end
    return folder .. "/initramfs", "/init"
end

local function boot(console)
    local files, init = first_process()
    return assert(jg.run {
        "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
        -- without cmpxchg16b: qemu 7.2 can spoil the flags after it, of which a Linux 6.12 panics
        "-machine", "pc", "-cpu", "max,-cx16", "-smp", "2", "-m", "768M",
        -- both processors in one thread: with one for each, a kernel that rewrites its own code (Linux 7) can trip over
        -- that. Two machines run side by side instead
        "-accel", "tcg,thread=single",
        "-kernel", ("%s/%s/vmlinuz"):format(folder, suite), "-initrd", files,
        -- a panic reboots, which ends the machine
        "-append", ("console=ttyS0 panic=-1 loglevel=4 mitigations=off rdinit=%s settings=%s specs=%s"):format(
            init, options.settings, table.concat(specs, ",")),
        "-serial", "file:" .. console, "-serial", "stdio",
        stdin = "null", stderr = "stdout", timeout = assert(tonumber(options.timeout)), capture_limit = "32M",
    })
end

-- What was said in one setting: the counts in its last line, and whether it came to its end.
local function count(text, setting)
    local name = setting:gsub("%p", "%%%0")
    local said, status = text:match(("\nbegin %s\n(.-)end %s (%%d+)\n"):format(name, name))
    local passed, failed, skipped = (said or ""):match "(%d+) passed, (%d+) failed, (%d+) skipped%s*$"
    if not passed or (failed == "0" and status ~= "0") then
        return 0, 1, 0
    end
    return tonumber(passed), tonumber(failed), tonumber(skipped)
end

local console = ("%s/%s.console"):format(folder, suite)
os.remove(console)
local result = boot(console)
local text = "\n" .. result.stdout:gsub("\r", "")
io.write(text:sub(2))

local total = { 0, 0, 0 }
for setting in options.settings:gmatch "[^,]+" do
    local counted = { count(text, setting) }
    for i = 1, 3 do
        total[i] = total[i] + counted[i]
    end
    print(("%s: %d passed, %d failed, %d skipped"):format(setting, table.unpack(counted)))
end

if not result.ok or not text:find "\ndone\n$" then
    total[2] = total[2] + 1
    print(("FAIL  the machine: %s\n%s"):format(result, support.read_any(console):sub(-console_tail)))
end
print(("%d passed, %d failed, %d skipped"):format(table.unpack(total)))
os.exit(total[2] == 0)
