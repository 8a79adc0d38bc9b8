-- lua_spec.lua: jghost as lua(1): the same command lines, the same output, the same statuses.

local expected = require "tests.expect"
local jg = require "jghost"
local fixture = require "tests.fixture"
local helper = require "tests.bindings.helper"

local lua = expected.lua and helper.jghost:gsub("jghost%.exe$", expected.lua) or "lua5.4"
lua = (jg.run { lua, "-v" } or {}).ok and lua or nil
local folder

fixture.folder(function(path)
    folder = path
    local function write(name, text)
        helper.write(folder .. "/" .. name, text)
    end
    write("arguments.lua", [[
        local low = 0
        while arg[low - 1] do low = low - 1 end
        for i = low + 1, #arg do io.write(i, "=", arg[i], ";") end
        print("\n" .. select("#", ...), ...)
    ]])
    write("module.lua", 'print("loaded as", ...) return { name = "module" }')
    write("shebang.lua", "#!/usr/bin/env anything\nprint(debug.getinfo(1).currentline)")
    write("syntax.lua", "print(1)\nprint(")
    write("fails.lua",
        "local function inner() error('inner fails') end\nlocal t = {}\nfunction t.field() inner() end\nt.field()\n")
    write("init.lua", "print 'from init.lua' x = 5")
    write("-odd.lua", "print('odd', ...)")
end)

local function run(program, words, options)
    local command = { program, table.unpack(words) }
    for key, value in pairs(options or {}) do
        command[key] = value
    end
    command.timeout, command.cwd = 60, command.cwd or folder
    return assert(jg.run(command))
end

-- Without the names of the programs; and without carriage returns, where the C library adds them and we don't.
local function normal(text, program)
    text = text:gsub("%f[^\n\0]" .. program:gsub("%p", "%%%0") .. ": ", "PROGRAM: ")
    return expected.carriage_returns and text:gsub("\r", "") or text
end

-- ---- the same as lua5.4

