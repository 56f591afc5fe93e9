"""Edits of the function that makes a mock: what its attributes are instead."""

import ast

from loopscope.facts.bodies import Body
from loopscope.rules.context import Context
from loopscope.rules.support.mock_imports import beside
from loopscope.rules.support.mocks import Mock, mock_at
from loopscope.rules.support.text import indentation, line_end, next_line
from loopscope.text.edit import Edit
from loopscope.text.span import Span


def set_where_made(ctx: Context, body: Body, name: str, path: str, wanted: str) -> list[Edit] | None:
    """Edits that set an attribute of a mock, `.get.return_value.json`, to a new mock of the class `wanted`.

    An empty path stands for the mock itself, which has the local name. None when it is not made by an assignment on
    lines of its own, or sets the attribute itself.
    """
    making = [
        each
        for each in body.statements
        if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name) and each.targets[0].id == name
    ]
    if len(making) != 1 or not isinstance(making[0].value, ast.Call):
        return None
    mock: Mock | None = mock_at(ctx, body, making[0].value)
    imports: list[Edit] = []
    written = None if mock is None or mock.patch else beside(ctx, mock.made.func, wanted, imports)
    if mock is None or written is None or mock.made is not making[0].value:
        return None
    if not path:
        return [*imports, Edit(ctx.span(body, mock.made.func), written)]
    if any(keyword.arg in (None, path.split(".")[1]) for keyword in mock.made.keywords):
        return None
    span = ctx.span(body, making[0])
    indent = indentation(ctx.text, span.start)
    if indent is None:
        return None
    place = next_line(ctx.text, span.end)
    return [*imports, Edit(Span(place, place), f"{indent}{name}{path} = {written}(){line_end(ctx.text)}")]
