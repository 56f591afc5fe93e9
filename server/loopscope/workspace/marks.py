"""The marks of tests, classes and modules, and what those that ask for fixtures say (`_pytest/mark/structures.py`)."""

import ast
from collections.abc import Iterable
from pathlib import PurePath
from typing import NamedTuple

from loopscope.facts.bodies import Body
from loopscope.facts.expr import Call, Concat, Const, Expr, Items, Opaque, Pairs, Ref, dotted, strings
from loopscope.facts.extract import FileFacts
from loopscope.facts.outline import Assigned, Binding, FactId, FunctionFact, Guard
from loopscope.facts.reading import read
from loopscope.workspace.circles import Cycle
from loopscope.workspace.index import index_of
from loopscope.workspace.mro import class_fact, mro_of, own_bindings
from loopscope.workspace.namespace import dereference, followed
from loopscope.workspace.queries import Queries
from loopscope.workspace.signature import scoped_decorators
from loopscope.workspace.values import Expression, External, Function, last_of

_PREFIX = "pytest.mark."
UNREAD = "<computed>"
"""The name of what stands for the marks of a `pytestmark` that is computed: there may be any."""
_ANY = frozenset((UNREAD,))
_MARKS = ("pytest.mark", "mark")


class Mark(NamedTuple):
    """One mark; its arguments are expressions of the file `path`."""

    name: str
    args: tuple[Expr, ...]
    keywords: tuple[tuple[str | None, Expr], ...]
    path: PurePath
    where: str
    """Where it is applied, in words: "the test", "the class `TestX`", "the module"."""
    fixed: bool = True
    """False when the mark stands below a condition or among values that only running tells."""

    def keyword(self, name: str) -> Expr | None:
        """The value of a keyword, or None."""
        return next((value for key, value in self.keywords if key == name), None)


class Directness(NamedTuple):
    """What the parametrize marks of a test say: names given directly, names given through a fixture, and any doubt."""

    direct: frozenset[str]
    indirect: frozenset[str]
    unknown: str | None


def marks_in(q: Queries, path: PurePath, expr: Expr, where: str) -> tuple[Mark, ...]:
    """The marks that an expression of `path` stands for: a decorator, or a value of `pytestmark`."""
    match expr:
        case Ref(name):
            value = last_of(dereference(q, path, name))
            if isinstance(value, External) and value.name.startswith(_PREFIX):
                return (Mark(value.name.removeprefix(_PREFIX), (), (), path, where),)
            if isinstance(value, Expression) and not isinstance(value.expr, Ref):
                try:
                    return q.get(marks_in, value.path, value.expr, where)
                except Cycle:
                    return ()
            return ()
        case Call(func, args, keywords):
            called = marks_in(q, path, func, where)
            if len(called) != 1:
                return _made(q, path, expr, where) if isinstance(func, Ref) else ()
            return (called[0]._replace(args=called[0].args + args, keywords=called[0].keywords + keywords, path=path),)
        case Items(_, items):
            return tuple(mark for item in items for mark in marks_in(q, path, item, where))
        case Concat(left, right):
            return (*marks_in(q, path, left, where), *marks_in(q, path, right, where))
        case _:
            return ()


def function_marks(q: Queries, path: PurePath, fact: FunctionFact) -> tuple[Mark, ...]:
    """The marks of a function, the decorator nearest to the `def` first."""
    return tuple(
        mark for expr in reversed(scoped_decorators(q, path, fact)) for mark in _decorating(q, path, expr, "the test")
    )


def class_marks(q: Queries, path: PurePath, id_: FactId) -> tuple[Mark, ...]:
    """The marks of a class and its bases, those of the bases first (`get_unpacked_marks`)."""
    found: list[Mark] = []
    for base_path, base_id in reversed(q.get(mro_of, path, id_).classes):
        fact = class_fact(q, base_path, base_id)
        if fact is None:
            continue
        where = f"the class `{fact.name}`"
        bound = [binding for binding in own_bindings(q, base_path, fact) if binding.name == "pytestmark"]
        found += _assigned_marks(q, base_path, bound, where)
        found += [mark for expr in reversed(fact.decorators) for mark in _decorating(q, base_path, expr, where)]
    return tuple(found)


