"""Which parameters of a function pytest fills (`getfuncargnames` of `_pytest/compat.py`), and which a decorator."""

import ast
from pathlib import PurePath
from typing import NamedTuple

from loopscope.facts.expr import Call, Expr, Opaque, ParamKind, Ref, dotted
from loopscope.facts.outline import Assigned, FactId, FunctionFact
from loopscope.facts.reading import read
from loopscope.workspace.imports import is_installed
from loopscope.workspace.index import index_of
from loopscope.workspace.namespace import dereference
from loopscope.workspace.queries import Queries
from loopscope.workspace.values import Class, Expression, External, Function

_MOCK = ("unittest.mock.", "mock.")
# Decorators under which a function keeps its parameters, its kind and its marks.
_TRANSPARENT_PREFIXES = (
    "pytest.mark.",
    "hypothesis.settings",
    "hypothesis.example",
    "hypothesis.seed",
    "hypothesis.note",
)
_TRANSPARENT = frozenset(
    (
        "staticmethod",
        "classmethod",
        "property",
        "typing.no_type_check",
        "typing.override",
        "typing_extensions.override",
        "typing.final",
        "typing.overload",
        "abc.abstractmethod",
        "functools.wraps",
        "freezegun.freeze_time",
        "time_machine.travel",
        "unittest.skip",
        "unittest.skipIf",
        "unittest.skipUnless",
        "unittest.expectedFailure",
        "respx.mock",
        "hypothesis.reproduce_failure",
        "flaky.flaky",
    )
)


class Names(NamedTuple):
    """The parameters that pytest fills, and the decorator that may fill some of them instead."""

    names: tuple[str, ...]
    supplied: str | None


def bound_names(
    q: Queries,
    path: PurePath,
    fact: FunctionFact,
    decorators: tuple[Expr, ...],
    *,
    bound: bool,
    class_decorators: tuple[tuple[PurePath, Expr], ...] = (),
) -> Names:
    """The fixtures that a function requests by parameter.

    `bound` says that it is a method, whose first parameter is `self`. `class_decorators` are those of its classes, of
    which `mock.patch` applies to methods too.
    """
    known = decorations(q, path, decorators)
    if "classmethod" in known:
        bound = True
    elif "staticmethod" in known:
        bound = False
    asked = [
        param.name
        for param in fact.params
        if param.kind in (ParamKind.NORMAL, ParamKind.KEYWORD_ONLY) and not param.has_default
    ]
    if bound and asked and not any(param.kind is ParamKind.POSITIONAL_ONLY for param in fact.params):
        first = fact.params[0]
        # A method whose first parameter is `*args` takes itself from there.
        asked = asked[1:] if first.name == asked[0] else asked
    patched = 0
    supplied: str | None = None
    for where, expr in (*((path, expr) for expr in decorators), *class_decorators):
        name = decorator_name(q, where, expr)
        if name is None:
            supplied = supplied or "a decorator"
        elif name.startswith(_MOCK):
            patched += _patched(name, expr)
        elif name in ("hypothesis.given", "hypothesis.core.given"):
            asked = _given(expr, asked)
        elif name == "respx.mock":
            # It passes its router under this name (`MockRouter.__call__`).
            asked = [param for param in asked if param != "respx_mock"]
        elif (where, expr) not in class_decorators and not is_transparent(name):
            supplied = name
    return Names(tuple(asked[patched:]), supplied)


def scoped_decorators(q: Queries, path: PurePath, fact: FunctionFact) -> tuple[Expr, ...]:
    """The decorators of a function; a name that its class binds above it stands for what is assigned to it.

    So does a name of the module that stands for `mock.patch(...)`.
    """
    if not fact.decorators:
        return ()
    own = q.get(_assigned_in_class, path, fact.id.holder) if "." in fact.id.qualname else {}
    return tuple([_patch_held(q, path, _scoped(expr, own) if own else expr) for expr in fact.decorators])


def _assigned_in_class(q: Queries, path: PurePath, qualname: str) -> dict[str, Expr]:
    holder = q.get(index_of, path).class_named(qualname)
    if holder is None:
        return {}
    return {each.name: each.target.value for each in holder.bindings if isinstance(each.target, Assigned)}


