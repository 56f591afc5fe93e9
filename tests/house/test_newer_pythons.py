"""What goes wrong on newer Pythons than the one that runs these tests."""

import symtable
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "server").rglob("*.py"))
COMPREHENSIONS = ("listcomp", "setcomp", "dictcomp", "genexpr")


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
    for table in tables(symtable.symtable(source, "?", "exec")):
        if isinstance(table, symtable.Function) and table.get_name() not in COMPREHENSIONS:
            free = set(table.get_frees())
            for inner in table.get_children():
                if inner.get_name() in COMPREHENSIONS:
                    bound = [each.get_name() for each in inner.get_symbols() if each.is_local()]
                    found += [f"{table.get_name()}: {name}" for name in bound if name in free]
    return found


def tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for inner in table.get_children():
        yield from tables(inner)
