"""How a function binds its local names, as syntax: by parameter, assignment, `with`, `for`, `def` or import."""

import ast
from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple, cast

from loopscope.facts.bodies import Body
from loopscope.facts.imports import module_names
from loopscope.facts.scan import scan


class How(Enum):
    """What a binding does with its expression."""

    PARAMETER = "a parameter"
    VALUE = "the value of an expression"
    ENTERED = "what `with` gives"
    ASYNC_ENTERED = "what `async with` gives"
    ITEM = "an item of what `for` goes through"
    ASYNC_ITEM = "an item of what `async for` goes through"
    DEFINED = "a nested function"
    CLASS = "a nested class"
    IMPORTED = "an import"
    OTHER = "something else"


class Bound(NamedTuple):
    """One binding of a local name. `place` is that in an unpacked tuple; `annotation` that of the name."""

    how: How
    node: ast.expr | None = None
    place: int | None = None
    annotation: ast.expr | None = None
    target: str = ""
    """The canonical name of an import."""


_OTHER = Bound(How.OTHER)


def bindings_of(body: Body) -> Mapping[str, tuple[Bound, ...]]:
    """The bindings of each local name of a function in source order."""
    found = body.notes.get("bindings")
    if found is None:
        found = body.notes["bindings"] = _bindings(body)
    # The key is used here only.
    return cast("Mapping[str, tuple[Bound, ...]]", found)


def bound_by(body: Body, statement: int, name: str) -> Bound | None:
    """How the statement at a place in `body.statements` binds a name; None when that is not known."""
    # After an edit the function may have fewer statements than it had when the question was first asked.
    asked = body.statements[statement : statement + 1]
    found = [bound for each in asked for bound_name, bound in _of_statement(each) if bound_name == name]
    return found[0] if len(found) == 1 else None


def rebound_inside(body: Body, name: str) -> bool:
    """Whether a nested function declares a name of this one `nonlocal`."""
    return any(
        (isinstance(statement, ast.Nonlocal) and name in statement.names) or rebound_inside(inner, name)
        for inner in body.nested
        for statement in inner.statements
    )


def _bindings(body: Body) -> Mapping[str, tuple[Bound, ...]]:
    found: dict[str, list[Bound]] = {}
    arguments = body.node.args
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        found.setdefault(argument.arg, []).append(Bound(How.PARAMETER, annotation=argument.annotation))
    for variadic in (arguments.vararg, arguments.kwarg):
        if variadic is not None:
            found.setdefault(variadic.arg, []).append(_OTHER)
    for inner in body.nested:
        found.setdefault(inner.node.name, []).append(Bound(How.DEFINED))
    for statement in body.statements:
        # Most statements are others.
        if statement.__class__ in _BINDING or (
            isinstance(statement, ast.Expr) and isinstance(statement.value, ast.NamedExpr)
        ):
            for name, bound in _of_statement(statement):
                found.setdefault(name, []).append(bound)
    # What is bound in another way (`except`, `match`, `global`, a walrus in a condition) is not known.
    for name, times in body.times_bound.items():
        if len(found.get(name, ())) != times:
            found.setdefault(name, []).append(_OTHER)
    return {name: tuple(bounds) for name, bounds in found.items()}


_BINDING: frozenset[type[ast.AST]] = frozenset(
    (
        *(ast.Assign, ast.AnnAssign, ast.With, ast.AsyncWith, ast.For, ast.AsyncFor, ast.ClassDef),
        *(ast.Import, ast.ImportFrom),
    )
)
"""The statements that `_of_statement` looks into, beside walruses that stand alone."""


def _of_statement(node: ast.stmt) -> list[tuple[str, Bound]]:
    # The most frequent one first.
    if isinstance(node, ast.Assign):
        targets = node.targets
        if len(targets) == 1 and isinstance(target := targets[0], ast.Name):
            return [(target.id, Bound(How.VALUE, node.value))]
        return [each for target in targets for each in _of_target(target, How.VALUE, node.value)]
    match node:
        case ast.AnnAssign(ast.Name(name), annotation, value):
            return [(name, Bound(How.VALUE, value, None, annotation))]
        case ast.With(items) | ast.AsyncWith(items):
            how = How.ENTERED if isinstance(node, ast.With) else How.ASYNC_ENTERED
            named = [(item.optional_vars, item.context_expr) for item in items if item.optional_vars is not None]
            return [each for target, entered in named for each in _of_target(target, how, entered)]
        case ast.For(target, iterated) | ast.AsyncFor(target, iterated):
            return _of_target(target, How.ITEM if isinstance(node, ast.For) else How.ASYNC_ITEM, iterated)
        case ast.Expr(ast.NamedExpr(target, value)):
            return [(target.id, Bound(How.VALUE, value))]
        case ast.ClassDef(name):
            return [(name, Bound(How.CLASS))]
        case ast.Import() | ast.ImportFrom():
            names = module_names(scan([node]))
            return [(name, Bound(How.IMPORTED, target=canonical)) for name, canonical in names.items()]
        case _:
            return []


def _of_target(target: ast.expr, how: How, value: ast.expr) -> list[tuple[str, Bound]]:
    if isinstance(target, ast.Name):
        return [(target.id, Bound(how, value))]
    if not isinstance(target, _SEVERAL):
        return []
    items = target.elts
    starred = any(isinstance(item, ast.Starred) for item in items)
    return [
        (item.id, Bound(How.OTHER) if starred else Bound(how, value, index))
        for index, item in enumerate(items)
        if isinstance(item, ast.Name)
    ]


_SEVERAL = (ast.Tuple, ast.List)
