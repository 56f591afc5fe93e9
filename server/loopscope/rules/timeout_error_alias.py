"""`pytest.raises(asyncio.TimeoutError)`: since Python 3.11 that is the builtin `TimeoutError`.

## What it does
Reports `asyncio.TimeoutError` and `concurrent.futures.TimeoutError` given to `pytest.raises` in projects that need
Python 3.11 or later (`requires-python` and what setuptools and Poetry have for it, else the environment's version).

## Why is this bad
It is one more name, and one more import, for the same class.

## When not to fix
If the tests must run on Python 3.10, where these are three classes.

## Fix safety
Safe: it is the same class.

## Versions
Python >= 3.11.

## References
- [Python: asyncio.TimeoutError](https://docs.python.org/3/library/asyncio-exceptions.html#asyncio.TimeoutError)
"""

from collections.abc import Iterator

from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.python_versions import lowest_python
from loopscope.rules.support.raises import full_name, raises_blocks
from loopscope.text.edit import Edit

META = Meta(
    "timeout-error-alias",
    Group.EXCEPTIONS,
    Severity.HINT,
    default=False,
    preset="strict",
    overlaps=("ruff: UP041",),
    words=("TimeoutError",),
)

_TEST = """\
import asyncio

import pytest


@pytest.mark.asyncio
async def test_timeout():
    with pytest.raises({}):
        await asyncio.wait_for(asyncio.Event().wait(), 0.01)
"""

EXAMPLES = (
    Example(
        "asyncio's name",
        bad=_TEST.format("⟦asyncio.TimeoutError⟧"),
        good=_TEST.format("TimeoutError"),
        proof=Proof("", "passed", invisible="both names are of one class"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "Python 3.10 is supported",
        f'{_TEST.format("asyncio.TimeoutError")}\n# file: pyproject.toml\n[project]\nrequires-python = ">=3.10"\n',
    ),
    NearMiss(
        "Python 3.10 is supported, as setuptools is told",
        f"{_TEST.format('asyncio.TimeoutError')}\n# file: setup.cfg\n[options]\npython_requires = >=3.10\n",
    ),
    NearMiss(
        "Python 3.10 is supported, as Poetry is told",
        f"{_TEST.format('asyncio.TimeoutError')}\n# file: pyproject.toml\n"
        '[tool.poetry.dependencies]\npython = "^3.10"\n',
    ),
    NearMiss("other timeouts", _TEST.format("(TimeoutError, anyio.TimeoutError, httpx.TimeoutException)")),
)

_ALIASES = frozenset({"asyncio.TimeoutError", "asyncio.exceptions.TimeoutError", "concurrent.futures.TimeoutError"})


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the names."""
    for body in ctx.bodies:
        for raises in raises_blocks(body) if body.is_async else ():
            for each in raises.expected:
                name = full_name(ctx, body, each)
                if name not in _ALIASES or (lowest_python(ctx) or ()) < (3, 11):
                    continue
                if "TimeoutError" in body.bound or any(each.name == "TimeoutError" for each in ctx.outline.bindings):
                    continue
                message = f"`{name}` is the builtin `TimeoutError` since Python 3.11."
                yield ctx.finding(META, ctx.span(body, each), message)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """`TimeoutError`."""
    return ctx.fix("Use `TimeoutError`", Safety.SAFE, [Edit(finding.span, "TimeoutError")])


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
