"""The call of an asynchronous generator function that nothing goes through: none of its code runs.

## What it does
Reports calls of asynchronous generator functions (`async def` with `yield`) that stand as a statement, are asserted, or
are compared.

## Why is this bad
The call makes a generator object and runs nothing, without any warning. As a statement it does nothing; an assertion
on it is always true.

## When not to fix
If only making the generator is meant. Calls whose target is not certain are not reported.

## Fix safety
For a statement the fix is `async for _ in …: pass`, which is unsafe: code that never ran then runs.

## Versions
All.

## References
- [Python: asynchronous generator functions](https://docs.python.org/3/reference/datamodel.html#asynchronous-generator-functions)
"""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body, CallSite, Use
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.callees import results_of
from loopscope.rules.support.calls import expects_failure
from loopscope.rules.support.text import indentation, line_end
from loopscope.text.edit import Edit
from loopscope.workspace.inference.model import AsyncIterable

META = Meta("async-generator-not-consumed", Group.AWAITING, Severity.ERROR)

_FILL = """\
import pytest

stored = []


async def fill():
    stored.append(1)
    yield 1


"""

EXAMPLES = (
    Example(
        "A statement",
        bad=f"""\
{_FILL}@pytest.mark.asyncio
async def test_fill():
    ⟦fill()⟧
    assert stored == [1]
""",
        good=f"""\
{_FILL}@pytest.mark.asyncio
async def test_fill():
    async for _ in fill():
        pass
    assert stored == [1]
""",
        proof=Proof("assert [] == [1]"),
    ),
    Example(
        "An assertion",
        bad=f"""\
{_FILL}@pytest.mark.asyncio
async def test_fill():
    assert ⟦fill()⟧ == [1]
""",
        good=f"""\
{_FILL}@pytest.mark.asyncio
async def test_fill():
    assert [value async for value in fill()] == [1]
""",
        fixed="",
        proof=Proof("assert <async_generator object fill"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "gone through, stored, handed on",
        f"""\
{_FILL}async def first(generator):
    return await anext(generator)


@pytest.mark.asyncio
async def test_fill():
    assert [value async for value in fill()] == [1]
    generator = fill()
    assert await first(generator) == 1
    assert await first(fill()) == 1
    assert await fill().__anext__() == 1
""",
    ),
    NearMiss(
        "no generator, or not certain",
        """\
import functools

import pytest


def collected(function):
    @functools.wraps(function)
    def wrapper():
        return [1]

    return wrapper


@collected
async def fill():
    yield 1


def plain():
    return [1]


def test_fill():
    fill()
    assert fill() == [1]
    assert plain() == [1]
""",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the calls."""
    for body, call, found in results_of(ctx, _not_consumed, AsyncIterable):
        if isinstance(found, AsyncIterable) and found.is_generator and not expects_failure(body, call):
            shown = ast.unparse(call.node.func)
            message = f"`{shown}` is an asynchronous generator function: without `async for` none of its code runs."
            yield ctx.finding(META, ctx.span(body, call.node), message, data=(body, call))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Goes through the generator, where the call is a statement."""
    match finding.data:
        case (Body() as body, CallSite() as call) if body.is_async and call.use is Use.STATEMENT:
            pass
        case _:
            return None
    span = ctx.span(body, call.node)
    indent = indentation(ctx.text, span.start)
    if indent is None:
        return None
    step = "\t" if indent.startswith("\t") else "    "
    text = f"async for _ in {ctx.source(span)}:{line_end(ctx.text)}{indent}{step}pass"
    return ctx.fix("Go through the generator", Safety.UNSAFE, [Edit(span, text)])


def _not_consumed(body: Body) -> list[CallSite]:
    uses = (Use.STATEMENT, Use.ASSERTED, Use.TESTED, Use.COMPARED)
    return [call for call in body.calls if call.use in uses and not call.in_lambda and not call.in_comprehension]


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
