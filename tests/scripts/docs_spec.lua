-- docs_spec.lua: what the documents say is so: their examples run, every name in the interface is
-- described, and nothing that isn't there; so are the command's options; and the links lead somewhere.

local jg = require "jghost"
local core = require "jghost.core"
local lfs = require "lfs"
local docs = require "tests.docs"
local support = require "tests.support"

local here = lfs.currentdir()
local jghost = support.jghost:find "^/" and support.jghost or here .. "/" .. support.jghost

-- Expects an empty list; the message has all that is in it.
local function nothing_in(list, what)
    table.sort(list)
    assert.equal("", table.concat(list, "\n"), what)
end

-- ---- (a) the examples ----

-- Calls fn(folder) with an empty folder of its own, and removes it with all that is in it.
local function in_folder(fn)
    local folder = os.tmpname()
    os.remove(folder)
    assert(lfs.mkdir(folder))
    local _ <close> = setmetatable({}, { __close = function() jg.run { "rm", "-rf", folder } end })
    return fn(folder)
end

-- What an example says of itself: "--> exit N" is its exit status, any other "--> text" is printed, in that
-- order, among other things.
local function expectations(text)
    local status, printed = 0, {}
    for said in text:gmatch "%-%->[ ]?([^\n]*)" do
        local number = said:match "^exit (%d+)%s*$"
        if number then
            status = tonumber(number)
        else
            printed[#printed + 1] = (said:gsub("%s+$", ""))
        end
    end
    return status, printed
end

local function run_example(path, example)
    local status, printed = expectations(example.text)
    local result = in_folder(function(folder)
        local name = path:match "[^/]+$"
        local file = assert(io.open(folder .. "/" .. name, "wb"))
        file:write(example.text)
        file:close()
        return assert(jg.run { jghost, "-l", "jg=jghost", name, cwd = folder, timeout = 60 })
    end)
    local story = ("%s\n%s%s"):format(tostring(result), result.stdout, result.stderr)
    assert.equal(status, result.code, story)
    local from = 1
    for _, text in ipairs(printed) do
        local _, last = result.stdout:find(text, from, true)
        assert(last, ("prints no %q there: %s"):format(text, story))
        from = last + 1
    end
    local leaked = {}
    for i, process in ipairs(result.leaked) do
        leaked[i] = process.command
    end
    nothing_in(leaked, "left behind")
end

for _, path in ipairs(docs.files()) do
    for _, example in ipairs(docs.fences(support.read(path), "lua")) do
        if not example.info:find "no%-run" then
            it(("%s:%d: the example runs"):format(path, example.line), function()
                run_example(path, example)
            end)
        end
    end
end

-- ---- (b) the interface ----

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

-- What is in `a` and isn't in `b`.
local function missing(a, b)
    local list = {}
    for name in pairs(a) do
        if not b[name] then
            list[#list + 1] = name
        end
    end
    return list
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
    nothing_in(list, name .. " says nothing of")
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
        nothing_in(missing(registered(), documented()), "not described")
    end)

    it("describes no function that there isn't", function()
        nothing_in(missing(documented(), registered()), "described, but not there")
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
        nothing_in(list, "no example")
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
        nothing_in(list, "not described")
    end)

    it("describes every option", function()
        described_in("job:spawn", words_of_array("bindings/spawn.c", "option_names"))
        described_in("jg.job", words_of_array("bindings/job.c", "option_names"))
    end)

    it("describes every field", function()
        described_in("job:processes", fields_set_by("bindings/info.c", "add_process"))
        described_in("job:usage", fields_set_by("bindings/info.c", "jg_job_usage"))
        local status = fields_set_by("bindings/process.c", "push_status")
        status.status, status.code, status.signal = nil, true, true
        described_in("process:wait", status)
        local properties = docs.codes(assert(docs.section(text, "Processes")))
        nothing_in(missing(words_of_array("bindings/process.c", "properties"), properties), "not described")
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
        nothing_in(missing(names, described), "not described")
        nothing_in(missing(described, names), "described, but not there")
    end)

    it("describes every level", function()
        local levels = {}
        for name in support.read("host/level.h"):gmatch 'X%([%u_]+, "([%l-]+)"%)' do
            levels['"' .. name .. '"'] = true
        end
        described_in("jg.guarantee", levels)
    end)
end)

-- ---- (c) the command ----

describe("docs/command.md", function()
    local command = support.read "docs/command.md"
    local help = assert(jg.run { jghost, "--help" })

    -- "--timeout" of "--timeout=S", "-l" of "-l NAME".
    local function option(word)
        return word:match "^%-%-?[%w-]*"
    end

    local function printed()
        local set = {}
        for line in help.stdout:gmatch "[^\n]+" do
            local column = line:match "^  (%-.-)  " or line:match "^  (%-.*)$"
            for word in (column or ""):gmatch "%-%S*" do
                set[option(word)] = true
            end
        end
        return set
    end

    local function described()
        local set = {}
        for _, cell in ipairs(docs.first_cells(command)) do
            for code in pairs(docs.codes(cell)) do
                if code:find "^%-" then
                    set[option(code)] = true
                end
            end
        end
        return set
    end

    it("describes every option of --help", function()
        assert.is_true(help.ok)
        nothing_in(missing(printed(), described()), "not described")
    end)

    it("describes no option that --help doesn't print", function()
        nothing_in(missing(described(), printed()), "described, but not there")
        local words = {}
        for word in command:gmatch "%f[%w%-]%-%-%a[%w-]*" do
            words[word] = true
        end
        nothing_in(missing(words, printed()), "mentioned, but not there")
    end)

    it("describes every exit status of jghost itself", function()
        local cells = table.concat(docs.first_cells(assert(docs.section(command, "Exit status"))), "\n")
        local list = {}
        for name, value in support.read("host/exit.h"):gmatch "(JG_EXIT_[%u_]+) = (%d+)" do
            if not cells:find("%f[%d]" .. value .. "%f[%D]") then
                list[#list + 1] = name .. " " .. value
            end
        end
        nothing_in(list, "not described")
    end)
end)

-- ---- (d) the links ----

local function anchors_of(path)
    local set = {}
    for _, heading in ipairs(docs.headings(support.read(path))) do
        set[docs.anchor(heading.text)] = true
    end
    return set
end

-- Why a link doesn't lead anywhere; nil if it does, or if it isn't to one of our documents or folders.
local function broken(path, target)
    local file, anchor = target:match "^([^#]*)#?(.*)$"
    if target:find "^%a+:" or not (file == "" or file:find "%.md$" or file:find "/") then
        return nil
    end
    local folder = path:match "^(.*/)[^/]*$" or ""
    local full = file == "" and path or folder .. file
    if not lfs.attributes((full:gsub("/$", ""))) then
        return "there is no " .. full
    elseif anchor ~= "" and not anchors_of(full)[anchor] then
        return full .. " has no heading " .. anchor
    end
end

for _, path in ipairs(docs.files()) do
    it(path .. ": the links lead somewhere", function()
        local list = {}
        for target in docs.prose(support.read(path)):gmatch "%]%(([^)%s]+)%)" do
            local why = broken(path, target)
            if why then
                list[#list + 1] = ("(%s): %s"):format(target, why)
            end
        end
        nothing_in(list, path)
    end)
end
