-- usage_spec.lua: what a job has used is what all have used that were ever in it, those who have ended among them.

local jg = require "jghost"
local expect = require "tests.expect"
local fixture = require "tests.fixture"
local helper = require "tests.bindings.helper"

local MIB = 1 << 20
local SOME = 4 * MIB

for name, kind in pairs(helper.kinds) do
    describe("the usage of a job that is " .. name, function()
        local folder, job
        fixture.folder(function(new) folder = new end)
        fixture.job(function(new) job = new end, kind)

        -- Has words write SOME to a file in `inside`, and waits until nobody is there.
        local function write(inside, words)
            local list = { "flood", tostring(SOME) }
            for i = #words, 1, -1 do
                table.insert(list, 1, words[i])
            end
            local process = helper.spawn(inside, list, { stdout = folder .. "/written" })
            assert.is_true(process:wait(60).ok)
            assert.is_true(inside:wait(60))
        end

        -- Skips the test where nothing is written to a disk, or nobody counts.
        local function needs_disk()
            local before <close> = assert(jg.job(kind))
            write(before, {})
            local written = before:usage().written_bytes
            if not written or written < SOME then
                pending("what is written isn't counted here, or there is no disk in " .. folder)
            end
        end

        local function written(least)
            local bytes = assert(job:usage()).written_bytes
            assert.is_true(bytes >= least and bytes < least + SOME, bytes .. " bytes instead of " .. least)
        end

        it("counts what its processes have written", function()
            needs_disk()
            write(job, {})
            written(SOME)
            write(job, {})
            written(2 * SOME)
        end)

        it("counts what daemons have written", function()
            needs_disk()
            write(job, { "daemonise" })
            written(SOME)
            write(job, { "daemonise" })
            written(2 * SOME)
        end)

        it("counts what was written by those whom its processes have waited for", function()
            needs_disk()
            local words = { "fork", "flood", tostring(SOME), "--", "reap" }
            assert.is_true(helper.spawn(job, words, { stdout = folder .. "/written" }):wait(60).ok)
            written(SOME)
        end)

        it("counts those who live, and still does when they have ended", function()
            needs_disk()
            local words = { "fork", "daemonise", "flood", tostring(SOME), "ready-fd", "2", "hang", "--", "hang" }
            local process = helper.spawn(job, words, { stdout = folder .. "/written", stderr = "pipe" })
            assert.is_not_nil(process.stderr:read(1, 60))
            written(SOME)
            assert(job:terminate())
            assert.is_true(job:wait(60))
            written(SOME)
            write(job, { "daemonise" })
            written(2 * SOME)
        end)

        it("counts jobs inside it, open or closed, and those don't count what isn't theirs", function()
            needs_disk()
            do
                local closed <close> = assert(job:job())
                write(closed, { "daemonise" })
                write(closed, {})
            end
            local inner = assert(job:job())
            write(inner, { "daemonise" })
            written(3 * SOME)
            local innermost = assert(inner:job())
            assert.equal(0, innermost:usage().written_bytes)
            assert.is_true(inner:usage().written_bytes < 2 * SOME)
            local beside <close> = assert(jg.job(kind))
            assert.is_true(helper.spawn(beside, { "exit", "0" }):wait(60).ok)
            assert.is_true(beside:usage().written_bytes < SOME)
        end)

        it("counts what was read from disks, by daemons, too", function()
            needs_disk()
            write(job, {})
            local file = folder .. "/written"
            local before = job:usage().read_bytes
            for _, words in ipairs { {}, { "daemonise" } } do
                assert.is_true(helper.spawn(job, { "uncache", file }):wait(60).ok)
                for _, word in ipairs { "read-from", file, "wait-eof" } do
                    words[#words + 1] = word
                end
                assert.is_true(helper.spawn(job, words):wait(60).ok)
                assert.is_true(job:wait(60))
                local read = job:usage().read_bytes - before
                assert.is_true(read >= SOME, read .. " bytes")
                before = before + SOME
            end
        end)

        it("doesn't tell a sum in which somebody is missing", function()
            helper.needs(pending, "hiding")
            local process = helper.spawn(job, { "undumpable", "ready", "hang" }, { stdout = "pipe" })
            assert.equal("ready", process.stdout:read("l", 60))
            local file = io.open(("/proc/%d/io"):format(job:processes()[1].local_pid))
            local may_look = file and file:read "a"
            assert.equal(may_look == nil, job:usage().written_bytes == nil)
            process:signal "kill"
            process:wait(60)
            assert.is_number(job:usage().written_bytes)
        end)

        it("tells how many were spawned, and how many there were only if that is known", function()
            local inner = assert(job:job())
            assert.is_true(helper.spawn(job, { "fork", "exit", "0", "--", "reap" }):wait(60).ok)
            assert.is_true(helper.spawn(inner, { "exit", "0" }):wait(60).ok)
            assert.is_nil(job:spawn { folder .. "/nowhere" })
            assert.equal(2, job:usage().spawned_processes)
            assert.equal(1, inner:usage().spawned_processes)
            inner:close()
            assert.equal(2, job:usage().spawned_processes)
            assert.equal(not expect.lacks.total_processes and 3 or nil, job:usage().total_processes)
        end)
    end)
end
