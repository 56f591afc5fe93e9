"""Who runs an async test or fixture, on the event loop of which scope, and why."""

import sys
from pathlib import PurePath
from typing import Protocol

from loopscope.config.model import Origin
from loopscope.config.pytest_config import AsyncioMode, PytestConfig
from loopscope.facts.expr import Const, dotted
from loopscope.workspace.environment import Environment
from loopscope.workspace.hooks import conftests_of, loop_scope_marks, runner_hook
from loopscope.workspace.marks import UNREAD, Mark
from loopscope.workspace.model import Decision, Decorator, FixtureDef, Runner, Scope, TestItem, Unknown
from loopscope.workspace.modes import set_mode
from loopscope.workspace.mro import class_fact, member, mro_of
from loopscope.workspace.project import config_at
from loopscope.workspace.queries import Queries
from loopscope.workspace.signature import scoped_decorators
from loopscope.workspace.view import ModuleView
from loopscope.workspace.wrappers import coroutine_doubt

_RUN_TESTS = ("run", "__call__", "_callTestMethod", "_callSetUp", "__getattribute__", "__init__", "__init_subclass__")
_GEN_TEST = "tornado.testing.gen_test"
_SCOPES = {scope.value: scope for scope in Scope}
_PYTEST_MARKS = frozenset(("parametrize", "usefixtures", "skip", "skipif", "xfail", "filterwarnings"))
_OF_PLUGINS = frozenset(("anyio", "asyncio_cooperative", "curio", "tornado", "trio", "twisted"))


class Circumstances(Protocol):
    """What a snapshot says of the project of a file."""

    @property
    def queries(self) -> Queries:
        """The queries that say the rest."""
        ...

    def config(self, path: PurePath) -> PytestConfig:
        """The configuration of pytest for the tests of a file."""
        ...

    def environment_of(self, path: PurePath) -> Environment:
        """The environment of the project of a file."""
        ...


def runner_at(q: Queries, path: PurePath, class_path: tuple[str, ...], name: str) -> Decision[Runner | None] | Unknown:
    """Who awaits the test of that name; not known when classes that share its code differ."""
    view = ModuleView(q, path)
    test = view.test(class_path, name)
    return Unknown("there is no such test") if test is None else shared_runner(AskedCircumstances(q), view, test)


def shared_runner(snapshot: Circumstances, view: ModuleView, test: TestItem) -> Decision[Runner | None] | Unknown:
    """`runner`; not known when classes that share the code of the test differ."""
    found = runner(snapshot, view, test)
    for other in view.of_code(test.code_path, test.id):
        if other is not test:
            again = runner(snapshot, view, other)
            if isinstance(again, Unknown) or isinstance(found, Unknown) or again.value is not found.value:
                return Unknown("the test is collected in several classes")
    return found


def test_loop_scope_at(q: Queries, path: PurePath, class_path: tuple[str, ...], name: str) -> Decision[Scope] | Unknown:
    """The scope of the event loop that the test of that name runs on, with pytest-asyncio."""
    view = ModuleView(q, path)
    test = view.test(class_path, name)
    return Unknown("there is no such test") if test is None else test_loop_scope(AskedCircumstances(q), view, test)


def mode(snapshot: Circumstances, path: PurePath) -> Decision[AsyncioMode] | Unknown:
    """pytest-asyncio's mode for the tests of a file (`_get_asyncio_mode`)."""
    in_code = snapshot.queries.get(set_mode, path.parent)
    if in_code is not None:
        what = f"{in_code.path.parent.name}/{in_code.path.name} sets the asyncio mode"
        return Unknown(what) if in_code.mode is None else Decision(in_code.mode, what)
    config = snapshot.config(path)
    found = config.asyncio_mode
    if found.value != "auto" and _is_before_strict(snapshot.environment_of(path)):
        return Unknown("pytest-asyncio before 0.19 runs async fixtures of any kind unless it is told not to")
    if found.value is None:
        return Unknown("the configured asyncio mode is not valid")
    return Decision(found.value, _from("asyncio_mode", found.origin), found.origin)


def _is_before_strict(environment: Environment) -> bool:
    return environment.effective("pytest-asyncio") is not None and not environment.at_least("pytest-asyncio", 0, 19)


