--- What somebody would see of what a terminal is sent: the text, without the sequences that colour it and move the
--- cursor. It is added to piece by piece, and knows which bytes each character stands for.

local plain = {}
plain.__index = plain

local LONGEST = 4096 -- bytes of one sequence; what is longer is none

-- Sequences from after the escape character on: what they look like, and, at the end of the text, their beginnings.
local sequences = { "^%[[0-?]*[ -/]*[@-~]()", "^%][^\7\27]*\7()", "^[]P_^X][^\27]*\27\\()", "^[ -/]*[0-OQ-WYZ\\`-~]()" }
local beginnings = { "^%[[0-?]*[ -/]*$", "^[]P_^X][^\7\27]*\27?$", "^[ -/]*$" }

--- `text` is what is seen, but for the `dropped` characters before it; `raw` is how many bytes have been added.
function plain.new()
    return setmetatable({ text = "", dropped = 0, raw = 0, count = 0, pieces = {} }, plain)
end

-- How long the sequence is whose escape character is before `at`; nil: it isn't complete.
local function measure(bytes, at)
    for _, pattern in ipairs(sequences) do
        local after = bytes:match(pattern, at)
        if after then
            return after - at + 1
        end
    end
    for _, pattern in ipairs(beginnings) do
        if #bytes - at < LONGEST and bytes:find(pattern, at) then
            return nil
        end
    end
    return 1
end

-- `text` stands for the next `length` bytes: each of its characters for one, or the whole for all of them.
local function append(self, parts, text, length, whole)
    if text ~= "" then
        self.pieces[#self.pieces + 1] = { before = self.count, raw = self.raw, whole = whole and length }
        self.count = self.count + #text
        parts[#parts + 1] = text
    end
    self.raw = self.raw + length
end

--- Adds what follows the bytes that it has. An incomplete sequence at the end isn't taken: see `self.raw`.
---@param bytes string
function plain:add(bytes)
    local parts, at = { self.text }, 1
    while at <= #bytes do
        local escape = bytes:find("\27", at, true) or #bytes + 1
        append(self, parts, bytes:sub(at, escape - 1), escape - at)
        local length = escape <= #bytes and measure(bytes, escape + 1)
        if not length then
            break
        end
        local moved = bytes:match("^%[(%d*)C", escape + 1) -- forward, over what is blank
        append(self, parts, moved and (" "):rep(math.min(tonumber(moved) or 1, LONGEST)) or "", length, true)
        at = escape + length
    end
    self.text = table.concat(parts)
end

-- The piece that this character is in, counted from the first that there ever was, and the piece's index.
local function piece_of(self, character)
    for i = #self.pieces, 1, -1 do
        if self.pieces[i].before < character then
            return self.pieces[i], i
        end
    end
end

--- Forgets all but the last `count` characters of the text.
---@param count integer 1 or more
function plain:keep(count)
    if #self.text > count then
        self.dropped = self.dropped + #self.text - count
        self.text = self.text:sub(-count)
        local _, first = piece_of(self, self.dropped + 1)
        self.pieces = table.move(self.pieces, first, #self.pieces, 1, {})
    end
end

--- How many bytes there are up to the end of a character of the text.
---@param position integer 0: before the first
---@return integer
function plain:bytes(position)
    local character = self.dropped + position
    local piece = piece_of(self, character)
    return piece and piece.raw + (piece.whole or character - piece.before) or 0
end

return plain
