-- docs_links_spec.lua: the links in the documents lead somewhere.

local lfs = require "lfs"
local docs = require "tests.docs"
local support = require "tests.support"

local function anchors_of(path)
    local set = {}
    for _, heading in ipairs(docs.headings(support.read(path))) do
        set[docs.anchor(heading.text)] = true
    end
    return set
end

-- Why a link doesn't lead anywhere; nil if it does, or if it isn't to one of our documents or folders.
local function broken(path, target)
    local file, anchor = target:match "^([^#]*)#?(.*)$"
    if target:find "^%a+:" or not (file == "" or file:find "%.md$" or file:find "/") then
        return nil
    end
    local folder = path:match "^(.*/)[^/]*$" or ""
    local full = file == "" and path or folder .. file
    if not lfs.attributes((full:gsub("/$", ""))) then
        return "there is no " .. full
    elseif anchor ~= "" and not anchors_of(full)[anchor] then
        return full .. " has no heading " .. anchor
    end
end

for _, path in ipairs(docs.files()) do
    it(path .. ": the links lead somewhere", function()
        local list = {}
        for target in docs.prose(support.read(path)):gmatch "%]%(([^)%s]+)%)" do
            local why = broken(path, target)
            if why then
                list[#list + 1] = ("(%s): %s"):format(target, why)
            end
        end
        docs.expect_empty(list, path)
    end)
end
