"""Code that is meant for some versions of a library or of Python, and perhaps not for those that are installed."""

import ast
import re
from collections.abc import Iterable, Iterator

from loopscope.facts.bodies import Body
from loopscope.facts.expr import dotted
from loopscope.facts.outline import Assigned
from loopscope.rules.context import Context

_VERSION = re.compile(r"version|(?<![a-z])v\d|(?<![a-z])py\d", re.IGNORECASE)


def is_for_some_versions(ctx: Context, body: Body, node: ast.expr) -> bool:
    """Whether code stands below an `if` that asks for a version, in its function, those around it or the module.

    What is known of a call is known of the installed version, and code for another never runs.
    """
    inner: ast.AST = node
    around: Body | None = body
    outermost = body
    while around is not None:
        if any(_holds(block, inner) and _asks(ctx, block) for block in around.statements if isinstance(block, ast.If)):
            return True
        inner, outermost, around = around.node, around, ctx.around(around)
    definition = ctx.definition(outermost.id)
    if definition is None:
        return False
    blocks = _blocks(definition.placed.chunk.body)
    return any(_holds(block, definition.node) and _asks(ctx, block) for block in blocks)


def _blocks(statements: Iterable[ast.stmt]) -> Iterator[ast.If]:
    """The `if`s of a module, and of the classes in it."""
    for statement in statements:
        if isinstance(statement, ast.If):
            yield statement
            yield from _blocks([*statement.body, *statement.orelse])
        elif isinstance(statement, ast.ClassDef | ast.With | ast.Try):
            yield from _blocks(statement.body)


def _asks(ctx: Context, block: ast.If) -> bool:
    names = {node.id for node in ast.walk(block.test) if isinstance(node, ast.Name)}
    given = (each.target for name in names for each in ctx.outline.by_name.get(name, ()))
    values = (dotted(target.value) or "" for target in given if isinstance(target, Assigned))
    return any(_VERSION.search(text) for text in (ast.unparse(block.test), *values))


def _holds(block: ast.If, node: ast.AST) -> bool:
    line = getattr(node, "lineno", 0)
    return block.lineno < line <= (block.end_lineno or 0)
