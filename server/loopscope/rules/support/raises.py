"""`with pytest.raises(...)` blocks, and what names in a function stand for."""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from loopscope.facts.bodies import Body, CallSite
from loopscope.facts.reading import dotted_name
from loopscope.rules.context import Context


class Raises(NamedTuple):
    """A `with` whose only item is `pytest.raises(...)`, and that call."""

    block: ast.With | ast.AsyncWith
    call: CallSite

    @property
    def expected(self) -> tuple[ast.expr, ...]:
        """The exception types that are written; none when they are given by keyword, or not at all."""
        args = self.call.node.args
        if not args:
            return ()
        return tuple(args[0].elts) if isinstance(args[0], ast.Tuple) else (args[0],)

    @property
    def statements(self) -> list[ast.stmt]:
        """What the block does: its statements without strings that stand alone."""
        return [each for each in self.block.body if not _is_string(each)]

    def keyword(self, name: str) -> ast.keyword | None:
        """A keyword of the call."""
        return next((each for each in self.call.node.keywords if each.arg == name), None)


def raises_blocks(body: Body) -> Iterator[Raises]:
    """The blocks of a body, nested functions excluded."""
    for block in body.withs:
        if len(block.items) == 1:
            call = call_of(body, block.items[0].context_expr)
            if call is not None and call.name == "pytest.raises" and not call.local_root:
                yield Raises(block, call)


def call_of(body: Body, node: ast.AST) -> CallSite | None:
    """The call that a node of a body is; None when it is none."""
    if not isinstance(node, ast.Call):
        return None
    return next((call for call in body.calls if call.node is node), None)


def full_name(ctx: Context, body: Body, node: ast.AST | None) -> str | None:
    """The canonical dotted name that an expression of a body is, through the file's imports.

    None when it is something else, or begins with a local name.
    """
    found = dotted_name(node) if isinstance(node, ast.expr) else None
    if found is None or ctx.facts is None:
        return None
    first, rest = found
    around: Body | None = body
    while around is not None:
        if first in around.bound:
            return None
        around = ctx.around(around)
    return ctx.facts.names.get(first, first) + rest


def _is_string(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
