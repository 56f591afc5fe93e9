"""An endless loop that swallows its own cancellation cannot be stopped: pytest hangs.

## What it does
Reports, in asynchronous functions of tests, a `while True` without a way out that awaits below `except BaseException`,
a bare `except`, `except asyncio.CancelledError` or `suppress(...)` of these, and neither raises nor leaves there.

## Why is this bad
`task.cancel()` throws `CancelledError` into the task; here it is caught, and the loop goes on. Whoever waits for the
task waits for ever: at the latest the end of the event loop, after the test has passed.

## When not to fix
If the task is meant to outlive cancellation. A loop with a `break` or `return` is not reported.

## Fix safety
Unsafe: `except Exception`, which lets the cancellation through.

## Versions
All: the end of the loop cancels what is left and waits for it.

## References
- [Python: task cancellation](https://docs.python.org/3/library/asyncio-task.html#task-cancellation)
"""

import ast
from collections.abc import Iterator, Sequence

from loopscope.facts.bodies import Body
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.blocks import endless, own_nodes
from loopscope.text.edit import Edit

META = Meta(
    "swallowed-cancellation",
    Group.TASKS,
    Severity.ERROR,
    overlaps=("flake8-async: ASYNC103", "ruff: BLE001", "bugbear: B036", "ruff: E722", "ruff: S110"),
    words=("while",),
)

_IMPORTS = """\
import asyncio

import pytest

"""
_TEST = """\


@pytest.mark.asyncio
async def test_worker():
    task = asyncio.create_task(worker([0.01] * 50))
    await asyncio.sleep(0.02)
    task.cancel()
    done, pending = await asyncio.wait([task], timeout=0.1)
    assert done
"""

EXAMPLES = (
    Example(
        "except BaseException",
        bad=f"""\
{_IMPORTS}
async def worker(items):
    while True:
        item = items.pop()
        try:
            await asyncio.sleep(item)
        except ⟦BaseException⟧:
            pass
{_TEST}""",
        good=f"""\
{_IMPORTS}
async def worker(items):
    while True:
        item = items.pop()
        try:
            await asyncio.sleep(item)
        except Exception:
            pass
{_TEST}""",
        proof=Proof("assert set()"),
    ),
    Example(
        "A bare except",
        bad=f"""\
{_IMPORTS}
async def worker(items):
    while True:
        item = items.pop()
        try:
            await asyncio.sleep(item)
        ⟦except⟧:
            pass
{_TEST}""",
        good=f"""\
{_IMPORTS}
async def worker(items):
    while True:
        item = items.pop()
        try:
            await asyncio.sleep(item)
        except Exception:
            pass
{_TEST}""",
        proof=Proof("assert set()"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "raised again, or left",
        f"""\
{_IMPORTS}
async def worker():
    while True:
        try:
            await asyncio.sleep(0.01)
        except BaseException:
            raise


async def other():
    while True:
        try:
            await asyncio.sleep(0.01)
        except asyncio.CancelledError:
            break
        except BaseException:
            pass
""",
    ),
    NearMiss(
        "the cancellation has a handler before, or the loop an end",
        f"""\
{_IMPORTS}
async def worker():
    while True:
        try:
            await asyncio.sleep(0.01)
        except asyncio.CancelledError:
            raise
        except BaseException:
            pass


async def other(items):
    while items:
        try:
            await asyncio.sleep(0.01)
        except BaseException:
            items.pop()
""",
    ),
    NearMiss(
        "around the loop, or nothing is awaited",
        f"""\
{_IMPORTS}
async def worker():
    try:
        while True:
            try:
                int("x")
            except BaseException:
                pass
            await asyncio.sleep(0.01)
    except asyncio.CancelledError:
        pass
""",
    ),
)

_CANCELLED = frozenset({"asyncio.CancelledError", "asyncio.exceptions.CancelledError", "CancelledError"})
_AWAITS = (ast.Await, ast.AsyncFor, ast.AsyncWith)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at what catches the cancellation."""
    for body in ctx.bodies:
        loops = [each for each in body.statements if endless(each)] if body.is_async else []
        for loop in loops:
            for node in own_nodes([loop]):
                caught = _caught(node)
                if caught is not None:
                    span = ctx.span(body, caught)
                    if isinstance(caught, ast.ExceptHandler):
                        span = span._replace(end=span.start + len("except"))
                    message = "This swallows the task's cancellation and the loop goes on: waiting for it never ends."
                    yield ctx.finding(META, span, message, data=(body, caught))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Catches `Exception` instead of `BaseException`."""
    match finding.data:
        case (Body(), ast.Name("BaseException")):
            new = "Exception"
        case (Body(), ast.ExceptHandler()):
            new = "except Exception"
        case _:
            return None
    return ctx.fix("Catch `Exception`, which lets the cancellation through", Safety.UNSAFE, [Edit(finding.span, new)])


def _caught(node: ast.AST) -> ast.expr | ast.ExceptHandler | None:
    """What of a statement of an endless loop swallows the cancellation of an await; None when nothing does."""
    match node:
        case ast.Try(body, handlers) if _awaits(body):
            for handler in handlers:
                if _catches(handler.type):
                    inner = own_nodes(handler.body)
                    leaves = any(isinstance(each, ast.Raise | ast.Return | ast.Break) for each in inner)
                    return None if leaves or _calls_out(handler) else handler.type or handler
            return None
        case ast.With([ast.withitem(ast.Call(func, types))], body) if _awaits(body) and _is_suppress(func):
            return next((each for each in types if _catches(each)), None)
        case _:
            return None


def _awaits(body: Sequence[ast.stmt]) -> bool:
    return any(isinstance(node, _AWAITS) for node in own_nodes(body))


def _catches(type_: ast.expr | None) -> bool:
    types = type_.elts if isinstance(type_, ast.Tuple) else [type_]
    return any(each is None or ast.unparse(each) in ("BaseException", *_CANCELLED) for each in types)


def _calls_out(handler: ast.ExceptHandler) -> bool:
    """Whether something is called that may raise: `pytest.fail`, `sys.exit`, a function of the test's own."""
    return any(isinstance(node, ast.Call) for node in own_nodes(handler.body))


def _is_suppress(func: ast.expr) -> bool:
    return ast.unparse(func) in ("suppress", "contextlib.suppress")


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
