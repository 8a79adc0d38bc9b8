--- jghost.frame: what goes over the connection between a harness and somebody who has attached to it.
--
-- A frame is a letter that says what it is, the length of the text as four bytes, the lowest first, and
-- the text. Whoever gets something else closes the connection.
--
-- | to the harness |                    | from the harness |                                          |
-- | -------------- | ------------------ | ---------------- | ---------------------------------------- |
-- | S              | a statement        | H                | hello: the version of all this           |
-- | I              | interrupt it       | O                | something was printed                    |
-- |                |                    | D                | the statement is done                    |
-- |                |                    | F                | it has failed: the text says why         |
--
-- The next statement may be sent when the one before is done or has failed.

local frame = {
    version = "1",
    limit = 1 << 20, -- bytes of text in one frame
}

local header = "<c1I4"

--- Writes a frame, whole; any number of tasks may do that. Returns nil and a message if nobody reads it.
---@param stream table
---@param kind string
---@param text string|nil
function frame.write(stream, kind, text)
    text = text or ""
    return stream:write(string.pack(header, kind, #text) .. text)
end

--- Reads a frame: its kind and its text; nil at the end, or if it is none.
---@param stream table
---@return string|nil kind
---@return string|nil text
function frame.read(stream)
    local head = stream:read(string.packsize(header))
    if not head or #head < string.packsize(header) then
        return nil
    end
    local kind, length = string.unpack(header, head)
    if length > frame.limit then
        return nil
    end
    local text = length == 0 and "" or stream:read(length)
    if not text or #text < length then
        return nil
    end
    return kind, text
end

return frame
