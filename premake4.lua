-- premake4.lua: the few words of Premake 5 that premake5.lua uses and Premake 4 lacks.

workspace = solution

-- filter "configurations:debug" is configuration "debug" here; filter {} is configuration {}.
function filter(terms)
    local words = {}
    for _, term in ipairs(type(terms) == "table" and terms or { terms }) do
        table.insert(words, (term:gsub("^%w+:", "")))
    end
    configuration(words)
end

function cdialect(name) buildoptions("-std=" .. name) end
function symbols(value) if value == "On" then flags "Symbols" end end
function optimize(value) if value == "On" then flags "Optimize" end end
function linkgroups() end -- always on, see below

function gccprefix(prefix)
    premake.gcc.platforms.Native.cc = prefix .. "gcc"
    premake.gcc.platforms.Native.ar = prefix .. "ar"
end

-- Libraries in one group, and links "name:static".
function premake.gcc.getlinkflags(cfg)
    local result = table.join("-Wl,--start-group", premake.getlinks(cfg, "siblings", "fullpath"))
    for _, name in ipairs(premake.getlinks(cfg, "system", "basename")) do
        local static = name:match "^(.*):static$"
        table.insert(result, static and "-l:lib" .. static .. ".a" or "-l" .. name)
    end
    return table.join(result, "-Wl,--end-group")
end

-- Objects and products wait for their folders to be made, also with make -j.
local make_cpp = premake.make_cpp
function premake.make_cpp(prj)
    make_cpp(prj)
    io.write "$(OBJECTS): | $(OBJDIR)\n$(TARGET): | $(TARGETDIR)\n"
end

dofile "premake5.lua"
