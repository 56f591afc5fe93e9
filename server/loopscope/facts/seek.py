"""Find what is rare in syntax trees without walking all of them: look for its words in the text first."""

import ast
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from loopscope.syntax.chunk import Chunk

_PLACED = (ast.stmt, ast.expr)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Step(NamedTuple):
    """A node met below a statement."""

    node: ast.AST
    parent: ast.AST
    in_function: bool


def lines_with(chunk: Chunk, words: Iterable[str]) -> list[int]:
    """The sorted `lineno`s of the lines of a chunk on which any of the words stands, also inside strings."""
    found: set[int] = set()
    for word in words:
        at = chunk.text.find(word)
        while at >= 0:
            found.add(bisect_right(chunk.starts, at) - 1 + chunk.base)
            at = chunk.text.find(word, at + len(word))
    return sorted(found)


def touches(node: ast.AST, lines: Sequence[int]) -> bool:
    """Whether a node stands on any of the lines; one that has no place of its own may."""
    if not isinstance(node, _PLACED):
        return True
    first = node.lineno
    if isinstance(node, _DEFINITIONS) and node.decorator_list:
        first = node.decorator_list[0].lineno
    index = bisect_left(lines, first)
    return index < len(lines) and lines[index] <= (node.end_lineno or first)


def steps(statements: Iterable[ast.stmt], lines: Sequence[int]) -> Iterator[Step]:
    """The nodes of statements that touch the lines, from outside in, in source order."""
    if not lines:
        return
    pending = [Step(statement, statement, False) for statement in statements if touches(statement, lines)]
    pending.reverse()
    while pending:
        step = pending.pop()
        yield step
        node, _, in_function = step
        inside = in_function or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        below = [Step(child, node, inside) for child in ast.iter_child_nodes(node) if touches(child, lines)]
        below.reverse()
        pending += below
