-- embed.lua: writes the Lua library into a C file, as bindings/embedded.h declares it.
--
--     lua5.4 scripts/embed.lua OUTPUT.c FOLDER SCRIPT...
--
-- Every SCRIPT, a path inside FOLDER, becomes one array, unmodified, so that line numbers and sources
-- in a traceback are those of the file. A script that doesn't compile ends the build. The C file is
-- replaced only if it changes, and then in one step, so that a build that runs meanwhile isn't upset.

if #arg < 3 then
    io.stderr:write "usage: lua5.4 embed.lua OUTPUT.c FOLDER SCRIPT...\n"
    os.exit(2)
end

local function read(path)
    local file <close> = assert(io.open(path, "rb"))
    return assert(file:read "a")
end

-- "jghost/report/tap.lua" is the module "jghost.report.tap", "jghost/init.lua" is "jghost".
local function module_name(path)
    return (path:gsub("%.lua$", ""):gsub("/init$", ""):gsub("/", "."))
end

local function scripts(folder, paths)
    local found = {}
    for i, path in ipairs(paths) do
        local source = read(folder .. "/" .. path)
        local ok, message = load(source, "@" .. folder .. "/" .. path, "t")
        if not ok then
            io.stderr:write(message, "\n")
            os.exit(1)
        end
        found[i] = { name = module_name(path), path = path, source = source }
    end
    table.sort(found, function(a, b) return a.name < b.name end)
    return found
end

-- The bytes of a source as lines of C. A literal string would be nicer to read, but compilers may
-- refuse one of more than 4095 characters.
local function bytes(source)
    local lines = {}
    for i = 1, #source, 24 do
        lines[#lines + 1] = "    " .. table.concat({ source:byte(i, i + 23) }, ",") .. ",\n"
    end
    return table.concat(lines)
end

local function generate(list)
    local c = { '/* Written by scripts/embed.lua. */\n#include "embedded.h"\n' }
    for i, script in ipairs(list) do
        c[#c + 1] = ("\n/* %s */\nstatic const unsigned char source_%d[] = {\n%s    0};\n")
            :format(script.path, i, bytes(script.source))
    end
    c[#c + 1] = "\nconst struct jg_embedded_script jg_embedded_scripts[] = {\n"
    for i, script in ipairs(list) do
        c[#c + 1] = ('    {"%s", "@%s", (const char *)source_%d, sizeof source_%d - 1},\n')
            :format(script.name, script.path, i, i)
    end
    c[#c + 1] = "    {NULL, NULL, NULL, 0},\n};\n"
    return table.concat(c)
end

-- On Windows no file is renamed to one that exists: there, it is away for a moment.
local function replace(path, new)
    if not os.rename(new, path) then
        os.remove(path)
        assert(os.rename(new, path))
    end
end

local function write_if_changed(path, text)
    local old = io.open(path, "rb")
    if old then
        local same = old:read "a" == text
        old:close()
        if same then
            return
        end
    end
    local new = ("%s.%d"):format(path, math.random(0))
    local file = assert(io.open(new, "wb"))
    assert(file:write(text))
    assert(file:close())
    replace(path, new)
end

write_if_changed(arg[1], generate(scripts(arg[2], { table.unpack(arg, 3) })))
