-- tree.lua: starts a small tree of processes, prints it, freezes it, looks at it, and ends it.
--
--     jghost examples/tree.lua [COMMAND [ARGUMENT...]]

local jg = require "jghost"
local tree = require "jghost.tree"

local job <close> = jg.job { name = "a tree" }
local child = arg[-1]:gsub("jghost([.%a]*)$", "child%1") -- the tests' own, which does what it is told
local command = #arg > 0 and table.move(arg, 1, #arg, 1, {}) or { child, "fork-tree", "2", "2", "ready", "hang" }
command.stdout = "pipe"

local process = assert(job:spawn(command))
process.stdout:read("l", 10) -- "ready"; a command that says nothing is given ten seconds

print "running:"
print(tree.format(job:processes()))

assert(job:freeze())
print "frozen:"
print(tree.format(job:processes()))
assert(job:thaw())

job:close()
print "closed: nothing is left of it"
