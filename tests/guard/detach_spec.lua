-- detach_spec.lua: what was detached on purpose outlives its run, however that ends, and nothing else does.

local expect = require "tests.expect"
local jg = require "jghost"
local detaching = require "tests.detaching"
local fixture = require "tests.fixture"
local support = require "tests.support"

local folder
detaching.folder(function(path) folder = path end)

-- What isn't to survive.
local ordinary = [[
    job = jg.job()
    assert(job:spawn { child, "daemonise", "ignore-all", "setsid", "hang" }):wait()
    assert(job:spawn { child, "ignore-all", "hang" })
]]

-- How a run ends, as the end of a script that has detached somebody; or who is killed.
local endings = {
    { "returns", "" },
    { "fails", "error 'on purpose'" },
    { "calls os.exit", "os.exit(3)" },
    { "calls os.exit(…, true)", "os.exit(3, true)" },
    { "closes all jobs", "job:close()" },
    { "has its guard killed", kills = { "guard" } },
    { "has its harness killed", kills = { "jghost-harness" } },
    { "has guard and harness killed", kills = { "guard", "jghost-harness" } },
    { "has init killed", kills = { "jghost-init" }, init = true },
    { "has the detacher killed", kills = { "jghost-detacher" }, detacher = true, goes_on = true },
    { "has guard and detacher killed", kills = { "guard", "jghost-detacher" }, detacher = true },
    { "has detacher and guard killed", kills = { "jghost-detacher", "guard" }, detacher = true },
    { "has guard, init, harness and detacher killed", in_namespace = true,
        kills = { "guard", "jghost-init", "jghost-harness", "jghost-detacher" }, init = true, detacher = true },
}

local function kill(guard, marker, names)
    local handles = {}
    for i, name in ipairs(names) do
        handles[i] = name == "guard" and guard or assert(support.find(marker, name), "there is no " .. name)
    end
    for _, handle in ipairs(handles) do
        handle:signal "kill" -- the first one's end may have been this one's, too
    end
end

local function is_here(ending, level)
    return (not ending.in_namespace or expect.in_namespace[level]) and (not ending.init or expect.init)
        and (not ending.detacher or expect.detacher)
end

local script_file
fixture.script('print(require "jghost".detach { arg[1], "hang", stdin = arg[2], stderr = arg[3] })',
    function(file) script_file = file end)

-- A run that stops where it detaches, in the program that can be stopped there. Returns the guard, the marker, and what
-- lets it go on.
local function stop(job, level, stage)
    local options = { support.fault, "--level=" .. level, "--allow-detach", script_file, support.child,
        env = { [expect.state] = folder, JGHOST_STAGE = stage }, stdin = "pipe", stdout = "pipe", stderr = "pipe" }
    if not expect.detacher or stage == "detacher-born" then
        local guard, marker = support.start(job, options)
        assert.equal("stage " .. stage, guard.stderr:read("l", 60))
        return guard, marker, function() guard.stdin:close() end
    end
    -- who comes there has the streams that it was given, and no others
    options[6], options[7] = folder .. "/in", folder .. "/err"
    assert(jg.run { "mkfifo", options[6], options[7] }.ok)
    local talker = assert(job:spawn {
        "sh", "-c", 'exec 3<>"$0" 4<>"$1"; echo open; read -r line <&4; echo "$line"; read -r line',
        options[6], options[7], stdin = "pipe", stdout = "pipe",
    })
    assert.equal("open", talker.stdout:read("l", 60))
    local guard, marker = support.start(job, options)
    assert.equal("stage " .. stage, talker.stdout:read("l", 60))
    os.remove(options[6])
    os.remove(options[7])
    return guard, marker, function() talker.stdin:close() end
end

-- Where somebody can be stopped, and who is killed there.
local stages = expect.detacher and { "detacher-born", "detached-born", "detached-logged" }
    or { "detached-born", "detached-logged", "detached-resumed" }
