"""Asynchronous code in a synchronous test: `await` outside an async function, or a coroutine that is returned.

## What it does
Reports `await`, `async with` and `async for` in test functions and fixtures that are no `async def`, and synchronous
tests that return the call of a coroutine function.

## Why is this bad
`await` outside an async function is a syntax error: no test of the file is collected. A returned coroutine is not
awaited: pytest from 8.4 on fails the test, older versions skip it.

## When not to fix
Never for `await`. Nothing else awaits what a synchronous test returns.

## Fix safety
The fix makes the test async, with its mark where pytest-asyncio asks for one, and awaits what it returned. It is safe
for the syntax error, unsafe for a returned coroutine.

## Versions
All; what happens to a returned coroutine changed in pytest 8.4.

## References
- [Python: await expression](https://docs.python.org/3/reference/expressions.html#await-expression)
- [pytest: changelog 8.4](https://docs.pytest.org/en/stable/changelog.html)
"""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body, CallSite, Use
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.awaiting import async_edits
from loopscope.rules.support.callees import result_of
from loopscope.syntax.chunk import Located
from loopscope.text.edit import Edit
from loopscope.text.span import Span
from loopscope.workspace.inference.model import Coroutine
from loopscope.workspace.testlike import may_be_test

META = Meta(
    "async-code-in-sync-test",
    Group.AWAITING,
    Severity.ERROR,
    overlaps=("ruff: PLE1142", "pyright: syntax", "ty: invalid-syntax"),
    words=("await", "with", "for", "return"),
)

_FETCH = """\
async def fetch():
    return 1


"""
_MARKED = f"""\
import pytest


{_FETCH}@pytest.mark.asyncio
async def test_fetch():
"""

EXAMPLES = (
    Example(
        "Awaited",
        bad=f"""\
{_FETCH}def test_fetch():
    assert ⟦await fetch()⟧ == 1
""",
        good=f"""\
{_MARKED}    assert await fetch() == 1
""",
        proof=Proof("'await' outside async function", "error"),
    ),
    Example(
        "Returned",
        bad=f"""\
{_FETCH}def test_fetch():
    return ⟦fetch()⟧
""",
        good=f"""\
{_MARKED}    await fetch()
""",
        proof=Proof("async def functions are not natively supported"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "run by the test itself",
        f"""\
import asyncio


{_FETCH}def test_fetch():
    async def inner():
        return await fetch()

    assert asyncio.run(inner()) == 1
    assert asyncio.run(fetch()) == 1
""",
    ),
    NearMiss(
        "a helper that returns a coroutine, a test that returns nothing",
        f"""\
import asyncio


{_FETCH}def later():
    return fetch()


def plain():
    return None


def test_fetch():
    assert asyncio.run(later()) == 1
    return plain()
""",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the asynchronous code."""
    if ctx.facts is None:
        return
    for body, _ in ctx.bodies_with("asynchronous code in synchronous functions", _suspected):
        node = _asynchronous(body)
        # Few files have such functions: which tests there are is asked where that matters.
        if node is None and not may_be_test(ctx.queries, ctx.path, body.id):
            continue
        test = next((each for each in ctx.own_tests if each.id == body.id and not each.function.is_async), None)
        if node is not None:
            fixtures = {fixture.id for fixture in ctx.own_fixtures if not fixture.function.is_async}
            if test is None and body.id not in fixtures:
                continue
            what = "fixture" if test is None else "test"
            message = f"This is a syntax error outside an async function: the {what} must be an `async def`."
            yield ctx.finding(META, ctx.span(body, node), message, data=(body, None))
            continue
        for call in _returned(body) if test is not None and not test.is_unittest else ():
            if isinstance(result_of(ctx, body, call), Coroutine):
                fails = ctx.environment.at_least("pytest", 8, 4)
                consequence = "pytest fails the test" if fails else "pytest skips the test"
                message = f"Nothing awaits the coroutine that this synchronous test returns: {consequence}."
                yield ctx.finding(META, ctx.span(body, call.node), message, data=(body, call))


def _suspected(body: Body) -> bool:
    return not body.is_async and (bool(_returned(body)) or _asynchronous(body) is not None)


def _returned(body: Body) -> list[CallSite]:
    """The calls whose values a function returns that is no generator."""
    if not body.returns or body.yields:
        return []
    return [call for call in body.calls if call.use is Use.RETURNED and not call.in_lambda]


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Makes the test async."""
    match finding.data:
        case (Body() as body, CallSite() | None as call):
            pass
        case _:
            return None
    edits = async_edits(ctx, body)
    if edits is None:
        return None
    if call is None:
        return ctx.fix("Make the test async", Safety.SAFE, edits)
    if not isinstance(call.statement, ast.Return) or call.statement.value is not call.node:
        return None
    start, value = ctx.span(body, call.statement).start, ctx.span(body, call.node).start
    return ctx.fix("Make the test async", Safety.UNSAFE, [*edits, Edit(Span(start, value), "await ")])


def _asynchronous(body: Body) -> Located | None:
    """The first `await`, or else the first item of `async with` or `async for`, of a function's own code."""
    if body.awaits:
        return body.awaits[0]
    for block in body.withs:
        if isinstance(block, ast.AsyncWith):
            return block.items[0].context_expr
    for loop in body.fors:
        if isinstance(loop, ast.AsyncFor):
            return loop.iter
    return None


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
