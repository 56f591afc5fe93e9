"""Where a file refers to names of modules, by attribute or by an imported name."""

import ast
from collections.abc import Collection, Iterator
from typing import NamedTuple

from loopscope.facts.expr import Ref
from loopscope.facts.reading import read
from loopscope.facts.tree import descendants
from loopscope.rules.context import Context
from loopscope.syntax.chunk import Placed
from loopscope.text.span import Span


class Reference(NamedTuple):
    """An expression that stands for a name of a module: `asyncio.coroutine` (or `coroutine`, imported from there)."""

    name: str
    node: ast.expr
    placed: Placed
    span: Span


def references(ctx: Context, names: Collection[str]) -> Iterator[Reference]:
    """The places that read one of the dotted names, through this file's module-level imports, chunk by chunk.

    A name whose first part a function of the file binds, or that the file may patch, is not looked for.
    """
    if ctx.facts is None:
        return
    words = {name.rpartition(".")[2] for name in names}
    present = [word for word in words if word in ctx.text]
    if not present:
        return
    known = ctx.facts.names
    for placed in ctx.chunks:
        if not any(word in placed.chunk.text for word in present):
            continue
        for statement in placed.chunk.body:
            for node in descendants(statement):
                if isinstance(node, ast.Attribute) and node.attr in words and isinstance(node.ctx, ast.Load):
                    expr = read(node, known)
                elif isinstance(node, ast.Name) and known.get(node.id) in names and isinstance(node.ctx, ast.Load):
                    expr = Ref(known[node.id])
                else:
                    continue
                if isinstance(expr, Ref) and expr.name in names and not _is_local(ctx, node):
                    yield Reference(expr.name, node, placed, placed.span(node))


def _is_local(ctx: Context, node: ast.expr) -> bool:
    first = node
    while isinstance(first, ast.Attribute):
        first = first.value
    return isinstance(first, ast.Name) and any(first.id in body.bound for body in ctx.bodies)
