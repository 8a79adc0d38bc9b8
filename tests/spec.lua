-- spec.lua: runs busted spec files in this jghost: jghost tests/spec.lua FILE...
arg[0] = "spec"
table.insert(arg, 1, "--output=tests/spec_output.lua")
require "busted.runner" { standalone = false }
