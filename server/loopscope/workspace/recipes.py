"""What a decorator or call says about a fixture: `fixture()` of pytest, of pytest-asyncio and of their kin."""

import ast
import re
from pathlib import PurePath
from typing import NamedTuple

from loopscope.facts.expr import Call, Const, Expr, Items, Lambda, Ref, dotted
from loopscope.facts.outline import Assigned, FactId, FunctionFact
from loopscope.facts.reading import read
from loopscope.workspace.circles import Cycle
from loopscope.workspace.imports import is_installed
from loopscope.workspace.index import index_of
from loopscope.workspace.made_functions import made_function
from loopscope.workspace.model import Decorator, Kind, Scope, Unknown
from loopscope.workspace.namespace import dereference
from loopscope.workspace.queries import Queries
from loopscope.workspace.signature import bound_names, decorations, scoped_decorators
from loopscope.workspace.values import Expression, External, Function, Value, last_of
from loopscope.workspace.wrappers import effective

_FACTORIES = {
    "pytest.fixture": Decorator.PYTEST,
    "pytest.yield_fixture": Decorator.PYTEST,
    "pytest_asyncio.fixture": Decorator.PYTEST_ASYNCIO,
    "pytest_trio.trio_fixture": Decorator.OTHER,
    "pytest_trio.plugin.trio_fixture": Decorator.OTHER,
    "pytest_twisted.async_fixture": Decorator.OTHER,
    "pytest_twisted.async_yield_fixture": Decorator.OTHER,
}
# The same functions, seen from inside their own modules.
_OWN = {
    "_pytest/fixtures.py/fixture": Decorator.PYTEST,
    "_pytest/fixtures.py/yield_fixture": Decorator.PYTEST,
    "pytest_asyncio/plugin.py/fixture": Decorator.PYTEST_ASYNCIO,
}
_MAKES = re.compile(r"(?<!\w)fixture\(")
"""`return pytest.fixture(function)`; `load_fixture(...)` is something else."""
_SCOPES = {scope.value: scope for scope in Scope}


class Marker(NamedTuple):
    """The arguments of a fixture decorator (`FixtureFunctionMarker`)."""

    decorator: Decorator
    name: str | Unknown | None = None
    scope: Scope | Unknown = Scope.FUNCTION
    autouse: bool | Unknown = False
    has_params: bool = False
    loop_scope: Scope | Unknown | None = None


class Recipe(NamedTuple):
    """A fixture before it is registered: its name, its function and what its decorator says."""

    name: str
    path: PurePath
    function: FunctionFact
    marker: Marker
    kind: Kind
    argnames: tuple[str, ...]
    supplied: str | None = None
    """A decorator that may supply arguments; names that are no fixtures are then its own affair."""


def marker_of(q: Queries, path: PurePath, expr: Expr) -> Marker | Unknown | None:
    """The marker that a decorator expression of `path` stands for; None when it makes no fixture."""
    if isinstance(expr, Ref):
        if not _worth_following(q, path, expr.name):
            return None
        return _marker_of_value(q, last_of(dereference(q, path, expr.name)))
    if not isinstance(expr, Call):
        return None
    if isinstance(expr.func, Ref) and expr.func.name in ("functools.partial", "partial") and expr.args:
        marker = marker_of(q, path, expr.args[0])
    else:
        marker = marker_of(q, path, expr.func)
    return _with_arguments(q, path, marker, expr) if isinstance(marker, Marker) else marker


def recipe_of(q: Queries, value: Value | None, name: str, *, bound: bool) -> Recipe | Unknown | None:
    """The fixture that the attribute `name` of a module or class is; None when it is none.

    `bound` says that it is taken from an instance, so that a plain function has a `self`.
    """
    match value:
        case Function(path, fact):
            return _decorated(q, path, fact, name, bound=bound) if fact.decorators else None
        case Expression(path, Call() as call):
            return _assigned(q, path, call, name, bound=bound)
        case _:
            return None


def _worth_following(q: Queries, path: PurePath, name: str) -> bool:
    """Whether a decorator may make a fixture; installed files are not followed to what their imports call otherwise."""
    if "fixture" in name.lower() or not is_installed(q, path):
        return True
    placed = q.get(index_of, path).names.get(name.partition(".")[0], ())
    return any(isinstance(each.binding.target, Assigned) for each in placed)


