-- parallel.lua: runs a command for each argument, so many at a time, like xargs -P; and like make, it
-- prints each one's output in one piece.
--
--     jghost examples/parallel.lua [--jobs=N] COMMAND -- ARGUMENT...
--
-- "{}" in the command stands for the argument; without one it goes to the end. The exit status says
-- whether all went well.

local jg = require "jghost"
local pool = require "jghost.pool"

local usage = "usage: jghost examples/parallel.lua [--jobs=N] COMMAND -- ARGUMENT...\n"

local function refuse(message)
    io.stderr:write("parallel: ", message, "\n", usage)
    os.exit(2)
end

local size, command, items = pool.size(), {}, nil
for _, word in ipairs(arg) do
    if word == "--" and not items then
        items = {}
    elseif items then
        items[#items + 1] = word
    elseif #command == 0 and word:find "^%-%-jobs=" then
        size = math.tointeger(tonumber(word:match "=(.*)"))
        if not size or size < 1 then
            refuse(("--jobs must be an integer, 1 or more, as in --jobs=4, not as in %s"):format(word))
        end
    elseif #command == 0 and word:find "^%-" then
        refuse(("unknown option '%s'"):format(word))
    else
        command[#command + 1] = word
    end
end
if #command == 0 or not items then
    refuse "a command, --, and what to run it for"
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
    end
    if not result or not result.ok then
        failed = failed + 1
        io.stderr:write(("%s: %s\n"):format(item, result or message))
    end
end)
os.exit(failed == 0)
