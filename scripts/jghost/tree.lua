--- jghost.tree: prints processes as the tree that they are.

local tree = {}

--- Sorts processes below their parents; whoever has none in the list is a root.
local function arrange(processes)
    local by_pid, children, roots = {}, {}, {}
    for _, process in ipairs(processes) do
        by_pid[process.pid] = process
        children[process.pid] = {}
    end
    for _, process in ipairs(processes) do
        local siblings = by_pid[process.parent] and process.parent ~= process.pid and children[process.parent] or roots
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
    local roots, children = arrange(processes)
    local lines = {}
    local function add(process, lead, branch, below)
        local pid = process.host_pid or process.pid
        lines[#lines + 1] = ("%s%s%d %s (%s)"):format(lead, branch, pid, process.command, process.state)
        local list = children[process.pid]
        for i, child in ipairs(list) do
            local last = i == #list
            add(child, lead .. below, last and "└─ " or "├─ ", last and "   " or "│  ")
        end
    end
    for _, root in ipairs(roots) do
        add(root, "", "", "")
    end
    return table.concat(lines, "\n")
end

return tree
