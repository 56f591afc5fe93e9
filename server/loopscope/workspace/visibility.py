"""Which fixtures a test can see, level by level: plugins and the rootdir, folders, the module, its classes."""

from pathlib import PurePath

from loopscope.facts.outline import FactId
from loopscope.text.frozen import field, frozen, replace
from loopscope.workspace.holders import NOTHING, Held, held_by_class, held_by_module
from loopscope.workspace.model import Decorator, FixtureDef, Scope, Unknown, Where
from loopscope.workspace.mro import TESTCASES, is_subclass
from loopscope.workspace.plugins import Plugin, plugins_named_in, roster_of
from loopscope.workspace.project import config_at
from loopscope.workspace.queries import Queries
from loopscope.workspace.recipes import Recipe
from loopscope.workspace.xunit import class_setup, module_setup, unittest_setup


@frozen(eq=False)
class Level:
    """The fixtures registered at one node of the collection tree; `above` is that of its parent.

    `defs[name]` are in the order of registration; those in `maybe` are there under a condition only. `unknown` holds
    names that may be a fixture here, `dynamic` says why any name may. `autouse` are names in the order in which pytest
    puts them before all others.
    """

    above: "Level | None"
    baseid: str
    defs: dict[str, tuple[FixtureDef, ...]] = field(default_factory=dict[str, "tuple[FixtureDef, ...]"])
    autouse: tuple[str, ...] = ()
    unknown: dict[str, Unknown] = field(default_factory=dict[str, Unknown])
    dynamic: Unknown | None = None
    maybe: dict[str, FixtureDef] = field(default_factory=dict[str, FixtureDef])
    _visible: dict[str, tuple[FixtureDef, ...]] = field(default_factory=dict[str, "tuple[FixtureDef, ...]"])
    _chains: dict[str, tuple[FixtureDef, ...] | Unknown] = field(
        default_factory=dict[str, "tuple[FixtureDef, ...] | Unknown"]
    )

    def chain(self, name: str) -> tuple[FixtureDef, ...] | Unknown:
        """The definitions of a name seen from here, the last one winning (`FixtureManager.getfixturedefs`)."""
        found = self._chains.get(name)
        if found is None:
            found = self._chains[name] = self._chain(name)
        return found

    def _chain(self, name: str) -> tuple[FixtureDef, ...] | Unknown:
        found: tuple[FixtureDef, ...] = ()
        possible: FixtureDef | None = None
        doubt: Unknown | None = None
        level: Level | None = self
        while level is not None:
            if not found:
                if name in level.unknown:
                    return level.unknown[name]
                if possible is None and not level.defs.get(name):
                    possible = level.maybe.get(name)
            found = (*level.defs.get(name, ()), *found)
            doubt = level.dynamic or doubt
            level = level.above
        if possible is not None:
            # The only one of its name: without it, the name would have none.
            return Unknown(f"`{name}` is defined under a condition") if found else (possible,)
        return doubt if not found and doubt is not None else found

    def autouse_names(self) -> tuple[str, ...]:
        """The autouse fixtures visible from here, outermost level first (`FixtureManager._getautousenames`)."""
        above = () if self.above is None else self.above.autouse_names()
        return (*above, *self.autouse)

    def visible(self) -> dict[str, tuple[FixtureDef, ...]]:
        """Every name that is visible from here with its definitions, the last one winning; not to be changed."""
        if not self._visible:
            found = {} if self.above is None else dict(self.above.visible())
            for name, defs in self.defs.items():
                found[name] = (*found.get(name, ()), *defs)
            self._visible.update(found)
        return self._visible


def session_level(q: Queries, folder: PurePath) -> Level:
    """Plugins, `usefixtures` of the configuration, and the conftests that see everything: at and above the rootdir."""
    config = q.get(config_at, folder)
    roster = q.get(roster_of, folder)
    builder = _Builder(None, "", q.get(loop_requests, folder), tuple(name.value for name in config.usefixtures))
    outer = _conftests(q, folder, outside=True)
    for plugin in roster.plugins:
        if not plugin.late:
            builder.add_plugin(q, plugin)
    before = list(builder.autouse)
    for plugin in roster.plugins:
        if plugin.late:
            builder.add_plugin(q, plugin)
    # Objects never override a conftest. pytest before 9.1 parsed conftests as it loaded them, objects after that.
    late = [] if q.environment(folder).at_least("pytest", 9, 1) else builder.autouse[len(before) :]
    builder.autouse = before if late else builder.autouse
    for conftest in outer:
        builder.add(q.get(held_by_module, conftest), Where.CONFTEST, conftest, None)
    builder.autouse += late
    return builder.level(roster.unknown)


