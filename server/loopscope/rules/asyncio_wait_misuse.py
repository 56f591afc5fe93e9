"""`asyncio.wait` does not take coroutines, does not raise what its tasks raise, and does not raise on timeout.

## What it does
Reports coroutines given to `asyncio.wait(...)`; and `await asyncio.wait(...)` of tasks that are started right there,
when its result is dropped or never read, and no assertion below may notice what did not happen.

## Why is this bad
Since Python 3.11 coroutines are refused. `wait` returns two sets, of what is done and what is pending: exceptions stay
in the tasks, and a timeout only fills the second set. A test that looks at neither passes whatever happens.

## When not to fix
If it does not matter what becomes of the tasks. Tasks that a name holds are not reported: their results may be read.

## Fix safety
Wrapping coroutines in `asyncio.create_task(...)` is safe. There is no fix for ignored results: `asyncio.gather` and
`asyncio.timeout` raise.

## Versions
Python 3.8 to 3.10 accept coroutines with a DeprecationWarning; later ones raise TypeError.

## References
- [Python: asyncio.wait](https://docs.python.org/3/library/asyncio-task.html#asyncio.wait)
"""

import ast
from collections.abc import Iterator, Sequence

from loopscope.facts.bodies import Body, CallSite
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.callees import gives_coroutine
from loopscope.rules.support.calls import binding_count, expects_failure
from loopscope.rules.support.imports import spelled
from loopscope.rules.support.waits import awaited_statement, checked_below, is_cleanup, only_measured
from loopscope.text.edit import Edit
from loopscope.text.span import Span

META = Meta(
    "asyncio-wait-misuse",
    Group.TASKS,
    Severity.ERROR,
    overlaps=("pyright: reportArgumentType", "ty: invalid-argument-type"),
    texts=("wait(",),
)

_VALUE = """\
import asyncio

import pytest


async def value():
    return 1


"""

EXAMPLES = (
    Example(
        "A coroutine",
        bad=f"""\
{_VALUE}@pytest.mark.asyncio
async def test_value():
    done, pending = await asyncio.wait([⟦value()⟧])
    assert not pending
    assert done.pop().result() == 1
""",
        good=f"""\
{_VALUE}@pytest.mark.asyncio
async def test_value():
    done, pending = await asyncio.wait([asyncio.create_task(value())])
    assert not pending
    assert done.pop().result() == 1
""",
        proof=Proof("Passing coroutines is forbidden, use tasks explicitly."),
    ),
    Example(
        "A timeout that nobody notices",
        bad="""\
import asyncio

import pytest


@pytest.mark.asyncio
async def test_sleep():
    await ⟦asyncio.wait([asyncio.create_task(asyncio.sleep(5))], timeout=0.01)⟧
""",
        good="""\
import asyncio

import pytest


@pytest.mark.asyncio
async def test_sleep():
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await asyncio.sleep(5)
""",
        fixed="",
        proof=Proof("", "passed", invisible="a timeout of `asyncio.wait` raises nothing"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "tasks that a name holds",
        f"""\
{_VALUE}@pytest.mark.asyncio
async def test_value():
    tasks = [asyncio.create_task(value())]
    await asyncio.wait(tasks, timeout=1)
    assert tasks[0].result() == 1
    task = asyncio.create_task(value())
    await asyncio.wait([task])
    assert task.done()
""",
    ),
    NearMiss(
        "the result is looked at, or cleaned up",
        f"""\
{_VALUE}@pytest.mark.asyncio
async def test_value():
    try:
        done, _ = await asyncio.wait([asyncio.create_task(value())], timeout=1)
        assert [each.result() for each in done] == [1]
    finally:
        await asyncio.wait([asyncio.create_task(value())], timeout=1)
""",
    ),
    NearMiss(
        "what the tasks do is checked afterwards",
        f"""\
from unittest.mock import Mock
{_VALUE}@pytest.mark.asyncio
async def test_value():
    event = asyncio.Event()
    event.set()
    await asyncio.wait((asyncio.create_task(value()), asyncio.create_task(event.wait())), timeout=1)
    assert event.is_set()


@pytest.mark.asyncio
async def test_nested():
    done = []

    async def both():
        await asyncio.wait([asyncio.create_task(value()), asyncio.create_task(value(done.append))])

    await both()
    assert done == []


@pytest.mark.asyncio
async def test_mock():
    mock = Mock()
    mock()
    await asyncio.wait([asyncio.create_task(value())], timeout=1)
    mock.assert_called_once_with()
""",
    ),
    NearMiss(
        "the error is expected",
        f"""\
{_VALUE}@pytest.mark.asyncio
async def test_value():
    coroutine = value()
    with pytest.raises(TypeError):
        await asyncio.wait([value()])
    coroutine.close()
""",
    ),
)

_STARTERS = frozenset({"asyncio.create_task", "asyncio.ensure_future"})


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at coroutines, and at calls whose result nobody looks at."""
    old = ctx.environment.python_version is not None and ctx.environment.python_version < (3, 11)
    for body in ctx.bodies:
        for call in body.calls:
            if call.name != "asyncio.wait" or call.local_root or call.in_lambda or expects_failure(body, call):
                continue
            given = _given(body, call)
            coroutines = [each for each in given if gives_coroutine(ctx, body, each)]
            for each in coroutines:
                says = "is deprecated and fails with Python 3.11" if old else "raises TypeError"
                message = f"`asyncio.wait` takes tasks: a coroutine {says}."
                severity = Severity.WARNING if old else None
                yield ctx.finding(META, ctx.span(body, each.node), message, severity=severity, data=(body, each))
            started = given and all(each.name in _STARTERS for each in given)
            ignored = started and not is_cleanup(body, call.statement) and _is_ignored(body, call)
            if ignored and not _is_checked(ctx, body, call.node):
                message = "Nobody looks at what `asyncio.wait` returns: it raises neither on failures nor on timeout."
                yield ctx.finding(META, ctx.span(body, call.node), message)


def _is_checked(ctx: Context, body: Body, node: ast.expr | ast.stmt) -> bool:
    """Whether an assertion below may notice what did not happen: in the function, or below it in those around."""
    around = ctx.around(body)
    return checked_below(body, node) or (around is not None and _is_checked(ctx, around, body.node))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Wraps the coroutine in a task."""
    match finding.data:
        case (Body() as body, CallSite() as call):
            edits: list[Edit] = []
            span = ctx.span(body, call.node)
            opened = f"{spelled(ctx, 'asyncio', edits)}.create_task("
            edits += [Edit(Span(span.start, span.start), opened), Edit(Span(span.end, span.end), ")")]
            return ctx.fix("Make it a task", Safety.SAFE, edits)
        case _:
            return None


def _given(body: Body, call: CallSite) -> Sequence[CallSite]:
    """The calls of which a literal list, set or tuple of calls consists; none when there is anything else."""
    match call.node.args:
        case [ast.List(items) | ast.Set(items) | ast.Tuple(items)]:
            found = [site for item in items for site in body.calls if site.node is item]
            return found if len(found) == len(items) else ()
        case _:
            return ()


def _is_ignored(body: Body, call: CallSite) -> bool:
    match call.statement:
        case ast.Expr():
            return awaited_statement(call)
        case ast.Assign([ast.Tuple(names)], ast.Await(value)) if value is call.node:
            return all(
                isinstance(each, ast.Name) and binding_count(body, each.id) == 1 and only_measured(body, each.id)
                for each in names
            )
        case _:
            return False


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
