-- premake5.lua: what is built from what. (premake4.lua lets Debian's Premake 4 read it, too.)
--
-- Products are in build/<os>/<configuration>/: jghost, child, tiny and the benchmarks there itself,
-- the C unit test tests/host/err_test.c as tests/host/err_test. For Windows they are cross-compiled,
-- --os=windows, or made by Visual Studio; scripts/sources.sh fetches what is linked there.

local system = _OPTIONS.os or (os.target and os.target()) or "linux"
local windows = system == "windows"
local gnu = not (_ACTION or ""):find "^vs" -- else Visual Studio
local output = "build/" .. system
local sources = "build/windows/sources/"
local configs = { "release", "debug", "sanitize" }

-- What `pkg-config` says, as a text for the command line.
local function pkg_config(query)
    local pipe = assert(io.popen("pkg-config " .. query))
    local flags = pipe:read "*l"
    pipe:close()
    return assert(flags, "pkg-config " .. query .. " failed")
end

workspace "jghost"
    location(output)
    configurations(configs)
    language "C"
    cdialect(gnu and "gnu11" or "C11")
    symbols "On"
    if windows then
        defines { "_WIN32_WINNT=0x0602", "WIN32_LEAN_AND_MEAN" }
    end
    if windows and gnu then
        gccprefix "x86_64-w64-mingw32-"
        defines "__USE_MINGW_ANSI_STDIO=1" -- or printf would be msvcrt.dll's, which has no %zu
        linkoptions "-static"
    elseif windows then
        platforms "x64"
        systemversion "latest"
        staticruntime "On"
        characterset "ASCII" -- LuaFileSystem has the system's functions that take a char, by names that can mean others
        buildoptions "/utf-8"
        defines { "_CRT_SECURE_NO_WARNINGS", "_CRT_NONSTDC_NO_WARNINGS" }
    end

    filter "configurations:release"
        optimize "On"
    filter {}

-- Begins a project whose product goes to build/<os>/<configuration>/<folder>.
local function target(name, what, folder)
    project(name)
    kind(what)
    for _, config in ipairs(configs) do
        filter("configurations:" .. config)
        targetdir(output .. "/" .. config .. "/" .. folder)
        objdir(output .. "/" .. config .. "/obj/" .. name)
    end
    filter {}
end

-- What is ours has no warnings, and none of GNU's C that Visual Studio hasn't.
local function strict()
    if gnu then
        buildoptions { "-Wall", "-Wextra", "-Werror", "-Wpedantic", "-Wvla" }
    end
end

-- Turns on the sanitizers; for what is ours, not for what only plays a child. mingw has no library for
-- them: there, undefined behaviour is an illegal instruction.
local function sanitized()
    filter "configurations:sanitize"
    if not windows then
        buildoptions { "-fsanitize=address,undefined", "-fno-omit-frame-pointer", "-O1" }
        linkoptions "-fsanitize=address,undefined"
    elseif gnu then
        buildoptions { "-fsanitize=undefined", "-fsanitize-undefined-trap-on-error", "-O1" }
    end
    filter {}
end

-- Where the headers of Lua and libuv are.
local function headers()
    if windows then
        includedirs { sources .. "lua5.4/src", sources .. "libuv1/include" }
    else
        buildoptions(pkg_config "--cflags lua5.4")
    end
end

local function library(name)
    target(name, "StaticLib", "lib")
    strict()
    sanitized()
    headers()
end

-- Somebody else's: its warnings are not ours to mend.
local function foreign_library(name)
    target(name, "StaticLib", "lib")
    headers()
    if gnu then
        buildoptions "-w"
    end
end

-- The numbers in the version that host/command.h has, as definitions for the resource compiler.
local function version_numbers()
    local file = assert(io.open "host/command.h")
    local version = assert(file:read("*a"):match '#define JG_VERSION "([%d.]+)"')
    file:close()
    local numbers = {}
    for number in version:gmatch "%d+" do
        table.insert(numbers, ("JG_VERSION_%d=%s"):format(#numbers + 1, number))
    end
    return numbers
end

-- The manifest and the version. Visual Studio would make a manifest, too, and a program can't have two.
local function resources()
    if gnu then
        linkoptions "jghost.res" -- jghost-os makes it
        return
    end
    files "host/windows/jghost.rc"
    resincludedirs "host/windows"
    resdefines(version_numbers())
    if manifest then
        manifest "Off"
    else
        flags "NoManifest" -- before Premake 5.0 beta 8
    end
end

-- A program with all of jghost in it, in one file: nothing but the system's own is loaded at run time.
local function program(name, folder)
    target(name, "ConsoleApp", folder)
    strict()
    sanitized()
    headers()
    linkgroups "On"
    links { "jghost-host", "jghost-scripts", "jghost-bindings", "jghost-os" }
    if windows then
        links { "lua", "lfs", "uv", "ws2_32", "psapi", "iphlpapi", "userenv", "user32", "advapi32" }
        resources()
        if gnu then
            linkoptions "-municode" -- it begins with host/windows/wmain.c
            linkoptions "-Wl,--file-alignment=4096" -- Wine can map it then, and hasn't to read it into memory
            filter "configurations:release"
                linkoptions "-s" -- symbols would be mapped, too
            filter {}
        else
            entrypoint "wmainCRTStartup"
        end
    else
        -- The whole of Lua, and visible, for the C modules that scripts load.
        linkoptions { "-Wl,--whole-archive", "-l:liblua5.4.a", "-Wl,--no-whole-archive" }
        linkoptions "-Wl,--export-dynamic-symbol=lua*"
        links { "lua5.4-filesystem:static", "uv_a:static", "edit:static", "tinfo:static", "bsd:static", "md:static" }
        links { "m", "dl", "pthread" }
    end
end

-- The libraries: one a folder, because Premake 4 names objects after their files, and there is a
-- job.c in more than one.

-- All of Lua's sources but these, which are programs.
local function lua_files(programs)
    for _, file in ipairs(os.matchfiles(sources .. "lua5.4/src/*.c")) do
        if programs[path.getbasename(file)] == nil then
            files(file)
        end
    end
end

if windows then
    foreign_library "lua"
        lua_files { lua = true, luac = true }
        if gnu then
            buildoptions "-include ../../host/windows/console/luainput.h"
        else
            forceincludes "host/windows/console/luainput.h"
        end

    foreign_library "lfs"
        files(sources .. "lua-filesystem/src/lfs.c")

    foreign_library "uv"
        files { sources .. "libuv1/src/*.c", sources .. "libuv1/src/win/*.c" }
        includedirs(sources .. "libuv1/src")
end

library "jghost-os"
    files { "host/common/*.c", "host/" .. system .. "/**.c" }
    includedirs("host/" .. system) -- for host/common
    if windows and gnu then -- not as one of the files: Premake 4 would take the windres for Linux
        prebuildcommands(("@x86_64-w64-mingw32-windres -I ../../host/windows -D %s ../../host/windows/jghost.rc " ..
            "-O coff -o jghost.res"):format(table.concat(version_numbers(), " -D ")))
    end

library "jghost-host"
    for _, file in ipairs(os.matchfiles "host/*.c") do
        if file ~= "host/main.c" then
            files(file)
        end
    end

-- The command that embeds the library's scripts.
local function embed()
    local scripts = os.matchfiles "scripts/jghost/**.lua"
    for i, script in ipairs(scripts) do
        scripts[i] = path.getrelative("scripts", script)
    end
    table.sort(scripts)
    return ("cd ../.. && %s scripts/embed.lua build/embedded.c scripts %s"):format(gnu and "lua5.4" or "lua",
        table.concat(scripts, " "))
end

-- The scripts are embedded before jghost-bindings is built and compiled after it: Premake 4 knows
-- no order between a project's own prebuild commands and its objects.
library "jghost-bindings"
    files "bindings/*.c"
    if gnu then
        prebuildcommands("@" .. embed())
    else
        prebuildcommands(embed())
        fastuptodate "Off" -- Visual Studio doesn't know what the command reads
    end

library "jghost-scripts"
    files "build/embedded.c"
    includedirs "bindings"
    links "jghost-bindings"

-- The programs.

program("jghost", ".")
    files "host/main.c"

-- The same objects, a hook that lets the tests stop them at a given moment, and what stands in front of the system to
-- refuse them something. It needs GNU's linker.
if gnu then
    program("jghost-fault", ".")
        files { "host/main.c", "tests/fault/stage.c", "tests/fault/memory.c", "tests/fault/refuse.c" }
        files { "tests/fault/talk_" .. system .. ".c", "tests/fault/calls_" .. system .. ".c" }
        linkoptions("-Wl,@../../tests/fault/calls_" .. system .. ".wrap")
end

target("child", "ConsoleApp", ".")
    strict()
    files { "tests/child.c", "tests/verbs_*.c", "tests/child_" .. system .. "*.c" }
    if windows then
        links { "ntdll", "shell32", "user32" }
    end

local libraries = { quote_test = "shell32", run_test = "ntdll" } -- that a unit test needs besides

local function unit_tests(folder)
    for _, file in ipairs(os.matchfiles("tests/" .. folder .. "/*_test.c")) do
        local name = path.getbasename(file)
        program(folder:gsub("/", "-") .. "-" .. name, "tests/" .. folder)
            targetname(name)
            files(file)
            if libraries[name] then
                links { libraries[name] }
            end
    end
end

unit_tests "host"
unit_tests "bindings"
if windows then
    unit_tests "host/windows"
end

if windows then
    target("customer", "ConsoleApp", ".")
        strict()
        files "tests/guard/customer.c"

    -- lua(1), to compare with, as it is; but its command line is UTF-8, too
    target("lua5.4", "ConsoleApp", ".")
        headers()
        lua_files { luac = true }
        resources()
        if gnu then
            links "jghost" -- which is built before it: it has made jghost.res
            buildoptions "-w"
        end
else
    target("filtered", "ConsoleApp", ".")
        strict()
        files "tests/vm/filtered.c"
end

-- The benchmarks. Two of them, which play a child, have no C library: the least that a system can
-- be asked to start.
local freestanding = { tiny = true, pause = true }

local function benchmarks(folder, flags)
    for _, file in ipairs(os.matchfiles(folder .. "/*.c")) do
        local name = path.getbasename(file)
        target(name, "ConsoleApp", ".")
            strict()
            files(file)
            if freestanding[name] then
                buildoptions { "-ffreestanding", "-fno-stack-protector", "-fno-pie" }
                linkoptions(flags)
            end
    end
end

if not windows then
    benchmarks("tests/bench", { "-nostdlib", "-static" })
elseif gnu then
    benchmarks("tests/bench/windows", { "-nostdlib", "-Wl,--entry=begin", "-lkernel32" })
end