def _marker_of_value(q: Queries, value: Value | None) -> Marker | Unknown | None:
    match value:
        case External(name):
            decorator = _FACTORIES.get(name)
            return None if decorator is None else Marker(decorator)
        case Expression(path, expr) if isinstance(expr, Call):
            try:
                return q.get(marker_of, path, expr)
            except Cycle:
                return None
        case Function(path, fact):
            decorator = _OWN.get("/".join((*path.parts[-2:], fact.name)))
            return Marker(decorator) if decorator is not None else q.get(_wrapper, path, fact.id.qualname)
        case _:
            return None


def _wrapper(q: Queries, path: PurePath, qualname: str) -> Unknown | None:
    """Whether a function used as a decorator makes fixtures, which only running it would tell for sure."""
    if "fixture" in qualname.rpartition(".")[2].lower() and q.mentions(path, ("fixture",)):
        return Unknown(f"`{qualname}` may make a fixture")
    return None


def _with_arguments(q: Queries, path: PurePath, marker: Marker, call: Call) -> Marker:
    for key, value in call.keywords:
        match key:
            case "name":
                marker = marker._replace(name=_text(value, "name"))
            case "scope":
                marker = marker._replace(scope=_scope(value) or Scope.FUNCTION)
            case "loop_scope":
                marker = marker._replace(loop_scope=_scope(value))
            case "autouse":
                marker = marker._replace(autouse=_truth(q, path, value))
            case "params":
                marker = marker._replace(has_params=value != Const(None))
            case None:
                unknown = Unknown("the arguments of the fixture decorator are computed")
                marker = marker._replace(name=unknown, scope=unknown, autouse=unknown)
            case _:
                pass
    if marker.decorator is Decorator.PYTEST and call.args and isinstance(call.args[0], Const):
        marker = marker._replace(scope=_scope(call.args[0]) or Scope.FUNCTION)
    return marker


def _decorated(q: Queries, path: PurePath, fact: FunctionFact, name: str, *, bound: bool) -> Recipe | Unknown | None:
    decorators = scoped_decorators(q, path, fact)
    markers = [(place, marker_of(q, path, expr)) for place, expr in enumerate(decorators)]
    found = [(place, marker) for place, marker in markers if marker is not None]
    if not found:
        return None
    place, marker = found[0]
    if isinstance(marker, Unknown):
        return marker
    above = decorations(q, path, decorators[:place])
    if "classmethod" in above or "property" in above:
        return None
    if above - {"staticmethod"}:
        return Unknown(f"`{fact.name}` is a fixture below the decorator `{min(above - {'staticmethod'})}`")
    return _recipe(q, path, fact, name, marker, decorators[place + 1 :], bound=bound and not above)


def _assigned(q: Queries, path: PurePath, call: Call, name: str, *, bound: bool) -> Recipe | Unknown | None:
    """`name = pytest.fixture(...)(function)`, `name = pytest.fixture(function, ...)` and `name = copy(a_fixture)`."""
    given = call.args[0] if call.args else call.keyword("fixture_function")
    marker = None if given is None or isinstance(given, Const) else marker_of(q, path, call.func)
    if marker is None:
        return _made_by_function(q, path, call, name, bound=bound) or _made_of_fixture(q, path, call, name)
    if given is None or isinstance(marker, Unknown):
        return marker if isinstance(marker, Unknown) else None
    marker = _with_arguments(q, path, marker, call)
    if isinstance(given, Lambda) and not bound:
        fact = _of_lambda(q, path, call, given, name)
        return fact if isinstance(fact, Unknown) else _recipe(q, path, fact, name, marker, (), bound=False)
    function = last_of(dereference(q, path, given.name)) if isinstance(given, Ref) else None
    if not isinstance(function, Function):
        return Unknown(f"the function of the fixture `{name}` is not found")
    return _recipe(q, function.path, function.fact, name, marker, function.fact.decorators, bound=bound)


def _of_lambda(q: Queries, path: PurePath, call: Call, given: Lambda, name: str) -> FunctionFact | Unknown:
    """The lambda that a fixture is made of, by the name of the module that it is assigned to."""
    names = q.get(index_of, path).names
    written = [each for each, placed in names.items() if any(one.binding.target == Assigned(call) for one in placed)]
    own = name if name in written else written[0] if len(written) == 1 else None
    if own is None:
        return Unknown(f"the function of the fixture `{name}` is not found")
    return FunctionFact(FactId(own), own, is_async=False, yields=False, params=given.params)


