"""A list of coroutines is no list of results: something must await each of them.

## What it does
Reports a list or set comprehension of coroutines that is given to `asyncio.gather` as one argument, or stored in a name
that is only measured, compared, subscripted or iterated for values.

## Why is this bad
`asyncio.gather` takes awaitables one by one: with a list it fails with `TypeError: unhashable type: 'list'`. A stored
list has the right length, so an assertion on it passes although nothing ran.

## When not to fix
If the coroutines are handed on to something that awaits them; then nothing is reported.

## Fix safety
The star in `asyncio.gather(*…)` is safe: without it the call always fails. Awaiting each element is unsafe: what ran
never now runs, one after the other.

## Versions
All.

## References
- [Python: asyncio.gather](https://docs.python.org/3/library/asyncio-task.html#asyncio.gather)
"""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body, CallSite
from loopscope.facts.reaching import parents_of
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.callees import result_of
from loopscope.rules.support.calls import binding_count
from loopscope.text.edit import Edit
from loopscope.text.span import Span
from loopscope.workspace.inference.model import Coroutine

META = Meta(
    "list-of-unawaited-coroutines",
    Group.AWAITING,
    Severity.ERROR,
    overlaps=("pyright: reportCallIssue", "pyright: reportArgumentType", "ty: no-matching-overload"),
    words=("for",),
)

_FETCH = """\
import asyncio

import pytest


async def fetch(number):
    return number


"""

EXAMPLES = (
    Example(
        "Given to gather as one argument",
        bad=f"""\
{_FETCH}@pytest.mark.asyncio
async def test_fetch():
    results = await asyncio.gather(⟦[fetch(number) for number in range(3)]⟧)
    assert results == [0, 1, 2]
""",
        good=f"""\
{_FETCH}@pytest.mark.asyncio
async def test_fetch():
    results = await asyncio.gather(*[fetch(number) for number in range(3)])
    assert results == [0, 1, 2]
""",
        proof=Proof("unhashable type: 'list'"),
    ),
    Example(
        "Only measured",
        bad=f"""\
{_FETCH}@pytest.mark.asyncio
async def test_fetch():
    results = ⟦[fetch(number) for number in range(3)]⟧
    assert len(results) == 3
""",
        good=f"""\
{_FETCH}@pytest.mark.asyncio
async def test_fetch():
    results = [await fetch(number) for number in range(3)]
    assert len(results) == 3
""",
        proof=Proof("coroutine 'fetch' was never awaited", "warning"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "awaited later",
        f"""\
{_FETCH}@pytest.mark.asyncio
async def test_fetch():
    waiting = [fetch(number) for number in range(3)]
    assert len(waiting) == 3
    assert await asyncio.gather(*waiting) == [0, 1, 2]
    assert [await each for each in [fetch(number) for number in range(3)]] == [0, 1, 2]
""",
    ),
    NearMiss(
        "handed on",
        f"""\
{_FETCH}async def run_all(coroutines):
    return [await each for each in coroutines]


@pytest.mark.asyncio
async def test_fetch():
    waiting = [fetch(number) for number in range(3)]
    first = waiting[0]
    assert await run_all(waiting[1:]) == [1, 2]
    assert await first == 0
""",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the comprehensions."""
    for body, calls in ctx.bodies_with("calls in lists", _in_lists):
        for call in calls:
            node = parents_of(body).get(id(call.node))
            if not isinstance(node, ast.ListComp | ast.SetComp) or not isinstance(
                result_of(ctx, body, call), Coroutine
            ):
                continue
            shown = ast.unparse(call.node.func)
            if _is_gathered(body, node):
                message = "`asyncio.gather` takes coroutines one by one: a list needs a `*`."
            else:
                message = f"`{shown}` is a coroutine function: this is a list of coroutines, none of which runs."
            yield ctx.finding(META, ctx.span(body, node), message, data=(body, call, node))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Stars the list, or awaits its elements."""
    match finding.data:
        case (Body() as body, CallSite() as call, ast.ListComp() | ast.SetComp() as node) if body.is_async:
            pass
        case _:
            return None
    if _is_gathered(body, node):
        start = ctx.span(body, node).start
        return ctx.fix("Insert `*`", Safety.SAFE, [Edit(Span(start, start), "*")])
    start = ctx.span(body, call.node).start
    return ctx.fix("Await each element", Safety.UNSAFE, [Edit(Span(start, start), "await ")])


def _in_lists(body: Body) -> list[CallSite]:
    """The calls that are the elements of comprehensions whose elements nothing awaits."""
    found: list[CallSite] = []
    for call in body.calls if body.comprehensions else ():
        if not call.in_comprehension or call.in_lambda:
            continue
        node = parents_of(body).get(id(call.node))
        if not isinstance(node, ast.ListComp | ast.SetComp) or node.elt is not call.node:
            continue
        if _is_gathered(body, node) or _is_dropped(body, node):
            found.append(call)
    return found


def _is_gathered(body: Body, node: ast.expr) -> bool:
    parent = parents_of(body).get(id(node))
    if not isinstance(parent, ast.Call) or not parent.args or parent.args[0] is not node or len(parent.args) > 1:
        return False
    site = next((site for site in body.calls if site.node is parent), None)
    return site is not None and site.name == "asyncio.gather" and not site.local_root


def _is_dropped(body: Body, node: ast.expr) -> bool:
    """Whether a comprehension is stored in a name whose elements are never taken out."""
    match parents_of(body).get(id(node)):
        case ast.Assign([ast.Name(name)]):
            pass
        case _:
            return False
    reads = body.reads.get(name, ())
    if not reads or binding_count(body, name) != 1 or name in body.inner_reads:
        return False
    return all(_is_measured(body, load) for load in reads)


def _is_measured(body: Body, load: ast.Name) -> bool:
    match parents_of(body).get(id(load)):
        case ast.Call(ast.Name("len"), [first]):
            return first is load
        case ast.Compare() | ast.Assert():
            return True
        case _:
            return False


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
