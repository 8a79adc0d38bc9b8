--- jghost.columns: tables to read: rows of cells below their headings, the last cell as long as it is.

local columns = {}

local NARROWEST = 9 -- characters that are left of the last cell, however narrow the terminal is

local function length(text)
    return utf8.len(text) or #text
end

--- Cuts a text to so many characters.
local function cut(text, width)
    if length(text) <= width then
        return text
    end
    return text:sub(1, utf8.len(text) and utf8.offset(text, width) - 1 or width - 1) .. "…"
end

--- Sorts items by when they were started, and those of one moment by a number of theirs.
---@param items table
---@param number string the number's field
function columns.oldest_first(items, number)
    table.sort(items, function(a, b)
        if a.started ~= b.started then
            return a.started < b.started
        end
        return a[number] < b[number]
    end)
end

--- A line for each item, below a line with the headings.
---@param headings table
---@param items table
---@param row fun(item: any): table the cells of an item
---@param to_the_right table which columns are aligned to the right, by their headings
---@param width integer|nil of the terminal: the last cells are cut to what is left of it
---@return string
function columns.format(headings, items, row, to_the_right, width)
    local rows, widths = { table.move(headings, 1, #headings, 1, {}) }, {}
    for _, item in ipairs(items) do
        rows[#rows + 1] = row(item)
    end
    for _, cells in ipairs(rows) do
        for i, cell in ipairs(cells) do
            cells[i] = tostring(cell):gsub("%c", "?") -- a name mustn't write to the terminal what it likes
            widths[i] = math.max(widths[i] or 0, length(cells[i]))
        end
    end
    local lines, room = {}, width
    for i = 1, width and #headings - 1 or 0 do
        room = room - widths[i] - 2
    end
    for _, cells in ipairs(rows) do
        for i = 1, #cells - 1 do
            local space = (" "):rep(widths[i] - length(cells[i]))
            cells[i] = to_the_right[headings[i]] and space .. cells[i] or cells[i] .. space
        end
        cells[#cells] = room and cut(cells[#cells], math.max(room, NARROWEST)) or cells[#cells]
        lines[#lines + 1] = table.concat(cells, "  ")
    end
    return table.concat(lines, "\n")
end

return columns
