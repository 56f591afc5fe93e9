"""The call of a coroutine function whose result is dropped, compared or taken apart instead of awaited.

## What it does
Reports calls of `async def` functions (of this file, of the project, of the standard library) that stand as a
statement, are compared, have an attribute read, or are stored in a name that is never awaited.

## Why is this bad
The function never runs. A statement passes silently with "coroutine ... was never awaited", often attributed to
another test; a comparison fails with `assert <coroutine object ...> == 1`.

## When not to fix
If the coroutine is meant to stay unawaited. Calls whose target is not certain are not reported.

## Fix safety
Inserting `await` is safe where the call is a statement of an async function, unsafe elsewhere. In a synchronous
function there is no fix.

## Versions
All.

## References
- [Python: running and awaiting coroutines](https://docs.python.org/3/library/asyncio-dev.html#detect-never-awaited-coroutines)
"""

import ast
import re
from collections.abc import Iterator

from loopscope.facts.bodies import Body, CallSite, Use
from loopscope.rules.callees import gives_coroutine
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.calls import await_edits, expects_failure, noted, only_compared

META = Meta(
    "missing-await",
    Group.AWAITING,
    Severity.ERROR,
    overlaps=("pyright: reportUnusedCoroutine", "mypy: unused-coroutine"),
)

_SAVE = """\
import pytest


async def save(value):
    return value

"""

EXAMPLES = (
    Example(
        "A statement",
        bad=f"""\
{_SAVE}
@pytest.mark.asyncio
async def test_save():
    ⟦save(1)⟧
""",
        good=f"""\
{_SAVE}
@pytest.mark.asyncio
async def test_save():
    await save(1)
""",
        proof=Proof("coroutine 'save' was never awaited", "warning"),
    ),
    Example(
        "A comparison, a stored result, an attribute",
        bad=f"""\
{_SAVE}
@pytest.mark.asyncio
async def test_save():
    result = ⟦save(1)⟧
    assert result == 1
    assert ⟦save(2)⟧ == 2
    assert ⟦save("a")⟧.upper() == "A"
""",
        good=f"""\
{_SAVE}
@pytest.mark.asyncio
async def test_save():
    result = await save(1)
    assert result == 1
    assert await save(2) == 2
    assert (await save("a")).upper() == "A"
""",
        proof=Proof("assert <coroutine object save"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "stored, passed on, returned",
        f"""\
import asyncio
{_SAVE}
def later():
    return save(0)


@pytest.mark.asyncio
async def test_save():
    first = save(1)
    second = save(2)
    assert await asyncio.gather(first, second) == [1, 2]
    third = save(3)
    third.close()
    save(4).close()
    assert asyncio.iscoroutine(fourth := save(4))
    fourth.close()
    assert await later() == 0
""",
    ),
    NearMiss(
        "replaced by a mock, or another function",
        f"""\
{_SAVE}
@pytest.mark.asyncio
async def test_save(monkeypatch):
    monkeypatch.setattr(f"{{__name__}}.save", lambda value: value)
    save(1)


@pytest.mark.asyncio
async def test_parameter(save=print):
    save(1)


@pytest.mark.asyncio
async def test_local():
    save = print
    save(1)
""",
    ),
    NearMiss(
        "a decorator may have made it synchronous",
        """\
import asyncio
import functools


def run(function):
    @functools.wraps(function)
    def wrapper(*args):
        return asyncio.run(function(*args))

    return wrapper


@run
async def save(value):
    return value


def test_save():
    save(1)
    assert save(1) == 1
""",
    ),
    NearMiss(
        "code that is translated to synchronous code",
        f"""\
import asyncio
{_SAVE}
IS_SYNC = False


def test_save():
    if IS_SYNC:
        save(1)
    else:
        asyncio.run(save(1))
""",
    ),
    NearMiss(
        "an async generator is no coroutine",
        "async def rows():\n    yield 1\n\n\ndef test_rows():\n    rows()\n",
    ),
)

_OF_COROUTINES = frozenset({"close", "send", "throw"})


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the calls."""
    for body in ctx.bodies:
        # What becomes of the value is quickly seen; what is called may be in other files.
        for call in noted(body, "dropped", _dropped):
            if gives_coroutine(ctx, body, call) and not (
                expects_failure(body, call) or _in_synchronous_branch(body, call)
            ):
                shown = ast.unparse(call.node.func)
                message = f"`{shown}` is a coroutine function: without `await` this call does not run it."
                yield ctx.finding(META, ctx.span(body, call.node), message, data=(body, call))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Inserts `await`, in async functions."""
    match finding.data:
        case (Body() as body, CallSite() as call) if body.is_async and not call.in_lambda:
            safety = Safety.SAFE if call.use is Use.STATEMENT else Safety.UNSAFE
            return ctx.fix("Insert `await`", safety, await_edits(ctx, body, call))
        case _:
            return None


def _dropped(body: Body) -> list[CallSite]:
    """The calls whose value nothing awaits."""
    calls = [call for call in body.calls if _may_be_dropped(call)]
    return [call for call in calls if call.use is not Use.ASSIGNED or only_compared(body, call)]


def _may_be_dropped(call: CallSite) -> bool:
    """Whether what becomes of the value shows that it is never awaited; of a name, whether it may be so."""
    if call.in_lambda or call.in_comprehension:
        return False
    match call.use:
        case Use.STATEMENT | Use.ASSIGNED:
            return True
        case Use.COMPARED:
            return not _identity(call.parent)
        case Use.ATTRIBUTE:
            own = isinstance(call.parent, ast.Attribute) and (
                call.parent.attr in _OF_COROUTINES or call.parent.attr.startswith(("cr_", "__"))
            )
            return not own
        case _:
            return False


def _in_synchronous_branch(body: Body, call: CallSite) -> bool:
    """Whether the call stands below a condition such as `if IS_SYNC:`, in code that has a synchronous twin."""
    for block in body.statements:
        if isinstance(block, ast.If) and re.search(r"(?<!a)sync", ast.unparse(block.test), re.IGNORECASE):
            negated = isinstance(block.test, ast.UnaryOp)
            for statement in block.orelse if negated else block.body:
                if statement.lineno <= call.node.lineno <= (statement.end_lineno or 0):
                    return True
    return False


def _identity(parent: ast.AST) -> bool:
    return isinstance(parent, ast.Compare) and any(isinstance(sign, ast.Is | ast.IsNot) for sign in parent.ops)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
