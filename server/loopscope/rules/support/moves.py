"""Edits that move statements out of the block of a `with`."""

import ast
from collections.abc import Sequence

from loopscope.facts.bodies import Body
from loopscope.rules.context import Context
from loopscope.rules.support.text import indentation, line_start, next_line, own_lines
from loopscope.text.edit import Edit
from loopscope.text.span import Span

Block = ast.With | ast.AsyncWith


def moved_before(ctx: Context, body: Body, block: Block, statements: Sequence[ast.stmt]) -> list[Edit] | None:
    """Edits that move statements of a block before it; None where their lines hold anything else."""
    start = line_start(ctx.text, ctx.span(body, block).start)
    return _moved(ctx, body, block, statements, start)


def moved_behind(ctx: Context, body: Body, block: Block, statements: Sequence[ast.stmt]) -> list[Edit] | None:
    """Edits that move the last statements of a block behind it; None where their lines hold anything else."""
    return _moved(ctx, body, block, statements, next_line(ctx.text, ctx.span(body, block).end))


def _moved(ctx: Context, body: Body, block: Block, statements: Sequence[ast.stmt], target: int) -> list[Edit] | None:
    outer = indentation(ctx.text, ctx.span(body, block).start)
    inner = indentation(ctx.text, ctx.span(body, statements[0]).start) if statements else None
    if outer is None or inner is None or len(statements) == len(block.body):
        return None
    edits: list[Edit] = []
    text = ""
    for statement in statements:
        lines = own_lines(ctx.text, ctx.span(body, statement))
        if lines is None:
            return None
        moved = ctx.source(lines)
        pieces = moved.splitlines(keepends=True)
        # A string over several lines would change with its indentation.
        if any(quotes in moved for quotes in ('"""', "'''")) or not all(piece.startswith(inner) for piece in pieces):
            return None
        if not pieces[-1].endswith(("\n", "\r")):
            return None
        text += "".join(outer + piece.removeprefix(inner) for piece in pieces)
        edits.append(Edit(lines, ""))
    if edits[-1].span.end == target:
        # The last lines of the block move to where they end: one edit for both.
        edits[-1] = Edit(edits[-1].span, text)
        return edits
    return [Edit(Span(target, target), text), *edits]
