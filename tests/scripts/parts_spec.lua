-- parts_spec.lua: tests/run.lua runs the parts that it is asked for, and no misspelt ones.

local support = require "tests.support"

it("tests/run.lua refuses a part that there isn't, and names those that there are", function()
    local result = support.run { "tests/run.lua", "lnit" }
    assert.equal(2, result.code)
    assert.equal("", result.stdout)
    assert.matches("there is no part 'lnit'; the parts are lint, unit, specs", result.stderr)
end)
