"""`asyncio_mode` has a value that pytest-asyncio does not know.

## What it does
Reports values of `asyncio_mode` and `--asyncio-mode` other than `auto` and `strict`, in every file that pytest reads
its configuration from.

## Why is this bad
pytest stops before it collects anything.

## When not to fix
Never.

## Fix safety
Safe: the nearest valid mode replaces the value. There is no fix when no mode is near.

## Versions
`legacy` existed from 0.17 to 0.19.

## References
- [pytest-asyncio: configuration](https://pytest-asyncio.readthedocs.io/en/stable/reference/configuration.html#asyncio-mode)

"""

from collections.abc import Iterator

from loopscope.rules.context import Context
from loopscope.rules.model import CheckedFiles, Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Severity
from loopscope.rules.support.config import problem_fix, problems_of

META = Meta("invalid-asyncio-mode", Group.CONFIGURATION, Severity.ERROR, files=CheckedFiles.CONFIGURATION)

_TEST = "# file: test_example.py\nasync def test_value():\n    assert True\n"
_SCOPE = "asyncio_default_fixture_loop_scope = function\n"

EXAMPLES = (
    Example(
        "A misspelt mode",
        bad=f"# file: pytest.ini\n[pytest]\nasyncio_mode = ⟦atuo⟧\n{_SCOPE}{_TEST}",
        good=f"# file: pytest.ini\n[pytest]\nasyncio_mode = auto\n{_SCOPE}{_TEST}",
        proof=Proof(
            "'atuo' is not a valid asyncio_mode. Valid modes: auto, strict.", "usage", pytest_asyncio=">=0.21.1"
        ),
        config="",
    ),
    Example(
        "Quotes in an ini file",
        bad=f'# file: pytest.ini\n[pytest]\nasyncio_mode = ⟦"auto"⟧\n{_SCOPE}{_TEST}',
        good=f"# file: pytest.ini\n[pytest]\nasyncio_mode = auto\n{_SCOPE}{_TEST}",
        proof=Proof("is not a valid asyncio_mode", "usage", pytest_asyncio=">=0.21.1"),
        config="",
    ),
    Example(
        "In addopts",
        bad=f"# file: pytest.ini\n[pytest]\naddopts = -ra ⟦--asyncio-mode=Auto⟧\n{_SCOPE}{_TEST}",
        good=f"# file: pytest.ini\n[pytest]\naddopts = -ra --asyncio-mode=auto\n{_SCOPE}{_TEST}",
        fixed="",
        proof=Proof("'Auto' is not a valid asyncio_mode", "usage", pytest_asyncio=">=0.21.1"),
        config="",
    ),
)

NEAR_MISSES = (
    NearMiss("strict", "", config="[pytest]\nasyncio_mode = strict\n"),
    NearMiss(
        "auto, on the command line too", "", config="[pytest]\nasyncio_mode = auto\naddopts = --asyncio-mode=strict\n"
    ),
    NearMiss("a comment", "", config="[pytest]\n# asyncio_mode = atuo\nasyncio_mode = auto\n"),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the values."""
    for problem in problems_of(ctx, "asyncio_mode", "--asyncio-mode"):
        yield ctx.finding(META, ctx.problem_span(problem), problem.message, data=problem)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """The nearest valid mode."""
    return problem_fix(ctx, finding)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
