"""A test closes or stops the event loop that runs it.

## What it does
Reports `close()` and `stop()` of `asyncio.get_running_loop()` or `asyncio.get_event_loop()` in the own body of
asynchronous tests and fixtures.

## Why is this bad
The loop belongs to the runner, which closes it. `close()` raises "Cannot close a running event loop"; `stop()` ends the
loop under the test: "Event loop stopped before Future completed."

## When not to fix
If that error is what the test expects (not reported inside `pytest.raises`).

## Fix safety
Safe: the statement, which can only fail, is deleted.

## Versions
All.

## References
- [Python: loop.close](https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.close)
"""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.calls import expects_failure, loop_method
from loopscope.rules.support.text import own_lines
from loopscope.text.edit import Edit
from loopscope.workspace.model import Runner

META = Meta("running-loop-closed", Group.LOOPS, Severity.ERROR, texts=("_loop",))

EXAMPLES = (
    Example(
        "close",
        bad="""\
import asyncio

import pytest


@pytest.mark.asyncio
async def test_loop():
    loop = asyncio.get_running_loop()
    assert loop.is_running()
    ⟦loop.close()⟧
""",
        good="""\
import asyncio

import pytest


@pytest.mark.asyncio
async def test_loop():
    loop = asyncio.get_running_loop()
    assert loop.is_running()
""",
        proof=Proof("Cannot close a running event loop"),
    ),
    Example(
        "stop",
        bad="""\
import asyncio

import pytest


@pytest.mark.asyncio
async def test_loop():
    ⟦asyncio.get_running_loop().stop()⟧
    await asyncio.sleep(0.01)
""",
        good="""\
import asyncio

import pytest


@pytest.mark.asyncio
async def test_loop():
    await asyncio.sleep(0.01)
""",
        proof=Proof("Event loop stopped before Future completed."),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "a loop of its own",
        """\
import asyncio

import pytest


@pytest.mark.asyncio
async def test_loop():
    loop = asyncio.new_event_loop()
    loop.close()


def test_sync():
    loop = asyncio.new_event_loop()
    loop.call_soon(loop.stop)
    loop.run_forever()
    loop.close()
""",
    ),
    NearMiss(
        "the error is expected, or somebody else calls it later",
        """\
import asyncio

import pytest


@pytest.mark.asyncio
async def test_loop():
    loop = asyncio.get_running_loop()
    with pytest.raises(RuntimeError):
        loop.close()

    def stop():
        asyncio.get_event_loop().stop()

    assert stop
""",
    ),
)

_RUNNERS = (Runner.PYTEST_ASYNCIO, Runner.ANYIO, Runner.UNITTEST)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the calls."""
    for body, what, runner in ctx.async_entries():
        for call in body.calls if runner in _RUNNERS else ():
            name = next((each for each in ("close", "stop") if loop_method(body, call, each, running=True)), None)
            if name is None or call.in_lambda or expects_failure(body, call):
                continue
            message = f"This is the loop that runs the {what}: `{name}()` makes it fail with RuntimeError."
            yield ctx.finding(META, ctx.span(body, call.node), message, data=(body, call.statement))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Deletes the statement."""
    match finding.data:
        case (Body() as body, ast.Expr(ast.Call()) as statement) if len(body.node.body) > 1:
            lines = own_lines(ctx.text, ctx.span(body, statement))
            if lines is None or statement not in body.node.body:
                return None
            return ctx.fix("Leave the loop to the runner", Safety.SAFE, [Edit(lines, "")])
        case _:
            return None


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
