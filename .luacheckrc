std = "lua54"
max_line_length = 120
exclude_files = { "build" } -- luacheck . would look for more in there: name the folders, as tests/run.lua does

-- Premake's words are globals, its functions are in os, path and table; premake4.lua defines some.
files["premake?.lua"] = { std = "min", ignore = { "11", "143" } }

files["**/*_spec.lua"] = { std = "+busted" }
files["tests/spec.lua"] = { globals = { "arg" } } -- it gives busted a command line of its own
