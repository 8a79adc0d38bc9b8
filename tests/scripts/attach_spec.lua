-- attach_spec.lua: harnesses that are running are listed, and one can look into them.

local jg = require "jghost"
local core = require "jghost.core"
local expect = require "tests.expect"
local lfs = require "lfs"
local support = require "tests.support"

local ready = 'jg = require "jghost" io.write "ready\\n" io.stdout:flush() '
local idle = ready .. "jg.sleep(1e6)"

-- Whoever runs the tests may have these ignored.
local default_signals = expect.posix_signals and { "env", "--default-signal=INT,TERM" } or {}

-- What only a system with signals and a /proc can show.
local function needs_posix()
    if not expect.posix_signals then
        pending "it takes signals, or programs that only the other system has"
    end
end

-- Starts a harness in `job` and waits until its script is ready. Returns the guard and the marker.
local function start(job, level, script, prefix)
    local command = { table.unpack(default_signals) }
    table.move(prefix or {}, 1, #(prefix or {}), #command + 1, command)
    for _, word in ipairs { support.jghost, "--level=" .. level, "-e", script } do
        command[#command + 1] = word
    end
    command.stdout, command.stderr = "pipe", "capture"
    local guard, marker = support.start(job, command)
    assert.equal("ready", guard.stdout:read("l", 60))
    return guard, marker
end

-- Attaches, says `input`, and leaves.
local function say(guard, input)
    return support.run({ "--attach=" .. guard.pid }, { input = input })
end

-- Attaches for longer.
local function attach(job, guard)
    local command = { stdin = "pipe", stdout = "pipe", stderr = "pipe", table.unpack(default_signals) }
    table.move({ support.jghost, "--attach=" .. guard.pid }, 1, 2, #command + 1, command)
    return assert(job:spawn(command))
end

local function line(client, text)
    assert(client.stdin:write(text, "\n"))
end

local function hears(client, expected)
    assert.equal(expected, client.stdout:read("l", 60))
end

-- What --list says of a harness: its line, or nil.
local function listed(guard)
    local result = support.run { "--list" }
    assert.equal(0, result.code, result.stderr)
    return result.stdout:match("%f[^\n\0] *" .. guard.pid .. " [^\n]*")
end

local function read_file(path)
    local file = io.open(path, "rb")
    local text = file and file:read "a"
    if file then
        file:close()
    end
    return text
end

-- The name of the socket that a harness listens at, by the file that has its key.
local function address(harness)
    local folder = ("/proc/%d/fd/"):format(harness)
    for name in lfs.dir(folder) do
        if (lfs.symlinkattributes(folder .. name, "target") or ""):find "^/memfd:jghost%-attach" then
            return read_file(folder .. name):match "^%S+"
        end
    end
end

for _, level in ipairs(support.levels()) do
    describe("at level " .. level, function()
        it("--list shows a harness", function()
            local job <close> = jg.job {}
            local guard = start(job, level, ("jg = require 'jghost' job = jg.job {} job:spawn { %q, 'hang' } "
                .. "job:spawn { %q, 'hang' } "):format(support.child, support.child) .. idle)
            local text
            repeat -- its script has begun to wait by then
                text = assert(listed(guard), "isn't listed")
            until text:find(expect.waiting, 1, true)
            local age, its_level, state, processes, folder, command =
                text:match "^ *%d+  %S+ +(%w+)  (%S+) +(%S+) +(%d+)  (%S+) +(.*)$"
            assert.truthy(age, text)
            assert.same({ level, expect.waiting, "2" }, { its_level, state, processes })
            local here = lfs.currentdir() -- in a chroot, the namespace's folders are seen from outside of it
            assert.equal(expect.tells_folders and here or "-", folder:sub(-#here))
            assert.truthy(command:find("--level=" .. level, 1, true), command)
            assert.equal(1, command:find(support.jghost .. " ", 1, true), command)
            guard:signal "kill"
            guard:wait(60)
            assert.is_nil(listed(guard))
        end)

        it("statements are run in the harness", function()
            local job <close> = jg.job {}
            local guard = start(job, level, "function double(n) return 2 * n end " .. idle)
            local result = say(guard, table.concat({
                "print(1, nil, 'x')", "double(4), double 'x' == nil", "double(4)", "=double(5)", "value = double(6)",
                "value",
                "for i = 1, 2 do", "  print(i)", "end", "io.write('a', 1, '\\n') and nil", "local x = 1", "x",
                "#jg.processes()",
            }, "\n"))
            assert.equal("1\tnil\tx\n8\n10\n12\n1\n2\na1\nnil\nnil\n0\n", result.stdout)
            assert.matches("^jghost: .*attempt to mul a", result.stderr)
            result = say(guard, "value")
            assert.equal("12\n", result.stdout)
            assert.equal("", result.stderr)
            assert.equal(0, result.code)
        end)

        it("errors come back, with where they are", function()
            local job <close> = jg.job {}
            local guard = start(job, level, "function fails() error 'inside' end " .. idle)
            local result = say(guard, "fails()\nx x\nerror {}\nerror()\nfor")
            assert.equal(1, result.code)
            assert.equal("", result.stdout)
            assert.equal(([[
jghost: (command line):1: inside
stack traceback:
	[C]: in function 'error'
	(command line):1: in function 'fails'
	(...tail calls...)
jghost: stdin:1: syntax error near 'x'
jghost: (error object is a table value)
jghost: (error object is a nil value)
jghost: stdin:1: <name> expected near <eof>
]]), result.stderr)
            result = say(guard, "setmetatable({}, { __tostring = function() error 'in it' end })")
            assert.matches("^jghost: error calling 'print' %(stdin:1: in it\n", result.stderr)
        end)

        it("other tasks go on meanwhile", function()
            local job <close> = jg.job {}
            local guard = start(job, level, ready .. "ping, pong = jg.event(), jg.event() ping:wait(1e6) pong:set() "
                .. "jg.sleep(1e6)")
            assert.equal("true\n", say(guard, "ping:set() return pong:wait()").stdout)
        end)

        it("an interrupt ends the statement, not the harness", function()
            needs_posix()
            local job <close> = jg.job {}
            local guard = start(job, level, idle)
            local client = attach(job, guard)
            for _, busy in ipairs { "jg.sleep(1e6)", "while true do end" } do
                line(client, "print 'begun' " .. busy)
                hears(client, "begun")
                client:signal "int"
                repeat
                    local text = assert(client.stderr:read("l", 60))
                until text == "jghost: interrupted"
                line(client, "print 'goes on'")
                hears(client, "goes on")
            end
            client.stdin:close()
            assert.equal(1, client:wait(60).code)
            assert.truthy(listed(guard))
        end)

        it("a busy statement lets the script go on", function()
            local job <close> = jg.job {}
            local guard = start(job, level, ready .. "while not stop do jg.sleep(0.001) end print 'stopped' "
                .. "io.stdout:flush() jg.sleep(1e6)")
            local client = attach(job, guard)
            line(client, "stop = true while true do end")
            assert.equal("stopped", guard.stdout:read("l", 60))
        end)

        it("the harness's end is noticed", function()
            local job <close> = jg.job {}
            local guard = start(job, level, ready .. "finish = jg.event() finish:wait(1e6)")
            local client = attach(job, guard)
            line(client, "finish:set() jg.sleep(1e6)")
            assert.equal(("jghost: harness %d has ended"):format(guard.pid), client.stderr:read("l", 60))
            assert.equal(1, client:wait(60).code)
            assert.equal(0, guard:wait(60).code)

            guard = start(job, level, idle)
            assert.matches("has ended", say(guard, "os.exit(7)").stderr)
            assert.equal(7, guard:wait(60).code)
        end)

        it("when one who has attached is killed, what he ran ends", function()
            local job <close> = jg.job {}
            local guard = start(job, level, idle)
            local client = attach(job, guard)
            -- `print` is over when it has been heard, and whoever heard it may be gone by then
            line(client, "local x <close> = setmetatable({}, { __close = function() "
                .. "print 'closed' io.stdout:flush() end }) print 'begun' jg.sleep(1e6)")
            hears(client, "begun")
            client:signal "kill"
            assert.equal("closed", guard.stdout:read("l", 60))
            assert.equal("1\n", say(guard, "1").stdout)
        end)

        it("several can be attached", function()
            local job <close> = jg.job {}
            local guard = start(job, level, "event = require 'jghost'.event() " .. idle)
            local one, other = attach(job, guard), attach(job, guard)
            line(one, "print 'one' event:wait() print 'set'")
            line(other, "print 'other' event:wait() print 'set'")
            hears(one, "one")
            hears(other, "other")
            assert.equal("", say(guard, "event:set()").stdout)
            hears(one, "set")
            hears(other, "set")
        end)

        it("tasks show where they wait", function()
            local job <close> = jg.job {}
            local guard = start(job, level, ready .. [[
                local function stuck() jg.event():wait() end
                jg.task(stuck)
                jg.sleep(1e6)
            ]])
            local tasks = say(guard, "jg.tasks()").stdout:gsub(" +", " ")
            for _, expected in ipairs { "(command line):1 waiting (command line):1", "attached (jghost's own) waiting",
                "statement (jghost's own) running" } do
                assert.truthy(tasks:find(expected, 1, true), tasks)
            end
            local result = say(guard, "for _, task in ipairs(jg.tasks()) do print(task.state, task.traceback) end")
            local text = result.stdout:gsub("\n%s*", " ")
            local expected = "waiting\tstack traceback: [C]: in method 'wait' (command line):1: in function <"
            assert.truthy(text:find(expected, 1, true), text)
        end)

        it("while somebody is attached, there is no deadlock", function()
            local job <close> = jg.job {}
            local guard = start(job, level, ready .. [[
                process = jg.job {}:spawn { "]] .. support.child:gsub("\\", "/") .. [[", "hang" }
                local never = jg.event()
                print(pcall(never.wait, never)) io.stdout:flush()
            ]])
            assert.equal("still here\n", say(guard, "process:signal 'kill' process:wait() jg.sleep(0.01) "
                .. "print 'still here'").stdout)
            assert.matches("deadlock", guard.stdout:read("l", 60))
        end)

        it("a harness that is stopped is listed, and answers when it goes on", function()
            needs_posix()
            local job <close> = jg.job {}
            local guard, marker = start(job, level, idle)
            local harness = support.find(marker, "jghost-harness")
            harness:signal "stop"
            repeat
                local state = assert(listed(guard)):match "  (%l+) +%d+  /"
            until state == "stopped"
            local client = attach(job, guard)
            assert.matches("doesn't answer yet", client.stderr:read("l", 60))
            harness:signal "cont"
            line(client, "print 'answered'")
            hears(client, "answered")
        end)

        it("one who doesn't want to wait leaves", function()
            needs_posix()
            local job <close> = jg.job {}
            local guard, marker = start(job, level, idle)
            support.find(marker, "jghost-harness"):signal "stop"
            local client = attach(job, guard)
            assert.matches("doesn't answer yet", client.stderr:read("l", 60))
            client:signal "int"
            assert.equal(1, client:wait(60).code)
        end)

        it("one who is terminated while it waits says so in a line, and ends by the signal", function()
            needs_posix()
            local job <close> = jg.job {}
            local guard = start(job, level, ready .. "os.execute 'exec sleep 1000'")
            for _, name in ipairs { "term", "hup" } do
                local client = attach(job, guard)
                assert.matches("doesn't answer yet", client.stderr:read("l", 60))
                client:signal(name)
                assert.equal(("jghost: interrupted by SIG%s; left harness %d\n"):format(name:upper(), guard.pid),
                    client.stderr:read "a")
                assert.equal(name:upper(), client:wait(60).signal)
            end
        end)

        for state, case in pairs {
            busy = { "while true do end", "it is computing" },
            asleep = { "os.execute 'exec sleep 1000'", "it is asleep in a call, such as os.execute" },
            stopped = { "jg.sleep(1e6)", "it is stopped" },
        } do
            it("one who waits is told that the harness is " .. state, function()
                needs_posix()
                local job <close> = jg.job {}
                local guard, marker = start(job, level, ready .. case[1])
                if state == "stopped" then
                    support.find(marker, "jghost-harness"):signal "stop"
                end
                local text = attach(job, guard).stderr:read("l", 60)
                local expected = ("jghost: harness %d doesn't answer yet: %s"):format(guard.pid, case[2])
                assert.truthy(text:find(expected, 1, true), text)
            end)
        end

        it("who doesn't show the key doesn't come in", function()
            needs_posix()
            local job <close> = jg.job {}
            local guard, marker = start(job, level, idle)
            local name = assert(address(support.find(marker, "jghost-harness").pid))
            local visit = [[
                use Socket;
                $| = 1;
                my @visitors;
                for my $n (1 .. 40) {
                    socket(my $visitor, AF_UNIX, SOCK_STREAM, 0) or die;
                    connect($visitor, pack_sockaddr_un("\0$ARGV[0]")) or die "cannot connect: $!";
                    push @visitors, $visitor; # says nothing
                }
                my $last = pop @visitors;
                syswrite $last, $ARGV[1] or die;
                print sysread($last, my $answer, 1000), "\n";
                <STDIN>;
            ]]
            local visitor = assert(job:spawn { "perl", "-e", visit, name, ("0"):rep(33),
                stdin = "pipe", stdout = "pipe" })
            assert.equal("0", visitor.stdout:read("l", 60))
            assert.equal("1\n", say(guard, "1").stdout)
        end)

        it("without descriptors it turns away, and goes on", function()
            needs_posix()
            local job <close> = jg.job {}
            local guard = start(job, level, [[
                local jg = require "jghost"
                local files = {}
                local function open() files[#files + 1] = io.open "/dev/null" return #files end
                pcall(jg.sleep, 0)
                while open() ~= open() do end
                io.write "ready\n" io.stdout:flush()
                pcall(jg.sleep, 1e6)
                for _, file in ipairs(files) do file:close() end
                print "freed" io.stdout:flush()
                jg.sleep(1e6)
            ]], { "sh", "-c", 'ulimit -n 100; exec "$@"', "sh" })
            local result = say(guard, "1")
            assert.equal(125, result.code)
            assert.matches("turned us away", result.stderr)
            guard:signal "term"
            assert.equal("freed", guard.stdout:read("l", 60))
            assert.equal("1\n", say(guard, "1").stdout)
        end)

        it("running out of memory is the statement's error", function()
            needs_posix()
            if support.build:find "sanitize" then
                pending "the sanitizer takes that for a mistake"
            end
            local job <close> = jg.job {}
            local guard = start(job, level, idle, { "sh", "-c", 'ulimit -v 500000; exec "$@"', "sh" })
            assert.matches("not enough memory", say(guard, "('x'):rep(1 << 30)").stderr)
            assert.equal("1\n", say(guard, "1").stdout)
        end)

        it("garbage does no harm", function()
            local job <close> = jg.job {}
            local guard = start(job, level, idle)
            for bytes, is_ended in pairs {
                ["S\255\255\255\255"] = true, ["garbage and more garbage"] = true, ["X\0\0\0\0"] = true,
                [("S\11\0\0\0jg.sleep(9)"):rep(1000)] = true, ["S\4\0\0\0"] = false, ["S"] = false,
                ["I\0\0\0\0"] = false,
            } do
                local reads, writes = core.attach(guard.pid)
                writes:write(bytes)
                if is_ended then
                    assert.equal("H\1\0\0\0001", reads:read "a", bytes)
                end
                reads:close()
                writes:close()
            end
            assert.equal("1\n", say(guard, "1").stdout)
        end)

        it("who knocks and says nothing doesn't keep out who has shown the key", function()
            needs_posix()
            local job <close> = jg.job {}
            local guard, marker = start(job, level, idle)
            local harness = support.find(marker, "jghost-harness")
            harness:signal "stop"
            local reads, writes = core.attach(guard.pid)
            for _ = 1, 40 do
                assert.is_not_nil(listed(guard)) -- connects to each that listens
            end
            harness:signal "cont"
            assert.equal("H\1\0\0\0001", reads:read(6))
            reads:close()
            writes:close()
        end)

        it("much output comes whole, and a reader that doesn't read isn't waited for by others", function()
            local job <close> = jg.job {}
            local guard = start(job, level, idle)
            local client = attach(job, guard)
            line(client, "print 'begun' print(('x'):rep(1 << 24)) print 'end'")
            hears(client, "begun")
            assert.equal("1\n", say(guard, "1").stdout)
            assert.equal(1 << 24, #client.stdout:read("l", 60))
            hears(client, "end")
        end)
    end)
end

describe("the table of --list", function()
    local harnesses = require "jghost.harnesses"

    local function lines(command, width)
        local list = { { id = 7, user = "ann", level = "reaper", state = "sleeping", processes = 2, folder = "/",
            command = command, started = os.time() } }
        return harnesses.format(list, width):match "^([^\n]*)\n([^\n]*)$"
    end

    it("cuts commands to the width of a terminal", function()
        local command = ("word "):rep(100)
        assert.equal(command, select(2, lines(command)):sub(-#command))
        for _, width in ipairs { 80, 120 } do
            local heading, cut = lines(command, width)
            assert.equal(width, utf8.len(cut))
            assert.equal("…", cut:sub(-#"…"))
            assert.matches("COMMAND$", heading)
        end
        assert.equal(80, utf8.len(select(2, lines(("é"):rep(200), 80))))
        assert.matches(("\xff"):rep(10), (select(2, lines(("\xff"):rep(200), 80))))
    end)

    it("leaves what fits, and something of the command however narrow it is", function()
        assert.matches("  short$", (select(2, lines("short", 80))))
        assert.matches("  word wor…$", (select(2, lines("word word word", 10))))
    end)

    it("aligns numbers to the right, and texts to the left, however often it is made", function()
        local list = {}
        for _, id in ipairs { 7, 12345 } do
            list[#list + 1] = { id = id, level = "reaper", state = "sleeping", command = "x", started = os.time() }
        end
        for _ = 1, 2 do
            local heading, short, long = harnesses.format(list):match "^([^\n]*)\n([^\n]*)\n([^\n]*)$"
            assert.matches("^   ID  USER  AGE  LEVEL   STATE     PROCESSES  FOLDER  COMMAND$", heading)
            assert.matches("^    7  %-      %ds  reaper  sleeping          %-  %-       x$", short)
            assert.matches("^12345  %-      %ds  reaper  sleeping          %-  %-       x$", long)
        end
    end)

    it("is as wide as the terminal", function()
        needs_posix()
        local job <close> = jg.job {}
        start(job, "reaper", idle .. " --" .. ("x"):rep(500))
        local result = jg.run { "script", "-qec", ("stty cols 90; '%s' --list"):format(support.jghost), "/dev/null",
            timeout = 60 }
        if not result or result.code == 127 then
            pending "there is no script(1)"
        end
        local cut
        for text in result.stdout:gmatch "[^\r\n]+" do
            assert.is_true(utf8.len(text) <= 90, text)
            cut = cut or text:find("…", 1, true)
        end
        assert.truthy(cut, result.stdout)
        assert.truthy(support.run({ "--list" }).stdout:find(("x"):rep(500), 1, true))
    end)
end)

-- What one is told who asks for the wrong one.
local function refused(words, pattern, prefix)
    local command = prefix or {}
    command[#command + 1] = support.jghost
    table.move(words, 1, #words, #command + 1, command)
    command.timeout = 60
    local result = assert(jg.run(command))
    assert.equal(125, result.code, result.stderr)
    assert.equal("", result.stdout)
    assert.matches("^jghost: %-%-attach", result.stderr)
    assert.matches(pattern, result.stderr)
end

describe("--attach refuses", function()
    it("what is no number", function()
        for _, text in ipairs { "", "x", "-1", "1.5", "0x10", "1 " } do
            refused({ "--attach=" .. text }, "must be the number of a harness")
        end
    end)

    it("the number of nobody, and of what is no harness", function()
        refused({ "--attach=0" }, "no such process")
        refused({ "--attach=99999999999999" }, "no such process")
        local job <close> = jg.job {}
        local process = assert(job:spawn { support.child, "hang" })
        refused({ "--attach=" .. process.pid }, "that process is no harness")
        process:signal "kill"
        process:wait()
        refused({ "--attach=" .. process.pid }, "no such process")
    end)

    it("a run without Lua, and one that attaches itself", function()
        local job <close> = jg.job {}
        local guarded = assert(job:spawn { support.jghost, "--exec", support.child, "ready", "hang", stdout = "pipe" })
        assert.equal("ready", guarded.stdout:read("l", 60))
        refused({ "--attach=" .. guarded.pid }, "that process is no harness")
        local guard = start(job, support.levels()[1], idle)
        local client = attach(job, guard)
        line(client, "1")
        hears(client, "1")
        refused({ "--attach=" .. client.pid }, "that process is no harness")
    end)

    it("somebody else's", function()
        needs_posix()
        if jg.run { "id", "-u" }.stdout ~= "0\n" then
            pending "only root can be two users"
        end
        local nobody = { "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups" }
        if not jg.run { nobody[1], nobody[2], nobody[3], nobody[4], support.jghost, "--version" }.ok then
            pending "the program isn't where nobody could run it"
        end
        local job <close> = jg.job {}
        for _, level in ipairs(support.levels()) do
            local guard = start(job, level, idle)
            assert.truthy(listed(guard))
            refused({ "--attach=" .. guard.pid }, "the harness is root's; only its user and root may attach",
                { table.unpack(nobody) })
            local probe = { table.unpack(nobody) }
            table.move({ support.jghost, "--level=" .. level, "-e", "" }, 1, 4, #probe + 1, probe)
            if jg.run(probe).ok then -- nobody may have fewer levels than root
                assert.equal("1\n", say(start(job, level, idle, nobody), "1").stdout)
            end
        end
    end)
end)

it("--attach alone takes the only one, and --list sees what is to be seen from where it is", function()
    if not expect.in_namespace[support.levels()[1]] then
        pending "without a pid namespace everybody sees everybody"
    end
    local result = support.run { "-e", [[
        local jg = require "jghost"
        local jghost = arg[1]
        local function say(command)
            command.input = "print 'hello'"
            local result = jg.run(command)
            print(result.code, result.stdout, result.stderr)
        end
        say { jghost, "--list" }
        say { jghost, "--attach" }
        local job <close> = jg.job {}
        local function start()
            local guard = job:spawn { jghost, "-e", "io.write 'ready\\n' io.stdout:flush() require 'jghost'.sleep(1e6)",
                stdout = "pipe" }
            assert(guard.stdout:read("l", 60) == "ready")
            return guard.pid
        end
        local one = start()
        say { jghost, "--attach" }
        local other = start()
        say { jghost, "--attach" }
        print(one, other)
    ]], "-", support.jghost }
    local one, other = result.stdout:match "(%d+)\t(%d+)\n$"
    assert.truthy(one, result.stdout .. result.stderr)
    local expected = table.concat({
        "^0\tno harness is running\n\t\n",
        "125\t\tjghost: %-%-attach: no harness is running that you may attach to[^\n]*\n\n",
        "0\thello\n\t\n",
        "125\t\tjghost: %-%-attach: 2 harnesses are running; say which one, as in %-%-attach=" .. one .. "\n",
        " *ID [^\n]*\n",
        " *" .. one .. " [^\n]*\n", " *" .. other .. " [^\n]*\n",
    })
    assert.matches(expected, result.stdout)
end)
