--- jg.run: one command, in a job of its own, from its start to the end of all that it started.

local core = require "jghost.core"
local leaks = require "jghost.leaks"
local misuse = require "jghost.misuse"
local snapshots = require "jghost.snapshots"
local terminal = require "jghost.terminal"

local job_options = { "isolate", "memory", "processes", "cpus", "cpu_time", "best_effort" }

local option_names = {
    "input", "leaks", "name", "cwd", "env", "clear_env", "stdin", "stdout", "stderr", "timeout", "stop", "pty",
    "capture_limit",
    table.unpack(job_options),
}

--- Splits the options into the job's and the process's.
local function split(options)
    local job, process = { name = options.name }, {}
    for key, value in pairs(options) do
        process[key] = value
    end
    for _, key in ipairs(job_options) do
        job[key], process[key] = options[key], nil
    end
    process.input, process.leaks = nil, nil
    if options.pty then
        return job, process
    end
    process.stdin = options.input and "pipe" or process.stdin
    process.stdout = process.stdout or "capture"
    process.stderr = process.stderr or "capture"
    return job, process
end

local function check(options)
    if type(options) ~= "table" then
        misuse.raise("jg.run: a table of options was expected, got %s", misuse.describe(options))
    end
    misuse.call("jg.run", "jg.run", core.check_options, options, "jg.run", option_names)
    local input = options.input
    if input ~= nil and type(input) ~= "string" then
        misuse.raise("jg.run: option 'input' must be a string, not %s", misuse.describe(input))
    end
    if options.leaks ~= nil then
        leaks.check(options.leaks, "jg.run: option 'leaks'")
    end
    if input and options.stdin ~= nil then
        misuse.raise "jg.run: there is 'stdin' for a stream or 'input' for a text, not both"
    end
    if options.pty and options.stdout ~= nil then
        misuse.raise "jg.run: with 'pty', what the terminal shows is the result's stdout: 'stdout' can't be given, too"
    end
    for _, stream in ipairs { "stdin", "stdout", "stderr" } do
        if options[stream] == "pipe" then
            misuse.raise("jg.run: option '%s' can't be \"pipe\": nobody could use it before the end; see job:spawn",
                stream)
        end
    end
end

local function feed(process, input)
    process.stdin:write(input) -- a child that doesn't want it all is no mistake of ours
    process.stdin:close()
end

--- Who is still there now that the command itself has ended? Nil, message, code, name: it isn't to be known.
local function survivors(job)
    if job:wait(0) then
        return setmetatable({}, snapshots.leaks)
    end
    return job:leaked()
end

--- Does with leaks what the options say.
local function judge(result, who)
    if #result.leaked == 0 or result.leaks == "allow" then
        return
    elseif result.leaks == "warn" then
        leaks.warn(who, "leaked " .. leaks.describe(result.leaked))
    else
        result.ok = false
    end
end

--- Runs a command and returns how it went. All that it started is gone when this returns.
---@param options table the options of job:spawn and of jg.job, and `input`: text for its standard input
---@return table|nil result the status, with stdout, stderr, stdout_omitted, stderr_omitted, leaked and leaks
---@return string|nil message
---@return integer|nil code
---@return string|nil name
local function run(options)
    check(options)
    local of_job, of_process = split(options)
    local job <close>, message, code, name = misuse.call("jg.run", "jg.job", core.job, of_job)
    if not job then
        return nil, message, code, name
    end
    local process
    process, message, code, name = misuse.call("jg.run", "job:spawn", job.spawn, job, of_process)
    if not process then
        return nil, message, code, name
    end
    local shown = process.pty and terminal.attend(process, options)
    if process.stdin then
        core.task(feed, process, options.input).name = "input of jg.run"
    end
    local status = process:wait()
    local result = setmetatable({}, getmetatable(status))
    for key, value in pairs(status) do
        result[key] = value
    end
    result.leaks = options.leaks or "allow"
    result.leaked, message, code, name = survivors(job)
    if not result.leaked then
        return nil, message, code, name
    end
    judge(result, process.name)
    result.stdout, result.stdout_omitted = process.stdout, process.stdout_omitted
    result.stderr, result.stderr_omitted = process.stderr, process.stderr_omitted
    if shown then
        job:close() -- who is left at the terminal may keep it open for a while
        local text, omitted
        text, omitted, code, name = shown()
        if not text then
            return nil, omitted, code, name
        end
        result.stdout, result.stdout_omitted = text, omitted
    end
    return result
end

return run