local cases = {
    { "runs a statement", { "-e", "print(1)" } },
    { "takes it glued on", { "-eprint(1)" } },
    { "runs many, in order, then the script", { "-e", "x = 1", "-e", "x = x + 1 print(x)", "arguments.lua", "a" } },
    { "gives statements no arguments", { "-e", "print(select('#', ...))", "arguments.lua", "a" } },
    { "passes arguments", { "arguments.lua", "a b", "", "-e", "--timeout=x", "é" } },
    { "passes none", { "arguments.lua" } },
    { "has its options in arg, at negative indices", { "-W", "-e", "", "--", "arguments.lua", "x" } },
    { "has arg in a statement", { "-e", "print(arg[1], arg[2], #arg)" } },
    { "runs standard input as -", { "-", "x", "y" }, { input = "print(...) print(arg[0], arg[1])" } },
    { "takes no argument for a pattern", { "-", "*.md", "?*", "[R]EADME.md", "ü", "" }, { input = "print(...)" } },
    { "runs standard input without a script", {}, { input = "print('in', ...) print(arg[0] == nil)" } },
    { "runs standard input after -W", { "-W" }, { input = "warn('careful')" } },
    { "runs standard input after -l", { "-l", "module" }, { input = "print(module.name)" } },
    { "runs standard input after -E", { "-E" }, { input = "print 'in'" } },
    { "doesn't after -e", { "-e", "print 'e'" }, { input = "print 'in'" } },
    { "takes - after -- for a file", { "--", "-" }, { input = "print 'in'" } },
    { "stops at --", { "--", "-odd.lua", "x" } },
    { "requires modules", { "-l", "module", "-e", "print(module.name)" } },
    { "requires them glued on", { "-lmodule", "-e", "print(module.name)" } },
    { "requires them under another name", { "-l", "m=module", "-e", "print(m.name, module)" } },
    { "fails for a module that isn't there", { "-e", "package.path = './?.lua' package.cpath = ''", "-l", "nothing",
        "-e", "print 'no'" } },
    { "skips a first line with #", { "shebang.lua" } },
    { "turns warnings on", { "-W", "-e", "warn('a', 'b')" } },
    { "has them off", { "-e", "warn('a') warn('@on') warn('b') warn('@off') warn('c')" } },
    { "returns what os.exit says", { "-e", "os.exit(7)" } },
    { "returns what os.exit says of true", { "-e", "io.write 'x' os.exit(true)" } },
    { "returns what os.exit says of false", { "-e", "os.exit(false)" } },
    { "returns what os.exit says of 256 and more", { "-e", "os.exit(258)" } },
    { "closes the state if os.exit is told to",
        { "-e", "setmetatable({}, {__gc = function() print 'gc' end}) os.exit(3, true)" } },
    { "closes what is pending if os.exit is told to", { "-e", [[
        local function note(name, act)
            return setmetatable({}, { __close = function(_, e) print(name, e) if act then act() end end })
        end
        local a <close> = note "a"
        local b <close> = note("b", function() os.exit(5, true) end)
        local c <close> = note("c", function() coroutine.wrap(function() os.exit(4, true) end)() end)
        table.sort({ 1, 2 }, function() local d <close> = note "d" os.exit(3, true) end)
    ]] } },
    { "refuses a status that is none", { "-e", "os.exit('x', true)" } },
    { "runs finalisers at the end", { "-e", "x = setmetatable({}, {__gc = function() print 'gc' end})" } },
    { "runs pending <close> when there is an error",
        { "-e",
            "local x <close> = setmetatable({}, {__close = function(_, e) print(e:match '[^\\n]*') end}) error 'e'" } },
    { "returns 1 for an error", { "fails.lua" } },
    { "returns 1 for an error in a statement", { "-e", "error 'x'", "-e", "print 'no'" } },
    { "returns 1 for a syntax error", { "syntax.lua" } },
    { "returns 1 for a syntax error in a statement", { "-e", "x =" } },
    { "returns 1 for a missing script", { "nowhere.lua" } },
    { "returns 1 for a script that is a folder", { "." } },
    { "returns 1 for a script on standard input that breaks off", { "-" }, { input = "print(1)\nprint(" } },
    { "prints an error object by its __tostring", { "-e",
        "error(setmetatable({}, {__tostring = function() return 'text' end}))" } },
    { "prints what an error object is", { "-e", "error {}" } },
    { "prints nil as an error", { "-e", "error(nil)" } },
    { "prints a number as an error", { "-e", "error(42)" } },
    { "prints a text without a position", { "-e", "error('plain', 0)" } },
    { "prints the error of a runtime fault", { "-e", "local function f(x) return x.y.z end print(f {})" } },
    { "prints the traceback of a deep recursion", { "-e",
        "local function f(n) if n == 0 then error 'deep' end f(n - 1) return end f(100)" } },
    { "survives the overflow of a stack",
        { "-e", "local function f() return 1 + f() end print(select(2, pcall(f)):match '^.-stack overflow')" } },
    { "prints an error in a coroutine", { "-e", "coroutine.wrap(function() error 'inside' end)()" } },
    { "prints an error in a finaliser as a warning",
        { "-W", "-e", "setmetatable({}, {__gc = function() error 'gc' end}) collectgarbage()" } },
    { "has the interpreter's loop in coroutines", { "-e", "print(coroutine.isyieldable(coroutine.create(print)))" } },
    { "runs LUA_INIT", { "-e", "print(x)" }, { env = { LUA_INIT = "x = 5 print 'init'" } } },
    { "runs LUA_INIT=@file", { "-e", "print(x)" }, { env = { LUA_INIT = "@init.lua" } } },
    { "prefers LUA_INIT_5_4", { "-e", "print(x)" }, { env = { LUA_INIT = "x = 1", LUA_INIT_5_4 = "x = 2" } } },
    { "ignores it with -E", { "-E", "-e", "print(x)" }, { env = { LUA_INIT = "x = 1" } } },
    { "fails if LUA_INIT fails", { "-e", "print 'no'" }, { env = { LUA_INIT = "error 'init'" } } },
    { "fails if LUA_INIT is no Lua", { "-e", "print 'no'" }, { env = { LUA_INIT = "x =" } } },
    { "fails if LUA_INIT's file isn't there", { "-e", "print 'no'" }, { env = { LUA_INIT = "@nowhere" } } },
    { "has Lua's path", { "-E", "-e", "print(package.path, package.cpath)" } },
    { "obeys LUA_PATH", { "-e", "print(package.path)" }, { env = { LUA_PATH = "/x/?.lua;;" } } },
    { "ignores LUA_PATH with -E", { "-E", "-e", "print(package.path)" }, { env = { LUA_PATH = "/x/?.lua" } } },
    { "has Lua's libraries", { "-e",
        "local n = {} for k in pairs(_G) do n[#n + 1] = k end table.sort(n) print(table.concat(n, ' '))" } },
    { "collects garbage as generations or not, but does", { "-e",
        "for i = 1, 1e5 do local t = {i} end print(collectgarbage 'count' < 20000)" } },
    { "reads standard input", { "-e", "print(io.read 'n', io.read 'l', io.read 'a')" },
        { input = "12 rest\nmore\n\0" } },
    { "writes binary", { "-e", "io.write('\\0\\1\\255\\r\\n')" } },
    { "writes much", { "-e", "io.write(('x'):rep(1e6)) io.stderr:write(('y'):rep(1e5))" } },
    { "has coroutines", { "-e", [[
        local function show(...) print(select("#", ...), ...) end
        local co = coroutine.create(function(...) show(...) show(coroutine.yield(...)) return 1, nil, 3 end)
        show(coroutine.resume(co, "a", nil))
        show(coroutine.resume(co))
        show(coroutine.resume(co))
        show(coroutine.resume(coroutine.create(function(...) return ... end)))
        show(coroutine.resume(coroutine.running()))
        show(coroutine.resume(coroutine.create(error), { 1 } and "an error"))
        local gen = coroutine.wrap(function(n) for i = 1, n do coroutine.yield(i) end end)
        show(gen(2)) show(gen()) show(gen()) show(pcall(gen))
        show(pcall(coroutine.resume, 1)) show(pcall(coroutine.resume)) show(pcall(coroutine.wrap, {}))
        show(coroutine.resume(coroutine.create(function() return table.unpack({}, 1, 250) end)))
        show(coroutine.close(co), coroutine.status(co))
        local deep
        function deep(n) return n == 0 and "bottom" or coroutine.wrap(deep)(n - 1) end
        show(deep(100))
        show(select(2, pcall(deep, 1e6)):match "stack overflow")
    ]] } },
    { "has their errors, with positions and what is closed", { "-e", [[
        local closed = setmetatable({}, { __close = function(_, e) print("closed", e ~= print and e) end })
        local function fails(value)
            return pcall(coroutine.wrap(function() local c <close> = closed error(value, 1) end))
        end
        print(fails "text") print(fails(42)) print(fails(nil)) print(fails(print) == false)
        local fails_too = setmetatable({}, { __close = function() error "in close" end })
        local function bad() local c <close> = fails_too error "x" end
        print(pcall(coroutine.wrap(bad)))
        local wrapped = coroutine.wrap(bad)
        print(pcall(function() wrapped() end))
        print(pcall(wrapped))
        print(coroutine.resume(coroutine.create(bad)))
    ]] } },
    { "prints the traceback of an error in coroutines", { "-e", [[
        local function inner() coroutine.yield() error "inside" end
        local co = coroutine.wrap(inner)
        co()
        coroutine.wrap(function() co() end)()
    ]] } },
    { "has os.execute and io.popen", { "-e",
        "print(os.execute 'exit 3') local p = io.popen 'echo x' print(p:read 'a', p:close())" } },
    { "keeps what is written before an os.exit", { "-e", "io.write 'kept' os.exit(0)" } },
    { "has a debug library with hooks",
        { "-e",
            "local n = 0 debug.sethook(function() n = n + 1 end, 'c') tostring(1) debug.sethook() print(n > 1)" } },
}

