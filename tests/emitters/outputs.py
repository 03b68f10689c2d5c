"""What test frameworks and coverage tools print and write. `{}` stands where a case differs."""

GO_TEST = "package store\n\nfunc open(t *testing.T) {}\n\nfunc TestPing(t *testing.T) {\n}\n\nfunc TestSave(t *testing.T) {}\n"
GO = """\
=== RUN   TestCode
--- PASS: TestCode (0.00s)
=== RUN   TestPing
--- {}: TestPing (0.00s)
{}
PASS
ok  \texample.org/shop/store\t0.1s
"""
JEST = """\
PASS src/code.test.js
{}
Test Suites: 1 skipped, 1 passed, 1 of 2 total
Tests:       {} skipped, {} passed, 6 total
Snapshots:   0 total
"""
VITEST = (
    "\x1b[1m\x1b[46m RUN \x1b[49m\x1b[22m v3.2.7\n\n"
    " \x1b[32m✓\x1b[39m test/code.test.ts (2 tests) 1ms\n"
    " {} |it| test/store.test.ts (2 tests)\n"
    " Test Files  2 passed (2)\n"
    "\x1b[2m      Tests \x1b[22m \x1b[32m{} passed\x1b[39m | {} skipped (4)\n"
)
MOCHA = "\n  db\n    ✔ a\n    - b\n\n\n  {} passing (2ms)\n  {} pending\n"
TAP = "ok 1 - a\n1..2\n# tests 2\n# pass 1\n# fail 0\n# skipped 1\n# todo 0\n"
SPEC = "✔ a (2.3ms)\n﹣ b (0.1ms) # SKIP\nℹ tests 2\nℹ pass 1\nℹ skipped 1\n"
AVA = "  - [skip] b\n  ✔ a\n  ─\n\n  1 test passed\n  1 test skipped\n"
BUN = "test/unit/a.test.ts:\n(pass) a [0.2ms]\n(skip) b\n\n {0} pass\n {1} skip\n 0 fail\n 4 expect() calls\nRan 2 tests across 1 file. [1ms]\n"
BUN_COVER = "---|---|---|---\nFile | % Funcs | % Lines | Uncovered Line #s\n---|---|---|---\nAll files      |   94.44 |   81.25 |\n"
NO_GO_TEST = "testing: warning: no tests to run\nPASS\nok  \tx\t0.1s [no tests to run]\n"
SUREFIRE = """\
<?xml version="1.0"?>
<testsuite name="{0}" tests="2">
  <testcase name="saves" classname="org.example.{0}" time="0.1"/>
  <testcase name="reads" classname="org.example.{0}" time="0"><skipped/></testcase>
</testsuite>
"""
ALL_SKIPPED = SUREFIRE.replace(' time="0.1"/>', "><skipped/></testcase>")
PYTEST = (
    '<testsuites><testsuite name="pytest" skipped="1" tests="2">'
    '<testcase classname="tests.test_code" name="test_a" file="tests/test_code.py" time="0.1" />'
    '<testcase classname="tests.integration.test_store" name="test_b" file="tests/integration/test_store.py">{}</testcase>'
    "</testsuite></testsuites>"
)
SKIP = '<skipped type="pytest.skip" message="no database">x.py:3</skipped>'
UNITTEST = "Ran {} tests in 0.1s\n\nOK (skipped=2)\n"

GO_COVER = "ok  \tx\t0.1s\tcoverage: 50.0% of statements\nx/a.go:3:\tA\t100.0%\ntotal:\t\t\t(statements)\t75.5%\n"
ISTANBUL = """\
----------|---------|----------|---------|---------|
File      | % Stmts | % Branch | % Funcs | % Lines |
All files |   85.71 |      100 |   66.66 |   {} |
"""
COLOURED = "\x1b[32;1mAll files\x1b[0m | 1 | 2 | 3 | \x1b[32;1m 90.1\x1b[0m |\n"
JACOCO = """\
<report name="x"><class><counter type="LINE" missed="9" covered="1"/></class>\
<counter type="LINE" missed="{}" covered="{}"/></report>"""
