--- jghost: start very many processes, and leave none behind.
--
-- This is the public face: what `require "jghost"` returns. The nouns come from C (jghost.core); what
-- can be said in Lua is said in the modules beside this one.

local core = require "jghost.core"

require "jghost.expect"
require "jghost.snapshots"
require "jghost.leaks"
require "jghost.status"
require "jghost.stop"

local jg = {
    job = core.job,
    jobs = core.jobs,
    open = core.open,
    detach = core.detach,
    task = core.task,
    tasks = core.tasks,
    event = core.event,
    timer = core.timer,
    sleep = core.sleep,
    now = core.now,
    wait_any = core.wait_any,
    wait_all = core.wait_all,
    guarantee = core.guarantee,
    processes = core.processes,
    processors = core.processors,
    is_terminal = core.is_terminal,
    run = require "jghost.run",
    completed = require "jghost.completed",
}

return jg
