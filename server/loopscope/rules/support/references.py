"""Where a file refers to names of modules, by attribute or by an imported name."""

import ast
from collections.abc import Collection, Iterator
from typing import NamedTuple

from loopscope.facts.expr import Ref
from loopscope.facts.reading import read
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
    """The places that read one of the dotted names, through this file's module-level imports, in source order.

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
            for node in ast.walk(statement):
                match node:
                    case ast.Attribute(attr=attr, ctx=ast.Load()) if attr in words:
                        expr = read(node, known)
                    case ast.Name(local, ast.Load()) if known.get(local) in names:
                        expr = Ref(known[local])
                    case _:
                        continue
                if isinstance(expr, Ref) and expr.name in names and not _is_local(ctx, node):
                    yield Reference(expr.name, node, placed, placed.span(node))


def _is_local(ctx: Context, node: ast.expr) -> bool:
    first = node
    while isinstance(first, ast.Attribute):
        first = first.value
    return isinstance(first, ast.Name) and any(first.id in body.bound for body in ctx.bodies)