def folder_level(q: Queries, folder: PurePath) -> Level:
    """What a module of `folder` sees before its own fixtures."""
    config = q.get(config_at, folder)
    root = config.rootdir
    if folder == root or not folder.is_relative_to(root):
        return q.get(session_level, root if folder.is_relative_to(root) else folder)
    above = _with_package(q, q.get(folder_level, folder.parent), folder)
    conftest = folder / "conftest.py"
    if conftest not in _conftests(q, folder, outside=False):
        return above
    if conftest not in q.get(roster_of, folder).conftests:
        above = _with_plugins(q, above, conftest)
    builder = _Builder(above, folder.relative_to(root).as_posix(), q.get(loop_requests, folder))
    builder.add(q.get(held_by_module, conftest), Where.CONFTEST, conftest, None)
    return builder.level()


def module_level(q: Queries, path: PurePath) -> Level:
    """What the functions of a module see."""
    config = q.get(config_at, path.parent)
    above = q.get(folder_level, path.parent)
    if path.name != "conftest.py":
        above = _with_plugins(q, above, path)
    builder = _Builder(above, nodeid_of(path, config.rootdir), q.get(loop_requests, path.parent))
    for fixture in q.get(module_setup, path):
        builder.register(fixture)
    builder.add(q.get(held_by_module, path), Where.MODULE, path, None)
    return builder.level()


def doctest_level(q: Queries, path: PurePath) -> Level:
    """What the doctests of a module see, which are made before pytest looks at its xunit functions."""
    level = q.get(module_level, path)
    setup = {fixture.name for fixture in q.get(module_setup, path)}
    if not setup:
        return level
    defs = {name: found for name, found in level.defs.items() if name not in setup}
    return replace(level, defs=defs, autouse=tuple(name for name in level.autouse if name not in setup))


def _with_package(q: Queries, above: Level, folder: PurePath) -> Level:
    """A level with what the `pytest_plugins` of a package adds when its tests begin (`Package.setup`).

    That is after collection: no autouse fixture of these is in a closure, but what a test asks for is found.
    """
    init = folder / "__init__.py"
    if not q.files.is_file(init):
        return above
    named = q.get(plugins_named_in, init)
    if not named.plugins and named.unknown is None:
        return above
    late = _Builder(above, "", None)
    doubt = Unknown(f"`pytest_plugins` of {folder.name}/__init__.py loads plugins when the tests of the package begin")
    return late.level(doubt)


def _with_plugins(q: Queries, above: Level, path: PurePath) -> Level:
    """A level with the plugins that a module or a conftest loaded during collection brings."""
    named = q.get(plugins_named_in, path)
    if not named.plugins and named.unknown is None:
        return above
    extra = _Builder(above, "", q.get(loop_requests, path.parent))
    for plugin in named.plugins:
        extra.add_plugin(q, plugin)
    return extra.level(named.unknown)


def class_level(
    q: Queries, above: Level, holder: PurePath, class_path: tuple[str, ...], key: tuple[PurePath, FactId]
) -> Level:
    """What the methods of a class see; `key` is where the class is defined, `holder` the collected module."""
    baseid = "::".join((above.baseid, class_path[-1]))
    builder = _Builder(above, baseid, q.get(loop_requests, holder.parent))
    setup = unittest_setup if is_testcase(q, key) else class_setup
    for fixture in q.get(setup, *key):
        if isinstance(fixture.autouse, Unknown):
            builder.unknown[fixture.name] = fixture.autouse
            builder.autouse.append(fixture.name)
        else:
            builder.register(fixture)
    builder.add(q.get(held_by_class, *key), Where.CLASS, holder, None)
    return builder.level()


def is_testcase(q: Queries, key: tuple[PurePath, FactId]) -> bool:
    """Whether a class derives from `unittest.TestCase`."""
    return is_subclass(q, *key, TESTCASES)


def nodeid_of(path: PurePath, rootdir: PurePath) -> str:
    """pytest's nodeid of a file."""
    return path.relative_to(rootdir).as_posix() if path.is_relative_to(rootdir) else path.as_posix()


def plugin_held(q: Queries, plugin: Plugin) -> Held:
    """The fixtures of a plugin; those of pytest's own files that decorate none are not parsed."""
    if plugin.where is Where.PYTEST and not q.mentions(plugin.path, ("@fixture", "@pytest.fixture")):
        return NOTHING
    if plugin.holder is not None:
        return q.get(held_by_class, plugin.path, plugin.holder)
    return q.get(held_by_module, plugin.path)


