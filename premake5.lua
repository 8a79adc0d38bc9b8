-- premake5.lua: what is built from what. (premake4.lua lets Debian's Premake 4 read it, too.)
--
-- Products are in build/<os>/<configuration>/: jghost, child, tiny and the benchmarks there itself,
-- the C unit test tests/host/err_test.c as tests/host/err_test.

local system = _OPTIONS.os or "linux"
local output = "build/" .. system
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
    cdialect "gnu11"
    symbols "On"
    buildoptions { "-Wall", "-Wextra", "-Werror" }
    if system == "windows" then
        gccprefix "x86_64-w64-mingw32-"
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

-- Turns on the sanitizers; for what is ours, not for what only plays a child.
local function sanitized()
    filter "configurations:sanitize"
    buildoptions { "-fsanitize=address,undefined", "-fno-omit-frame-pointer", "-O1" }
    linkoptions "-fsanitize=address,undefined"
    filter {}
end

local function library(name)
    target(name, "StaticLib", "lib")
    sanitized()
    buildoptions(pkg_config "--cflags lua5.4")
end

-- A program with all of jghost in it, in one file: only libc is loaded at run time.
local function program(name, folder)
    target(name, "ConsoleApp", folder)
    sanitized()
    buildoptions(pkg_config "--cflags lua5.4")
    linkgroups "On"
    links { "jghost-host", "jghost-scripts", "jghost-bindings", "jghost-os" }
    -- The whole of Lua, and visible, for the C modules that scripts load.
    linkoptions { "-Wl,--whole-archive", "-l:liblua5.4.a", "-Wl,--no-whole-archive" }
    linkoptions "-Wl,--export-dynamic-symbol=lua*"
    links { "lua5.4-filesystem:static", "uv_a:static", "edit:static", "tinfo:static", "bsd:static", "md:static" }
    links { "m", "dl", "pthread" }
end

-- The libraries: one a folder, because Premake 4 names objects after their files, and there is a
-- job.c in more than one.

library "jghost-os"
    files("host/" .. system .. "/*.c")

library "jghost-host"
    for _, file in ipairs(os.matchfiles "host/*.c") do
        if file ~= "host/main.c" then
            files(file)
        end
    end

-- The scripts are embedded before jghost-bindings is built and compiled after it: Premake 4 knows
-- no order between a project's own prebuild commands and its objects.
library "jghost-bindings"
    files "bindings/*.c"
    prebuildcommands "@cd ../.. && lua5.4 scripts/embed.lua build/embedded.c scripts"

library "jghost-scripts"
    files "build/embedded.c"
    includedirs "bindings"
    links "jghost-bindings"

-- The programs.

program("jghost", ".")
    files "host/main.c"

-- The same objects, and a hook that lets the tests stop or fail them at a given moment.
program("jghost-fault", ".")
    files { "host/main.c", "tests/fault/*.c" }
    linkoptions "-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc"

target("child", "ConsoleApp", ".")
    files { "tests/child.c", "tests/verbs_*.c", "tests/child_" .. system .. "*.c" }

for _, folder in ipairs { "host", "bindings" } do
    for _, file in ipairs(os.matchfiles("tests/" .. folder .. "/*_test.c")) do
        local name = path.getbasename(file)
        program(folder .. "-" .. name, "tests/" .. folder)
            targetname(name)
            files(file)
    end
end

-- The benchmarks. Two of them, which play a child, have no C library: the least that a system can
-- be asked to start.
local freestanding = { tiny = true, pause = true }

if system == "linux" then
    for _, file in ipairs(os.matchfiles "tests/bench/*.c") do
        local name = path.getbasename(file)
        target(name, "ConsoleApp", ".")
            files(file)
            if freestanding[name] then
                buildoptions { "-ffreestanding", "-fno-stack-protector", "-fno-pie" }
                linkoptions { "-nostdlib", "-static" }
            end
    end
end
