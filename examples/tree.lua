-- tree.lua: starts a small tree of processes, prints it, freezes it, looks at it, and ends it.
--
--     jghost examples/tree.lua [COMMAND [ARGUMENT...]]

local jg = require "jghost"
local tree = require "jghost.tree"

local job <close> = jg.job { name = "a tree" }
local command = #arg > 0 and table.move(arg, 1, #arg, 1, {})
    or { "sh", "-c", "sh -c 'sleep 1000 & sleep 1000 & echo ready; wait' & sleep 1000 & wait" }
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
