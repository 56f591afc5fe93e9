"""`pytest.RaisesGroup` and `pytest.RaisesExc` are new in pytest 8.4; the project's pytest has neither.

## What it does
Reports their use when the installed pytest is older.

## Why is this bad
The test fails with "module 'pytest' has no attribute 'RaisesGroup'".

## When not to fix
If the tests run with another pytest than the one that is installed.

## Fix safety
No fix: update pytest, or use `pytest.raises(ExceptionGroup) as info` and `info.group_contains(...)`.

## Versions
pytest < 8.4.

## References
- [pytest: RaisesGroup](https://docs.pytest.org/en/stable/reference/reference.html#pytest.RaisesGroup)
- [pytest: group_contains](https://docs.pytest.org/en/stable/reference/reference.html#pytest.ExceptionInfo.group_contains)
"""

from collections.abc import Iterator

from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Group, Meta, NearMiss, Proof, Rule, Severity

META = Meta("raises-group-unsupported", Group.VERSIONS, Severity.ERROR, words=("RaisesGroup", "RaisesExc"))

EXAMPLES = (
    Example(
        "pytest 8.3",
        bad="""\
import pytest


@pytest.mark.asyncio
async def test_group():
    with ⟦pytest.RaisesGroup⟧(ValueError):
        raise ExceptionGroup("group", [ValueError()])
""",
        good="""\
import pytest


@pytest.mark.asyncio
async def test_group():
    with pytest.raises(ExceptionGroup) as info:
        raise ExceptionGroup("group", [ValueError()])
    assert info.group_contains(ValueError)
""",
        fixed="",
        proof=Proof("module 'pytest' has no attribute 'RaisesGroup'", pytest="<8.4"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "pytest 8.4",
        """\
import pytest


@pytest.mark.asyncio
async def test_group():
    with pytest.RaisesGroup(pytest.RaisesExc(ValueError)):
        raise ExceptionGroup("group", [ValueError()])
""",
        pytest=">=8.4",
    ),
    NearMiss(
        "something else of that name, or only where pytest has it",
        """\
import pytest


class RaisesGroup:
    pass


@pytest.mark.asyncio
async def test_group():
    RaisesGroup()
    if hasattr(pytest, "RaisesGroup"):
        pytest.RaisesGroup(ValueError)
""",
        pytest="<8.4",
    ),
)

_NEW = frozenset({"pytest.RaisesGroup", "pytest.RaisesExc"})


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the names."""
    if ctx.environment.at_least("pytest", 8, 4):
        return
    if "hasattr" in ctx.text or "version" in ctx.text:
        return
    for body in ctx.bodies:
        for call in body.calls:
            if call.name in _NEW and not call.local_root:
                message = f"`{call.name}` is new in pytest 8.4, and an older one is installed: the test fails."
                yield ctx.finding(META, ctx.span(body, call.node.func), message)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check)
