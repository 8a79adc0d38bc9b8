--- jghost --attach: a prompt into a harness that is running.
--
-- Lines are read and edited here; statements are run there, by jghost.attached. A task receives what comes
-- back, so that it is shown whenever it comes, and the end of the harness is noticed at the prompt, too.

local core = require "jghost.core"
local foreground = require "jghost.foreground"
local frame = require "jghost.frame"
local harnesses = require "jghost.harnesses"
local lines = require "jghost.lines"
local statement = require "jghost.statement"

local PATIENCE = 1 -- seconds, until the user is told what is being waited for

local function complain(message)
    io.stdout:flush()
    io.stderr:write("jghost: ", message, "\n")
end

local function refuse(message)
    complain(message)
    os.exit(125)
end

-- ---- which one? ----

--- The only one that there is.
local function only(list)
    local candidates = {}
    for _, harness in ipairs(list) do
        if harness.level then -- it is ours to attach to
            candidates[#candidates + 1] = harness
        end
    end
    if #candidates == 0 then
        refuse "--attach: no harness is running that you may attach to ('jghost --list' lists all)"
    elseif #candidates > 1 then
        refuse(("--attach: %d harnesses are running; say which one, as in --attach=%d\n%s")
            :format(#candidates, candidates[1].id, harnesses.format(candidates)))
    end
    return candidates[1]
end

local function by_id(list, text)
    local id = text:match "^%d+$" and math.tointeger(tonumber(text))
    if not id then
        refuse(("--attach=%s: must be the number of a harness, as 'jghost --list' shows it"):format(text))
    end
    for _, harness in ipairs(list) do
        if harness.id == id then
            return harness
        end
    end
    local what = id > 0 and core.open(id) and "that process is no harness that can be attached to"
        or "there is no such process"
    refuse(("--attach=%d: %s ('jghost --list' lists the harnesses)"):format(id, what))
end

local function connect(harness)
    local stream, message, _, name = core.attach(harness.id)
    if stream then
        return stream
    elseif name == "denied" then
        refuse(("--attach=%d: the harness is %s's; only its user and root may attach to it")
            :format(harness.id, harness.user or "somebody else"))
    elseif name == "not_found" then
        refuse(("--attach=%d: the harness has just ended"):format(harness.id))
    end
    refuse(("--attach=%d: %s"):format(harness.id, message))
end

-- ---- the connection ----

local client = {}
client.__index = client

--- Receives until the connection ends.
function client:receive()
    while true do
        local kind, text = frame.read(self.stream)
        if not kind then
            break
        elseif kind == "O" then
            io.stdout:write(text)
            io.stdout:flush()
        else
            self.answer, self.text = kind, text
            self.arrived:set()
        end
    end
    self.ended = true
    self.arrived:set()
    if self.console then
        self.console:cancel()
    end
end

--- Sends, in a task of its own, so that a Ctrl-C can't come in the middle.
function client:send(kind, text)
    core.task(function()
        pcall(frame.write, self.stream, kind, text) -- if nobody reads it, that is noticed by `receive`
    end)
end

--- Waits for an answer: its kind and text; nil if the connection has ended, or false after a Ctrl-C or
--- when the time is up.
function client:wait(seconds)
    if not self.answer and not self.ended then
        self.arrived:reset()
        local ok, arrived = core.interruptible(self.arrived.wait, tostring, self.arrived, seconds)
        if not ok or not arrived then
            return false, not ok and "interrupted" or nil
        end
    end
    local kind, text = self.answer, self.text
    self.answer, self.text = nil, nil
    return kind, text
end

local when_it_waits = ", and answers when its script next waits for something"

-- Why a harness doesn't answer, by the state of its process.
local reasons = {
    running = "it is computing" .. when_it_waits,
    sleeping = "it is asleep in a call, such as os.execute" .. when_it_waits,
    waiting = "it waits for a disk" .. when_it_waits,
    stopped = "it is stopped, and answers when it goes on",
    traced = "a debugger has stopped it, and it answers when it goes on",
    frozen = "it is frozen, and answers when it goes on",
}

--- Says why there is no answer yet.
function client:explain_silence()
    local state
    for _, harness in ipairs(harnesses.list() or {}) do
        if harness.id == self.id then
            state = harness.state
        end
    end
    complain(("harness %d doesn't answer yet: %s; Ctrl-C gives up")
        :format(self.id, reasons[state] or "it answers when its script next waits for something"))
end

--- Waits until the harness takes notice of us. It does so when its script waits.
function client:greet()
    local kind, text = self:wait(PATIENCE)
    if kind == false and not text then
        self:explain_silence()
        kind, text = self:wait()
    end
    if kind == false then
        return false
    elseif kind == nil then
        refuse(("--attach=%d: the harness has turned us away: it has ended, or has no descriptors or memory left")
            :format(self.id))
    elseif kind ~= "H" or text ~= frame.version then
        refuse(("--attach=%d: the harness is of another version of jghost"):format(self.id))
    end
    return true
end

--- Runs a statement there. The first Ctrl-C interrupts it, a second one leaves it. False: it was left.
function client:run(text)
    if #text > frame.limit then
        self.failed = true
        complain(("the statement is longer than %d bytes"):format(frame.limit))
        return true
    end
    self:send("S", text)
    local kind, message = self:wait()
    if kind == false then
        self:send "I"
        kind, message = self:wait()
    end
    if kind == "F" then
        complain(message)
    end
    self.failed = self.failed or kind ~= "D"
    return kind ~= false
end

-- ---- the prompt ----

local function usual_prompt(_, usual)
    return usual
end

local function no_prompt()
    return ""
end

function client:talk()
    local read, console = lines.reader()
    local _ <close> = console
    self.console = console
    while not self.ended do
        local chunk, message, text = statement.read(read, console and usual_prompt or no_prompt)
        if self.ended then
            break
        elseif chunk then
            if not self:run(text) then
                complain(("harness %d doesn't answer; left it"):format(self.id))
                return
            end
        elseif not message then
            if console then
                io.stdout:write "\n"
            end
            return
        elseif message ~= "interrupted" then
            self.failed = true
            complain(message)
        end
    end
    complain(("harness %d has ended"):format(self.id))
end

return function(text)
    local list, message = harnesses.list()
    if not list then
        refuse("--attach: " .. message)
    end
    local harness = text and by_id(list, text) or only(list)
    local self = setmetatable({
        id = harness.id, stream = connect(harness), arrived = core.event(), ended = false, failed = false,
    }, client)
    core.task(self.receive, self)
    local interactive = core.is_terminal(0) and core.is_terminal(1)
    foreground.run(function()
        if not self:greet() then
            self.failed = true
            return
        end
        if interactive then
            print(("attached to harness %d: %s\nCtrl-D leaves it, and it goes on")
                :format(self.id, (harness.command:gsub("%c", "?"))))
        end
        self:talk()
    end, ("; left harness %d"):format(self.id))
    if self.failed and not interactive then
        os.exit(1)
    end
end
