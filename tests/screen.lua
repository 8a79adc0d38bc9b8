-- screen.lua: what a terminal of so many rows and columns shows, once what a program has written is fed to it.

local screen = {}
screen.__index = screen

function screen.new(rows, columns)
    local self = setmetatable({ rows = rows, columns = columns, cells = {}, row = 1, column = 1, rest = "" }, screen)
    for row = 1, rows do
        self.cells[row] = {}
    end
    return self
end

-- Those that take two columns: enough of them for the tests.
local function width(code)
    return (code >= 0x1100 and code <= 0x115F or code >= 0x2E80 and code <= 0xA4CF or code >= 0xAC00 and code <= 0xD7A3
        or code >= 0xFF00 and code <= 0xFF60 or code >= 0x1F300 and code <= 0x1FAFF) and 2 or 1
end

function screen:newline()
    if self.row < self.rows then
        self.row = self.row + 1
    else
        table.remove(self.cells, 1)
        self.cells[self.rows] = {}
    end
end

-- A character that has come to the last column leaves the cursor there; the next one begins a row.
function screen:put(character)
    local wide = width(utf8.codepoint(character))
    if self.column + wide - 1 > self.columns then
        self.column = 1
        self:newline()
    end
    local cells = self.cells[self.row]
    cells[self.column] = character
    if wide == 2 then
        cells[self.column + 1] = ""
    end
    self.column = self.column + wide
end

function screen:clear(row, from, to)
    for column = from, to do
        self.cells[row][column] = nil
    end
end

function screen:clear_rows(from, to)
    for row = from, to do
        self.cells[row] = {}
    end
end

local function bound(value, most)
    return math.max(1, math.min(value, most))
end

-- By the last letter of a sequence: ESC [ parameters letter.
local sequences = {
    A = function(self, n) self.row = bound(self.row - n, self.rows) end,
    B = function(self, n) self.row = bound(self.row + n, self.rows) end,
    C = function(self, n) self.column = bound(self.column + n, self.columns) end,
    D = function(self, n) self.column = bound(math.min(self.column, self.columns) - n, self.columns) end,
    G = function(self, n) self.column = bound(n, self.columns) end,
    d = function(self, n) self.row = bound(n, self.rows) end,
    H = function(self, n, m) self.row, self.column = bound(n, self.rows), bound(m or 1, self.columns) end,
    J = function(self, _, _, given)
        local all = given == "2" or given == "3"
        self:clear(self.row, all and 1 or self.column, self.columns)
        self:clear_rows(all and 1 or self.row + 1, self.rows)
    end,
    K = function(self, _, _, given)
        self:clear(self.row, given == "2" and 1 or self.column, self.columns)
    end,
    P = function(self, n)
        for column = self.column, self.columns do
            self.cells[self.row][column] = self.cells[self.row][column + n]
        end
    end,
    X = function(self, n) self:clear(self.row, self.column, bound(self.column + n - 1, self.columns)) end,
    ["@"] = function(self, n)
        local cells = self.cells[self.row]
        for column = self.columns, self.column + n, -1 do
            cells[column] = cells[column - n]
        end
        self:clear(self.row, self.column, bound(self.column + n - 1, self.columns))
    end,
}

local controls = {
    ["\r"] = function(self) self.column = 1 end,
    ["\n"] = screen.newline,
    ["\b"] = function(self) self.column = bound(math.min(self.column, self.columns) - 1, self.columns) end,
    ["\t"] = function(self) self.column = bound((self.column + 7) // 8 * 8 + 1, self.columns) end,
    ["\a"] = function() end,
}

-- What a text begins with; the rest of it. Nothing, if there is too little of it yet.
local function take(self, text)
    local control = controls[text:sub(1, 1)]
    if control then
        control(self)
        return text:sub(2)
    elseif text:find "^\27" then
        local given, letter, rest = text:match "^\27%[([%d;?]*)([%a@])(.*)$"
        if letter then
            local n, m = given:match "^(%d*);?(%d*)$"
            if sequences[letter] and n then
                sequences[letter](self, math.max(1, tonumber(n) or 1), tonumber(m), given)
            end
            return rest
        end
        return text:match "^\27%][^\a\27]*\a(.*)$" or text:match "^\27%][^\a\27]*\27\\(.*)$"
            or text:match "^\27[^%[%]](.*)$"
    end
    local character, rest = text:match("^(" .. utf8.charpattern .. ")(.*)$")
    if character and utf8.len(character) then
        self:put(character)
        return rest
    end
end

--- Shows what a program has written.
function screen:feed(text)
    text = self.rest .. text
    while text ~= "" do
        local rest = take(self, text)
        if not rest then
            break
        end
        text = rest
    end
    self.rest = text
end

--- What a row shows, without the blanks at its end.
function screen:line(row)
    local text = {}
    for column = 1, self.columns do
        text[#text + 1] = self.cells[row][column] or " "
    end
    return (table.concat(text):gsub(" *$", ""))
end

--- All that it shows, a line for each row, without the empty ones at the end.
function screen:text()
    local lines = {}
    for row = 1, self.rows do
        lines[row] = self:line(row)
    end
    return (table.concat(lines, "\n"):gsub("\n*$", ""))
end

return screen
