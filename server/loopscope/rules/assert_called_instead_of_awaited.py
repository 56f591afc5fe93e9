"""`assert_called…` of an `AsyncMock` also passes when nobody awaited the call.

## What it does
Reports `assert_called…` of mocks that are surely an `AsyncMock`, in asynchronous functions.

## Why is this bad
An `AsyncMock` counts a call when the coroutine is made, and an await when it runs. Where the code forgets the `await`,
`assert_called_once_with` passes; all that shows is "coroutine ... was never awaited".

## When not to fix
If the code hands the coroutine to something that runs it later, or never: then only the call can be asserted. Where an
`AsyncMock` stands in for something synchronous, a `Mock` is what is meant.
`assert_not_called` is right as it is: it says more than `assert_not_awaited`.

## Fix safety
Unsafe: the assertion becomes stricter, so the test may begin to fail.

## Versions
All.

## References
- [Python: AsyncMock.assert_awaited](https://docs.python.org/3/library/unittest.mock.html#unittest.mock.AsyncMock.assert_awaited)

"""

import ast
from collections.abc import Iterator
from typing import NamedTuple, cast

from loopscope.facts.bodies import Body, CallSite, Use
from loopscope.rules.context import Context
from loopscope.rules.examples import examples_of
from loopscope.rules.model import Finding, Fix, Group, Meta, Rule, Safety, Severity
from loopscope.rules.support.callbacks import is_called_only
from loopscope.rules.support.calls import expects_failure, noted
from loopscope.rules.support.mocks import CALL_ASSERTIONS, Kind, kind_at
from loopscope.text.edit import Edit
from loopscope.text.span import Span

META = Meta("assert-called-instead-of-awaited", Group.MOCKS, Severity.WARNING, default=False, words=CALL_ASSERTIONS)

EXAMPLES, NEAR_MISSES = examples_of(__name__)

_AWAITED = {
    "assert_called": "assert_awaited",
    "assert_called_once": "assert_awaited_once",
    "assert_called_with": "assert_awaited_with",
    "assert_called_once_with": "assert_awaited_once_with",
    "assert_any_call": "assert_any_await",
    "assert_has_calls": "assert_has_awaits",
}


class _Assertion(NamedTuple):
    """A call of an assertion, the name in it, and what asserts that it was awaited."""

    name: Span
    meant: str


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the names of the assertions."""
    for body in ctx.bodies:
        for call in noted(body, "called assertions", _assertions):
            func = call.node.func
            if not isinstance(func, ast.Attribute) or expects_failure(body, call):
                continue
            if _may_be_awaited(body, call, func.value) and _is_awaitable(ctx, body, func.value):
                meant = _AWAITED[func.attr]
                end = ctx.span(body, func).end
                span = Span(end - len(func.attr), end)
                message = f"`{func.attr}` passes when the call is never awaited: `{meant}` is what counts."
                yield ctx.finding(META, span, message, data=_Assertion(span, meant))


def _is_awaitable(ctx: Context, body: Body, node: ast.expr) -> bool:
    return kind_at(ctx, body, node) is Kind.ASYNC and not is_called_only(ctx, body, node)


def _may_be_awaited(body: Body, call: CallSite, mock: ast.expr) -> bool:
    """Whether something before the assertion gives the loop a chance to run the call."""
    blocks = _blocks(body)
    made = max((each.lineno for each in blocks if isinstance(each, ast.With) and _binds(each, mock)), default=0)
    waits = (*body.awaits, *(each for each in blocks if not isinstance(each, ast.With)))
    return any(made <= each.lineno <= call.node.lineno for each in waits)


def _blocks(body: Body) -> list[ast.With | ast.AsyncWith | ast.AsyncFor]:
    """The blocks of a function that bind a mock or wait, those of nested functions too."""
    found = body.notes.get("blocks that bind or wait")
    if found is None:
        found = body.notes["blocks that bind or wait"] = [
            each for each in ast.walk(body.node) if isinstance(each, ast.With | ast.AsyncWith | ast.AsyncFor)
        ]
    # The key is used here only.
    return cast("list[ast.With | ast.AsyncWith | ast.AsyncFor]", found)


def _binds(node: ast.With, mock: ast.expr) -> bool:
    names = [item.optional_vars.id for item in node.items if isinstance(item.optional_vars, ast.Name)]
    return isinstance(mock, ast.Name) and mock.id in names


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Asserts that the call was awaited."""
    match finding.data:
        case _Assertion(name, meant):
            return ctx.fix(f"Assert with `{meant}`", Safety.UNSAFE, [Edit(name, meant)])
        case _:
            return None


def _assertions(body: Body) -> list[CallSite]:
    if not body.is_async:
        return []
    return [call for call in body.calls if call.use is Use.STATEMENT and _is_of_call(call.node)]


def _is_of_call(node: ast.Call) -> bool:
    match node:
        case ast.Call(ast.Attribute(_, "assert_has_calls"), [ast.List(items)]):
            # `call.send(…)` is a call of a child, which is no await of the mock.
            return all(isinstance(each, ast.Call) and isinstance(each.func, ast.Name) for each in items)
        case ast.Call(ast.Attribute(_, name)):
            return name in _AWAITED and name != "assert_has_calls"
        case _:
            return False


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
