--- The prompt: `require "jghost.repl"` reads statements and runs them until the input ends.
--
-- It behaves as lua(1) does, and what is typed may wait: other tasks go on meanwhile, while the user
-- types, too. Ctrl-C gives up the line, or interrupts the statement that is running.

local core = require "jghost.core"
local foreground = require "jghost.foreground"
local lines = require "jghost.lines"
local statement = require "jghost.statement"

local stdout, stderr = io.stdout, io.stderr -- what is typed may change those of io

local explain = statement.explain(core.interruptible, 1) -- what interruptible calls it by is between

local function complain(message)
    stdout:flush()
    stderr:write("jghost: ", tostring(message), "\n")
end

--- The prompt that the user has set, or the usual one.
local function prompt(name, usual)
    local own = rawget(_G, name)
    if own == nil then
        return usual
    end
    local ok, text = core.interruptible(tostring, explain, own)
    return ok and text:gsub("%z.*", "") or usual
end

local function print_results(ok, ...)
    if not ok then
        complain((...))
    elseif select("#", ...) > 0 then
        local printed, message = core.interruptible(print, explain, ...)
        if not printed then
            complain("error calling 'print' (" .. message .. ")")
        end
    end
end

local function run()
    local read, console = lines.reader()
    local _ <close> = console
    while true do
        local chunk, message = statement.read(read, prompt)
        if chunk then
            print_results(core.interruptible(chunk, explain))
        elseif not message then
            break
        elseif message ~= "interrupted" then
            complain(message)
        end
    end
    stdout:write "\n"
end

if rawget(_G, "jg") == nil then
    rawset(_G, "jg", require "jghost")
end
foreground.run(run)

return true
