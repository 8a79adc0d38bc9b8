-- spec.lua: runs busted spec files in this jghost: jghost tests/spec.lua FILE...
local expect = require "tests.expect"

if expect.system == "windows" then
    require "tests.windows"
end
if #arg == 1 and expect.not_here[arg[1]] then
    print(("skip  %s: %s"):format(arg[1], expect.not_here[arg[1]]))
    print "0 passed, 0 failed, 1 skipped"
    return
end
arg[0] = "spec"
table.insert(arg, 1, "--output=tests/spec_output.lua")
require "busted.runner" { standalone = false }
