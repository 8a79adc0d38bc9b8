-- attach_list_spec.lua: harnesses that are running are listed.

local attach = require "tests.scripts.attach_helper"
local expect = require "tests.expect"
local harnesses = require "jghost.harnesses"
local helper = require "tests.bindings.helper"
local jg = require "jghost"
local lfs = require "lfs"
local support = require "tests.support"

for _, level in ipairs(support.levels()) do
    describe("at level " .. level, function()
        it("--list shows a harness", function()
            local job <close> = jg.job {}
            local guard = attach.start(job, level, ("jg = require 'jghost' job = jg.job {} job:spawn { %q, 'hang' } "
                .. "job:spawn { %q, 'hang' } "):format(support.child, support.child) .. attach.idle)
            local text
            repeat -- its script has begun to wait by then
                text = assert(attach.listed(guard), "isn't listed")
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
            assert.is_nil(attach.listed(guard))
        end)
    end)
end

describe("the table of --list", function()
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
        helper.needs(pending, "script")
        local job <close> = jg.job {}
        attach.start(job, "reaper", attach.idle .. " --" .. ("x"):rep(500))
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