def _conftests(q: Queries, folder: PurePath, *, outside: bool) -> tuple[PurePath, ...]:
    """The conftests above and in a folder: those that see everything, or those below the rootdir."""
    config = q.get(config_at, folder)
    if config.noconftest:
        return ()
    cut = config.confcutdir
    folders = [each for each in reversed((folder, *folder.parents)) if each not in cut.parents]
    return tuple(
        each / "conftest.py"
        for each in folders
        if (each == config.rootdir or not each.is_relative_to(config.rootdir)) == outside
        and q.files.is_file(each / "conftest.py")
    )


@frozen
class LoopRequests:
    """What pytest-asyncio before 1.0 adds to async fixtures (`_preprocess_async_fixtures`): `request`, `event_loop`."""

    auto: bool
    default: str | None
    always: bool

    def added_to(self, fixture: FixtureDef) -> FixtureDef:
        """The fixture with what pytest-asyncio makes it request."""
        if not fixture.kind.is_async or not (self.auto or fixture.decorator is Decorator.PYTEST_ASYNCIO):
            return fixture
        scope = fixture.loop_scope_argument or fixture.scope
        if fixture.loop_scope_argument is None and self.default is not None:
            wanted = self.default == Scope.FUNCTION.value
        else:
            wanted = scope is Scope.FUNCTION
        added = ("request", "event_loop") if wanted or self.always else ("request",)
        return replace(fixture, argnames=tuple(dict.fromkeys((*fixture.argnames, *added))))


def loop_requests(q: Queries, folder: PurePath) -> LoopRequests | None:
    """What an old pytest-asyncio adds to the async fixtures of a folder; None for others."""
    environment = q.environment(folder)
    if environment.at_least("pytest-asyncio", 1) or not q.get(roster_of, folder).has("asyncio"):
        return None
    config = q.get(config_at, folder)
    default = config.asyncio_default_fixture_loop_scope.value if environment.at_least("pytest-asyncio", 0, 24) else None
    always = not environment.at_least("pytest-asyncio", 0, 23)
    return LoopRequests(config.asyncio_mode.value == "auto", default, always)


class _Builder:
    """A level in the making."""

    def __init__(
        self, above: Level | None, baseid: str, requests: "LoopRequests | None", autouse: tuple[str, ...] = ()
    ) -> None:
        self.above = above
        self.requests = requests
        self.baseid = baseid
        self.defs: dict[str, tuple[FixtureDef, ...]] = {}
        self.autouse = list(autouse)
        self.unknown: dict[str, Unknown] = {}
        self.dynamic: Unknown | None = None
        self.maybe: dict[str, FixtureDef] = {}

    def add_plugin(self, q: Queries, plugin: Plugin) -> None:
        """Register the fixtures of a plugin."""
        held = q.get(plugin_held, plugin)
        if plugin.sure:
            self.add(held, plugin.where, plugin.path, plugin.dist)
        else:
            doubt = Unknown(f"`{plugin.name}` is a plugin that is registered under a condition")
            self.unknown.update((recipe.name, doubt) for recipe in (*held.recipes, *held.maybe))

    def add(self, held: Held, where: Where, holder: PurePath, dist: str | None) -> None:
        """Register what a holder has."""
        self.unknown.update(held.unknown)
        self.dynamic = self.dynamic or held.dynamic
        for recipe in held.recipes:
            fixture = define(recipe, self.baseid, where, holder, dist)
            self.register(fixture if self.requests is None else self.requests.added_to(fixture))
        for recipe in held.maybe:
            self.maybe[recipe.name] = define(recipe, self.baseid, where, holder, dist)

    def register(self, fixture: FixtureDef) -> None:
        """Mirrors `FixtureManager._register_fixture`."""
        self.defs[fixture.name] = (*self.defs.get(fixture.name, ()), fixture)
        if fixture.autouse is True:
            self.autouse.append(fixture.name)

    def level(self, dynamic: Unknown | None = None) -> Level:
        """The finished level."""
        return Level(
            self.above,
            self.baseid,
            self.defs,
            tuple(self.autouse),
            self.unknown,
            dynamic or self.dynamic,
            self.maybe,
        )


def define(recipe: Recipe, baseid: str, where: Where, holder: PurePath, dist: str | None) -> FixtureDef:
    """The definition that registering a recipe makes."""
    return FixtureDef(
        name=recipe.name,
        path=recipe.path,
        id=recipe.function.id,
        function=recipe.function,
        scope=recipe.marker.scope,
        decorator=recipe.marker.decorator,
        kind=recipe.kind,
        autouse=recipe.marker.autouse,
        has_params=recipe.marker.has_params,
        argnames=recipe.argnames,
        baseid=baseid,
        where=where,
        holder=holder,
        dist=dist,
        loop_scope_argument=recipe.marker.loop_scope,
        supplied=recipe.supplied,
    )
