"""An `await` on something that is not awaitable: a value that is ready, a synchronous call, a function not called.

## What it does
Reports `await` on what a fixture injects when that is a plain value (pytest-asyncio awaited the fixture already), on
calls of synchronous functions whose result is not awaitable, on methods that are not called, on asynchronous generators
and context managers, and on assertions of mocks.

## Why is this bad
It fails with `TypeError: object Database can't be used in 'await' expression`.

## When not to fix
If the value has an `__await__` that reading does not see. What is not certain is not reported.

## Fix safety
Removing the `await` from an assertion of a mock is safe. From anything else it is unsafe: perhaps another function was
meant, or the call is to become asynchronous.

## Versions
All.

## References
- [Python: awaitable objects](https://docs.python.org/3/reference/datamodel.html#awaitable-objects)
- [pytest-asyncio: fixtures](https://pytest-asyncio.readthedocs.io/en/stable/reference/decorators/index.html)
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
from loopscope.rules.support.awaiting import in_synchronous_code
from loopscope.rules.support.callees import last_name, may_be_patched_name, type_of
from loopscope.rules.support.calls import failure_is_expected
from loopscope.rules.support.versions import is_for_some_versions
from loopscope.text.edit import Edit
from loopscope.text.span import Span
from loopscope.workspace.inference.attributes import surely_lacks
from loopscope.workspace.inference.expressions import expression_type
from loopscope.workspace.inference.externals import article, never_awaitable
from loopscope.workspace.inference.frames import Frame, frame_of
from loopscope.workspace.inference.model import Callee, ClassObject, Instance, Known, LocalFunction, Type
from loopscope.workspace.queries import Queries

META = Meta(
    "await-on-non-awaitable",
    Group.AWAITING,
    Severity.ERROR,
    overlaps=("pyright: reportGeneralTypeIssues", "ty: invalid-await"),
    words=("await",),
)

EXAMPLES, NEAR_MISSES = examples_of(__name__)

_ASSERTIONS = (
    "assert_awaited",
    "assert_any_await",
    "assert_has_awaits",
    "assert_not_awaited",
    "assert_called",
    "assert_not_called",
    "assert_has_calls",
    "assert_any_call",
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the `await`s."""
    for body, _ in ctx.bodies_with("awaits", lambda body: list(body.awaits)):
        for wrong in ctx.queries.get(_wrong_in, ctx.path, body.id):
            replaced = may_be_patched_name(ctx, wrong.name)
            expected = failure_is_expected(ctx, body, wrong.node) or in_synchronous_code(ctx, body, wrong.node)
            if not replaced and not expected and not is_for_some_versions(ctx, body, wrong.node):
                yield ctx.finding(META, ctx.span(body, wrong.node), wrong.message, data=(body, wrong))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Removes the `await`, or calls what is awaited."""
    match finding.data:
        case (Body() as body, _Wrong(node) as wrong):
            pass
        case _:
            return None
    start, value = ctx.span(body, node).start, ctx.span(body, node.value)
    if isinstance(node.value, ast.Attribute | ast.Name) and isinstance(type_of(ctx, body, node.value), Callee):
        return ctx.fix("Call it", Safety.UNSAFE, [Edit(Span(value.end, value.end), "()")])
    if ctx.text[start : value.start] != "await ":
        return None
    safety = Safety.SAFE if wrong.asserts else Safety.UNSAFE
    return ctx.fix("Remove `await`", safety, [Edit(Span(start, value.start), "")])


class _Wrong(NamedTuple):
    """An `await` that fails, and the name of what may be replaced so that it does not."""

    node: ast.Await
    message: str
    name: str | None
    asserts: bool = False
    """Whether an assertion of a mock is awaited."""


def _wrong_in(q: Queries, path: PurePath, id_: FactId) -> tuple[_Wrong, ...]:
    frame = frame_of(q, path, id_)
    found = [_wrong(frame, node) for node in frame.body.awaits] if frame is not None else []
    return tuple(each for each in found if each is not None)


def _wrong(frame: Frame, node: ast.Await) -> _Wrong | None:
    value = node.value
    if _is_mock_assertion(frame, value):
        message = f"`{ast.unparse(value)}` asserts at once and gives `None`, which cannot be awaited."
        return _Wrong(node, message, None, asserts=True)
    if isinstance(value, ast.Constant | ast.Subscript) or not _may_tell(value):
        return None
    found = expression_type(frame, value)
    what = _what(frame.q, found)
    callee = value.func if isinstance(value, ast.Call) else value
    if what is None:
        return None
    shown, name = ast.unparse(callee), last_name(callee)
    if isinstance(value, ast.Call):
        message = f"`{shown}` is not asynchronous: its call gives {what}, which cannot be awaited."
    elif isinstance(found, Callee | LocalFunction):
        message = f"`{shown}` is a function that is not called: only what it gives can be awaited."
    else:
        message = f"`{shown}` is {what}, which cannot be awaited."
    return _Wrong(node, message, name)


def _may_tell(value: ast.expr) -> bool:
    """Whether the syntax is one of which a certain answer is possible."""
    return isinstance(
        value, ast.Name | ast.Attribute | ast.Call | ast.ListComp | ast.GeneratorExp | ast.Tuple | ast.List
    )


def _what(q: Queries, found: Type | None) -> str | None:
    match found:
        case Instance(_, id_):
            sure = found.exact and surely_lacks(q, found, "__await__")
            return f"{article(id_.qualname)} `{id_.qualname}`" if sure else None
        case Callee() | LocalFunction():
            return "a function"
        case ClassObject(_, id_):
            return f"the class `{id_.qualname}`"
        case _:
            return never_awaitable(found)


def _is_mock_assertion(frame: Frame, value: ast.expr) -> bool:
    if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute):
        return False
    if not value.func.attr.startswith(_ASSERTIONS):
        return False
    owner = expression_type(frame, value.func.value)
    return owner is None or isinstance(owner, Known)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