def module_marks(q: Queries, path: PurePath) -> tuple[Mark, ...]:
    """The marks in a module's `pytestmark`."""
    placed = q.get(index_of, path).names.get("pytestmark", ())
    return tuple(_assigned_marks(q, path, [each.binding for each in placed], "the module"))


def _decorating(q: Queries, path: PurePath, expr: Expr, where: str) -> tuple[Mark, ...]:
    """The marks of a decorator; those that a function makes which speaks of marks are not read any further."""
    written = marks_in(q, path, expr, where)
    value = last_of(dereference(q, path, name)) if not written and (name := dotted(expr)) is not None else None
    if not isinstance(value, Function) or not q.get(_speaks_of_marks, value.path, value.fact.id):
        return written
    func = expr.func if isinstance(expr, Call) else expr
    return tuple(Mark(name, (), (), path, where, fixed=False) for name in sorted(_made_names(q, path, func)))


def _speaks_of_marks(q: Queries, path: PurePath, id_: FactId) -> bool:
    function = q.function(path, id_) if q.mentions(path, ("mark",)) else None
    return function is not None and "mark." in ast.unparse(function[1].node)


def _assigned_marks(q: Queries, path: PurePath, bindings: Iterable[Binding], where: str) -> list[Mark]:
    found: list[Mark] = []
    for binding in bindings:
        if binding.guard is Guard.TYPE_CHECKING or not isinstance(binding.target, Assigned):
            continue
        marks = marks_in(q, path, binding.target.value, where)
        unread = sorted(q.get(_unread, path, binding.target.value))
        marks = (*marks, *(Mark(name, (), (), path, where, fixed=False) for name in unread))
        if binding.guard not in (Guard.ALWAYS, Guard.NOT_TYPE_CHECKING):
            found += [mark._replace(fixed=False) for mark in marks]
        else:
            found = [*(found if binding.target.augmented else ()), *marks]
    return found


def _unread(q: Queries, path: PurePath, expr: Expr) -> frozenset[str]:
    """The names of marks that a value of `pytestmark` may hold beside those that are written in it."""
    match expr:
        case Const():
            return frozenset()
        case Items(_, items):
            return frozenset(name for item in items for name in q.get(_unread, path, item))
        case Concat(left, right):
            return q.get(_unread, path, left) | q.get(_unread, path, right)
        case Ref(name):
            value = last_of(dereference(q, path, name))
            if isinstance(value, Expression) and not isinstance(value.expr, Ref):
                try:
                    return q.get(_unread, value.path, value.expr)
                except Cycle:
                    return _ANY
            return frozenset() if marks_in(q, path, expr, "") else _ANY
        case Call(func):
            return frozenset() if marks_in(q, path, expr, "") else _made_names(q, path, func)
        case _:
            return _ANY


def _made(q: Queries, path: PurePath, call: Call, where: str) -> tuple[Mark, ...]:
    """The mark that a function of the project surely returns: `return pytest.mark.parametrize("client", clients)`."""
    returned = _returned(q, path, call.func)
    if returned is None:
        return ()
    source, facts, body = returned
    given = _literal_arguments(call, body)
    found: list[Mark] = []
    for node in body.returns:
        marks = () if node.value is None else marks_in(q, source, read(node.value, facts.names), where)
        if len(marks) != 1 or marks[0].name != (found or marks)[0].name:
            return ()
        found.append(_outside(marks[0], given, body.bound))
    return tuple(found[:1]) if len(set(found)) == 1 else tuple(mark._replace(fixed=False) for mark in found)


def _made_names(q: Queries, path: PurePath, func: Expr) -> frozenset[str]:
    """The names of the marks that a function gives, one that is written in each `return`; else any.

    `usefixtures` is none of them: its arguments are fixtures, which are not read here.
    """
    returned = _returned(q, path, func)
    names = [written_mark(node.value) for node in returned[2].returns] if returned is not None else []
    surely = [name for name in names if name is not None and name != "usefixtures"]
    return frozenset(surely) if surely and len(surely) == len(names) else _ANY


