"""Fixtures that are asked for by a computed name: what reading tells of the names that may come out."""

import ast
import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import NamedTuple

from loopscope.features.literals import BY_NAME, argument, canonical
from loopscope.workspace.queries import Queries

ASKING = ("fixturenames", "funcargs", "metafunc", "_arg2fixturedefs")
"""Words of code that looks at names of fixtures in other ways."""

_FIELD = re.compile(r"%(?:\(\w+\))?[-#0 +]*\d*(?:\.\d+)?[a-zA-Z]|\{[^{}]*\}")


class Computed(NamedTuple):
    """A call with a computed name: a `pattern` of its literal parts, empty when it has none, and its 1-based line."""

    pattern: str
    line: int


def computed_in(q: Queries, path: PurePath) -> tuple[Computed, ...]:
    """The calls of a file that ask for a fixture by a name that is no literal."""
    facts = q.facts(path)
    found: list[Computed] = []
    for placed in facts.tree.chunks if facts is not None else ():
        if not any(word in placed.chunk.text for word in BY_NAME):
            continue
        for node in (one for statement in placed.chunk.body for one in ast.walk(statement)):
            if isinstance(node, ast.Call) and canonical(node.func, {}).rpartition(".")[2] in BY_NAME:
                given = argument(node, 0, "argname")
                if given is not None and not (isinstance(given, ast.Constant) and isinstance(given.value, str)):
                    parts = "".join(_pattern(given))
                    line = placed.line + node.lineno - placed.chunk.base + 1
                    found.append(Computed("" if not parts.replace(".*", "") else parts, line))
    return tuple(found)


def _pattern(node: ast.expr) -> Iterator[str]:
    """A regular expression for what a string expression may give."""
    match node:
        case ast.Constant(value=str() as value):
            yield re.escape(value)
        case ast.JoinedStr(values=parts):
            for part in parts:
                yield from _pattern(part)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            yield from _pattern(left)
            yield from _pattern(right)
        case ast.BinOp(left=ast.Constant(value=str() as value), op=ast.Mod()):
            yield ".*".join(map(re.escape, _FIELD.split(value)))
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str() as value), attr="format")):
            yield ".*".join(map(re.escape, _FIELD.split(value)))
        case _:
            yield ".*"