def runner(snapshot: Circumstances, view: ModuleView, test: TestItem) -> Decision[Runner | None] | Unknown:
    """Who awaits a test; None when nothing does, or when there is nothing to await."""
    if test.is_unittest:
        return _unittest(view, test)
    if not test.function.is_async:
        return Decision(None, "it is not a coroutine function")
    doubt = view.queries.get(coroutine_doubt, test.code_path, test.id)
    asyncio = _asyncio(snapshot, view, test)
    if doubt is not None:
        return doubt
    if asyncio is not None:
        return asyncio
    hook = _hook(view, test)
    if "anyio_backend" in view.closure(test).names and view.roster.has("anyio") and not test.function.yields:
        return Decision(Runner.ANYIO, "its fixtures include `anyio_backend`")
    if view.roster.has("trio"):
        trio = _trio(snapshot, view, test)
        if trio is not None:
            return trio
    if hook is not None:
        return hook
    if view.roster.unknown is not None and not _surely_unmarked(snapshot, view, test):
        return view.roster.unknown
    foreign = next((mark.name for mark in view.marks(test) if mark.name in _OF_PLUGINS), None)
    if foreign is not None and snapshot.environment_of(view.path).kind == "server":
        return Unknown(f"the mark `{foreign}` is of a plugin, and what the project has installed is not known")
    if any(mark.name == UNREAD for mark in view.marks(test)):
        return Unknown("`pytestmark` is computed")
    marked = _with_marked_params(view, test)
    if marked is not None:
        return Unknown(f"the parameters of the fixture `{marked}` may have marks")
    base = _unknown_base(view, test)
    if base is not None:
        return Unknown(f"its class derives from {base}, which may be a test case")
    return Decision(None, _why_nobody(snapshot, view))


def test_loop_scope(snapshot: Circumstances, view: ModuleView, test: TestItem) -> Decision[Scope] | Unknown:
    """The scope of the event loop that a test of pytest-asyncio runs on."""
    environment = snapshot.environment_of(test.path)
    for late in reversed(view.queries.get(loop_scope_marks, test.path.parent)):
        what = f"`pytest_collection_modifyitems` of {late.path.name}"
        if late.scope in _SCOPES:
            return Decision(_SCOPES[late.scope], f"the mark that {what} adds")
        return Unknown(f"{what} adds asyncio marks")
    if not environment.at_least("pytest-asyncio", 0, 23):
        return _event_loop_scope(view, test.class_path)
    for mark in view.marks(test):
        if mark.name == UNREAD:
            return Unknown("`pytestmark` is computed")
        if mark.name == "asyncio":
            if not mark.fixed:
                return Unknown("an asyncio mark stands below a condition")
            return _of_mark(snapshot, view, mark)
    return _default_test_scope(snapshot, test.path, "no asyncio mark says otherwise")


def fixture_runner(
    snapshot: Circumstances, view: ModuleView, fixture: FixtureDef, test: TestItem | None = None
) -> Decision[Runner | None] | Unknown:
    """Who awaits an async fixture; `view` is the module that the fixture is seen from, `test` one that requests it."""
    active = view.roster.has("asyncio")
    if active and fixture.decorator is Decorator.PYTEST_ASYNCIO:
        return Decision(Runner.PYTEST_ASYNCIO, "it is made by `pytest_asyncio.fixture`")
    if not fixture.kind.is_async:
        return Decision(None, "it is not a coroutine function")
    if fixture.decorator is Decorator.OTHER:
        return Unknown("another plugin's decorator makes the fixture")
    found = mode(snapshot, view.path)
    if active and isinstance(found, Unknown):
        return found
    if active and isinstance(found, Decision) and found.value == "auto":
        if fixture.argnames and view.roster.has("anyio") and _needs_anyio(view, fixture):
            return Unknown("pytest-asyncio or anyio runs it: whichever of them pytest happens to load last")
        return Decision(Runner.PYTEST_ASYNCIO, found.reason, found.origin)
    if view.roster.has("anyio") and _needs_anyio(view, fixture):
        return Decision(Runner.ANYIO, "it requests `anyio_backend`")
    if view.roster.has("trio"):
        if test is None:
            return Unknown("pytest-trio runs it in the tests that it runs itself")
        by = runner(snapshot, view, test)
        if isinstance(by, Unknown) or by.value is Runner.TRIO:
            return by
    hook = _hook(view, None)
    if hook is not None:
        return hook
    if view.roster.unknown is not None:
        return view.roster.unknown
    if view.roster.has("anyio"):
        if test is None:
            return Unknown("anyio runs it in tests whose fixtures include `anyio_backend`")
        if "anyio_backend" in view.closure(test).names:
            return Decision(Runner.ANYIO, "the test's fixtures include `anyio_backend`")
    return Decision(None, "no plugin runs an async `pytest.fixture` here")


