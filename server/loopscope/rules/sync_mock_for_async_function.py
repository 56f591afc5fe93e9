"""A coroutine function is replaced by something that gives nothing to await.

## What it does
Reports `patch`, `patch.object`, `mocker.patch` and `monkeypatch.setattr` that put a `MagicMock`, a `Mock`, a lambda or
a synchronous function in the place of an `async def` whose calls are awaited, where what that gives cannot be.

## Why is this bad
The code under test awaits what it calls: "object dict can't be used in 'await' expression". The message names the type
of the result, not the mock.

## When not to fix
If the replacement is never called. Replacements whose result may be awaitable, targets that are not found, and those
whose calls the replaced module and the test do not await, are not reported.

## Fix safety
Safe: `AsyncMock` takes the place of the class that was named; an argument `new_callable=Mock` goes, since `patch`
makes an `AsyncMock` for a coroutine function by itself. Replacing a lambda is unsafe; a lambda that uses its arguments
becomes the `side_effect`. A function of the test becomes `async`, which is unsafe as well.

## Versions
All.

## References
- [Python: patch](https://docs.python.org/3/library/unittest.mock.html#unittest.mock.patch)
"""

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from loopscope.facts.bodies import Body
from loopscope.rules.context import Context
from loopscope.rules.examples import examples_of
from loopscope.rules.model import Finding, Fix, Group, Meta, Rule, Safety, Severity
from loopscope.rules.support.mock_edits import set_where_made
from loopscope.rules.support.mock_imports import beside, imported
from loopscope.rules.support.mock_setups import SetUp, set_ups
from loopscope.rules.support.mock_values import call_gives_awaitable, is_awaitable, mock_gives_awaitable
from loopscope.rules.support.mocks import patched_mock
from loopscope.rules.support.patches import (
    Patch,
    is_awaited,
    lone_function,
    parameter_names,
    patches,
    replaced,
    shown_target,
    takes_self,
    without_keyword,
)
from loopscope.text.edit import Edit
from loopscope.text.span import Span
from loopscope.workspace.targets import is_coroutine_function

META = Meta("sync-mock-for-async-function", Group.MOCKS, Severity.ERROR, words=("patch", "setattr"))


EXAMPLES, NEAR_MISSES = examples_of(__name__)


_LOOP = re.compile(r"(?:loop|\basyncio\.run|run_until_complete)$")


class _Replacement(NamedTuple):
    patch: Patch
    new: ast.expr


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at what takes the function's place."""
    for patch in patches(ctx):
        new = patch.argument("new") or patch.argument("new_callable")
        if new is None or patch.unclear or not _gives_nothing(ctx, patch, new):
            continue
        if is_coroutine_function(ctx.queries, replaced(ctx, patch)) and _may_be_awaited(ctx, patch):
            message = f"`{shown_target(patch)}` is a coroutine function: awaiting what this gives fails with TypeError."
            yield ctx.finding(META, ctx.span(patch.owner, new), message, data=_Replacement(patch, new))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Makes it an `AsyncMock`."""
    match finding.data:
        case _Replacement(patch, new):
            pass
        case _:
            return None
    if new is not patch.argument("new"):
        return ctx.fix("Drop `new_callable`", Safety.SAFE, [without_keyword(ctx, patch, "new_callable")])
    imports: list[Edit] = []
    match new:
        case ast.Call(func):
            name = beside(ctx, func, "AsyncMock", imports)
            safety, edit = Safety.SAFE, Edit(ctx.span(patch.owner, func), name or "")
        case ast.Lambda():
            name = imported(ctx, "AsyncMock", imports)
            uses = _uses_parameters(new)
            if uses and takes_self(ctx, patch):
                return None
            result = ctx.source(ctx.span(patch.owner, new if uses else new.body))
            told = "side_effect" if uses else "return_value"
            safety, edit = Safety.UNSAFE, Edit(ctx.span(patch.owner, new), f"{name}({told}={result})")
        case ast.Name(name) if (function := lone_function(ctx, patch.owner, name)) is not None:
            start = ctx.span(function, function.node).start
            return ctx.fix("Make the function `async`", Safety.UNSAFE, [Edit(Span(start, start), "async ")])
        case ast.Name(name) if isinstance(patch.owner, Body):
            made = set_where_made(ctx, patch.owner, name, "", "AsyncMock")
            return None if made is None else ctx.fix("Use an `AsyncMock` there", Safety.UNSAFE, made)
        case _:
            return None
    return None if name is None else ctx.fix("Use `AsyncMock`", safety, [*imports, edit])


def _may_be_awaited(ctx: Context, patch: Patch) -> bool:
    """Whether somebody awaits what is replaced, and the test leaves the loop that would do it in place."""
    others = [each for each in patches(ctx) if each.owner == patch.owner and each is not patch]
    return is_awaited(ctx, patch) and not any(_LOOP.search(shown_target(each)) for each in others)


def _gives_nothing(ctx: Context, patch: Patch, new: ast.expr) -> bool:
    """Whether a replacement surely gives nothing to await, and may be called."""
    if new is not patch.argument("new"):
        made = patched_mock(ctx, patch)
        return made is not None and mock_gives_awaitable(made) is False and _is_told_nothing_else(ctx, patch)
    if call_gives_awaitable(ctx, patch.owner, new) is not False or not _is_told_nothing_else(ctx, patch):
        return False
    return not (isinstance(patch.owner, Body) and isinstance(new, ast.Name) and _is_never_called(patch.owner, new.id))


def _is_told_nothing_else(ctx: Context, patch: Patch) -> bool:
    """Whether the function that is handed the mock tells it no effect, and nothing to await."""
    body = patch.owner if isinstance(patch.owner, Body) or ctx.facts is None else ctx.facts.body(patch.owner)
    if not isinstance(body, Body):
        return True
    items = [item for block in body.withs for item in block.items if item.context_expr is patch.node]
    if body is patch.owner:
        names = {item.optional_vars.id for item in items if isinstance(item.optional_vars, ast.Name)}
    else:
        names = set(parameter_names(body))
    return not any(_may_help(each) for name in names for each in set_ups(ctx, body, name))


def _may_help(told: SetUp) -> bool:
    """Whether what a mock is told may give something to await, or raise at once."""
    if told.path == ("return_value",):
        return told.value is None or is_awaitable(told.ctx, told.owner, told.value) is not False
    return told.path[0] == "side_effect" or told.path[:2] == ("return_value", "__await__")


def _is_never_called(body: Body, name: str) -> bool:
    """Whether the function asserts that a mock, by name, is not called."""
    return any(
        isinstance(call.node.func, ast.Attribute)
        and call.node.func.attr == "assert_not_called"
        and isinstance(call.node.func.value, ast.Name)
        and call.node.func.value.id == name
        for call in body.calls
    )


def _uses_parameters(node: ast.Lambda) -> bool:
    arguments = node.args
    every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg)
    names = {each.arg for each in every if each is not None}
    return any(isinstance(each, ast.Name) and each.id in names for each in ast.walk(node.body))


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