def _returned(q: Queries, path: PurePath, func: Expr) -> tuple[PurePath, FileFacts, Body] | None:
    """The function of the project that is called, when what it returns is what the call gives."""
    value = last_of(dereference(q, path, func.name)) if isinstance(func, Ref) else None
    if not isinstance(value, Function) or value.fact.decorators or value.fact.is_async or value.fact.yields:
        return None
    found = q.function(value.path, value.fact.id) if q.mentions(value.path, ("mark.",)) else None
    return None if found is None else (value.path, *found)


def _literal_arguments(call: Call, body: Body) -> dict[str, Const]:
    """The parameters for which a call gives literals, and which nothing else binds."""
    params = body.node.args
    names = [each.arg for each in (*params.posonlyargs, *params.args)]
    given = [*zip(names, call.args, strict=False), *((key or "", value) for key, value in call.keywords)]
    return {name: value for name, value in given if isinstance(value, Const) and body.times_bound.get(name) == 1}


def _outside(mark: Mark, given: dict[str, Const], bound: frozenset[str]) -> Mark:
    """A mark that a function makes, as it is known where the function is called: its other variables are not."""

    def known(expr: Expr) -> Expr:
        match expr:
            case Ref(name):
                return given.get(name, Opaque("")) if name.partition(".")[0] in bound else expr
            case Items(kind, items):
                return Items(kind, tuple(map(known, items)))
            case Const():
                return expr
            case _:
                return Opaque("")

    keywords = tuple((key, known(value)) for key, value in mark.keywords)
    return mark._replace(args=tuple(map(known, mark.args)), keywords=keywords)


def written_mark(node: ast.expr | None) -> str | None:
    """The name of the mark that an expression in a function writes: of `pytest.mark.skip("…")` it is `skip`."""
    while isinstance(node, ast.Call):
        node = node.func
    before, _, name = ("" if node is None else ast.unparse(node)).rpartition(".")
    return name if before in _MARKS else None


def used_fixtures(marks: Iterable[Mark]) -> tuple[str, ...]:
    """The names in `usefixtures` marks, in pytest's order."""
    return tuple(
        arg.value
        for mark in marks
        if mark.name == "usefixtures"
        for arg in mark.args
        if isinstance(arg, Const) and isinstance(arg.value, str)
    )


def parametrized(q: Queries, marks: Iterable[Mark]) -> Directness:
    """Which names the parametrize marks give. Mirrors `_get_direct_parametrize_args` in `_pytest/fixtures.py`."""
    direct: set[str] = set()
    indirect: set[str] = set()
    unknown: str | None = None
    for mark in marks:
        if mark.name == UNREAD:
            unknown = "`pytestmark` is computed"
        if mark.name != "parametrize":
            continue
        names = _argnames(q, mark)
        through = _value(q, mark, mark.keyword("indirect") or (mark.args[2] if len(mark.args) > 2 else Const(False)))
        if names is None:
            unknown = "the names of a parametrize mark are computed"
            continue
        match through:
            case Const(bool() as flag):
                (indirect if flag else direct).update(names)
            case _ if (listed := strings(through)) is not None and not isinstance(through, Const):
                indirect.update(name for name in names if name in listed)
                direct.update(name for name in names if name not in listed)
            case _:
                unknown = "`indirect` of a parametrize mark is computed"
    return Directness(frozenset(direct), frozenset(indirect), unknown)


def _argnames(q: Queries, mark: Mark) -> tuple[str, ...] | None:
    """The argument names of one parametrize mark; None when they are computed."""
    given = mark.args[0] if mark.args else mark.keyword("argnames")
    if given is None:
        return None
    expr = _value(q, mark, given)
    if isinstance(expr, Const) and isinstance(expr.value, str):
        return tuple(name.strip() for name in expr.value.split(",") if name.strip())
    return strings(expr)


def _value(q: Queries, mark: Mark, expr: Expr) -> Expr:
    """The expression that an argument stands for, through a variable."""
    if isinstance(expr, Ref):
        value = last_of(followed(q, mark.path, expr))
        return value.expr if isinstance(value, Expression) and not isinstance(value.expr, Ref | Pairs) else Opaque("")
    return expr
