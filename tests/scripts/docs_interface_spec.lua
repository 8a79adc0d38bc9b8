-- docs_interface_spec.lua: docs/lua.md describes every name in the interface, and nothing that isn't there.

local jg = require "jghost"
local core = require "jghost.core"
local docs = require "tests.docs"
local support = require "tests.support"

local text = support.read "docs/lua.md"

-- The headings that are functions: "job:spawn" of "### `job:spawn(options)`", as a set.
local function documented()
    local set = {}
    for _, heading in ipairs(docs.headings(text)) do
        local name = heading.text:match "^`([%w_]+[.:][%w_]+)%(.*%)`$"
        if name then
            set[name] = heading.text
        end
    end
    return set
end

-- Adds the functions in a table, by the names that users call them by.
local function add_functions(set, prefix, functions, except)
    for name, value in pairs(functions) do
        if type(value) == "function" and not (except and except[name] == value) then
            set[prefix .. name] = true
        end
    end
end

-- The functions that there are. Methods are found by the names of the metatables: "jghost.job".
local function registered()
    local set = {}
    add_functions(set, "jg.", jg)
    add_functions(set, "core.", core, jg)
    set["core.processes"] = nil -- if that is what jg.processes is made of
    for _, module in ipairs { "pool", "tree", "stop" } do
        add_functions(set, module .. ".", require("jghost." .. module))
    end
    for key, metatable in pairs(debug.getregistry()) do
        local noun = type(key) == "string" and key:match "^jghost%.(%w+)$"
        local methods = noun and type(metatable) == "table" and (metatable.methods or metatable.__index)
        if type(methods) == "table" then
            add_functions(set, noun .. ":", methods)
        end
    end
    return set
end

local function section(name)
    local heading = assert(documented()[name], name .. " has no heading")
    return docs.section(text, heading)
end

-- Expects each of the names as `name` in what stands below the function's heading.
local function described_in(name, names)
    local codes, list = docs.codes(section(name)), {}
    for each in pairs(names) do
        if not codes[each] then
            list[#list + 1] = each
        end
    end
    docs.expect_empty(list, name .. " says nothing of")
end

-- The words in double quotes in an array of a C file, as a set.
local function words_of_array(path, array)
    local body = support.read(path):match(array .. "%[%]%s*=%s*(%b{})")
    local set = {}
    for word in assert(body, path .. " has no " .. array):gmatch '"([^"]+)"' do
        set[word] = true
    end
    assert(next(set), array .. " in " .. path .. " is empty")
    return set
end

-- The names that a function of a C file gives to set_text, set_integer and so on.
local function fields_set_by(path, name)
    local body = assert(support.read(path):match("%f[%w_]" .. name .. "%b()%s*(%b{})"), path .. " has no " .. name)
    local set = {}
    for field in body:gmatch 'set_%w+%(L, "([%w_]+)"' do
        set[field] = true
    end
    for field in body:gmatch 'lua_setfield%(L, %-2, "([%w_]+)"' do
        set[field] = true
    end
    assert(next(set), name .. " in " .. path .. " sets nothing")
    return set
end

describe("docs/lua.md", function()
    it("describes every function that there is", function()
        docs.expect_empty(docs.missing(registered(), documented()), "not described")
    end)

    it("describes no function that there isn't", function()
        docs.expect_empty(docs.missing(documented(), registered()), "described, but not there")
    end)

    it("has an example of every function", function()
        local examples, list = {}, {}
        for i, example in ipairs(docs.fences(text, "lua")) do
            examples[i] = example.text
        end
        local all = table.concat(examples)
        for name in pairs(documented()) do
            local called = name:match ":.*" or "%f[%w_]" .. name:gsub("%.", "%%.")
            if not all:find(called .. "%f[^%w_]") then
                list[#list + 1] = name
            end
        end
        docs.expect_empty(list, "no example")
    end)

    it("describes everything else in the modules", function()
        local codes, list = docs.codes(text), {}
        for prefix, module in pairs { jg = jg, core = core, stop = require "jghost.stop" } do
            for name, value in pairs(module) do
                if type(value) ~= "function" and not codes[name] and not codes[prefix .. "." .. name] then
                    list[#list + 1] = prefix .. "." .. name
                end
            end
        end
        docs.expect_empty(list, "not described")
    end)

    it("describes every option", function()
        described_in("job:spawn", words_of_array("bindings/spawn.c", "option_names"))
        described_in("jg.detach", words_of_array("bindings/detach.c", "option_names"))
        described_in("jg.job", words_of_array("bindings/job.c", "option_names"))
    end)

    it("describes every field", function()
        described_in("job:processes", fields_set_by("bindings/info.c", "add_process"))
        described_in("job:processes", fields_set_by("bindings/info.c", "set_origin"))
        described_in("jg.detach", fields_set_by("bindings/detach.c", "finish"))
        described_in("core.detached", fields_set_by("bindings/detach.c", "add_detached"))
        described_in("job:usage", fields_set_by("bindings/info.c", "jg_job_usage"))
        local status = fields_set_by("bindings/process.c", "push_status")
        status.status, status.code, status.signal = nil, true, true
        described_in("process:wait", status)
        local properties = docs.codes(assert(docs.section(text, "Processes")))
        docs.expect_empty(docs.missing(words_of_array("bindings/process.c", "properties"), properties), "not described")
    end)

    it("describes every error name, and no other", function()
        local names = {}
        for name in support.read("host/err.h"):gmatch 'X%([%u_]+, "([%l_]+)"%)' do
            names[name] = name ~= "ok" or nil
        end
        local described = {}
        for _, cell in ipairs(docs.first_cells(assert(docs.section(text, "Error names")))) do
            described[cell:match "`([%l_]+)`" or "not_found"] = true
        end
        docs.expect_empty(docs.missing(names, described), "not described")
        docs.expect_empty(docs.missing(described, names), "described, but not there")
    end)

    it("describes every level", function()
        local levels = {}
        for name in support.read("host/level.h"):gmatch 'X%([%u_]+, "([%l-]+)"%)' do
            levels['"' .. name .. '"'] = true
        end
        described_in("jg.guarantee", levels)
    end)
end)
