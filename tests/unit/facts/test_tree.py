"""Walks over trees: the same nodes as `ast` gives, faster."""

import ast
from pathlib import Path

import pytest

from loopscope.facts import tree
from loopscope.facts.tree import children, descendants, holders, parents

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


@pytest.mark.parametrize("text", [CODE, Path(tree.__file__).read_text("utf-8")])
def test_statements_and_their_own_expressions_make_up_a_function(text: str) -> None:
    for root in ast.walk(ast.parse(text)):
        if not isinstance(root, _FUNCTIONS):
            continue
        every = {child: holder for child, holder in parents(root).items() if child not in _shared(root)}
        found = holders(root)
        for each in [root, *(each for each in ast.walk(root) if id(each) in found)]:
            if isinstance(each, ast.stmt):
                found |= parents(each, inner=False)
        assert {child: holder for child, holder in found.items() if child in every}.items() <= every.items()
        left_out = [each for each in ast.walk(root) if isinstance(each, (*_FUNCTIONS, *_APART)) and each is not root]
        assert every.keys() - found.keys() <= {id(below) for each in left_out for below in ast.walk(each)}


def _shared(root: ast.AST) -> set[int]:
    return {id(each) for each in ast.walk(root) if isinstance(each, _SHARED)}


_APART = (ast.ExceptHandler, ast.match_case)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SHARED = (ast.boolop, ast.operator, ast.unaryop, ast.cmpop)
