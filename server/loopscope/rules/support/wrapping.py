"""Putting statements into a new block."""

import ast
from collections.abc import Iterator, Sequence

from loopscope.facts.bodies import Body
from loopscope.rules.context import Context
from loopscope.rules.support.text import indentation, line_end, line_start, line_stop, next_line
from loopscope.text.edit import Edit
from loopscope.text.span import Span


def unit_of(ctx: Context, body: Body) -> str | None:
    """One level of indentation, as the first statement of a function has it; None where that is not clear."""
    first = ctx.span(body, body.node.body[0]).start
    inner = indentation(ctx.text, first)
    outer = indentation(ctx.text, ctx.span(body, body.node).start)
    if inner is None or outer is None or not inner.startswith(outer):
        return None
    return inner[len(outer) :] or None


def indented(ctx: Context, body: Body, statements: Sequence[ast.stmt]) -> list[Edit] | None:
    """Edits that move statements of a function one level in, with the comments between them.

    None where a text of several lines would change by that, or a line is shared with other code.
    """
    unit = unit_of(ctx, body)
    if unit is None or any(_is_long_text(node) for statement in statements for node in ast.walk(statement)):
        return None
    start, end = ctx.span(body, statements[0]).start, ctx.span(body, statements[-1]).end
    if indentation(ctx.text, start) is None or ctx.text[end : line_stop(ctx.text, end)].lstrip().startswith(";"):
        return None
    return [Edit(Span(at, at), unit) for at in _line_starts(ctx.text, start, end)]


def under(ctx: Context, body: Body, statements: Sequence[ast.stmt], header: str) -> list[Edit] | None:
    """Edits that put statements below a `header:` line of their own; None where `indented` gives none."""
    edits = indented(ctx, body, statements)
    at = line_start(ctx.text, ctx.span(body, statements[0]).start)
    indent = indentation(ctx.text, ctx.span(body, statements[0]).start)
    if edits is None or indent is None:
        return None
    return [Edit(Span(at, at), f"{indent}{header}:{line_end(ctx.text)}"), *edits]


def _line_starts(text: str, start: int, end: int) -> Iterator[int]:
    """Where the lines of a span begin that are not blank."""
    at = line_start(text, start)
    while at < end:
        if text[at : line_stop(text, at)].strip():
            yield at
        at = next_line(text, at)


def _is_long_text(node: ast.AST) -> bool:
    several = isinstance(node, ast.Constant | ast.JoinedStr) and node.lineno != (node.end_lineno or node.lineno)
    return several and not (isinstance(node, ast.Constant) and not isinstance(node.value, str | bytes))
