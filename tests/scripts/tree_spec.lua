-- tree_spec.lua: jghost.tree: processes as the tree that they are.

local jg = require "jghost"
local tree = require "jghost.tree"
local helper = require "tests.bindings.helper"

local function process(pid, parent, command)
    return { pid = pid, parent = parent, command = command or "command" .. pid, state = "sleeping" }
end

describe("tree.format", function()
    it("of nothing is nothing", function()
        assert.equal("", tree.format {})
    end)

    it("draws branches", function()
        assert.equal([[
10 command10 (sleeping)
├─ 11 command11 (sleeping)
│  ├─ 13 command13 (sleeping)
│  └─ 14 command14 (sleeping)
└─ 12 command12 (sleeping)
   └─ 15 command15 (sleeping)
20 command20 (sleeping)]], tree.format {
            process(10, 1), process(11, 10), process(12, 10), process(13, 11), process(14, 11), process(15, 12),
                process(20, 7),
        })
    end)

    it("sorts siblings by their numbers, whatever the list's order", function()
        assert.equal("1 command1 (sleeping)\n├─ 2 command2 (sleeping)\n└─ 3 command3 (sleeping)",
            tree.format { process(3, 1), process(1, 0), process(2, 1) })
    end)

    it("takes one whose parent is itself, or unknown, for a root", function()
        assert.equal("1 command1 (sleeping)\n2 command2 (sleeping)", tree.format { process(1, 1), process(2, nil) })
    end)

    it("shows the number that others see", function()
        local one = process(1, 0)
        one.host_pid = 4711
        assert.equal("4711 command1 (sleeping)", tree.format { one })
    end)

    it("loses nobody in a circle of parents", function()
        local text = tree.format { process(1, 2), process(2, 1), process(3, 2) }
        for pid = 1, 3 do
            assert.truthy(text:find("command" .. pid, 1, true), "lost: " .. pid)
        end
    end)

    it("loses nobody of two that have one number, in jobs with numbers of their own", function()
        local text = tree.format { process(2, 1, "a"), process(2, 1, "b"), process(3, 2, "c") }
        for _, command in ipairs { "a", "b", "c" } do
            assert.truthy(text:find(("%%d %s %%("):format(command)), "lost: " .. command)
        end
        helper.needs_isolation(pending)
        local job <close> = jg.job()
        helper.spawn(job, { "exec", "sleep", "1001" })
        local isolated = {} -- keeps them: who is in a job that is collected ends
        for i = 2, 4 do
            isolated[i] = assert(job:job { isolate = true })
            helper.spawn(isolated[i], { "exec", "sleep", "100" .. i })
        end
        repeat
            text = tree.format(job:processes())
        until select(2, text:gsub("child exec", "")) == 0
        for i = 1, 4 do
            assert.truthy(text:find("sleep 100" .. i, 1, true), text)
        end
    end)

    it("keeps each process on a line of its own", function()
        local text = tree.format { process(1, 0, "sh -c 'a\nb'"), process(2, 1) }
        assert.equal(1, select(2, text:gsub("\n", "")))
    end)

    it("shows a job", function()
        local job <close> = jg.job()
        local leader = helper.spawn(job, { "fork-tree", "1", "2", "ready", "hang" }, { stdout = "pipe" })
        leader.stdout:read "l"
        local text = tree.format(job:processes())
        assert.equal(3, select(2, text:gsub("fork%-tree", "")))
        assert.truthy(text:find("\n├─ ", 1, true) and text:find("\n└─ ", 1, true))
    end)
end)
