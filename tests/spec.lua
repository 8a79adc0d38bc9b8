-- spec.lua: runs busted spec files in this jghost: jghost tests/spec.lua FILE...
if package.config:sub(1, 1) == "\\" then
    require "tests.windows"
end
arg[0] = "spec"
table.insert(arg, 1, "--output=tests/spec_output.lua")
require "busted.runner" { standalone = false }
