-- parallel.lua: runs a command for each argument, so many at a time, like xargs -P; and like make, it
-- prints each one's output in one piece.
--
--     jghost examples/parallel.lua [--jobs=N] COMMAND -- ARGUMENT...
--
-- "{}" in the command stands for the argument; without one it goes to the end. The exit status says
-- whether all went well.

local jg = require "jghost"
local pool = require "jghost.pool"

local size, command, items = pool.size(), {}, nil
for _, word in ipairs(arg) do
    if word == "--" and not items then
        items = {}
    elseif items then
        items[#items + 1] = word
    elseif word:find "^%-%-jobs=%d+$" and #command == 0 then
        size = math.max(1, tonumber(word:match "%d+"))
    else
        command[#command + 1] = word
    end
end
if #command == 0 or not items then
    io.stderr:write "usage: jghost examples/parallel.lua [--jobs=N] COMMAND -- ARGUMENT...\n"
    os.exit(2)
end

local function command_for(item)
    local words, placed = {}, false
    for i, word in ipairs(command) do
        placed = placed or word:find("{}", 1, true)
        words[i] = word:gsub("{}", (item:gsub("%%", "%%%%")))
    end
    if not placed then
        words[#words + 1] = item
    end
    words.stderr = "stdout"
    return words
end

local failed = 0
pool.map(size, items, function(item)
    local result, message = jg.run(command_for(item))
    if result then
        io.write(result.stdout)
    else
        print(message)
    end
    if not result or not result.ok then
        failed = failed + 1
        io.stderr:write(("%s: %s\n"):format(item, result or message))
    end
end)
os.exit(failed == 0)
