-- examples_spec.lua: what the examples say of command lines that are wrong, and of commands that fail.

local expect = require "tests.expect"
local fixture = require "tests.fixture"
local helper = require "tests.bindings.helper"
local support = require "tests.support"

local spec

fixture.script('it("passes", function() end)', function(name) spec = name end)

local function example(name, ...)
    return support.run { "examples/" .. name .. ".lua", ... }
end

local function refused(result, code, text)
    assert.equal(code, result.code, result.stderr)
    assert.equal("", result.stdout)
    assert.truthy(result.stderr:find(text, 1, true), result.stderr)
    assert.falsy(result.stderr:find("traceback", 1, true), result.stderr)
end

describe("examples/run-specs.lua", function()
    it("refuses what it doesn't understand", function()
        for _, value in ipairs { "x", "0", "-1", "1.5" } do
            refused(example("run-specs", "--jobs=" .. value, spec), 2, "--jobs must be")
        end
        for _, value in ipairs { "x", "-1", "nan" } do
            refused(example("run-specs", "--timeout=" .. value, spec), 2, "--timeout must be")
        end
        refused(example("run-specs", "--job=2", spec), 2, "unknown option '--job=2'")
        refused(example("run-specs", "--jobs", spec), 2, "unknown option '--jobs'")
        refused(example "run-specs", 2, "usage:")
    end)

    it("takes any runner that counts", function()
        local own = "tests/scripts/parts_spec.lua"
        local runner = support.script 'print("ran " .. arg[1]) print "7 passed, 0 failed, 2 skipped"'
        local result = example("run-specs", "--with=" .. support.jghost, "--runner=" .. runner, spec)
        os.remove(runner)
        assert.equal(0, result.code, result.stdout .. result.stderr)
        assert.matches("\n7 passed, 0 failed, 2 skipped\n$", result.stdout)
        result = example("run-specs", "--with=" .. support.jghost, own)
        assert.matches("\n1 passed, 0 failed, 0 skipped\n$", result.stdout)
    end)
end)

describe("examples/timeout.lua", function()
    it("ends with 128+N, and says so, if a signal has ended the command", function()
        for signal, status in pairs(expect.died) do
            local result = example("timeout", "60", support.child, "signal", signal)
            assert.equal(status, result.code)
            if expect.posix_signals then
                assert.matches("^timeout: .*child: killed by SIG" .. signal .. " after", result.stderr)
            end
        end
    end)

    it("refuses what is no time", function()
        for _, value in ipairs { "x", "-1", "nan" } do
            refused(example("timeout", value, "true"), 125, "usage:")
        end
    end)
end)

describe("examples/parallel.lua", function()
    it("refuses what it doesn't understand", function()
        refused(example("parallel", "--job=2", "true", "--", "a"), 2, "unknown option '--job=2'")
        refused(example("parallel", "--jobs=x", "true", "--", "a"), 2, "--jobs must be")
        refused(example("parallel", "true", "a"), 2, "usage:")
    end)

    it("takes options after the command for the command's", function()
        assert.equal('"--jobs=x"\n"a"\n',
            example("parallel", "--jobs=1", support.child, "dump-args", "--jobs=x", "--", "a").stdout)
    end)

    it("says once what can't be run", function()
        local result = example("parallel", "/nowhere", "--", "a")
        assert.equal(1, result.code)
        assert.equal("", result.stdout)
        assert.equal("a: " .. helper.why_not { "/nowhere" } .. "\n", result.stderr)
    end)
end)