def fixture_loop_scope(snapshot: Circumstances, view: ModuleView, fixture: FixtureDef) -> Decision[Scope] | Unknown:
    """The scope of the event loop that a fixture of pytest-asyncio runs on (`pytest_fixture_setup`)."""
    if isinstance(fixture.loop_scope_argument, Unknown):
        return fixture.loop_scope_argument
    if fixture.loop_scope_argument is not None:
        return Decision(fixture.loop_scope_argument, "`loop_scope` of the fixture")
    environment = snapshot.environment_of(view.path)
    if not environment.at_least("pytest-asyncio", 0, 23):
        return _event_loop_scope(view, ())
    if environment.at_least("pytest-asyncio", 0, 24):
        default = snapshot.config(view.path).asyncio_default_fixture_loop_scope
        if default.value in _SCOPES:
            reason = _from("asyncio_default_fixture_loop_scope", default.origin)
            return Decision(_SCOPES[default.value], reason, default.origin)
    if isinstance(fixture.scope, Unknown):
        return fixture.scope
    return Decision(fixture.scope, "the scope of the fixture")


def _asyncio(snapshot: Circumstances, view: ModuleView, test: TestItem) -> Decision[Runner | None] | Unknown | None:
    """pytest-asyncio's claim to a test."""
    if not view.roster.has("asyncio"):
        return None
    marks = [mark for mark in view.marks(test) if mark.name == "asyncio"]
    if marks and marks[0].fixed:
        return Decision(Runner.PYTEST_ASYNCIO, f"the mark `asyncio` on {marks[0].where}")
    found = mode(snapshot, view.path)
    if isinstance(found, Unknown):
        return found
    if found.value == "auto":
        return Decision(Runner.PYTEST_ASYNCIO, found.reason, found.origin)
    return Unknown("an asyncio mark stands below a condition") if marks else None


def _with_marked_params(view: ModuleView, test: TestItem) -> str | None:
    """A fixture of a test whose parameters, as `pytest.param("x", marks=…)`, may give the test their marks."""
    chains = view.closure(test).chains.values()
    fixtures = (each for chain in chains for each in chain if each.has_params)
    return next((each.name for each in fixtures if view.queries.mentions(each.path, ("marks=",))), None)


def _unknown_base(view: ModuleView, test: TestItem) -> str | None:
    """A base of the class of a test that is not found, so that nobody knows what sort of test it is."""
    key = view.collected.classes.get(test.class_path)
    mro = None if key is None else view.queries.get(mro_of, *key)
    if mro is None or mro.unknown is not None:
        return None if mro is None else mro.unknown
    return next((name for name in sorted(mro.names) if name.partition(".")[0] not in sys.stdlib_module_names), None)


def _trio(snapshot: Circumstances, view: ModuleView, test: TestItem) -> Decision[Runner | None] | None:
    """pytest-trio's claim to a test: its mark, or its mode (`automark`)."""
    for mark in view.marks(test):
        if mark.name == "trio":
            return Decision(Runner.TRIO, f"the mark `trio` on {mark.where}")
    found = snapshot.config(view.path).flag("trio_mode")
    if found.value and not test.function.yields:
        return Decision(Runner.TRIO, _from("trio_mode", found.origin), found.origin)
    for conftest in view.queries.get(conftests_of, view.path.parent):
        if view.queries.mentions(conftest, ("enable_trio_mode",)):
            return Decision(Runner.TRIO, f"`pytest_trio.enable_trio_mode` in {conftest.name}")
    return None


def _surely_unmarked(snapshot: Circumstances, view: ModuleView, test: TestItem) -> bool:
    """Whether, with nothing installed, the project asks for strict mode and no mark tells of another plugin."""
    written = not snapshot.config(view.path).asyncio_mode.is_default
    return view.roster.assumed and written and all(mark.name in _PYTEST_MARKS for mark in view.marks(test))


def _unittest(view: ModuleView, test: TestItem) -> Decision[Runner | None] | Unknown:
    if not test.function.is_async:
        return Decision(Runner.UNITTEST, "it is a method of a `unittest.TestCase`")
    classes = view.collected.classes.get(test.class_path)
    if classes is None:
        return Unknown("its class is not found")
    mro = view.queries.get(mro_of, *classes)
    if "unittest.IsolatedAsyncioTestCase" in mro.names:
        return Decision(Runner.UNITTEST, "its class is an `IsolatedAsyncioTestCase`")
    if _GEN_TEST in map(dotted, scoped_decorators(view.queries, test.code_path, test.function)):
        return Decision(Runner.UNITTEST, "tornado's `gen_test` runs it on the loop of its test case")
    doubt = view.queries.get(coroutine_doubt, test.code_path, test.id)
    if doubt is not None:
        return doubt
    if mro.unknown is not None:
        return Unknown(f"its class derives from {mro.unknown}")
    strange = next((name for name in sorted(mro.names) if not name.startswith("unittest.")), None)
    if strange is not None:
        return Unknown(f"its class derives from `{strange}`, which is not found")
    if any(id_.qualname == "SimpleTestCase" for _, id_ in mro.classes):
        return Decision(Runner.UNITTEST, "Django's test cases run coroutine methods")
    if any(id_.qualname != "TestCase" and "site-packages" in path.parts for path, id_ in mro.classes):
        return Unknown("its class derives from an installed one that may run coroutines")
    for name in _RUN_TESTS:
        if member(view.queries, *classes, name) is not None:
            return Unknown(f"its class runs its tests by its own `{name}`")
    facts = [class_fact(view.queries, *link) for link in mro.classes]
    if any(fact is None or fact.decorators or fact.keywords for fact in facts):
        return Unknown("a decorator or metaclass may change its class")
    return Decision(None, "`unittest.TestCase` awaits nothing")