local function needs_lua()
    if not lua then
        pending "there is no lua5.4 to compare with"
    end
end

describe("jghost, as lua5.4,", function()
    for _, case in ipairs(cases) do
        it(case[1], function()
            needs_lua()
            local theirs, ours = run(lua, case[2], case[3]), run(helper.jghost, case[2], case[3])
            assert.equal(normal(theirs.stderr, lua), normal(ours.stderr, helper.jghost):gsub("%f[^\n\0]jghost: ",
                "PROGRAM: "), nil)
            assert.equal(normal(theirs.stdout, lua), normal(ours.stdout, helper.jghost))
            assert.equal(theirs.code, ours.code)
            assert.equal(theirs.signal, ours.signal)
        end)
    end

    it("hands on nothing more to what io.popen starts", function()
        needs_lua()
        local words = { "-e", "for line in io.popen(arg[1]):lines() do print(line:match ' (%S+ %S+) ') end", "-",
            expected.native(helper.child) .. " dump-fds" }
        local theirs, ours = run(lua, words), run(helper.jghost, { "--allow-detach", table.unpack(words) })
        assert.truthy(theirs.stdout:find "w pipe")
        assert.equal(normal(theirs.stdout, lua), ours.stdout)
    end)
end)

-- ---- what lua5.4 hasn't, or says otherwise

