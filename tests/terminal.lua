-- terminal.lua: a program at a terminal, and who sits there: types, and waits until the screen shows something.

local jg = require "jghost"
local screen = require "tests.screen"

local terminal = {}
terminal.__index = terminal

--- Starts a command at a terminal of its own.
function terminal.start(job, command, rows, columns)
    command.pty = { rows = rows or 24, columns = columns or 80 }
    local self = { screen = screen.new(command.pty.rows, command.pty.columns), process = assert(job:spawn(command)) }
    return setmetatable(self, terminal)
end

--- Types it; a newline is the key Return.
function terminal:type(text)
    assert(self.process.pty:write((text:gsub("\n", "\r"))))
end

function terminal:resize(rows, columns)
    assert(self.process.pty:resize(rows, columns))
    self.screen.rows, self.screen.columns = rows, columns
end

--- Shows what has come by now; false: nothing will come any more, or not within this time.
function terminal:look(seconds)
    if not self.process.pty:wait(seconds) then
        return false
    end
    local text = self.process.pty:read(math.max(1, #self.process.pty:peek()))
    self.screen:feed(text or "")
    return text ~= nil
end

--- Waits until the text of the screen is as `is_so` wants it. Returns what that does.
function terminal:wait(is_so)
    local deadline = jg.now() + 60
    while true do
        local results = table.pack(is_so(self.screen:text()))
        if results[1] then
            return table.unpack(results, 1, results.n)
        elseif not self:look(math.max(0, deadline - jg.now())) then
            return nil
        end
    end
end

--- Waits until the screen shows what matches the pattern. Returns its captures.
function terminal:see(pattern)
    local found = table.pack(self:wait(function(text) return text:match(pattern) end))
    if not found[1] then
        error(("the screen doesn't show '%s' but:\n%s"):format(pattern, self.screen:text()), 2)
    end
    return table.unpack(found, 1, found.n)
end

-- As the screen shows tabs.
local function expand(line)
    local count
    repeat
        line, count = line:gsub("()\t", function(at) return (" "):rep(8 - (at - 1) % 8) end, 1)
    until count == 0
    return line
end

--- Waits until the screen ends with these lines; and, if it says so, the cursor is in this column.
function terminal:ends(lines, column)
    local expanded = {}
    for i, line in ipairs(lines) do
        expanded[i] = expand(line)
    end
    local expected = table.concat(expanded, "\n")
    local seen = self:wait(function(text)
        return text:sub(-#expected) == expected and text:sub(-#expected - 1, -#expected - 1):find "^\n?$"
            and (not column or self.screen.column == column)
    end)
    if not seen then
        error(("the screen doesn't end with\n%s\nbut is (cursor in row %d, column %d):\n%s"):format(expected,
            self.screen.row, self.screen.column, self.screen:text()), 2)
    end
end

return terminal
