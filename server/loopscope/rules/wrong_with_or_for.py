"""A `with` or `for` where `async with` or `async for` is needed, or the other way round.

## What it does
Reports `with` on asynchronous context managers (`asyncio.timeout(…)`, `asyncio.Lock()`, `httpx.AsyncClient()`, classes
with `__aenter__` only, functions made by `@asynccontextmanager`) and `async with` on synchronous ones
(`pytest.raises(…)`, `patch(…)`); `for`, `list(…)`, `all(…)` and comprehensions over asynchronous generators, and
`async for` over what is none.

## Why is this bad
It fails: `TypeError: 'Timeout' object does not support the context manager protocol`, `TypeError: 'async_generator'
object is not iterable`.

## When not to fix
Never: the protocols differ. What is not certain is not reported.

## Fix safety
Adding or removing `async` is safe, inside async functions: as it stands, the code always fails.

## Versions
All.

## References
- [Python: asynchronous context managers](https://docs.python.org/3/reference/datamodel.html#asynchronous-context-managers)
- [Python: asynchronous iterators](https://docs.python.org/3/reference/datamodel.html#asynchronous-iterators)

"""

import ast
from collections.abc import Iterator
from pathlib import PurePath
from typing import NamedTuple

from loopscope.facts.bodies import Body
from loopscope.facts.outline import FactId
from loopscope.rules.context import Context
from loopscope.rules.examples import examples_of
from loopscope.rules.model import Finding, Fix, Group, Meta, Rule, Safety, Severity
from loopscope.rules.support.callees import last_name, may_be_patched_name
from loopscope.rules.support.calls import failure_is_expected
from loopscope.rules.support.synchronous import surely_synchronous
from loopscope.text.edit import Edit
from loopscope.text.span import Span
from loopscope.workspace.inference.expressions import expression_type
from loopscope.workspace.inference.frames import Frame, frame_of
from loopscope.workspace.inference.model import AsyncIterable, Coroutine, Type
from loopscope.workspace.inference.protocols import enters_by, iterates_by
from loopscope.workspace.queries import Queries

META = Meta(
    "wrong-with-or-for",
    Group.AWAITING,
    Severity.ERROR,
    overlaps=(
        "pyright: reportGeneralTypeIssues",
        "pylint: E1129",
        "pylint: E1133",
        "pyright: reportArgumentType",
        "ty: invalid-context-manager",
        "ty: invalid-argument-type",
    ),
    words=("with", "for"),
)


EXAMPLES, NEAR_MISSES = examples_of(__name__)


_CONSUME = frozenset({"list", "tuple", "set", "sorted", "all", "any", "sum", "min", "max", "next", "enumerate", "dict"})


class _Wrong(NamedTuple):
    """What is wrong: the flagged expression, the message, and the statement or comprehension that holds it."""

    node: ast.expr
    message: str
    holder: ast.AST


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the context managers and iterated expressions."""
    if "async" not in ctx.text:
        return
    for body, _ in ctx.bodies_with("enters or iterates", _places):
        for wrong in ctx.queries.get(_wrong_in, ctx.path, body.id):
            inner = wrong.node.func if isinstance(wrong.node, ast.Call) else wrong.node
            patched = may_be_patched_name(ctx, last_name(inner))
            # The block itself may be the one that expects an exception.
            outer = body if not isinstance(wrong.holder, ast.AsyncWith) else None
            if not patched and not (outer is not None and failure_is_expected(ctx, outer, wrong.node)):
                yield ctx.finding(META, ctx.span(body, wrong.node), wrong.message, data=(body, wrong))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Adds or removes `async`."""
    match finding.data:
        case (Body() as body, _Wrong() as wrong) if body.is_async:
            pass
        case _:
            return None
    node, holder = wrong.node, wrong.holder
    match holder:
        case ast.For() | ast.With([_]):
            start = ctx.span(body, holder).start
            return ctx.fix("Insert `async`", Safety.SAFE, [Edit(Span(start, start), "async ")])
        case ast.AsyncWith([_]):
            span = ctx.span(body, holder)
            if not ctx.text.startswith("async with", span.start):
                return None
            end = span.start + len("async ")
            return ctx.fix("Remove `async`", Safety.SAFE, [Edit(Span(span.start, end), "")])
        case ast.comprehension(target):
            start = ctx.text.rfind("for", 0, ctx.span(body, target).start)
            return ctx.fix("Insert `async`", Safety.SAFE, [Edit(Span(start, start), "async ")])
        case ast.Call(ast.Name(name), [argument]):
            return _collected(ctx, body, node, name, argument)
        case _:
            return None


