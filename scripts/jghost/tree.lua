--- jghost.tree: prints processes as the tree that they are.

local misuse = require "jghost.misuse"

local tree = {}

local function check(processes)
    if type(processes) ~= "table" then
        misuse.raise("tree.format: a list of processes was expected, got %s", misuse.describe(processes))
    end
    for i, process in ipairs(processes) do
        if type(process) ~= "table" or math.type(process.pid) ~= "integer" then
            misuse.raise("tree.format: item %d is no process, as job:processes() has them, but %s", i,
                misuse.describe(process))
        end
    end
end

--- Sorts processes below their parents; whoever has none in the list is a root. By the numbers of our own world:
--- those of isolated jobs may mean several.
local function arrange(processes)
    local by_pid, children, roots = {}, {}, {}
    for _, process in ipairs(processes) do
        by_pid[process.local_pid or process.pid] = process
        children[process] = {}
    end
    for _, process in ipairs(processes) do
        local parent = by_pid[process.local_parent or process.parent]
        local siblings = parent and parent ~= process and children[parent] or roots
        siblings[#siblings + 1] = process
    end
    for _, list in pairs(children) do
        table.sort(list, function(a, b) return a.pid < b.pid end)
    end
    return roots, children
end

--- The processes of job:processes() as lines of a tree: pid, state and command of each.
---@param processes table
---@return string
function tree.format(processes)
    check(processes)
    local roots, children = arrange(processes)
    local lines, shown = {}, {}
    local function add(process, lead, branch, below)
        local pid, command = process.host_pid or process.pid, process.command:gsub("%c", " ")
        shown[process] = true
        lines[#lines + 1] = ("%s%s%d %s (%s)"):format(lead, branch, pid, command, process.state)
        local list = children[process]
        for i, child in ipairs(list) do
            local last = i == #list
            if not shown[child] then
                add(child, lead .. below, last and "└─ " or "├─ ", last and "   " or "│  ")
            end
        end
    end
    for _, root in ipairs(roots) do
        add(root, "", "", "")
    end
    for _, process in ipairs(processes) do
        if not shown[process] then -- its number misled us into a circle
            add(process, "", "", "")
        end
    end
    return table.concat(lines, "\n")
end

return tree
