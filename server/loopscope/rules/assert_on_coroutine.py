"""An assertion or condition on a coroutine that was not awaited is always true.

## What it does
Reports `assert call()`, `if call():` and `while call():` where `call` is a coroutine function, and assertions on an
asynchronous generator expression.

## Why is this bad
A coroutine object is always true, so the test passes whatever the function would have said. The function never runs;
for a generator expression there is not even a warning.

## When not to fix
If the assertion is about the coroutine object itself. Calls whose target is not certain are not reported.

## Fix safety
Inserting `await` is safe: the assertion becomes real, so the test may begin to fail. Conditions of `if` and `while`
change which code runs, which is unsafe. A generator expression has no fix: whether `all` or `any` was meant is open.

## Versions
All.

## References
- [Python: running and awaiting coroutines](https://docs.python.org/3/library/asyncio-dev.html#detect-never-awaited-coroutines)

"""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body, CallSite, Use
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.callees import results_of
from loopscope.rules.support.calls import await_edits
from loopscope.workspace.inference.model import Coroutine

META = Meta(
    "assert-on-coroutine",
    Group.AWAITING,
    Severity.ERROR,
    overlaps=("mypy: truthy-bool", "bugbear: B044", "ty: redundant-condition"),
    words=("assert", "if", "while"),
)

_VALID = """\
import pytest


async def is_valid(value):
    return value > 0

"""

EXAMPLES = (
    Example(
        "An assertion that cannot fail",
        bad=f"""\
{_VALID}
@pytest.mark.asyncio
async def test_valid():
    assert ⟦is_valid(1)⟧
""",
        good=f"""\
{_VALID}
@pytest.mark.asyncio
async def test_valid():
    assert await is_valid(1)
""",
        proof=Proof("coroutine 'is_valid' was never awaited", "warning"),
    ),
    Example(
        "A condition",
        bad=f"""\
{_VALID}
@pytest.mark.asyncio
async def test_valid():
    if not ⟦is_valid(1)⟧:
        pytest.fail("not valid")
""",
        good=f"""\
{_VALID}
@pytest.mark.asyncio
async def test_valid():
    if not await is_valid(1):
        pytest.fail("not valid")
""",
        proof=Proof("coroutine 'is_valid' was never awaited", "warning"),
    ),
    Example(
        "A generator expression",
        bad="""\
import pytest


async def rows():
    yield 1


@pytest.mark.asyncio
async def test_rows():
    assert ⟦(row > 0 async for row in rows())⟧
""",
        good="""\
import pytest


async def rows():
    yield 1


@pytest.mark.asyncio
async def test_rows():
    assert all([row > 0 async for row in rows()])
""",
        fixed="",
        proof=Proof("", "passed", invisible="a generator object is true, and nothing warns"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "awaited",
        f"""\
{_VALID}
@pytest.mark.asyncio
async def test_valid():
    assert await is_valid(1)
    assert not await is_valid(0)
""",
    ),
    NearMiss(
        "a synchronous function of the same name in a class",
        f"""\
{_VALID}
class Checker:
    def is_valid(self, value):
        return True


def test_valid():
    checker = Checker()
    assert checker.is_valid(1)
""",
    ),
    NearMiss(
        "a list comprehension",
        """\
import pytest


async def rows():
    yield 1


@pytest.mark.asyncio
async def test_rows():
    assert [row async for row in rows()]
""",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the calls and generator expressions."""
    for body, call, _ in results_of(ctx, _tested, Coroutine):
        shown = ast.unparse(call.node.func)
        message = f"`{shown}` is a coroutine function: without `await` this is always true, and it never runs."
        yield ctx.finding(META, ctx.span(body, call.node), message, data=(body, call))
    for body, generators in ctx.bodies_with("asserted generators", _asserted_generators):
        for generator in generators:
            message = "An asynchronous generator expression is always true: this assertion cannot fail."
            yield ctx.finding(META, ctx.span(body, generator), message)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Inserts `await`, in async functions."""
    match finding.data:
        case (Body() as body, CallSite() as call) if body.is_async:
            safety = Safety.SAFE if call.use is Use.ASSERTED else Safety.UNSAFE
            return ctx.fix("Insert `await`", safety, await_edits(ctx, body, call))
        case _:
            return None


def _tested(body: Body) -> list[CallSite]:
    return [call for call in body.calls if call.use in (Use.ASSERTED, Use.TESTED) and not call.in_lambda]


def _asserted_generators(body: Body) -> list[ast.GeneratorExp]:
    tests = [node.test for node in body.statements if isinstance(node, ast.Assert)] if body.comprehensions else []
    return [
        test for test in tests if isinstance(test, ast.GeneratorExp) and any(part.is_async for part in test.generators)
    ]


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