def _hook(view: ModuleView, test: TestItem | None) -> Decision[Runner | None] | None:
    marks = () if test is None else tuple(mark.name for mark in view.marks(test))
    hook = runner_hook(view.queries, view.path.parent, marks)
    return None if hook is None else Decision(Runner.HOOK, f"`{hook.name}` of {hook.plugin} may run it")


def _needs_anyio(view: ModuleView, fixture: FixtureDef) -> bool:
    """Whether a fixture requests `anyio_backend`, by itself or through others."""
    waiting, seen = list(fixture.argnames), {fixture.name}
    while waiting:
        name = waiting.pop()
        if name == "anyio_backend":
            return True
        chain = view.chain(name)
        if name in seen or isinstance(chain, Unknown) or not chain:
            continue
        seen.add(name)
        waiting += chain[-1].argnames
    return "anyio_backend" in view.level().autouse_names()


def _of_mark(snapshot: Circumstances, view: ModuleView, mark: Mark) -> Decision[Scope] | Unknown:
    old = not snapshot.environment_of(view.path).at_least("pytest-asyncio", 0, 24)
    for key in ("scope",) if old else ("loop_scope", "scope"):
        value = mark.keyword(key)
        if value is None or value == Const(None):
            continue
        if isinstance(value, Const) and isinstance(value.value, str) and value.value in _SCOPES:
            return Decision(_SCOPES[value.value], f"`{key}` of the mark on {mark.where}")
        return Unknown(f"`{key}` of the mark on {mark.where} is computed or not valid")
    if any(key is None for key, _ in mark.keywords):
        return Unknown("the arguments of the asyncio mark are computed")
    return _default_test_scope(snapshot, view.path, f"the mark on {mark.where} says no loop scope")


def _default_test_scope(snapshot: Circumstances, path: PurePath, otherwise: str) -> Decision[Scope] | Unknown:
    if snapshot.environment_of(path).at_least("pytest-asyncio", 0, 26):
        found = snapshot.config(path).asyncio_default_test_loop_scope
        if not found.is_default:
            if found.value not in _SCOPES:
                return Unknown("asyncio_default_test_loop_scope is not valid")
            return Decision(_SCOPES[found.value], _from("asyncio_default_test_loop_scope", found.origin), found.origin)
    return Decision(Scope.FUNCTION, f"the default, since {otherwise}")


def _event_loop_scope(view: ModuleView, class_path: tuple[str, ...]) -> Decision[Scope] | Unknown:
    """Before 0.23 the loop was the fixture `event_loop`, which projects override with a wider scope."""
    chain = view.chain("event_loop", class_path)
    if isinstance(chain, Unknown):
        return chain
    if not chain:
        return Decision(Scope.FUNCTION, "the default")
    scope = chain[-1].scope
    return scope if isinstance(scope, Unknown) else Decision(scope, "the scope of the fixture `event_loop`")


def _why_nobody(snapshot: Circumstances, view: ModuleView) -> str:
    config: PytestConfig = snapshot.config(view.path)
    if "asyncio" in config.blocked_plugins:
        return "pytest-asyncio is switched off by `-p no:asyncio`"
    if not view.roster.has("asyncio"):
        return "no plugin for async tests is active"
    return "pytest-asyncio is in strict mode and no mark asks it to run the test"


def _from(name: str, origin: Origin) -> str:
    return f"`{name}` from {origin.describe()}" if origin.describe() != "default" else f"the default of `{name}`"


class AskedCircumstances:
    """`Circumstances` for a query, whose answer then depends on them."""

    def __init__(self, q: Queries) -> None:
        self.queries = q

    def config(self, path: PurePath) -> PytestConfig:
        """The configuration of pytest for the tests of a file."""
        return self.queries.get(config_at, path.parent)

    def environment_of(self, path: PurePath) -> Environment:
        """The environment of the project of a file."""
        return self.queries.environment(path)