local function needs_shell()
    if not expected.shell then
        pending "there is no POSIX shell here"
    end
end

local function expect(words, code, pattern, options)
    local result = run(helper.jghost, words, options)
    assert.equal(code, result.code, tostring(result) .. ": " .. result.stderr)
    if pattern then
        assert.truthy(result.stderr:find(pattern, 1, true), result.stderr)
    end
    return result
end

describe("jghost", function()
    it("is its own name in arg", function()
        assert.equal(helper.jghost .. "\n", run(helper.jghost, { "-e", "print(arg[0])" }).stdout)
        assert.equal(helper.jghost .. "\n", run(helper.jghost, { "-", "x" }, { input = "print(arg[-1])" }).stdout)
    end)

    it("tells its version, and Lua's", function()
        local result = expect({ "-v" }, 0)
        assert.truthy(result.stdout:find "^jghost %d+%.%d+%.%d+ .*Lua 5%.4")
        assert.equal("", run(helper.jghost, { "-v" }, { input = "print 'no'" }).stdout:match "\n(.*)$")
        assert.truthy(expect({ "--version" }, 0).stdout:find "^jghost %d+%.%d+%.%d+\n$")
    end)

    it("goes to the prompt with -i, also when that is a pipe", function()
        local result = run(helper.jghost, { "-i", "-e", "x = 20" }, { input = "print(x + 1)\nx + 2\n" })
        assert.equal(0, result.code)
        assert.truthy(result.stdout:find "21\n" and result.stdout:find "22\n", result.stdout)
    end)

    it("explains its options", function()
        local result = expect({ "--help" }, 0)
        local options = "-e -l -i -v -E -W --require --level --timeout --scripts --exec " ..
            "--list --attach --doctor --version"
        for option in options:gmatch "%S+" do
            assert.truthy(result.stdout:find("  " .. option, 1, true), option)
        end
        assert.equal("", result.stderr)
    end)

    it("loads lfs, which is built in, and C modules of the system", function()
        assert.equal("directory\n", run(helper.jghost, { "-E", "-e",
            "print(require 'lfs'.attributes('/', 'mode'))" }).stdout)
        local cjson = run(helper.jghost, { "-e", "print(require 'cjson'.encode { 1, 2 })" })
        if not cjson.ok then
            pending "lua-cjson isn't installed"
        end
        assert.equal("[1,2]\n", cjson.stdout)
    end)

    it("is one file that runs anywhere", function()
        local copy = helper.write(folder .. "/copied" .. expected.programs, helper.read(helper.jghost),
            expected.executable)
        local script = ([[
            local jg = require "jghost"
            require "jghost.pool"
            require "lfs"
            print(jg.run { %q, "print", "it runs" }.stdout)
        ]]):format(helper.child)
        local result = run(copy, { "-e", script }, { clear_env = true, cwd = "/" })
        assert.equal("it runs\n\n", result.stdout, result.stderr)
    end)

    it("is found as an interpreter by a script's first line", function()
        needs_shell()
        local script = helper.write(folder .. "/script",
            "#!" .. helper.jghost .. "\nprint(arg[0]:match '[^/]*$', ...)", "755")
        assert.equal("script\ta b\n", run(script, { "a b" }).stdout)
    end)

    it("takes scripts from a folder before its own", function()
        require("lfs").mkdir(folder .. "/jghost")
        helper.write(folder .. "/jghost/pool.lua", "return 'mine'")
        assert.equal("mine\n", run(helper.jghost, { "--scripts=" .. folder, "-e",
            "print((require 'jghost.pool'))" }).stdout)
        helper.write(folder .. "/jghost/pool.lua", "return return")
        expect({ "--scripts=" .. folder, "-e", "require 'jghost.pool'" }, 1,
            ("jghost%spool.lua:1:"):format(package.config:sub(1, 1)))
    end)

    it("refuses a folder of scripts that isn't there", function()
        for _, where in ipairs { folder .. "/nowhere", "", folder .. "/arguments.lua" } do
            local result = expect({ "--scripts=" .. where, "-e", "print 'no'" }, 125,
                "jghost: --scripts=" .. where .. ": there is no such folder\n")
            assert.equal("", result.stdout)
        end
    end)

    it("says what an overflow of the stack is, and an error in an error's __tostring", function()
        expect({ "-e", "local function f() return 1 + f() end f()" }, 1, "(command line):1: stack overflow")
        expect({ "-e", "error(setmetatable({}, {__tostring = function() error 'in it' end}))" }, 1, "in it")
    end)

    it("says the line of its own scripts", function()
        local result = expect({ "-e", "require 'jghost.pool'.map(0)" }, 1)
        assert.truthy(result.stderr:find("(command line):1: pool.map:", 1, true), result.stderr)
    end)

    it("leaves its own part out of a misuse's traceback, but not out of that of a fault of its own", function()
        expect({ "-e", "require 'jghost'.run(1)" }, 1, "got 1\nstack traceback:\n\tjghost/run.lua:")
        helper.write(folder .. "/jghost/pool.lua", "return { map = function() error 'oops' end }")
        expect({ "--scripts=" .. folder, "-e", "require 'jghost.pool'.map()" }, 1, "oops\nstack traceback:\n\t[C]:")
    end)
end)

