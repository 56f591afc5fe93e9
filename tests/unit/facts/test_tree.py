"""Walks over trees: the same nodes as `ast` gives, faster."""

import ast
from pathlib import Path

import pytest

from loopscope.facts import tree
from loopscope.facts.tree import children, descendants, parents

CODE = """
@decorator(1, key=2)
async def test_all(a, /, b: int = 1, *rest, c=(2, 3), **more) -> None:
    x = [each async for each in rows() if each.ok]
    async with open(x) as (y, *z), other:
        del y.attribute[1:2]
    match x:
        case {"a": [1, *_], **kept} if kept:
            raise Error(f"{x!r:>{y}}") from None
        case Point(x=0) | None:
            global g
    return (yield lambda q, *, r=1: not (q and -r))
"""


@pytest.mark.parametrize("text", [CODE, Path(tree.__file__).read_text(encoding="utf-8")])
def test_the_nodes_are_those_of_ast(text: str) -> None:
    root = ast.parse(text)
    expected = [node for node in ast.walk(root) if not isinstance(node, ast.expr_context)]
    assert sorted(map(id, descendants(root))) == sorted(map(id, expected))
    for node in expected:
        below = [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.expr_context)]
        assert children(node) == below
        assert all(parents(root)[id(child)] is node for child in below if not isinstance(child, _SHARED))


_SHARED = (ast.boolop, ast.operator, ast.unaryop, ast.cmpop)
