"""What names mean: canonical dotted names, through imports and simple aliases."""

import ast
import builtins
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda

_BUILTINS = frozenset(dir(builtins))


class Bound(NamedTuple):
    """One place where a scope binds a name."""

    name: str
    """The name; "*" for a star import."""
    target: str | None
    """For an import what it imports, dotted, leading dots saying how far up it begins; for an assignment of a dotted
    name that name as it is written; None for anything else."""
    imported: bool
    fallback: bool = False
    """Whether it only counts when nothing else binds the name: in a handler of a `try`, or below its `else`."""


class Bindings(NamedTuple):
    """What the names of one scope stand for."""

    names: Mapping[str, Bound]
    stars: tuple[str, ...]
    """The modules of star imports, which may bind any other name."""


def imported(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[ast.alias, Bound]]:
    """The names that an import statement binds: `import a.b` binds `a` to "a", `from .. import c as d` `d` to "..c"."""
    for alias in node.names:
        if isinstance(node, ast.Import):
            first = alias.name.partition(".")[0]
            yield alias, Bound(alias.asname or first, alias.name if alias.asname else first, True)
        else:
            module = "." * node.level + (node.module or "")
            if alias.name == "*":
                yield alias, Bound("*", module, True)
            else:
                dot = "" if module.endswith(".") else "."
                yield alias, Bound(alias.asname or alias.name, f"{module}{dot}{alias.name}", True)


def bound(body: Iterable[ast.stmt]) -> Iterator[Bound]:
    """Every name that statements bind in their own scope, in order.

    Not seen, for speed: what expressions bind (`:=`) or bind for themselves (comprehensions).
    """
    for node in body:
        match node:
            case ast.Import() | ast.ImportFrom():
                for _, name in imported(node):
                    yield name
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield Bound(node.name, None, False)
            case ast.Assign():
                for target in node.targets:
                    yield from _assigned(target, node.value)
            case ast.AnnAssign() | ast.AugAssign():
                yield from _assigned(node.target, node.value if isinstance(node, ast.AnnAssign) else None)
            case ast.For() | ast.AsyncFor():
                yield from _assigned(node.target, None)
                yield from bound((*node.body, *node.orelse))
            case ast.With() | ast.AsyncWith():
                for item in node.items:
                    if item.optional_vars is not None:
                        yield from _assigned(item.optional_vars, None)
                yield from bound(node.body)
            case ast.If() | ast.While():
                yield from bound((*node.body, *node.orelse))
            case ast.Try() | ast.TryStar():
                yield from bound((*node.body, *node.orelse))
                for handler in node.handlers:
                    if handler.name is not None:
                        yield Bound(handler.name, None, False)
                    for name in bound(handler.body):
                        yield name._replace(fallback=True)
                yield from bound(node.finalbody)
            case ast.Match():
                for case in node.cases:
                    yield from _captured(case.pattern)
                    yield from bound(case.body)
            case ast.Delete():
                for target in node.targets:
                    yield from _assigned(target, None)
            case ast.Global() | ast.Nonlocal():
                for each in node.names:
                    yield Bound(each, each, False)
            case _:
                pass


def merge(names: Iterable[Bound]) -> Bindings:
    """What names stand for that are bound in these places.

    A name bound in one way only, however often, stands for that; one that is bound differently in several places
    stands for nothing known. What `except` clauses bind is left out when something else binds the name too.
    """
    found: dict[str, Bound] = {}
    stars: list[str] = []
    for each in names:
        before = found.get(each.name)
        if each.name == "*":
            stars.append(each.target or "")
        elif before is None or (before.fallback and not each.fallback):
            found[each.name] = each
        elif before.fallback == each.fallback and before.target != each.target:
            found[each.name] = Bound(each.name, None, False, each.fallback)
    return Bindings(found, tuple(stars))


def dotted(node: ast.expr) -> str | None:
    """A chain of attributes as it is written (`pt.mark.asyncio`), or None for any other expression."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    parts.append(node.id)
    return ".".join(reversed(parts))


class Scope:
    """The bindings that an expression sees, its own scope's first."""

    __slots__ = ("_own", "node", "outer")

    def __init__(
        self,
        own: Bindings | None,
        node: FunctionNode | ast.ClassDef | None = None,
        outer: "Scope | None" = None,
    ) -> None:
        """`Scope(bindings)` is a module's; others come from `inside`. Without `own`, `node` is read when needed."""
        self._own = own
        self.node = node
        self.outer = outer

    def inside(self, node: FunctionNode | ast.ClassDef) -> "Scope":
        """The scope of the body of a function or class that stands in this scope.

        Its bindings are looked for when they are first needed.
        """
        return Scope(None, node, self)

    def resolve(self, node: ast.expr) -> str | None:
        """The canonical dotted name of an expression, or None when it has none that is known.

        `pt.mark.asyncio` is "pytest.mark.asyncio" under `import pytest as pt`, `print` is "builtins.print" unless a
        scope binds it or a star import might. A relative import gives leading dots: ".helpers.make".
        """
        written = dotted(node)
        return None if written is None else self.resolve_name(written)

    def resolve_name(self, written: str) -> str | None:
        """The canonical name of a dotted name as it would be written here."""
        scope: Scope | None = self
        seen: set[str] = set()
        while scope is not None:
            first, dot, rest = written.partition(".")
            own = scope.bindings
            # Functions and classes that stand in a class do not see its names.
            hidden = scope is not self and isinstance(scope.node, ast.ClassDef)
            name = None if hidden else own.names.get(first)
            if name is not None and name.target is not None:
                if name.imported:
                    return f"{name.target}{dot}{rest}"
                if name.target != first:
                    if first in seen:
                        return None
                    seen.add(first)
                    written = f"{name.target}{dot}{rest}"
                    continue
            elif name is not None or (own.stars and not hidden):
                return None
            seen.clear()
            scope = scope.outer
        return f"builtins.{written}" if written.partition(".")[0] in _BUILTINS else None

    @property
    def bindings(self) -> Bindings:
        """What this scope itself binds."""
        if self._own is None:
            self._own = merge(() if self.node is None else _bound_in(self.node))
        return self._own


def _bound_in(node: FunctionNode | ast.ClassDef) -> Iterator[Bound]:
    if isinstance(node, ast.ClassDef):
        yield from bound(node.body)
        return
    arguments = node.args
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        yield Bound(argument.arg, None, False)
    for star in (arguments.vararg, arguments.kwarg):
        if star is not None:
            yield Bound(star.arg, None, False)
    if not isinstance(node, ast.Lambda):
        yield from bound(node.body)


def _assigned(target: ast.expr, value: ast.expr | None) -> Iterator[Bound]:
    match target:
        case ast.Name():
            yield Bound(target.id, None if value is None else dotted(value), False)
        case ast.Tuple() | ast.List():
            for element in target.elts:
                yield from _assigned(element, None)
        case ast.Starred():
            yield from _assigned(target.value, None)
        case _:
            pass


def _captured(pattern: ast.pattern) -> Iterator[Bound]:
    for node in ast.walk(pattern):
        match node:
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                yield Bound(name, None, False)
            case _:
                pass
