-- files.lua: the files in a folder and in those inside it.

local lfs = require "lfs"

--- Appends to `found` (by default a new list) the paths of the files whose path matches the pattern;
--- folders whose name begins with a full stop aren't looked into. Returns it, sorted.
local function files(folder, pattern, found)
    found = found or {}
    for name in lfs.dir(folder) do
        local path = folder .. "/" .. name
        if name:sub(1, 1) ~= "." and lfs.attributes(path, "mode") == "directory" then
            files(path, pattern, found)
        elseif path:find(pattern) then
            found[#found + 1] = path
        end
    end
    table.sort(found)
    return found
end

return files