local victims = { { "guard" }, { "jghost-harness" }, { "guard", "jghost-harness" } }
if expect.detacher then
    table.move({ { "jghost-detacher" }, { "jghost-detacher", "guard" } }, 1, 2, #victims + 1, victims)
end

local function check_stage(level, stage, names)
    local guard_stands = not expect.detacher and #names == 1 and names[1] ~= "guard" -- and does what he is asked for
    local job <close> = jg.job {}
    local guard, marker, go_on = stop(job, level, stage)
    kill(guard, marker, names)
    if names[1] == "jghost-detacher" and not names[2] and stage ~= "detacher-born" then
        assert.matches("cannot reach the detacher", guard.stdout:read("l", 60))
    end
    if guard_stands or stage == "detacher-born" then
        go_on()
    end
    assert(guard:wait(60), "the guard doesn't end")
    local pids = detaching.listed(folder)
    assert.equal("", detaching.others(marker, pids))
    assert.equal(guard_stands and 1 or 0, #pids)
    for _, pid in ipairs(pids) do
        detaching.finish(pid)
    end
    go_on()
    assert.equal("", support.survivors(marker))
end

for _, level in ipairs(support.levels()) do
    describe("at level " .. level, function()
        for _, ending in ipairs(endings) do
            if is_here(ending, level) then
                it(("what a run has detached that %s is all that is left"):format(ending[1]), function()
                    local job <close> = jg.job {}
                    local guard, marker = detaching.start(job, folder, level, ordinary .. [[
                        say(hang().host_pid)
                        if arg[1] == "wait" then pcall(jg.sleep, 1e6) end
                    ]] .. (ending[2] or ""), ending.kills and "wait" or "end")
                    local pid = tonumber(guard.stdout:read("l", 60))
                    if ending.kills then
                        kill(guard, marker, ending.kills)
                    end
                    if ending.goes_on then
                        assert.is_nil(guard:wait(0), "it goes on without")
                        kill(guard, marker, { "jghost-harness" })
                    end
                    assert(guard:wait(60), "the guard doesn't end")
                    assert.equal("", detaching.others(marker, { pid }))
                    assert.same({ pid }, (detaching.listed(folder)))
                    detaching.finish(pid)
                    assert.same({}, (detaching.listed(folder)))
                    assert.equal("", support.survivors(marker))
                end)
            end
        end

        it("whoever is killed while it detaches leaves nothing that isn't in the log", function()
            for i, names in ipairs(victims) do
                local job <close> = jg.job {}
                local guard, marker = detaching.start(job, folder, level, [[
                    for _ = 1, 4 do
                        jg.task(function()
                            repeat
                                local detached = jg.detach { child, "hang" }
                                say(detached and detached.host_pid or "no more")
                            until not detached
                            jg.sleep(1e6)
                        end)
                    end
                    jg.sleep(1e6)
                ]])
                for _ = 1, 5 + i do
                    guard.stdout:read("l", 60)
                end
                kill(guard, marker, names)
                if names[1] == "jghost-detacher" and not names[2] then
                    repeat local line = guard.stdout:read("l", 60) until line == "no more"
                    kill(guard, marker, { "guard" })
                end
                assert(guard:wait(60), "the guard doesn't end")
                local pids = detaching.listed(folder)
                assert.equal("", detaching.others(marker, pids))
                assert.is_true(#pids >= 5 + i, "some were detached")
                for _, pid in ipairs(pids) do
                    detaching.finish(pid)
                end
                assert.equal("", support.survivors(marker))
            end
        end)

        for _, stage in ipairs(stages) do
            for _, names in ipairs(victims) do
                local whom = table.concat(names, " and ")
                if stage ~= "detacher-born" or not whom:find "harness" then -- there is none by then
                    it(("killing %s at stage %s leaves nothing that isn't in the log"):format(whom, stage), function()
                        check_stage(level, stage, names)
                    end)
                end
            end
        end

        it("a detacher that is stopped ends with the guard", function()
            if not expect.detacher then
                pending "there is none"
            end
            local job <close> = jg.job {}
            local guard, marker = detaching.start(job, folder, level, "say 'ready' jg.sleep(1e6)")
            assert.equal("ready", guard.stdout:read("l", 60))
            assert(support.find(marker, "jghost-detacher")):signal "stop"
            guard:signal "kill"
            assert.equal("", support.survivors(marker))
        end)
    end)
end
