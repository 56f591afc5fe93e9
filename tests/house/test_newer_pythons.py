"""What goes wrong on newer Pythons than the one that runs these tests."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "server").rglob("*.py"))
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def test_no_comprehension_takes_a_name_from_the_function_around() -> None:
    names = {str(path.relative_to(ROOT)): taken(path.read_text(encoding="utf-8")) for path in SOURCES}
    assert {path: found for path, found in names.items() if found} == {}


def test_such_names_are_noticed() -> None:
    lost = """\
def outer(y):
    def inner(pairs):
        first = [x for x, y in pairs]
        return [x + y for x in first]
"""
    assert taken(lost) == ["inner: y"]
    assert taken(lost.replace("x, y in", "x, z in")) == []


def taken(source: str) -> list[str]:
    """Names that a comprehension binds in a function which has them from the one around.

    In such a function CPython 3.12 and 3.13 inline comprehensions (PEP 709) so that others find the name unbound.
    """
    found: list[str] = []

    def visit(function: ast.AST, around: frozenset[str]) -> None:
        own, inner = nodes_of(function)
        names = {node.id: node for node in own if isinstance(node, ast.Name)}
        arguments = {node.arg for node in own if isinstance(node, ast.arg)}
        bound = {
            target.id
            for node in own
            if isinstance(node, ast.comprehension)
            for target in ast.walk(node.target)
            if isinstance(target, ast.Name)
        }
        assigned = arguments | {name for name, node in names.items() if isinstance(node.ctx, ast.Store)} - bound
        found.extend(f"{getattr(function, 'name', '?')}: {name}" for name in sorted(bound & around - assigned))
        for each in inner:
            visit(each, around | assigned if isinstance(function, FUNCTIONS) else around)

    visit(ast.parse(source), frozenset())
    return found


def nodes_of(function: ast.AST) -> tuple[list[ast.AST], list[ast.AST]]:
    """The nodes of a function, and the functions and classes in it."""
    own: list[ast.AST] = []
    inner: list[ast.AST] = []
    waiting = list(ast.iter_child_nodes(function))
    while waiting:
        node = waiting.pop()
        (inner if isinstance(node, (*FUNCTIONS, ast.ClassDef)) else own).append(node)
        if node not in inner:
            waiting += ast.iter_child_nodes(node)
    return own, inner
