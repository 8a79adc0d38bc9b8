-- run.lua: all the tests. ./bootstrap test builds everything and then runs this.
--
--     jghost tests/run.lua [PART...]      parts: lint, unit, specs, unprivileged, sanitize, windows,
--                                          examples, bench, vm
--
-- Prints a line for each piece, what failed and what was skipped, and last: N passed, N failed.

local jg = require "jghost"
local pool = require "jghost.pool"
local files = require "tests.files"
local support = require "tests.support"

local build = "build/linux"

local function parts_asked_for(words, parts)
    local names, chosen = {}, {}
    for _, part in ipairs(parts) do
        names[#names + 1], chosen[part.name] = part.name, #words == 0
    end
    for _, word in ipairs(words) do
        if chosen[word] == nil then
            io.stderr:write(("run.lua: there is no part '%s'; the parts are %s\n"):format(word,
                table.concat(names, ", ")))
            os.exit(2)
        end
        chosen[word] = true
    end
    return chosen
end

local total = { passed = 0, failed = 0, skipped = 0 }
local failures = {} -- lines, for the end
local failure_lines = 4 -- of what a test that failed says

-- Keeps what failed in a piece: a long report is read from its end.
local function remember(name, stdout)
    failures[#failures + 1] = "FAIL  " .. name
    local left = 0
    for line in stdout:gmatch "[^\n]+" do
        left = line:find "^%s*FAIL  " and failure_lines or left - 1
        if left > 0 then
            failures[#failures + 1] = "      " .. line
        end
    end
end

local function say(ok, name, detail, result)
    print(("%s  %-52s %s"):format(ok and "ok  " or "FAIL", name, detail))
    if not ok then
        local stdout = result and result.stdout or ""
        for line in stdout:gmatch "[^\n]+" do
            print("      " .. line)
        end
        remember(name, stdout)
    end
    io.stdout:flush()
end

local function skip(name, reason)
    total.skipped = total.skipped + 1
    print(("skip  %-52s %s"):format(name, reason))
end

local function run(options)
    options.timeout = options.timeout or 900
    options.stderr = "stdout"
    options.capture_limit = "32M"
    return assert(jg.run(options))
end

-- Wine's guard may end a moment before the harness, which has ended for Windows, has ended for Linux; and the console's
-- own process ends after the last one that had the console. That they do is seen at the end: nothing of Wine is left.
local function leaked(result)
    local list = {}
    for _, process in ipairs(result.leaked) do
        if not process.command:find("conhost.exe", 1, true) and not process.command:find("jghost.exe", 1, true) then
            list[#list + 1] = process
        end
    end
    return list
end

--- One command that passes or fails as a whole.
local function check(name, options, expected)
    local result = run(options)
    local left = leaked(result)
    local ok = result.code == (expected or 0) and #left == 0
    total[ok and "passed" or "failed"] = total[ok and "passed" or "failed"] + 1
    say(ok, name, tostring(result), result)
    for _, process in ipairs(left) do
        print("      left behind: " .. tostring(process))
    end
end

--- One command that counts for itself, in its last line.
local function count(name, options)
    local result = run(options)
    local passed, failed, skipped = result.stdout:match "(%d+) passed, (%d+) failed,? ?(%d*)[^\n]*%s*$"
    if not passed or (failed == "0" and not result.ok) then
        passed, failed = 0, 1
    end
    total.passed, total.failed = total.passed + passed, total.failed + failed
    total.skipped = total.skipped + (tonumber(skipped) or 0)
    say(failed + 0 == 0, name, ("%d passed, %s failed, %.1f s"):format(passed, failed, result.wall), result)
    for line in result.stdout:gmatch "[^\n]*skip  [^\n]*" do
        print("      " .. line)
    end
end

local parts = {}

local function part(name, run_part)
    parts[#parts + 1] = { name = name, run = run_part }
end

part("lint", function()
    local sources = {}
    for _, folder in ipairs { "host", "bindings", "tests" } do
        files(folder, "%.[ch]$", sources)
    end
    check("clang-format", { "clang-format", "--dry-run", "-Werror", table.unpack(sources) })
    -- not ".": in build/ is a Wine, whose drive Z: is the whole machine
    check("luacheck", { "luacheck", "--quiet", "premake4.lua", "premake5.lua", "examples", "scripts", "tests" })
end)

part("unit", function()
    for _, config in ipairs { "release", "debug", "sanitize" } do
        for _, folder in ipairs { "host", "bindings" } do
            for _, test in ipairs(files(("%s/%s/tests/%s"):format(build, config, folder), "_test$")) do
                count(config .. " " .. test:match "[^/]+/[^/]+$", { test })
            end
        end
    end
end)

local specs = {}
for _, folder in ipairs { "host", "bindings", "scripts", "guard" } do
    files("tests/" .. folder, "_spec%.lua$", specs)
end

-- The one that takes longest is first, so that others run beside it.
for i, spec in ipairs(specs) do
    if spec:find "memory_spec" then
        table.insert(specs, 1, table.remove(specs, i))
        break
    end
end

local function run_specs(name, config, list, prefix, cwd)
    local jghost = ("%s/%s/jghost"):format(build, config)
    -- whoever runs the tests in the background has SIGINT ignored; the specs mustn't depend on it
    local command = { "env", "--default-signal=INT,QUIT,HUP,TERM,PIPE", cwd = cwd }
    table.move(prefix or {}, 1, #(prefix or {}), #command + 1, command)
    for _, word in ipairs { jghost, "examples/run-specs.lua", "--with=" .. jghost, table.unpack(list) } do
        command[#command + 1] = word
    end
    count(name, command)
end

part("specs", function()
    run_specs("specs", "release", specs)
    run_specs("the solution for Visual Studio", "release", { "tests/solution_spec.lua" })
end)

-- The same as an ordinary user, who has no cgroups: from a copy that this user can read.
part("unprivileged", function()
    local id = run { "id", "-u" }
    if id.stdout ~= "0\n" then
        skip("specs as nobody", "only root can become nobody; the specs above ran as an ordinary user")
        return
    end
    local copy = run({ "mktemp", "-d" }).stdout:match "[^\n]+"
    local _ <close> = setmetatable({}, { __close = function() run { "rm", "-rf", copy } end })
    check("a copy for nobody", { "sh", "-c", [[
        mkdir -p "$0/build/linux/release" && cp -r tests examples scripts docs bindings host README.md "$0" &&
        find build/linux/release -maxdepth 1 -type f -exec cp {} "$0/build/linux/release" \; &&
        chmod -R a+rX "$0" ]], copy })
    run_specs("specs as nobody", "release", specs,
        { "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", "HOME=" .. copy }, copy)
end)

-- Not guard_spec and memory_spec: they measure memory, crash on purpose and refuse memory, which are the
-- sanitizers' own business. Not noproc_spec: the sanitizers need a /proc.
part("sanitize", function()
    local list = {}
    for _, spec in ipairs(specs) do
        if not spec:find "guard_spec" and not spec:find "memory_spec" and not spec:find "noproc_spec" then
            list[#list + 1] = spec
        end
    end
    run_specs("specs with ASan and UBSan", "sanitize", list)
end)

-- Each example, as jghost of that folder runs it; `wrap` makes a command of that system one of this.
local function run_examples(label, folder, programs, wrap)
    local jghost, child = folder .. "/jghost" .. programs, folder .. "/child" .. programs
    local function example(name, ...)
        local words = { jghost, "examples/" .. name .. ".lua", ... }
        local expected = type(words[#words]) == "number" and table.remove(words) or 0
        check(label .. name .. " " .. table.concat(words, " ", 3):gsub(folder .. "/", ""), wrap(words), expected)
    end
    example "quickstart"
    example "server-and-test"
    example "expect"
    example "tree"
    example "limits"
    example "leaks"
    example("parallel", child, "print", "--", "a", "b", "c")
    example("parallel", child, "exit", "--", "0", "1", 1)
    example("timeout", "30", child, "exit", "0")
    example("timeout", "0.1", child, "fork-tree", "1", "1", "hang", 124)
    example("timeout", "30", "/nowhere", 127)
end

part("examples", function()
    run_examples("examples/", build .. "/release", "", function(command) return command end)
end)

-- The Windows half, under Wine. What is about Linux only, its specs skip. No debug: that would be the same code once
-- more, and a minute for building it.
local function run_windows(wine)
    local folder = "build/windows/"
    local function wrap(command)
        return wine:command(command)
    end
    local units = {}
    for _, config in ipairs { "release", "sanitize" } do
        files(("%s%s/tests"):format(folder, config), "_test%.exe$", units)
    end
    pool.map(2, units, function(test)
        local config, name = test:match "([^/]+)/tests/.*/([^/]+)%.exe$"
        count(("windows %s %s"):format(config, name), wrap { test })
    end)
    local jghost = folder .. "release/jghost.exe"
    count("windows release specs", wrap {
        jghost, "examples/run-specs.lua", "--timeout=120", "--with=" .. jghost, table.unpack(specs),
    })
    run_examples("windows ", folder .. "release", ".exe", wrap)
    check("windows benchmarks, in short", wrap { folder .. "release/jghost.exe", "tests/bench/run.lua", "--short" })
end

part("windows", function()
    if not jg.run { "wine", "--version" } then
        skip("windows", "there is no wine here")
        return
    end
    local wine = require "tests.wine".open()
    do
        local _ <close> = wine
        run_windows(wine)
    end
    local left = require "tests.marked".linux("WINEPREFIX=" .. wine.env.WINEPREFIX)
    for _, process in ipairs(left) do
        print(("      left behind: %d %s"):format(process.pid, process.command))
    end
    total[#left == 0 and "passed" or "failed"] = total[#left == 0 and "passed" or "failed"] + 1
    say(#left == 0, "windows: nothing is left", ("%d processes"):format(#left))
end)

part("bench", function()
    check("the benchmarks, in short", { build .. "/release/jghost", "tests/bench/run.lua", "--short", "--peers" })
end)

-- The guarantee on Debian's kernels, in emulated machines.
part("vm", function()
    local suites = { "sid", "trixie", "bookworm" } -- the one that takes longest first
    check("the kernels", { "tests/vm/kernels.sh", "build/vm", table.unpack(suites) })
    check("the machines' files", { "tests/vm/initramfs.sh", "build/vm/initramfs" })
    pool.map(2, suites, function(suite)
        local version = support.read_any(("build/vm/%s/version"):format(suite)):match "[^\n]*"
        -- what differs by user is shown on the oldest and on the newest
        local settings = suite == "trixie" and "--settings=root,delegated" or nil
        local command = { build .. "/release/jghost", "tests/vm/run.lua", suite, settings }
        count(("specs on Linux %s"):format(version), command)
    end)
    check("systemd's files", { "tests/vm/systemd.sh", "build/vm/initramfs", "build/vm/systemd" })
    count("specs in systemd", {
        build .. "/release/jghost", "tests/vm/run.lua", "--settings=systemd-namespace,systemd-reaper", "bookworm",
        "tests/bindings/scope_spec.lua",
    })
end)

local chosen = parts_asked_for(arg, parts)
local began = jg.now()
pool.map(1, parts, function(one)
    if chosen[one.name] then
        one.run()
    end
end)
if #failures > 0 then
    print("what failed, once more:\n" .. table.concat(failures, "\n"))
end
print(("%d skipped, %.0f s"):format(total.skipped, jg.now() - began))
print(("%d passed, %d failed"):format(total.passed, total.failed))
os.exit(total.failed == 0)