def _scoped(expr: Expr, own: dict[str, Expr]) -> Expr:
    if isinstance(expr, Ref):
        return own.get(expr.name, expr)
    if isinstance(expr, Call) and isinstance(expr.func, Ref) and expr.func.name in own:
        return expr._replace(func=own[expr.func.name])
    return expr


def _patch_held(q: Queries, path: PurePath, expr: Expr) -> Expr:
    """What a decorator is that the project keeps in a variable, or makes in a function of its own."""
    written = dotted(expr)
    if written is None or written.startswith(("pytest.", *_MOCK)):
        return expr
    found: Expr | None = None
    match dereference(q, path, written):
        case Expression(_, held) if isinstance(expr, Ref):
            found = held
        case Function(source, fact) if not fact.decorators and not is_installed(q, source):
            found = q.get(_patch_made, source, fact.id, isinstance(expr, Call))
        case _:
            pass
    return found if isinstance(found, Call) and (dotted(found) or "").startswith(_MOCK) else expr


def _patch_made(q: Queries, path: PurePath, id_: FactId, called: bool) -> Expr | None:
    """What the decorator that a function is, or gives when it is `called`, does: `return patch(...)(function)`."""
    function = q.function(path, id_) if q.mentions(path, ("patch",)) else None
    if function is None:
        return None
    facts, body = function
    first = [each.arg for each in body.node.args.args][:1]
    match body.returns:
        case [ast.Return(ast.Call() as made)] if called:
            return read(made, facts.names)
        case [ast.Return(ast.Call(ast.Call() as made, [ast.Name(name)]))] if not called and [name] == first:
            return read(made, facts.names)
        case _:
            return None


def decorations(q: Queries, path: PurePath, decorators: tuple[Expr, ...]) -> frozenset[str]:
    """The known names of decorators, marks left out; one that has no name counts as `a decorator`."""
    names = (decorator_name(q, path, expr) or "a decorator" for expr in decorators)
    return frozenset(name for name in names if not name.startswith("pytest.mark."))


def decorator_name(q: Queries, path: PurePath, expr: Expr) -> str | None:
    """The dotted name under which a decorator is known; that of a project's own is as written."""
    written = dotted(expr)
    if written is None:
        return None
    value = dereference(q, path, written)
    match value:
        case External(name):
            return name
        case Function(_, fact) | Class(_, fact):
            top = written.lstrip(".").partition(".")[0]
            return f"{top}.{fact.name}" if top in _KNOWN_TOPS else written
        case _:
            return written


_KNOWN_TOPS = frozenset(("freezegun", "time_machine", "respx", "flaky"))


def is_transparent(name: str) -> bool:
    """Whether a decorator leaves the parameters of a function to pytest, and a coroutine function what it is."""
    return name in _TRANSPARENT or name.startswith(_TRANSPARENT_PREFIXES) or name.startswith("pytest.")


def _patched(name: str, expr: Expr) -> int:
    """How many arguments one `mock.patch…` decorator passes (`num_mock_patch_args`)."""
    kind = name.rpartition("mock.")[2]
    places = {"patch": 1, "patch.object": 2}
    if kind not in places or not isinstance(expr, Call):
        return 0
    if len(expr.args) > places[kind]:
        new: Expr | None = expr.args[places[kind]]
    else:
        new = expr.keyword("new")
    is_default = isinstance(new, Ref) and new.name.endswith("DEFAULT")
    return 1 if new is None or is_default else 0


def _given(expr: Expr, asked: list[str]) -> list[str]:
    """What `@given` leaves: keywords by name, positional strategies from the right."""
    if not isinstance(expr, Call):
        return asked
    named = {key for key, _ in expr.keywords if key is not None}
    if any(key is None for key, _ in expr.keywords) or any(
        isinstance(arg, Opaque) and arg.kind == "Starred" for arg in expr.args
    ):
        return []
    left = [name for name in asked if name not in named]
    count = len(expr.args)
    return left[: max(len(left) - count, 0)] if count else left