def _made_by_function(q: Queries, path: PurePath, call: Call, name: str, *, bound: bool) -> Recipe | Unknown | None:
    """What a function gives that defines a fixture inside, or whose decorator does: its name is the one it is given."""
    maker = last_of(dereference(q, path, call.func.name)) if isinstance(call.func, Ref) else None
    if not isinstance(maker, Function):
        return None
    if any(isinstance(marker_of(q, maker.path, each), Unknown) for each in maker.fact.decorators):
        return Unknown(f"`{name}` is what `{maker.fact.name}` gives, whose decorator may make a fixture")
    if not q.get(_makes_fixture, maker.path, maker.fact.id):
        return None
    made = q.get(made_function, path, call)
    recipe = None if made is None else _decorated(q, made.path, made.fact, name, bound=bound)
    if isinstance(recipe, Recipe) and not isinstance(recipe.marker.autouse, Unknown):
        return recipe
    return Unknown(f"`{name}` is what `{maker.fact.name}` gives, which makes a fixture")


def _makes_fixture(q: Queries, path: PurePath, id_: FactId) -> bool:
    """Whether a function defines a fixture inside, or returns what such a function gives.

    Or whether its decorator, by its name, makes a function of it that does.
    """
    function = q.function(path, id_) if q.mentions(path, ("fixture",)) else None
    if function is None:
        return False
    facts, body = function
    decorators = [each for inner in body.nested for each in inner.node.decorator_list]
    if any("fixture" in ast.unparse(each) for each in (*decorators, *body.node.decorator_list)):
        return True
    if any(_MAKES.search(ast.unparse(each)) for each in body.returns):
        return True
    for node in body.returns:
        given = read(node.value, facts.names) if isinstance(node.value, ast.Call) else None
        other = last_of(dereference(q, path, dotted(given) or "")) if given is not None else None
        if isinstance(other, Function):
            try:
                if q.get(_makes_fixture, other.path, other.fact.id):
                    return True
            except Cycle:
                continue
    return False


def _made_of_fixture(q: Queries, path: PurePath, call: Call, name: str) -> Unknown | None:
    """What a function makes of a fixture that it is given: a copy of it, or another fixture."""
    for given in call.args if q.mentions(path, ("fixture",)) else ():
        value = last_of(dereference(q, path, given.name)) if isinstance(given, Ref) else None
        if not isinstance(value, Function) or not value.fact.decorators:
            continue
        if any(marker_of(q, value.path, each) is not None for each in value.fact.decorators):
            return Unknown(f"`{name}` is made of the fixture `{value.fact.name}`")
    return None


def _recipe(
    q: Queries,
    path: PurePath,
    fact: FunctionFact,
    name: str,
    marker: Marker,
    inner: tuple[Expr, ...],
    *,
    bound: bool,
) -> Recipe | Unknown:
    if isinstance(marker.name, Unknown):
        return marker.name
    found = effective(q, path, fact, inner)
    names = bound_names(q, path, found.fact, found.decorators, bound=bound)
    sync = any(name.endswith("asynccontextmanager") for name in decorations(q, path, found.decorators))
    kind = Kind.FUNCTION if sync else kind_of(found.fact)
    return Recipe(marker.name or name, path, fact, marker, kind, names.names, names.supplied or found.by)


def kind_of(fact: FunctionFact) -> Kind:
    """What sort of function a `def` makes."""
    if fact.is_async:
        return Kind.ASYNC_GENERATOR if fact.yields else Kind.COROUTINE
    return Kind.GENERATOR if fact.yields else Kind.FUNCTION


def _scope(expr: Expr) -> Scope | Unknown | None:
    match expr:
        case Const(None):
            return None
        case Const(str() as text) if text in _SCOPES:
            return _SCOPES[text]
        case Const():
            return Unknown("the scope is not one of pytest's")
        case _:
            return Unknown("the scope is computed")


def _text(expr: Expr, what: str) -> str | Unknown | None:
    match expr:
        case Const(None):
            return None
        case Const(str() as text):
            return text
        case _:
            return Unknown(f"the {what} of the fixture is computed")


def _truth(q: Queries, path: PurePath, expr: Expr) -> bool | Unknown:
    if isinstance(expr, Ref):
        found = dereference(q, path, expr.name)
        expr = found.expr if isinstance(found, Expression) else expr
    match expr:
        case Const(value):
            return bool(value)
        case Items(_, items):
            return bool(items)
        case _:
            return Unknown("`autouse` is computed")
