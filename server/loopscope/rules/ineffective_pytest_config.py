"""A section or option that looks like pytest's configuration, and that pytest does not read.

## What it does
Reports sections under a wrong name (`[tool:pytest]` in pytest.ini, `[tool.pytest.ini-options]`), and misspelt options
of pytest-asyncio.

## Why is this bad
pytest ignores them, at most with a warning: the tests run in strict mode although the file says auto.

## When not to fix
If the section belongs to another tool.

## Fix safety
Safe: the section or option gets the name that pytest reads.

## Versions
`[tool.pytest]` is read by pytest >= 9.

## References
- [pytest: configuration file formats](https://docs.pytest.org/en/stable/reference/customize.html)
"""

from collections.abc import Iterator

from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Severity
from loopscope.rules.support.config import other_problems, problem_fix

META = Meta("ineffective-pytest-config", Group.CONFIGURATION, Severity.WARNING)

_TEST = "# file: test_example.py\ndef test_value():\n    assert True\n"

EXAMPLES = (
    Example(
        "A misspelt option",
        bad=f"# file: pytest.ini\n[pytest]\n⟦asyncio_modes⟧ = auto\n{_TEST}",
        good=f"# file: pytest.ini\n[pytest]\nasyncio_mode = auto\n{_TEST}",
        proof=Proof("Unknown config option: asyncio_modes", "warning"),
        config="",
    ),
)

NEAR_MISSES = (
    NearMiss("all known", "", config="[pytest]\nasyncio_mode = auto\nasyncio_debug = true\n"),
    NearMiss("an option of another plugin", "", config="[pytest]\nasync_timeout = 5\nasyncio_mode = auto\n"),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the sections and options."""
    for problem in other_problems(ctx):
        if not problem.fatal:
            yield ctx.finding(META, ctx.problem_span(problem), problem.message, data=problem)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """The name that pytest reads."""
    return problem_fix(ctx, finding)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
