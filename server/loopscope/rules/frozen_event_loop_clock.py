"""freezegun stops the event loop's clock: a sleep or timeout below `freeze_time` never ends.

## What it does
Reports `await asyncio.sleep(...)` of more than nothing, and `asyncio.wait_for` or `asyncio.timeout` that is expected to
time out, in asynchronous tests below `freeze_time(...)` without `real_asyncio=`, `tick=` or `auto_tick_seconds=`.

## Why is this bad
freezegun replaces `time.monotonic`, by which the event loop tells when a timer is due. It never is, and the test hangs.

## When not to fix
If the test moves the time itself (not reported where it calls `tick` or `move_to`), or asyncio is on freezegun's ignore
list.

## Fix safety
Safe with freezegun >= 1.4, which has `real_asyncio=True`; no fix with older ones.

## Versions
freezegun up to 1.5.5 at least. `time_machine.travel(..., tick=False)` leaves the event loop's clock alone.

## References
- [freezegun: freezing time in asyncio](https://github.com/spulec/freezegun#asyncio)
"""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body, CallSite
from loopscope.facts.expr import dotted
from loopscope.facts.outline import FactId
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.calls import expects_failure
from loopscope.rules.support.raises import call_of
from loopscope.text.edit import Edit
from loopscope.text.span import Span
from loopscope.workspace.hooks import conftests_of

META = Meta("frozen-event-loop-clock", Group.BLOCKING, Severity.ERROR, words=("freeze_time",))

_CONFIG = "[pytest]\nasyncio_default_fixture_loop_scope = function\ntimeout = 2\ntimeout_method = signal\n"
_DECORATED = """\
import asyncio
import datetime

import pytest
from freezegun import freeze_time


@pytest.mark.asyncio
@freeze_time({})
async def test_date():
    await {}
    assert datetime.date.today() == datetime.date(2026, 1, 1)
"""
_BLOCK = """\
import asyncio

import freezegun
import pytest


@pytest.mark.asyncio
async def test_timeout():
    with freezegun.freeze_time({}):
        with pytest.raises(TimeoutError):
            await {}
"""
_WAIT = "asyncio.wait_for(asyncio.Event().wait(), 0.01)"
_NEEDS = ("freezegun", "pytest-timeout")

EXAMPLES = (
    Example(
        "A sleep",
        bad=_DECORATED.format('"2026-01-01"', "⟦asyncio.sleep(0.01)⟧"),
        good=_DECORATED.format('"2026-01-01", real_asyncio=True', "asyncio.sleep(0.01)"),
        proof=Proof("Timeout", requires=_NEEDS),
        config=_CONFIG,
    ),
    Example(
        "A timeout",
        bad=_BLOCK.format('"2026-01-01"', f"⟦{_WAIT}⟧"),
        good=_BLOCK.format('"2026-01-01", real_asyncio=True', _WAIT),
        proof=Proof("Timeout", requires=_NEEDS),
        config=_CONFIG,
    ),
)

NEAR_MISSES = (
    NearMiss("asyncio's own clock is real", _DECORATED.format('"2026-01-01", real_asyncio=True', "asyncio.sleep(1)")),
    NearMiss("the time goes on", _DECORATED.format('"2026-01-01", tick=True', "asyncio.sleep(0.01)")),
    NearMiss("no timer", _DECORATED.format('"2026-01-01"', "asyncio.sleep(0)")),
    NearMiss(
        "a timeout that is not expected",
        _BLOCK.format('"2026-01-01"', _WAIT).replace("        with pytest.raises(TimeoutError):\n    ", ""),
    ),
    NearMiss(
        "before the time is frozen, or it is moved",
        """\
import asyncio

import pytest
from freezegun import freeze_time


@pytest.mark.asyncio
async def test_before():
    await asyncio.sleep(0.01)
    with freeze_time("2026-01-01"):
        await asyncio.sleep(0)


@pytest.mark.asyncio
async def test_moved():
    with freeze_time("2026-01-01") as frozen:
        asyncio.get_running_loop().call_soon(frozen.tick)
        await asyncio.sleep(1)
""",
    ),
)

_FREEZE = ("freezegun.freeze_time", "freezegun.api.freeze_time")
_GOES_ON = frozenset({"real_asyncio", "tick", "auto_tick_seconds", "ignore", None})
_IGNORED = ("extend_ignore_list", "default_ignore_list")


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the calls that never end."""
    if any(word in ctx.text for word in _IGNORED):
        return
    if any(ctx.queries.mentions(path, _IGNORED) for path in ctx.queries.get(conftests_of, ctx.path.parent)):
        return
    for body, what, runner in ctx.async_entries():
        if what != "test" or runner is None:
            continue
        freezing = [*_decorators(ctx, body), *_blocks(body)]
        if not freezing or _moves_time(body):
            continue
        for call in body.calls:
            within = next((each for each in freezing if each[1] is None or _holds(each[1], call.node)), None)
            if within is not None and _needs_clock(ctx, body, call):
                message = "`freeze_time` has stopped the event loop's clock: this never ends, and the test hangs."
                yield ctx.finding(META, ctx.span(body, call.node), message, data=(body, *within))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Adds `real_asyncio=True`."""
    match finding.data:
        case (Body() as body, ast.Call() as node, ast.With() | ast.AsyncWith() | None as block) if (
            ctx.environment.at_least("freezegun", 1, 4)
        ):
            owner: Body | FactId = body.id if block is None else body
            end = ctx.span(owner, node).end - 1
        case _:
            return None
    more = ", " if node.args or node.keywords else ""
    if ctx.text[:end].rstrip().endswith(","):
        return None
    edits = [Edit(Span(end, end), f"{more}real_asyncio=True")]
    return ctx.fix("Leave asyncio's clock alone (`real_asyncio=True`)", Safety.SAFE, edits)


def _decorators(ctx: Context, body: Body) -> Iterator[tuple[ast.Call, None]]:
    definition = ctx.definition(body.id)
    for expr, node in () if definition is None else definition.decorators:
        if isinstance(node, ast.Call) and dotted(expr) in _FREEZE and _freezes(node):
            yield node, None


def _blocks(body: Body) -> Iterator[tuple[ast.Call, ast.With | ast.AsyncWith]]:
    for block in body.withs:
        for item in block.items:
            call = call_of(body, item.context_expr)
            if call is not None and call.name in _FREEZE and _freezes(call.node):
                yield call.node, block


def _freezes(node: ast.Call) -> bool:
    return not any(keyword.arg in _GOES_ON for keyword in node.keywords)


def _needs_clock(ctx: Context, body: Body, call: CallSite) -> bool:
    if call.local_root or call.in_lambda or call.name is None or ctx.is_patched(call.name):
        return False
    match call.name, call.node.args:
        case "asyncio.sleep", [ast.Constant(int() | float() as seconds), *_]:
            return seconds > 0
        case "asyncio.wait_for" | "asyncio.timeout", [_, *_]:
            return expects_failure(body, call)
        case _:
            return False


def _holds(block: ast.With | ast.AsyncWith, node: ast.Call) -> bool:
    return block.body[0].lineno <= node.lineno <= (block.end_lineno or 0)


def _moves_time(body: Body) -> bool:
    """Whether anything in the test, nested functions included, may move the frozen time."""
    return any(isinstance(node, ast.Attribute) and node.attr in ("tick", "move_to") for node in ast.walk(body.node))


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
