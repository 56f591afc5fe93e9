"""Every `return_value` and `side_effect` that the functions and decorators of a file give to mocks."""

import ast
from collections.abc import Iterator
from typing import NamedTuple, cast

from loopscope.facts.bodies import Body, CallSite
from loopscope.rules.context import Context
from loopscope.rules.support.mocks import Mock, mock_at, patched_mock
from loopscope.rules.support.patches import Owner, mock_function, patch_of, patches
from loopscope.text.span import Span

_NAMES = frozenset({"return_value", "side_effect"})


class Setting(NamedTuple):
    """`return_value=…` in the call that makes a mock, or `mock.return_value = …`; `node` holds the name."""

    name: str
    value: ast.expr
    node: ast.keyword | ast.Attribute
    mock: Mock
    owner: Owner
    made: ast.Call | None
    """The call, for a keyword of it."""

    def name_span(self, ctx: Context) -> Span:
        """Where the name stands."""
        span = ctx.span(self.owner, self.node)
        if isinstance(self.node, ast.keyword):
            return Span(span.start, span.start + len(self.name))
        return Span(span.end - len(self.name), span.end)


def settings(ctx: Context) -> tuple[Setting, ...]:
    """All that is set in the file, by function."""
    return ctx.remember("mock settings", lambda: tuple(_settings(ctx)))


def _settings(ctx: Context) -> Iterator[Setting]:
    for body in ctx.bodies:
        for target, value in _assigned(body):
            mock = mock_at(ctx, body, target.value)
            if mock is not None:
                yield Setting(target.attr, value, target, mock, body, None)
        for call in _telling(body):
            mock = _of_call(ctx, body, call)
            if mock is not None:
                yield from _of_keywords(call.node, mock, body)
    for patch in patches(ctx):
        mock = None if isinstance(patch.owner, Body) else patched_mock(ctx, patch)
        if mock is not None:
            yield from _of_keywords(patch.node, mock, patch.owner)


def _of_keywords(node: ast.Call, mock: Mock, owner: Owner) -> Iterator[Setting]:
    for keyword in node.keywords:
        if keyword.arg in _NAMES:
            yield Setting(keyword.arg, keyword.value, keyword, mock, owner, node)


def _of_call(ctx: Context, body: Body, call: CallSite) -> Mock | None:
    if mock_function(ctx, body, call) is None:
        return None
    patch = patch_of(ctx, body, call)
    return mock_at(ctx, body, call.node) if patch is None else patched_mock(ctx, patch)


def _telling(body: Body) -> list[CallSite]:
    """The calls that have one of the keywords."""
    if "telling calls" not in body.notes:
        body.notes["telling calls"] = [
            call for call in body.calls if any(keyword.arg in _NAMES for keyword in call.node.keywords)
        ]
    return cast("list[CallSite]", body.notes["telling calls"])


def _assigned(body: Body) -> list[tuple[ast.Attribute, ast.expr]]:
    if "told attributes" not in body.notes:
        body.notes["told attributes"] = [
            (statement.targets[0], statement.value)
            for statement in body.statements
            if isinstance(statement, ast.Assign)
            and isinstance(statement.targets[0], ast.Attribute)
            and statement.targets[0].attr in _NAMES
            and len(statement.targets) == 1
        ]
    return cast("list[tuple[ast.Attribute, ast.expr]]", body.notes["told attributes"])
