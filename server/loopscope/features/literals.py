"""Strings that name fixtures: what a string is for, and where a name stands in it."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from loopscope.features.mention import Role
from loopscope.syntax.names import dotted
from loopscope.text.span import Span

USEFIXTURES = "pytest.mark.usefixtures"
PARAMETRIZE = "pytest.mark.parametrize"
BY_NAME = frozenset({"getfixturevalue", "lazy_fixture", "lf"})
"""What gives the value of a fixture that is named by a string: pytest's method, and plugins for lazy fixtures."""

_GETFIXTURE = re.compile(r"""\bgetfixture\(\s*\\?(['"])(\w+)\\?\1""")
_SIMPLE = re.compile(r"""(?s)[rRuU]{0,2}('{3}|"{3}|'|")(.*)\1\Z""")


class Purpose(NamedTuple):
    """What a string is for; `indirect` as in `Mention`."""

    role: Role
    indirect: bool | None = False


def purpose(node: ast.Constant, above: Sequence[ast.AST], names: Mapping[str, str]) -> Purpose:
    """What a string literal is for. `above` are the nodes around it, the nearest last; `names` the module's imports."""
    child: ast.AST = node
    listed = False
    for parent in reversed(above):
        match parent:
            case ast.List() | ast.Tuple() | ast.Set():
                listed = True
            case ast.keyword():
                pass
            case ast.Call() if child is not parent.func:
                return _argument(parent, child, names, listed=listed)
            case ast.Assign() | ast.AugAssign() | ast.AnnAssign():
                return Purpose(Role.EXPORT if listed and _is_all(parent) else Role.STRING)
            case ast.BinOp(op=ast.Add()):
                pass
            case _:
                return Purpose(Role.STRING)
        child = parent
    return Purpose(Role.STRING)


def places_of(text: str, value: str, name: str, *, commas: bool) -> Iterator[Span | None]:
    """Where a name is one of the items of a string literal, relative to its `text`; None where that is not plain.

    With `commas` the items are what commas separate, as in the names of parametrize; else the string is the only one.
    """
    match = _SIMPLE.match(text)
    plain = match is not None and match[2] == value
    begin = match.start(2) if match is not None else 0
    offset = 0
    for item in value.split(",") if commas else [value]:
        if (item.strip() if commas else item) == name:
            start = begin + offset + len(item) - len(item.lstrip() if commas else item)
            yield Span(start, start + len(name)) if plain else None
        offset += len(item) + 1


def in_doctest(text: str, name: str) -> Iterator[Span]:
    """Where the examples of a docstring, or of a text file, ask for a fixture of that name by `getfixture("…")`."""
    if ">>>" in text:
        yield from (Span(*match.span(2)) for match in _GETFIXTURE.finditer(text) if match[2] == name)


def canonical(node: ast.expr, names: Mapping[str, str]) -> str:
    """The dotted name of an expression through the module's imports; empty for what is no dotted name."""
    written = dotted(node)
    if written is None:
        return f".{node.attr}" if isinstance(node, ast.Attribute) else ""
    first, dot, rest = written.partition(".")
    return f"{names.get(first, first)}{dot}{rest}"


def argument(call: ast.Call, index: int, keyword: str) -> ast.expr | None:
    """The argument of a call by place or by name; None when it is not given."""
    if len(call.args) > index:
        return call.args[index]
    return next((one.value for one in call.keywords if one.arg == keyword), None)


def _argument(call: ast.Call, child: ast.AST, names: Mapping[str, str], *, listed: bool) -> Purpose:
    callee = canonical(call.func, names)
    keyword = child.arg if isinstance(child, ast.keyword) else None
    value = child.value if isinstance(child, ast.keyword) else child
    if callee == USEFIXTURES and keyword is None and not listed:
        return Purpose(Role.USEFIXTURES)
    if callee.rpartition(".")[2] in BY_NAME and not listed and value is argument(call, 0, "argname"):
        return Purpose(Role.GETFIXTUREVALUE)
    if callee == PARAMETRIZE and value is argument(call, 0, "argnames"):
        return Purpose(Role.ARGNAME, _indirect(call))
    if callee == PARAMETRIZE and listed and value is argument(call, 2, "indirect"):
        return Purpose(Role.INDIRECT, True)
    if keyword == "name" and not listed:
        return Purpose(Role.NAME)
    return Purpose(Role.STRING)


def _indirect(call: ast.Call) -> bool | None:
    """True and False when the whole mark is so; a list is looked at by whoever knows the name."""
    given = argument(call, 2, "indirect")
    match given:
        case None:
            return False
        case ast.Constant(value=bool() as value):
            return value
        case _:
            return None


def listed_indirect(call: ast.Call, name: str) -> bool | None:
    """Whether a parametrize mark gives a name through its fixture; None when only running tells."""
    given = argument(call, 2, "indirect")
    if isinstance(given, ast.List | ast.Tuple):
        items = [one.value if isinstance(one, ast.Constant) else None for one in given.elts]
        return None if None in items else name in items
    return _indirect(call)


def _is_all(node: ast.Assign | ast.AugAssign | ast.AnnAssign) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets)
