-- docs_command_spec.lua: docs/command.md describes every option and exit status, and nothing that isn't there.

local jg = require "jghost"
local docs = require "tests.docs"
local support = require "tests.support"

describe("docs/command.md", function()
    local command = support.read "docs/command.md"
    local help = assert(jg.run { support.jghost, "--help" })

    -- "--timeout" of "--timeout=S", "-l" of "-l NAME".
    local function option(word)
        return word:match "^%-%-?[%w-]*"
    end

    local function printed()
        local set = {}
        for line in help.stdout:gmatch "[^\n]+" do
            local column = line:match "^  (%-.-)  " or line:match "^  (%-.*)$"
            for word in (column or ""):gmatch "%-%S*" do
                set[option(word)] = true
            end
        end
        return set
    end

    local function described()
        local set = {}
        for _, cell in ipairs(docs.first_cells(command)) do
            for code in pairs(docs.codes(cell)) do
                if code:find "^%-" then
                    set[option(code)] = true
                end
            end
        end
        return set
    end

    it("describes every option of --help", function()
        assert.is_true(help.ok)
        docs.expect_empty(docs.missing(printed(), described()), "not described")
    end)

    it("describes no option that --help doesn't print", function()
        docs.expect_empty(docs.missing(described(), printed()), "described, but not there")
        local words = {}
        for word in command:gmatch "%f[%w%-]%-%-%a[%w-]*" do
            words[word] = true
        end
        docs.expect_empty(docs.missing(words, printed()), "mentioned, but not there")
    end)

    it("describes every exit status of jghost itself", function()
        local cells = table.concat(docs.first_cells(assert(docs.section(command, "Exit status"))), "\n")
        local list = {}
        for name, value in support.read("host/exit.h"):gmatch "(JG_EXIT_[%u_]+) = (%d+)" do
            if not cells:find("%f[%d]" .. value .. "%f[%D]") then
                list[#list + 1] = name .. " " .. value
            end
        end
        docs.expect_empty(list, "not described")
    end)
end)
