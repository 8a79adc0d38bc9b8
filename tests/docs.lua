-- docs.lua: what the specs of the documents share: Markdown's examples, headings, tables and links.

local assert = require "luassert"
local lfs = require "lfs"

local docs = {}

--- Expects an empty list of texts; the message, after `what`, has all that is in it.
function docs.expect_empty(list, what)
    table.sort(list)
    assert.equal("", table.concat(list, "\n"), what)
end

--- What is a key of `a` and isn't one of `b`.
function docs.missing(a, b)
    local list = {}
    for name in pairs(a) do
        if not b[name] then
            list[#list + 1] = name
        end
    end
    return list
end

--- The project's documents: README.md, if there is one, and docs/*.md.
function docs.files()
    local found = {}
    for name in lfs.dir "docs" do
        if name:find "%.md$" then
            found[#found + 1] = "docs/" .. name
        end
    end
    table.sort(found)
    if lfs.attributes("README.md") then
        table.insert(found, 1, "README.md")
    end
    return found
end

--- Goes through a document's lines: each(line, number, fence), where fence is what stands after the
-- opening ```, or nil outside of fences. The fences themselves aren't told.
local function each_line(text, each)
    local fence, number = nil, 0
    for line in (text .. "\n"):gmatch "(.-)\r?\n" do
        number = number + 1
        local info = line:match "^%s*```(.*)$"
        if not info then
            each(line, number, fence)
        elseif fence then
            fence = nil
        else
            fence = info
        end
    end
end

--- The fenced pieces whose first word is `language`: { line, info, text }, where text has as many empty
-- lines before it as make the numbers of its lines those of the document.
function docs.fences(text, language)
    local found, current = {}, nil
    each_line(text, function(line, number, fence)
        if not fence or fence:match "^%S*" ~= language then
            return
        end
        if not current or current.last ~= number - 1 then
            current = { line = number, info = fence, lines = {} }
            found[#found + 1] = current
        end
        current.last = number
        current.lines[#current.lines + 1] = line
    end)
    for _, piece in ipairs(found) do
        piece.text = ("\n"):rep(piece.line - 1) .. table.concat(piece.lines, "\n") .. "\n"
    end
    return found
end

--- The headings: { level, text, line }.
function docs.headings(text)
    local found = {}
    each_line(text, function(line, number, fence)
        local marks, title = line:match "^(#+)%s+(.-)%s*$"
        if marks and not fence then
            found[#found + 1] = { level = #marks, text = title, line = number }
        end
    end)
    return found
end

--- The name by which GitHub links to a heading.
function docs.anchor(title)
    return (title:lower():gsub("[^%w%s_-]", ""):gsub("%s", "-"))
end

--- What stands below the heading of that text, fences left out, to the next one of the same level or above;
-- nil if there is no such heading.
function docs.section(text, title)
    local lines, level = nil, nil
    each_line(text, function(line, _, fence)
        if fence then
            return
        end
        local marks, own = line:match "^(#+)%s+(.-)%s*$"
        if marks and own == title then
            lines, level = {}, #marks
        elseif marks and level and #marks <= level then
            level = nil
        elseif level then
            lines[#lines + 1] = line
        end
    end)
    return lines and table.concat(lines, "\n")
end

--- The pieces of `code` in a text, as a set.
function docs.codes(text)
    local set = {}
    for code in text:gmatch "`([^`\n]+)`" do
        set[code] = true
    end
    return set
end

--- The text outside of fences, and without `code`.
function docs.prose(text)
    local lines = {}
    each_line(text, function(line, _, fence)
        lines[#lines + 1] = fence and "" or (line:gsub("`[^`]*`", ""))
    end)
    return table.concat(lines, "\n")
end

--- The first cells of the rows of all tables.
function docs.first_cells(text)
    local cells = {}
    each_line(text, function(line, _, fence)
        local cell = not fence and line:match "^|([^|]*)|"
        if cell then
            cells[#cells + 1] = cell
        end
    end)
    return cells
end

return docs
