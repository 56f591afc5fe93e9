"""Blocks that expect exceptions or warnings, and the calls in them that raise nothing unless they are awaited."""

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple, cast

from loopscope.facts.bodies import Body, CallSite, Use

Block = ast.With | ast.AsyncWith

_BLOCKS = frozenset({"raises", "warns", "deprecated_call", "assertRaises", "assertRaisesRegex", "RaisesGroup"})
_SUPPRESS = _BLOCKS | {"assertWarns", "suppress"}
_OF_COROUTINES = frozenset(
    {"TypeError", "AttributeError", "AssertionError", "Exception", "BaseException", "Warning", "ExceptionGroup"}
)
"""What using a coroutine in place of its result may raise, or pytest may be told to expect then."""
_CLASS = re.compile(r"[A-Z]\w*")


class Expected(NamedTuple):
    """A call that stands as a statement of its own in a block that expects an exception."""

    block: Block
    call: CallSite
    wrong_arguments: bool
    """Whether the block expects a `TypeError`, which a call with wrong arguments raises at once."""


def expected_statements(body: Body) -> list[Expected]:
    """The calls directly in such blocks, and in the `with` statements in them that expect nothing themselves."""
    found = body.notes.get("in raises")
    if found is None:
        found = body.notes["in raises"] = list(_find_statements(body))
    # The key is used here only.
    return cast("list[Expected]", found)


def wants_coroutine(body: Body, call: CallSite) -> bool:
    """Whether a call stands in a block that may expect just what a coroutine does that nobody awaits."""
    return any(
        _holds(block, call.node) and any(_may_want(item.context_expr) for item in block.items) for block in body.withs
    )


def records_warnings(body: Body, call: CallSite) -> bool:
    """Whether a call stands in a block that records the warnings that it leads to: the test looks at them."""
    return any(
        _holds(block, call.node)
        and any(
            _last(item.context_expr.func) == "catch_warnings" and item.context_expr.keywords
            for item in block.items
            if isinstance(item.context_expr, ast.Call)
        )
        for block in body.withs
    )


def _find_statements(body: Body) -> Iterator[Expected]:
    for block in body.withs:
        if not any(_is_one_of(item.context_expr, _BLOCKS) for item in block.items):
            continue
        text = " ".join(ast.unparse(item.context_expr) for item in block.items)
        if "await" in text:
            continue
        wrong_arguments = "TypeError" in text or "(Exception" in text
        values = {id(statement.value) for statement in _directly_in(block) if isinstance(statement, ast.Expr)}
        for call in body.calls:
            if call.use is Use.STATEMENT and id(call.node) in values:
                yield Expected(block, call, wrong_arguments)


def _directly_in(block: Block) -> Iterator[ast.stmt]:
    for statement in block.body:
        if not isinstance(statement, ast.With | ast.AsyncWith):
            yield statement
        elif not any(_is_one_of(item.context_expr, _BLOCKS) for item in statement.items):
            yield from _directly_in(statement)


def _is_one_of(expr: ast.expr, names: frozenset[str]) -> bool:
    func = expr.func if isinstance(expr, ast.Call) else None
    return _last(func) in names


def _last(node: ast.expr | None) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _may_want(expr: ast.expr) -> bool:
    if not isinstance(expr, ast.Call) or _last(expr.func) not in _SUPPRESS or _last(expr.func) == "deprecated_call":
        return False
    text = ast.unparse(expr)
    if "await" in text or "coroutine" in text or not expr.args:
        return True
    names = [_last(each) for given in expr.args for each in (given.elts if isinstance(given, ast.Tuple) else [given])]
    unclear = "RuntimeWarning" in names and "match" not in text
    return unclear or any(name in _OF_COROUTINES or _CLASS.fullmatch(name) is None for name in names)


def _holds(block: Block, node: ast.expr) -> bool:
    first = block.body[0]
    begins = (first.lineno, first.col_offset) <= (node.lineno, node.col_offset)
    return begins and (node.lineno, node.col_offset) <= (block.end_lineno or 0, block.end_col_offset or 0)
