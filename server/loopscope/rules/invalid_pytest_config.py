"""A configuration that pytest refuses: it stops before it collects anything.

## What it does
Reports files that pytest cannot parse, tables that exclude each other, and values of a wrong type, in the configuration
file that is in effect.

## Why is this bad
No test runs.

## When not to fix
Never.

## Fix safety
Safe: a value of the wrong type is written in the right one, where it is plain what was meant.

## Versions
Native TOML tables (`[tool.pytest]`, `pytest.toml`) are read by pytest >= 9.

## References
- [pytest: configuration file formats](https://docs.pytest.org/en/stable/reference/customize.html)
"""

from collections.abc import Iterator

from loopscope.rules.context import Context
from loopscope.rules.model import CheckedFiles, Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Severity
from loopscope.rules.support.config import other_problems, problem_fix

META = Meta("invalid-pytest-config", Group.CONFIGURATION, Severity.ERROR, files=CheckedFiles.CONFIGURATION)

_TEST = "# file: test_example.py\ndef test_value():\n    assert True\n"
_INI = "asyncio_default_fixture_loop_scope = function\n"
_SCOPE = 'asyncio_default_fixture_loop_scope = "function"\n'

EXAMPLES = (
    Example(
        "A string where a truth value belongs",
        bad=f'# file: pytest.toml\n[pytest]\nasyncio_debug = ⟦"true"⟧\n{_SCOPE}{_TEST}',
        good=f"# file: pytest.toml\n[pytest]\nasyncio_debug = true\n{_SCOPE}{_TEST}",
        proof=Proof("expects a bool", "usage", pytest=">=9.2"),
        config="",
    ),
    Example(
        "Two tables",
        bad='# file: pyproject.toml\n[tool.pytest]\nasyncio_mode = "auto"\n\n'
        f"⟦[tool.pytest.ini_options]⟧\n{_SCOPE}{_TEST}",
        good=f'# file: pyproject.toml\n[tool.pytest]\nasyncio_mode = "auto"\n{_SCOPE}{_TEST}',
        fixed="",
        proof=Proof("Cannot use both [tool.pytest]", "usage", pytest=">=9.0"),
        config="",
    ),
    Example(
        "No table",
        bad=f'# file: pytest.toml\n⟦asyncio_mode⟧ = "auto"\n{_SCOPE}{_TEST}',
        good=f'# file: pytest.toml\n[pytest]\nasyncio_mode = "auto"\n{_SCOPE}{_TEST}',
        fixed="",
        proof=Proof("pytest configuration must be under a [pytest] table", "usage", pytest=">=9.2"),
        config="",
    ),
    Example(
        "A file that is no TOML",
        bad=f"# file: pytest.toml\n[pytest]\n⟦asyncio_mode = auto\n⟧{_SCOPE}{_TEST}",
        good=f'# file: pytest.toml\n[pytest]\nasyncio_mode = "auto"\n{_SCOPE}{_TEST}',
        fixed="",
        proof=Proof("pytest.toml", "usage", pytest=">=9.0"),
        config="",
    ),
)

NEAR_MISSES = (
    NearMiss("a string in an ini file", "", config=f"[pytest]\nasyncio_debug = true\nasyncio_mode = auto\n{_INI}"),
    NearMiss("options of other plugins", "", config=f"[pytest]\nsome_plugin_option = whatever\n{_INI}"),
    NearMiss(
        "a string in the table for strings",
        f'# file: pyproject.toml\n[tool.pytest.ini_options]\nasyncio_debug = "true"\n{_SCOPE}',
        config="",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the values, sections and lines."""
    for problem in other_problems(ctx):
        if problem.fatal:
            yield ctx.finding(META, ctx.problem_span(problem), problem.message, data=problem)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """The value in the right type."""
    return problem_fix(ctx, finding)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
