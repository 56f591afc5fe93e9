"""The autouse fixtures that pytest makes of xunit-style set-up (`_register_setup_…` of `_pytest/python.py`)."""

from pathlib import PurePath

from loopscope.facts.expr import Param, ParamKind
from loopscope.facts.outline import FactId, FunctionFact
from loopscope.text.frozen import replace
from loopscope.workspace.imports import base_folder, find_absolute
from loopscope.workspace.model import Decorator, FixtureDef, Kind, Scope, Unknown, Where
from loopscope.workspace.modules import module_name
from loopscope.workspace.mro import class_fact, member, mro_of
from loopscope.workspace.namespace import lookup
from loopscope.workspace.queries import Queries
from loopscope.workspace.recipes import recipe_of
from loopscope.workspace.signature import decorations
from loopscope.workspace.values import Value, last_of

_ALWAYS = frozenset(("skip",))
_SKIPS = frozenset(("skip", "skipIf", "skipUnless"))
_REQUEST = (Param("request", ParamKind.NORMAL, False),)


def module_setup(q: Queries, path: PurePath) -> tuple[FixtureDef, ...]:
    """The fixtures for `setup_module`, `setup_function` and their likes of a module."""
    found: list[FixtureDef] = []
    name = module_name(path, (q.get(base_folder, path.parent),)) or path.stem
    groups = (
        ("module", Scope.MODULE, ("setUpModule", "setup_module", "tearDownModule", "teardown_module")),
        ("function", Scope.FUNCTION, ("setup_function", "teardown_function")),
    )
    for kind, scope, functions in groups:
        if any(_is_setup(q, q.get(lookup, path, function), function) for function in functions):
            found.append(
                _fixture(q, path, f"_xunit_setup_{kind}_fixture_{name}", "python", f"xunit_setup_{kind}_fixture", scope)
            )
    return tuple(found)


def class_setup(q: Queries, path: PurePath, id_: FactId) -> tuple[FixtureDef, ...]:
    """The fixtures for `setup_class`, `setup_method` and their likes of a class."""
    found: list[FixtureDef] = []
    for kind, scope in (("class", Scope.CLASS), ("method", Scope.FUNCTION)):
        functions = (f"setup_{kind}", f"teardown_{kind}")
        if _has(q, path, id_, functions):
            name = f"_xunit_setup_{kind}_fixture_{id_.qualname}"
            found.append(_fixture(q, path, name, "python", f"xunit_setup_{kind}_fixture", scope))
    return tuple(found)


def unittest_setup(q: Queries, path: PurePath, id_: FactId) -> tuple[FixtureDef, ...]:
    """The fixtures for set-up functions of a `unittest.TestCase`."""
    skips = _skips(q, path, id_)
    skipped = (_skip_fixture(q, path, id_),) if q.environment(path).at_least("pytest", 9, 1) else ()
    if skips == _ALWAYS:
        return skipped
    found = _testcase_setup(q, path, id_)
    if not skips:
        return found
    doubt = Unknown("a condition decides whether its class is skipped")
    return tuple(replace(each, autouse=doubt) for each in (*skipped, *found))


def _skip_fixture(q: Queries, path: PurePath, id_: FactId) -> FixtureDef:
    name = f"_unittest_skip_fixture_{id_.qualname}"
    return _fixture(q, path, name, "unittest", "unittest_skip_fixture", Scope.CLASS, Kind.FUNCTION)


def _testcase_setup(q: Queries, path: PurePath, id_: FactId) -> tuple[FixtureDef, ...]:
    name = id_.qualname
    found: list[FixtureDef] = []
    if _has(q, path, id_, ("setup_method", "teardown_method")):
        method = f"_unittest_setup_method_fixture_{name}"
        found.append(_fixture(q, path, method, "unittest", "unittest_setup_method_fixture", Scope.FUNCTION))
    found.append(
        _fixture(
            q, path, f"_unittest_setUpClass_fixture_{name}", "unittest", "unittest_setup_class_fixture", Scope.CLASS
        )
    )
    if _has(q, path, id_, ("setup_class", "teardown_class")):
        found.append(
            _fixture(q, path, f"_xunit_setup_class_fixture_{name}", "python", "xunit_setup_class_fixture", Scope.CLASS)
        )
    return tuple(found)


def _has(q: Queries, path: PurePath, id_: FactId, functions: tuple[str, ...]) -> bool:
    return any(_is_setup(q, q.get(member, path, id_, function), function, bound=True) for function in functions)


def _is_setup(q: Queries, value: Value | None, name: str, *, bound: bool = False) -> bool:
    """Whether an attribute is there and no fixture (`_get_first_non_fixture_func`)."""
    value = last_of(value)
    return value is not None and recipe_of(q, value, name, bound=bound) is None


def _skips(q: Queries, path: PurePath, id_: FactId) -> frozenset[str]:
    """The decorators of `unittest` on a class or its bases that skip it; that without a condition counts for all."""
    found: set[str] = set()
    for base_path, base_id in q.get(mro_of, path, id_).classes:
        fact = class_fact(q, base_path, base_id)
        names = decorations(q, base_path, fact.decorators) if fact is not None and fact.decorators else frozenset[str]()
        found |= {name.removeprefix("unittest.").removeprefix("case.") for name in names} & _SKIPS
    return _ALWAYS if _ALWAYS & found else frozenset(found)


def _fixture(
    q: Queries, path: PurePath, name: str, module: str, function: str, scope: Scope, kind: Kind = Kind.GENERATOR
) -> FixtureDef:
    source = find_absolute(q, path.parent, f"_pytest.{module}") or PurePath("_pytest", f"{module}.py")
    id_ = FactId(f"<locals>.{function}")
    fact = FunctionFact(id_, function, is_async=False, yields=kind is Kind.GENERATOR, params=_REQUEST)
    return FixtureDef(
        name=name,
        path=source,
        id=id_,
        function=fact,
        scope=scope,
        decorator=Decorator.PYTEST,
        kind=kind,
        autouse=True,
        has_params=False,
        argnames=("request",),
        baseid="",
        where=Where.PYTEST,
        holder=path,
    )
