"""`asyncio.run` or `run_until_complete` inside an asynchronous test or fixture.

## What it does
Reports `asyncio.run(...)` and `loop.run_until_complete(...)` in the own body of async tests and fixtures that
pytest-asyncio or unittest runs.

## Why is this bad
A loop is running already, and a second one cannot run in the same thread: the call raises `RuntimeError`, and the
coroutine given to it is never awaited.

## When not to fix
If the `RuntimeError` is what the test expects (not reported inside `pytest.raises`), or `nest_asyncio` is at work: not
reported where the test, a conftest or a module that the test imports names it.

## Fix safety
`await` instead is safe: the call could only fail.

## Versions
All.

## References
- [Python: asyncio.run](https://docs.python.org/3/library/asyncio-runner.html#asyncio.run)
"""

from collections.abc import Iterator

from loopscope.facts.bodies import Body, CallSite, Use
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.calls import expects_failure, loop_method
from loopscope.rules.support.imported import imported_code
from loopscope.text.edit import Edit
from loopscope.text.span import Span
from loopscope.workspace.hooks import conftests_of
from loopscope.workspace.model import Runner

META = Meta("nested-event-loop", Group.LOOPS, Severity.ERROR, words=("run", "run_until_complete"))

_FETCH = """\
import asyncio

import pytest


async def fetch():
    return 1

"""

EXAMPLES = (
    Example(
        "asyncio.run",
        bad=f"""\
{_FETCH}
@pytest.mark.asyncio
async def test_fetch():
    assert ⟦asyncio.run(fetch())⟧ == 1
""",
        good=f"""\
{_FETCH}
@pytest.mark.asyncio
async def test_fetch():
    assert await fetch() == 1
""",
        proof=Proof("asyncio.run() cannot be called from a running event loop"),
    ),
    Example(
        "run_until_complete",
        bad=f"""\
{_FETCH}
@pytest.mark.asyncio
async def test_fetch():
    loop = asyncio.get_running_loop()
    value = ⟦loop.run_until_complete(fetch())⟧
    assert value == 1
""",
        good=f"""\
{_FETCH}
@pytest.mark.asyncio
async def test_fetch():
    loop = asyncio.get_running_loop()
    value = await fetch()
    assert value == 1
""",
        proof=Proof("This event loop is already running"),
    ),
    Example(
        "A loop of its own",
        bad=f"""\
{_FETCH}
@pytest.mark.asyncio
async def test_fetch():
    loop = asyncio.new_event_loop()
    try:
        assert ⟦loop.run_until_complete(fetch())⟧ == 1
    finally:
        loop.close()
""",
        good=f"""\
{_FETCH}
@pytest.mark.asyncio
async def test_fetch():
    loop = asyncio.new_event_loop()
    try:
        assert await fetch() == 1
    finally:
        loop.close()
""",
        proof=Proof("Cannot run the event loop while another loop is running"),
    ),
)

NEAR_MISSES = (
    NearMiss("a synchronous test", f"{_FETCH}\ndef test_fetch():\n    assert asyncio.run(fetch()) == 1\n"),
    NearMiss(
        "in a thread",
        f"""\
{_FETCH}
@pytest.mark.asyncio
async def test_fetch():
    def work():
        return asyncio.run(fetch())

    assert await asyncio.to_thread(work) == 1
    assert await asyncio.to_thread(lambda: asyncio.run(fetch())) == 1
""",
    ),
    NearMiss(
        "the error is expected",
        f"""\
{_FETCH}
@pytest.mark.asyncio
async def test_fetch():
    coroutine = fetch()
    with pytest.raises(RuntimeError):
        asyncio.run(coroutine)
    coroutine.close()
""",
    ),
    NearMiss(
        "the code under test lets loops run inside of each other",
        """\
import asyncio

import pytest

import app


@pytest.mark.asyncio
async def test_load():
    app.prepare()
    assert asyncio.new_event_loop().run_until_complete(app.load()) == 1
# file: app.py
def prepare():
    import nest_asyncio

    nest_asyncio.apply()


async def load():
    return 1
""",
    ),
)

_NEST = "nest_asyncio"


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the calls."""
    if _NEST in ctx.text:
        return
    running = dict(ctx.bodies_with("calls that run a loop", _running))
    entries = ctx.async_entries() if running and not _is_patched_by_code(ctx) else ()
    for body, what, runner in entries:
        if runner not in (Runner.PYTEST_ASYNCIO, Runner.UNITTEST):
            continue
        for call in running.get(body, ()):
            runs = call.name == "asyncio.run" and not call.local_root and not ctx.is_patched("asyncio.run")
            if not (runs or loop_method(body, call, "run_until_complete")):
                continue
            shown = "asyncio.run" if runs else "run_until_complete"
            message = f"`{shown}` in an async {what} raises RuntimeError: an event loop is running already."
            yield ctx.finding(META, ctx.span(body, call.node), message, data=(body, call))


def _is_patched_by_code(ctx: Context) -> bool:
    """Whether the code under test, or a conftest, speaks of what lets loops run inside of each other."""
    files = (*imported_code(ctx), *ctx.queries.get(conftests_of, ctx.path.parent))
    return any(ctx.queries.mentions(path, (_NEST,)) for path in files)


def _running(body: Body) -> list[CallSite]:
    if not body.is_async:
        return []
    return [
        call
        for call in body.calls
        if (call.name == "asyncio.run" or loop_method(body, call, "run_until_complete"))
        and not (call.in_lambda or expects_failure(body, call))
    ]


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """`await` of what the call was given."""
    match finding.data:
        case (Body() as body, CallSite() as call) if len(call.node.args) == 1 and not call.in_comprehension:
            whole, inner = ctx.span(body, call.node), ctx.span(body, call.node.args[0])
            bare = call.use not in (Use.ATTRIBUTE, Use.OTHER)
            edits = [
                Edit(Span(whole.start, inner.start), "await " if bare else "(await "),
                Edit(Span(inner.end, whole.end), "" if bare else ")"),
            ]
            return ctx.fix("Use `await`", Safety.SAFE, edits)
        case _:
            return None


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
