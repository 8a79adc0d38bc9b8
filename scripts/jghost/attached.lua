--- jghost.attached: the harness's side of `jghost --attach`: runs the statements of one who has attached.
--
-- It runs in a task of its own, beside those of the script, and is loaded when somebody attaches. Each
-- statement is a task, too, so that it can be interrupted while it waits, and it gives way to others while
-- it computes. What it prints goes to the one who has attached.

local core = require "jghost.core"
local frame = require "jghost.frame"
local statement = require "jghost.statement"

local PIECE = 1 << 15 -- bytes in a frame of output: what is read there is written as a whole, see streamwrite.c

local explain = statement.explain(xpcall, 0)

local session = {}
session.__index = session

--- Says that the statement is over: there is one such frame for each.
function session:finish(kind, text)
    self.running = nil
    frame.write(self.stream, kind, text and text:sub(1, frame.limit))
end

--- What was printed goes to whoever has attached; false if that one has left.
function session:output(text)
    for at = 1, #text, PIECE do
        if self.closed or not frame.write(self.stream, "O", text:sub(at, at + PIECE - 1)) then
            return false
        end
    end
    return true
end

--- `print` for the statements. What they leave behind may print later than the session lasts.
function session:printer()
    local print_there = print
    return function(...)
        if self.closed then
            return print_there(...)
        end
        local texts = table.pack(...)
        for i = 1, texts.n do
            texts[i] = tostring(texts[i])
        end
        self:output(table.concat(texts, "\t", 1, texts.n) .. "\n")
    end
end

--- `io` for the statements: io.write goes to whoever has attached, unless the script has redirected it.
function session:files()
    local files = {}
    function files.write(...)
        if self.closed or io.output() ~= io.stdout then
            return io.write(...)
        end
        local texts = table.pack(...)
        for i = 1, texts.n do
            if type(texts[i]) ~= "string" and type(texts[i]) ~= "number" then
                error(("bad argument #%d to 'write' (string expected, got %s)"):format(i, type(texts[i])), 2)
            end
        end
        self:output(table.concat(texts))
        return io.stdout
    end
    return setmetatable(files, { __index = io, __newindex = io })
end

--- The harness's globals, with `print` and `io` as above, and `jg` if there is none. What the statements
--- set are the harness's globals.
function session:environment()
    local globals, own = _G, { print = self:printer(), io = self:files() }
    local theirs = { print = globals.print, io = globals.io }
    return setmetatable({}, {
        __index = function(_, name)
            if own[name] and rawequal(rawget(globals, name), theirs[name]) then
                return own[name]
            elseif name == "jg" and rawget(globals, "jg") == nil then
                return require "jghost"
            end
            return globals[name]
        end,
        __newindex = globals,
    })
end

function session:report(ok, ...)
    if not ok then
        return self:finish("F", (...))
    elseif select("#", ...) > 0 then
        local printed, message = xpcall(self.env.print, explain, ...)
        if not printed then
            return self:finish("F", "error calling 'print' (" .. message .. ")")
        end
    end
    self:finish "D"
end

function session:run(chunk)
    core.preemptible()
    self:report(xpcall(chunk, explain))
end

function session:start(text)
    local chunk, message = statement.compile(text, self.env)
    if not chunk then
        return self:finish("F", message)
    end
    self.running = core.task(function()
        local ok, why = pcall(self.run, self, chunk)
        if not ok then -- there is no memory, or nobody reads any more
            pcall(self.finish, self, "F", tostring(why))
        end
    end)
    self.running.name = "statement"
end

--- Where a statement was, without what called it.
local function place(task)
    local text = task.traceback or ""
    return text:match "^(.*)\n[^\n]*in function 'xpcall'" or text
end

--- Ends the statement that is running where it waits. False: there is none, or it can't be ended now.
function session:cancel()
    local task = self.running
    if not task or not pcall(task.cancel, task) then
        return false
    end
    pcall(task.wait, task) -- an error of its <close> is heard of here
    return true
end

function session:interrupt()
    local where = self.running and place(self.running)
    if self:cancel() then
        self:finish("F", "interrupted\n" .. where)
    end
end

function session:__close()
    self.closed = true
    self:cancel()
end

local function serve(stream)
    local self <close> = setmetatable({ stream = stream, closed = false }, session)
    self.env = self:environment()
    frame.write(stream, "H", frame.version)
    while true do
        local kind, text = frame.read(stream)
        if kind == "S" and not self.running then
            self:start(text)
        elseif kind == "I" then
            self:interrupt()
        else
            break
        end
    end
end

return serve