describe("jghost refuses", function()
    for words, hint in pairs {
        ["--requre=reaper"] = "did you mean '--require'?", ["--timout=5"] = "did you mean '--timeout'?",
        ["--hepl"] = "did you mean '--help'?", ["--lvel=reaper"] = "did you mean '--level'?",
        ["--somethingelse"] = "unknown option '--somethingelse'", ["--somethingelse=x"] = "unknown option",
        ["-x"] = "unknown option '-x'", ["-vv"] = "unknown option", ["-ee"] = false, ["-ix"] = "unknown option",
        ["-EW"] = "unknown option", ["--="] = "unknown option", ["---"] = "unknown option",
        ["--timeout"] = "needs a value, as in --timeout=30", ["--doctor=x"] = "takes no value",
        ["--require"] = "needs a value, as in --require=namespace",
        ["--list=x"] = "takes no value", ["--lits"] = "did you mean '--list'?",
        ["--atach=1"] = "did you mean '--attach'?",
        ["--help=x"] = "takes no value", ["--timeout="] = "number of seconds", ["--timeout=x"] = "number of seconds",
        ["--timeout=-1"] = "number of seconds", ["--timeout=nan"] = "number of seconds",
            ["--timeout=1x"] = "number of seconds",
        ["--timeout=inf"] = "number of seconds",
        ["--level=nonsense"] = "no such level", ["--require=nonsense"] = "no such level",
            ["--level="] = "no such level",
        ["--exec"] = "needs a command", ["-e"] = "needs an argument", ["-l"] = "needs an argument",
    } do
        if hint then
            it(words, function()
                local result = expect({ words }, 125, hint)
                assert.equal("", result.stdout)
                assert.truthy(result.stderr:find "^jghost: ", "says who speaks")
            end)
        end
    end

    it("an empty name, which a shell's empty variable leaves", function()
        expect({ "" }, 125, "the script's name is empty")
        expect({ "--exec", "", "x" }, 125, "--exec: needs a command after it, and the name there is empty")
    end)

    for line, hint in pairs {
        ["--attach 999999"] = "--attach takes its ID after '=', as in --attach=999999",
        ["--list foo"] = "--list takes no arguments, and there is 'foo'",
        ["--timeout=1 --doctor x"] = "--doctor takes no arguments, and there is 'x'",
        ["--list --doctor"] = "--list and --doctor exclude each other",
        ["--attach=1 --list"] = "--attach and --list exclude each other",
        ["-e x --list"] = "--list runs no Lua",
    } do
        it(line, function()
            local words = {}
            for word in line:gmatch "%S+" do
                words[#words + 1] = word
            end
            assert.equal("", expect(words, 125, hint).stdout)
        end)
    end

    it("a level that this system hasn't", function()
        for _, option in ipairs(expected.refused_levels) do
            expect({ option }, 125, "no such level; its strongest is")
        end
    end)

    it("a command line that has no room for what it adds itself", function()
        helper.needs(pending, "short_commands")
        local before = helper.jghost .. " -e print(#arg[1]) - "
        local words = { "-e", "print(#arg[1])", "-", ("x"):rep(32732 - #before) }
        assert.equal(#words[4] .. "\n", expect(words, 0).stdout)
        words[4] = words[4] .. ("x"):rep(34)
        expect(words, 125, "The command line is too long: jghost's own may have 32,732 characters")
    end)

    it("-e with an option where its statement should be", function()
        expect({ "-e", "-v" }, 125, "needs an argument")
    end)
end)

describe("the output of jghost", function()
    local silent = { "-e", "x = 1" }

    -- Without these of its standard descriptors.
    local function without(closed, words)
        local command = { table.unpack(closed) }
        command[#command + 1] = "exec"
        command[#command + 1] = helper.jghost
        return run(helper.child, table.move(words, 1, #words, #command + 1, command))
    end

    -- Where each byte that is written is one too many.
    local function on_a_full_disk(words)
        needs_shell()
        return run("sh", { "-c", '"$0" "$@" >/dev/full', helper.jghost, table.unpack(words) })
    end

    -- The reason that is told.
    local function expect_loss(result, code)
        assert.equal(code or 1, result.code, result.stderr)
        local said = "^jghost: standard output could not be written: ([^\n]+); some of it is lost\n$"
        assert.matches(said, result.stderr)
        return result.stderr:match(said)
    end

    -- What prints, and the status that it would have.
    local talks = {
        { "print(1)" }, { "print(('x'):rep(1e6))" }, { "io.write 'x'" }, { "io.write(('x'):rep(4096))" },
        { "io.stdout:write(('x'):rep(4096)) io.stdout:flush()" }, { "io.write 'x' io.flush()" },
        { "setmetatable({}, { __gc = function() print 'x' end })" },
        { "print(1) os.exit()" }, { "print(1) os.exit(true, true)" }, { "io.write 'x' os.exit(3)", 3 },
        { "io.write 'x' os.exit(4, true)", 4 },
        { "require 'jghost'.task(function() print(1) end) require 'jghost'.sleep(0)" },
    }

    it("that is lost in a closed descriptor is a failure", function()
        for _, talk in ipairs(talks) do
            expect_loss(without({ "close-stdout" }, { "-e", talk[1] }), talk[2])
        end
        for _, option in ipairs { "--help", "--version", "-v", "--doctor", "--list" } do
            expect_loss(without({ "close-stdout" }, { option }))
        end
    end)

    it("that isn't written to a closed descriptor is none", function()
        assert.equal(0, without({ "close-stdout" }, silent).code)
    end)

    it("that is lost in a full disk is a failure", function()
        for _, talk in ipairs(talks) do
            assert.equal("No space left on device", expect_loss(on_a_full_disk { "-e", talk[1] }, talk[2]))
        end
        for _, option in ipairs { "--help", "--version", "-v", "--doctor", "--list" } do
            assert.equal("No space left on device", expect_loss(on_a_full_disk { option }))
        end
    end)

    it("that is lost after an interrupt which the script has caught is a failure", function()
        needs_shell()
        local script = "pcall(function() os.execute 'kill -TERM $PPID' require 'jghost'.sleep(60) end) print 'x'"
        expect_loss(on_a_full_disk { "-e", script })
    end)

    it("that is lost doesn't hide the script's own failure", function()
        local result = without({ "close-stdout" }, { "-e", "io.write 'x' error 'its own'" })
        assert.equal(1, result.code)
        assert.matches("its own.*standard output could not be written", result.stderr)
    end)

    it("that isn't written to a full disk is none", function()
        assert.equal(0, on_a_full_disk(silent).code)
    end)

    it("that nobody reads ends an endless script, as SIGPIPE does", function()
        needs_shell()
        local result = run("sh", { "-c", "{ \"$0\" -e 'while true do print \"y\" end'; echo $? >&2; } | head -1",
            helper.jghost })
        assert.equal("y\n", result.stdout)
        assert.equal("141\n", result.stderr:match "[^\n]*\n$")
    end)

    it("survives closed standard descriptors", function()
        helper.write(folder .. "/closed.lua", ([[
            local file = io.open(arg[0])
            print(require "jghost".run { %q, "print", "x" }.ok, file ~= nil)
        ]]):format(helper.child))
        assert.equal("true\ttrue\n", without({ "close-stdin", "close-stderr" }, { "closed.lua" }).stdout)
        assert.equal("", without({ "close-stderr" }, { "-e", "io.stderr:write(1)" }).stderr)
        assert.equal("nil\n", without({ "close-stdin" }, { "-e", "print((io.read()))" }).stdout)
    end)
end)

describe("jghost --exec", function()
    it("passes the status on", function()
        for _, code in ipairs { 0, 1, 42, 255 } do
            expect({ "--exec", helper.child, "exit", tostring(code) }, code)
        end
    end)

    it("passes arguments, input and output on", function()
        local result = run(helper.jghost, { "--exec", helper.child, "cat", "error", "-e", "print", "--help" },
            { input = "a\0b" })
        assert.equal("a\0b--help\n", result.stdout)
        assert.equal("-e\n", result.stderr)
    end)

    it("says how a signal, or a crash, has ended it", function()
        for signal, status in pairs(expected.died) do
            expect({ "--exec", helper.child, "signal", signal }, status)
        end
    end)

    it("says 127 for what isn't there, 126 for what can't be run", function()
        helper.write(folder .. "/text" .. expected.programs, "exit 0", expected.executable)
        for word, status in pairs { ["./nowhere"] = 127, ["./init.lua"] = 126, ["/"] = 126, ["./text"] = 126 } do
            expect({ "--exec", word }, status, helper.why_not { word, cwd = folder } .. "\n")
        end
        expect({ "--exec", "no-such-command-anywhere" }, 127, nil, { env = { PATH = "/no/such" } })
    end)

    it("refuses a batch file, with or without its extension, and runs none of it", function()
        helper.needs(pending, "batch_files")
        for _, name in ipairs { "batch.bat", "batch2.cmd" } do
            helper.write(folder .. "/" .. name, "@echo off\r\necho it ran\r\n")
            for _, word in ipairs { "./" .. name, "./" .. name:match "[^.]*", folder .. "/" .. name .. " ." } do
                assert.equal("", expect({ "--exec", word, "&echo", "injected" }, 126, "batch file").stdout)
            end
        end
    end)

    it("gives the command nothing of ours", function()
        local result = run(helper.jghost, { "--exec", helper.child, "dump-fds" })
        assert.equal(3, select(2, result.stdout:gsub("\n", "")), result.stdout)
        local signals = run(helper.jghost, { "--exec", helper.child, "dump-signals" }).stdout
        assert.equal(run(helper.child, { "dump-signals" }).stdout, signals)
    end)

    it("ends what the command leaves behind", function()
        local result = run(helper.jghost, { "--exec", helper.child, "daemonise", "hang" })
        assert.equal(0, result.code)
        assert.same({}, result.leaked)
    end)
end)

describe("jghost --timeout", function()
    it("ends a run with 124", function()
        expect({ "--timeout=0.2", "-e", "require 'jghost'.sleep(1000)" }, 124, "jghost: the time, 0.2 s, is up\n")
        expect({ "--timeout=0.2", "-e", "while true do end" }, 124)
        expect({ "--timeout=0.2", "--exec", helper.child, "ignore-all", "hang" }, 124,
            "jghost: the time, 0.2 s, is up\n")
        expect({ "--timeout=0", "--exec", helper.child, "ignore-all", "hang" }, 124, "jghost: the time, 0 s, is up\n")
    end)

    it("does nothing to one that ends in time", function()
        expect({ "--timeout=1000", "-e", "os.exit(3)" }, 3)
        expect({ "--timeout=1e3", "--exec", helper.child, "exit", "3" }, 3)
    end)
end)

describe("jghost --doctor", function()
    it("says what can be promised", function()
        local result = expect({ "--doctor" }, 0)
        local level = run(helper.jghost, { "-e", "print(require 'jghost'.guarantee().level)" }).stdout
        assert.truthy(result.stdout:find("guarantee:     " .. level, 1, true), result.stdout)
        assert.truthy(result.stdout:find "\njobs:          [%a-]+\n")
    end)

    it("at the level that was asked for", function()
        local level = expected.levels[#expected.levels]
        assert.truthy(expect({ "--level=" .. level, "--doctor" }, 0).stdout:find("guarantee:     " .. level, 1, true))
    end)
end)
