"""`pytest.raises(TimeoutError)` around asyncio's timeouts fails on Python 3.10, which the project supports.

## What it does
Reports the builtin `TimeoutError`, and `concurrent.futures.TimeoutError`, given to `pytest.raises` around a single
`await asyncio.wait_for(...)` when `requires-python` admits Python 3.10 or older.

## Why is this bad
Before Python 3.11 `asyncio.TimeoutError` is a class of its own. The test passes on new versions, and fails on the
oldest that is supported.

## When not to fix
If the tests never run on Python 3.10.

## Fix safety
Safe: `asyncio.TimeoutError` is right on all versions.

## Versions
Python < 3.11.

## References
- [Python: asyncio.TimeoutError](https://docs.python.org/3/library/asyncio-exceptions.html#asyncio.TimeoutError)
"""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.imports import spelled
from loopscope.rules.support.python_versions import lowest_python
from loopscope.rules.support.raises import Raises, call_of, full_name, raises_blocks
from loopscope.text.edit import Edit

META = Meta("timeout-error-on-old-python", Group.EXCEPTIONS, Severity.ERROR, words=("TimeoutError",))

_TEST = """\
import asyncio

import pytest


@pytest.mark.asyncio
async def test_timeout():
    with pytest.raises({}):
        await asyncio.wait_for(asyncio.Event().wait(), 0.01)
"""
_OLD = '# file: pyproject.toml\n[project]\nname = "example"\nrequires-python = ">=3.10"\n'

EXAMPLES = (
    Example(
        "The builtin",
        bad=f"{_TEST.format('⟦TimeoutError⟧')}{_OLD}",
        good=f"{_TEST.format('asyncio.TimeoutError')}{_OLD}",
        proof=Proof("", "passed", invisible="Python 3.11 and later have one class; on 3.10 the test fails"),
    ),
)

NEAR_MISSES = (
    NearMiss("newer versions only", f"{_TEST.format('TimeoutError')}{_OLD.replace('3.10', '3.11')}"),
    NearMiss("no versions are declared", _TEST.format("TimeoutError")),
    NearMiss(
        "something else may raise it",
        f"""\
import pytest


@pytest.mark.asyncio
async def test_timeout(client):
    with pytest.raises(TimeoutError):
        await client.connect()
{_OLD}""",
    ),
    NearMiss("both", f"{_TEST.format('(TimeoutError, asyncio.TimeoutError)')}{_OLD}"),
)

_WRONG = frozenset({"TimeoutError", "concurrent.futures.TimeoutError"})


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the names."""
    if "wait_for" not in ctx.text:
        return
    lowest = lowest_python(ctx)
    if lowest is None or lowest >= (3, 11):
        return
    bound = {binding.name for binding in ctx.outline.bindings}
    for body in ctx.bodies:
        for raises in raises_blocks(body) if body.is_async and "TimeoutError" not in bound else ():
            if len(raises.expected) == 1 and _waits_for(body, raises):
                name = full_name(ctx, body, raises.expected[0])
                if name in _WRONG:
                    message = (
                        f"Before Python 3.11, which the project supports, asyncio raises another class than `{name}`."
                    )
                    yield ctx.finding(META, ctx.span(body, raises.expected[0]), message)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """`asyncio.TimeoutError`."""
    edits: list[Edit] = []
    edits.append(Edit(finding.span, f"{spelled(ctx, 'asyncio', edits)}.TimeoutError"))
    return ctx.fix("Expect `asyncio.TimeoutError`", Safety.SAFE, edits)


def _waits_for(body: Body, raises: Raises) -> bool:
    match raises.statements:
        case [ast.Expr(ast.Await(value)) | ast.Assign(_, ast.Await(value))]:
            call = call_of(body, value)
            return call is not None and call.name == "asyncio.wait_for" and not call.local_root
        case _:
            return False


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