def _collected(ctx: Context, body: Body, node: ast.expr, name: str, argument: ast.expr) -> Fix | None:
    """`list(rows())` as a comprehension; `all(await … for …)` over a list."""
    span = ctx.span(body, argument)
    if isinstance(argument, ast.GeneratorExp):
        text = ctx.source(span)
        inner = text[1:-1] if text.startswith("(") else text
        edit = Edit(Span(span.start, span.end), f"([{inner}])" if text.startswith("(") else f"[{inner}]")
        return ctx.fix("Collect into a list first", Safety.SAFE, [edit])
    if name == "list":
        text = f"[each async for each in {ctx.source(span)}]"
        return ctx.fix("Use an asynchronous comprehension", Safety.SAFE, [Edit(ctx.span(body, node), text)])
    return None


def _places(body: Body) -> list[ast.AST]:
    """Where something may be wrong in a function."""
    consuming = [call.node for call in body.calls if call.name in _CONSUME]
    return [*body.withs, *body.fors, *body.comprehensions, *consuming]


def _wrong_in(q: Queries, path: PurePath, id_: FactId) -> tuple[_Wrong, ...]:
    """What is wrong in a function, before it is looked at who may replace what, or expects errors."""
    frame = frame_of(q, path, id_)
    return () if frame is None else (*_managers(frame), *_loops(frame), *_consumed(frame))


def _managers(frame: Frame) -> Iterator[_Wrong]:
    for block in frame.body.withs:
        is_async = isinstance(block, ast.AsyncWith)
        for item in block.items:
            node = item.context_expr
            if not is_async and _is_synchronous(frame, node):
                continue
            found = expression_type(frame, node)
            if found is None or isinstance(found, Coroutine):
                continue
            shown = ast.unparse(node.func if isinstance(node, ast.Call) else node)
            if not is_async and enters_by(frame.q, found) == "async with":
                yield _Wrong(node, f"`{shown}` is an asynchronous context manager: it needs `async with`.", block)
            elif is_async and enters_by(frame.q, found) == "with":
                yield _Wrong(node, f"`{shown}` is a synchronous context manager: it needs `with`.", block)


def _loops(frame: Frame) -> Iterator[_Wrong]:
    for loop in frame.body.fors:
        if isinstance(loop, ast.For) and _is_synchronous(frame, loop.iter):
            continue
        goes = iterates_by(frame.q, expression_type(frame, loop.iter))
        if isinstance(loop, ast.For) and goes == "async for":
            yield _Wrong(loop.iter, "This is iterated asynchronously: it needs `async for`.", loop)
        elif isinstance(loop, ast.AsyncFor) and goes == "for":
            yield _Wrong(loop.iter, "This is not iterated asynchronously: it needs `for`.", ast.Pass())
    # What other loops of a comprehension go through may come from the first.
    for part in frame.body.comprehensions:
        if (
            not part.is_async
            and isinstance(part.iter, ast.Call)
            and not _is_synchronous(frame, part.iter)
            and iterates_by(frame.q, expression_type(frame, part.iter)) == "async for"
        ):
            yield _Wrong(part.iter, "This is iterated asynchronously: it needs `async for`.", part)


def _is_synchronous(frame: Frame, node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and surely_synchronous(frame, node, {})


def _consumed(frame: Frame) -> Iterator[_Wrong]:
    for call in frame.body.calls:
        if call.name not in _CONSUME or call.local_root or len(call.node.args) != 1 or call.in_lambda:
            continue
        argument = call.node.args[0]
        if not isinstance(argument, ast.Call | ast.GeneratorExp | ast.Name) or _is_synchronous(frame, argument):
            continue
        found: Type | None = expression_type(frame, argument)
        if isinstance(found, AsyncIterable) and found.is_generator:
            yield _Wrong(call.node, f"`{call.name}` cannot go through an asynchronous generator.", call.node)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
