-- solution_spec.lua: what premake5.lua says when it is to make a solution for Visual Studio, which nobody has here.

local files = require "tests.files"
local lfs = require "lfs"

local words = [[ workspace project configurations platforms filter kind language location targetdir targetname objdir
    cdialect symbols optimize systemversion staticruntime characterset entrypoint manifest gccprefix fastuptodate
    files includedirs forceincludes resincludedirs defines resdefines buildoptions linkoptions linkgroups links
    prebuildcommands ]]

-- Premake's: ** goes into folders, * doesn't.
local function matching(pattern)
    if not pattern:find("*", 1, true) then
        return { lfs.attributes(pattern) and pattern }
    end
    local expression = pattern:gsub("[-.]", "%%%0"):gsub("%*+", { ["*"] = "[^/]*", ["**"] = ".*" })
    return files(pattern:match "^([^*]*)/", "^" .. expression .. "$")
end

--- Evaluates premake5.lua: a list of { project =, word =, value = }, the values each for itself.
local function said_for(action)
    local list, project = {}, "workspace"
    local premake = { _ACTION = action, _OPTIONS = { os = "windows" }, os = { matchfiles = matching }, path = {} }
    for word in words:gmatch "%a+" do
        premake[word] = function(values)
            project = word == "project" and values or project
            for _, value in ipairs(type(values) == "table" and values or { values }) do
                list[#list + 1] = { project = project, word = word, value = value }
            end
        end
    end
    function premake.path.getbasename(path) return path:match "([^/]*)%.%w+$" end
    function premake.path.getrelative(from, path) return path:sub(#from + 2) end
    assert(loadfile("premake5.lua", "t", setmetatable(premake, { __index = _G })))()
    return list
end

-- What only GNU's tools understand, as lines of text.
local function gnu_only(list)
    local found = {}
    for _, one in ipairs(list) do
        local option = one.word:find "options$" and one.value:find "^%-"
        if option or one.word == "gccprefix" or one.value:find "windres" or one.value:find "%.wrap" then
            found[#found + 1] = ("%s: %s %q"):format(one.project, one.word, one.value)
        end
    end
    return found
end

-- The projects of which a word says this value: a set.
local function projects_with(list, word, value)
    local set = {}
    for _, one in ipairs(list) do
        if one.word == word and one.value == value then
            set[one.project] = true
        end
    end
    return set
end

local solution = said_for "vs2022"

it("Visual Studio is told nothing that is for GNU's tools", function()
    assert.same({}, gnu_only(solution))
    local gnu = table.concat(gnu_only(said_for "gmake"), "\n") -- which is: this test would see it
    for _, word in ipairs { "gccprefix", '"-static"', '"-Wall"', "windres", "%.wrap" } do
        assert.matches(word, gnu)
    end
end)

it("each program that is made of jghost begins with host/windows/wmain.c", function()
    local programs = projects_with(solution, "links", "jghost-host")
    assert.is_true(programs.jghost)
    assert.same(programs, projects_with(solution, "entrypoint", "wmainCRTStartup"))
end)

it("what the solution is made of is there", function()
    local missing, has_files = {}, {}
    for _, one in ipairs(solution) do
        if one.word == "files" then
            has_files[one.project] = true
            missing[#missing + 1] = #matching(one.value) == 0 and one.value or nil
        end
    end
    assert.same({}, missing)
    for _, one in ipairs(solution) do
        assert(one.word ~= "project" or has_files[one.value], one.value)
    end
end)
