-- attach_refusals_spec.lua: who isn't let into a harness, or asks for one that he can't look into.

local attach = require "tests.scripts.attach_helper"
local core = require "jghost.core"
local expect = require "tests.expect"
local helper = require "tests.bindings.helper"
local jg = require "jghost"
local lfs = require "lfs"
local support = require "tests.support"

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
        it("who doesn't show the key doesn't come in", function()
            helper.needs(pending, "keys")
            local job <close> = jg.job {}
            local guard, marker = attach.start(job, level, attach.idle)
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
            assert.equal("1\n", attach.say(guard, "1").stdout)
        end)

        it("who knocks and says nothing doesn't keep out who has shown the key", function()
            helper.needs(pending, "keys")
            local job <close> = jg.job {}
            local guard, marker = attach.start(job, level, attach.idle)
            local harness = support.find(marker, "jghost-harness")
            harness:signal "stop"
            local stream <close> = core.attach(guard.pid)
            for _ = 1, 40 do
                assert.is_not_nil(attach.listed(guard)) -- connects to each that listens
            end
            harness:signal "cont"
            assert.equal("H\1\0\0\0001", stream:read(6))
        end)

        it("without descriptors it turns away, and goes on", function()
            helper.needs(pending, "limits")
            local job <close> = jg.job {}
            local guard = attach.start(job, level, [[
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
            local result = attach.say(guard, "1")
            assert.equal(125, result.code)
            assert.matches("turned us away", result.stderr)
            guard:signal "term"
            assert.equal("freed", guard.stdout:read("l", 60))
            assert.equal("1\n", attach.say(guard, "1").stdout)
        end)

        it("garbage does no harm", function()
            local job <close> = jg.job {}
            local guard = attach.start(job, level, attach.idle)
            for bytes, is_ended in pairs {
                ["S\255\255\255\255"] = true, ["garbage and more garbage"] = true, ["X\0\0\0\0"] = true,
                [("S\11\0\0\0jg.sleep(9)"):rep(1000)] = true, ["S\4\0\0\0"] = false, ["S"] = false,
                ["I\0\0\0\0"] = false,
            } do
                local stream <close> = core.attach(guard.pid)
                helper.raises("the stream is no terminal", stream.eof, stream)
                stream:write(bytes)
                if is_ended then
                    assert.equal("H\1\0\0\0001", stream:read "a", bytes)
                end
            end
            assert.equal("1\n", attach.say(guard, "1").stdout)
        end)
    end)
end

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
        local guard = attach.start(job, support.levels()[1], attach.idle)
        local client = attach.client(job, guard)
        attach.line(client, "1")
        attach.hears(client, "1")
        refused({ "--attach=" .. client.pid }, "that process is no harness")
    end)

    it("somebody else's", function()
        helper.needs(pending, "users")
        if jg.run { "id", "-u" }.stdout ~= "0\n" then
            pending "only root can be two users"
        end
        local nobody = { "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups" }
        if not jg.run { nobody[1], nobody[2], nobody[3], nobody[4], support.jghost, "--version" }.ok then
            pending "the program isn't where nobody could run it"
        end
        local job <close> = jg.job {}
        for _, level in ipairs(support.levels()) do
            local guard = attach.start(job, level, attach.idle)
            assert.truthy(attach.listed(guard))
            refused({ "--attach=" .. guard.pid }, "the harness is root's; only its user and root may attach",
                { table.unpack(nobody) })
            local probe = { table.unpack(nobody) }
            table.move({ support.jghost, "--level=" .. level, "-e", "" }, 1, 4, #probe + 1, probe)
            if jg.run(probe).ok then -- nobody may have fewer levels than root
                assert.equal("1\n", attach.say(attach.start(job, level, attach.idle, nobody), "1").stdout)
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
