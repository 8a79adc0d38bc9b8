-- ordinary.lua: what an ordinary user may do, whoever runs the tests. On Linux only.

local helper = require "tests.bindings.helper"

local ordinary = {}

ordinary.NOBODY = 65534

--- Are we root, who can become anybody?
ordinary.is_root = helper.output({ "pid" }):find "uid=0 " ~= nil

--- The command with these words, as it is run by an ordinary user: that one, if root runs the tests. The program must
--- be one that everybody may run; fixture.programs has such.
function ordinary.command(words, user)
    local id = ordinary.is_root and (user or ordinary.NOBODY)
    local command = id and { "setpriv", "--reuid=" .. id, "--regid=" .. id, "--clear-groups" } or {}
    -- setpriv, and a job's reaper, have rights until the exec, and reading what they run is one of them; env has none
    return table.move({ "env", table.unpack(words) }, 1, #words + 1, #command + 1, command)
end

return ordinary
