"""The active plugins in the order in which pytest registers them (`PytestPluginManager` of `_pytest/config`)."""

from pathlib import PurePath
from typing import NamedTuple

from loopscope.config.pytest_config import PytestConfig
from loopscope.facts.expr import Concat, Const, Expr, Items, strings
from loopscope.facts.extract import file_facts
from loopscope.facts.outline import Assigned, FactId
from loopscope.syntax.parse import parse_whole
from loopscope.text.files import Unreadable
from loopscope.workspace.environment import EntryPointPlugin
from loopscope.workspace.imports import find_absolute, is_installed
from loopscope.workspace.model import Unknown, Where
from loopscope.workspace.modules import find_module
from loopscope.workspace.namespace import lookup
from loopscope.workspace.project import config_at
from loopscope.workspace.queries import Queries
from loopscope.workspace.registered import registered_by
from loopscope.workspace.values import Class, Expression, last_of


class Plugin(NamedTuple):
    """One registered plugin: a module, or a class of it whose attributes are looked at."""

    name: str
    path: PurePath
    where: Where
    dist: str | None = None
    holder: FactId | None = None
    late: bool = False
    """Whether a plugin or conftest registers it itself, once the initial conftests are loaded."""
    sure: bool = True
    """Whether each run registers it."""


class Roster(NamedTuple):
    """Plugins in the order of registration; `unknown` when some are named in a way that reading does not find.

    `assumed` says that nothing is installed, so that the newest pytest-asyncio stands in for what will be.
    """

    plugins: tuple[Plugin, ...]
    unknown: Unknown | None = None
    assumed: bool = False
    conftests: tuple[PurePath, ...] = ()
    """The conftests that are loaded before collection."""

    def has(self, name: str) -> bool:
        """Whether a plugin of that registered name is active (`PluginManager.has_plugin`)."""
        return any([plugin.name == name for plugin in self.plugins])  # noqa: C419  asked for every test: a list is faster


def roster_of(q: Queries, folder: PurePath) -> Roster:
    """The plugins that are active for all tests of the project of `folder`, those of initial conftests included."""
    config = q.get(config_at, folder)
    if folder != config.rootdir:
        rooted = q.get(config_at, config.rootdir)
        if rooted.inipath == config.inipath and rooted.rootdir == config.rootdir:
            return q.get(roster_of, config.rootdir)
    building = _Building(q, folder, config)
    building.pytest_own()
    for word in config.command_line.every("-p"):
        name = word.value.strip()
        if not name.startswith("no:"):
            building.load(name)
    if config.plugin_autoload.value:
        for entry in q.environment(folder).plugins:
            building.entry(entry)
    for early in config.early_plugins:
        building.load(early.value)
    conftests = initial_conftests(q, config)
    for conftest in conftests:
        building.mentioned_in(conftest)
    building.legacy_paths()
    building.objects(conftests)
    return Roster(tuple(building.found), building.unknown, building.assumed, conftests)


def plugins_named_in(q: Queries, path: PurePath) -> Roster:
    """The plugins that the `pytest_plugins` of one module adds, and those that these add.

    Of a conftest that is not loaded before collection also what it registers.
    """
    if not q.mentions(path, ("pytest_plugins", "pluginmanager")):
        return Roster(())
    building = _Building(q, path.parent, q.get(config_at, path.parent))
    active = q.get(roster_of, path.parent).plugins
    building.found += active
    building.names |= {plugin.name for plugin in active}
    building.mentioned_in(path)
    building.legacy_paths()
    building.objects((path,) if path.name == "conftest.py" else ())
    building.found = [plugin for plugin in building.found if plugin not in active]
    return Roster(tuple(building.found), building.unknown)


def initial_conftests(q: Queries, config: PytestConfig) -> tuple[PurePath, ...]:
    """The conftests loaded before collection (`_set_initial_conftests`): of the arguments and their `test*`."""
    if config.noconftest:
        return ()
    words = [path.value for path in config.command_line.paths] or list(config.testpaths.value)
    anchors = [config.rootdir / word.partition("::")[0] for word in words] or [config.rootdir]
    folders: dict[PurePath, None] = {}
    for anchor in anchors:
        start = anchor if q.files.is_dir(anchor) else anchor.parent
        above = [folder for folder in start.parents if folder.is_relative_to(config.confcutdir)]
        folders.update(dict.fromkeys([*reversed(above), start]))
        folders.update(dict.fromkeys(start / name for name in q.files.subfolders(start, "test")))
    return tuple(path for folder in folders if q.files.is_file(path := folder / "conftest.py"))


class _Building:
    """A roster in the making."""

    def __init__(self, q: Queries, folder: PurePath, config: PytestConfig) -> None:
        self.q = q
        self.folder = folder
        self.environment = q.environment(folder)
        self.blocked = set(config.blocked_plugins)
        # `-p no:NAME` in addopts comes too late for pytest's own plugins: their fixtures are registered all the same.
        early = {name for name, origin in config.blocked_plugins.items() if origin.note == "command line"}
        self.early = early | ({"stepwise", "pytest_stepwise"} if "cacheprovider" in early else set[str]())
        self.found: list[Plugin] = []
        self.names: set[str] = set()
        self.unknown: Unknown | None = None
        self.assumed = False

    def pytest_own(self) -> None:
        """pytest's default plugins, as the installed version lists them."""
        source = find_absolute(self.q, self.folder, "_pytest.config")
        if source is None:
            self.unknown = Unknown("pytest is not installed in the environment of the project")
            self._assume_asyncio()
            return
        blocked, self.blocked = self.blocked, self.early
        for name in self.q.get(_default_plugins, source):
            # Before any entry point, so that none of the same name counts.
            path = None if name in self.blocked else self._own(name)
            if path is not None:
                self._register(Plugin(name, path, *self._origin(path)))
        self.blocked = blocked

    def _assume_asyncio(self) -> None:
        """With nothing installed, pytest-asyncio is taken to come with pytest, in its newest release."""
        self.assumed = "asyncio" not in self.blocked and not self.environment.has("pytest-asyncio")
        if self.assumed:
            nowhere = self.folder / "pytest_asyncio" / "not-installed.py"
            self._register(Plugin("asyncio", nowhere, Where.PLUGIN, "pytest-asyncio (assumed)"))

    def load(self, name: str) -> None:
        """Mirrors `PytestPluginManager.import_plugin` with `consider_entry_points=True`."""
        name = name.strip()
        if not name or name in self.blocked or name in self.names:
            return
        entries = [entry for entry in self.environment.plugins if entry.name == name]
        for entry in entries:
            self.entry(entry)
        if entries:
            return
        path = self._own(name) or find_absolute(self.q, self.folder, name)
        if path is None:
            self.unknown = self.unknown or Unknown(f"the plugin `{name}` is not found")
            self.names.add(name)
            return
        self._register(Plugin(name, path, *self._origin(path)))

    def _own(self, name: str) -> PurePath | None:
        """The file of a plugin of pytest itself."""
        return find_module(self.q.files, f"_pytest.{name}", self.environment.import_roots) if "." not in name else None

    def entry(self, entry: EntryPointPlugin) -> None:
        """A plugin that a distribution announces."""
        if entry.name in self.blocked or entry.name in self.names:
            return
        path = find_absolute(self.q, self.folder, entry.module)
        if path is None:
            self.names.add(entry.name)
            self.unknown = self.unknown or Unknown(f"the plugin `{entry.name}` of {entry.dist} has no source")
            return
        where, _ = self._origin(path)
        holder: FactId | None = None
        if entry.attr is not None:
            value = last_of(self.q.get(lookup, path, entry.attr))
            holder = value.fact.id if isinstance(value, Class) else None
        self._register(Plugin(entry.name, path, where, f"{entry.dist} {entry.version}", holder))

    def mentioned_in(self, path: PurePath) -> None:
        """The plugins in a module's `pytest_plugins` (`consider_module`)."""
        if self.q.mentions(path, ("pluginmanager.import_plugin(",)) and not is_installed(self.q, path):
            self.unknown = self.unknown or Unknown(f"{path.name} imports plugins at run time")
        if not self.q.mentions(path, ("pytest_plugins",)):
            return
        value = self.q.get(lookup, path, "pytest_plugins")
        if value is None:
            return
        settled = last_of(value)
        names = _plugin_names(settled.expr) if isinstance(settled, Expression) else None
        if names is None or settled is not value:
            self.unknown = self.unknown or Unknown(f"`pytest_plugins` of {path.name} is computed")
        for name in names or ():
            self.load(name)

    def legacy_paths(self) -> None:
        """The classes that `_pytest/legacypath.py` registers by itself."""
        legacy = next((plugin for plugin in self.found if plugin.name == "legacypath"), None)
        if legacy is None:
            return
        for name, needs in (("LegacyTestdirPlugin", "pytester"), ("LegacyTmpdirPlugin", "tmpdir")):
            plugin = legacy._replace(name=f"legacypath-{needs}", holder=FactId(name))
            if needs in self.names and needs not in self.blocked and plugin not in self.found:
                self.found.append(plugin)

    def objects(self, conftests: tuple[PurePath, ...]) -> None:
        """What the plugins and these conftests register in `pytest_configure` and elsewhere."""
        sources = [(plugin.path, plugin.where, plugin.dist) for plugin in self.found if not plugin.late]
        sources += [(conftest, Where.LOCAL_PLUGIN, None) for conftest in conftests]
        for path, where, dist in dict.fromkeys(sources):
            registrations = self.q.get(registered_by, path)
            self.unknown = self.unknown or registrations.unknown
            for each in registrations.found:
                name = each.path.stem if each.holder is None else f"{each.path.stem}.{each.holder.qualname}"
                plugin = Plugin(name, each.path, where, dist, each.holder, late=True, sure=each.sure)
                if not any((known.path, known.holder) == (plugin.path, plugin.holder) for known in self.found):
                    self.found.append(plugin)

    def _register(self, plugin: Plugin) -> None:
        self.names.add(plugin.name)
        if any(known.path == plugin.path and known.holder == plugin.holder for known in self.found):
            return
        self.found.append(plugin)
        self.mentioned_in(plugin.path)

    def _origin(self, path: PurePath) -> tuple[Where, str | None]:
        if not is_installed(self.q, path):
            return Where.LOCAL_PLUGIN, None
        if "_pytest" in path.parts:
            installed = self.environment.distributions.get("pytest")
            return Where.PYTEST, None if installed is None else f"pytest {installed.version}"
        return Where.PLUGIN, None


def _plugin_names(expr: Expr) -> tuple[str, ...] | None:
    if isinstance(expr, Const):
        if expr.value is None:
            return ()
        return tuple(expr.value.split(",")) if isinstance(expr.value, str) else None
    return strings(expr)


def _default_plugins(q: Queries, path: PurePath) -> tuple[str, ...]:
    """The names in `essential_plugins` and `default_plugins` of `_pytest/config`, of which little is read."""
    text = q.files.read(path)
    if isinstance(text, Unreadable):
        return ()
    start = text.find("\nessential_plugins")
    end = text.find("\nbuiltin_plugins", start)
    assigned = {
        binding.name: binding.target.value
        for binding in file_facts(parse_whole(text[start:end])).outline.bindings
        if start >= 0 and isinstance(binding.target, Assigned)
    }
    return tuple(name for value in assigned.values() for name in _literal(value))


def _literal(expr: Expr) -> list[str]:
    match expr:
        case Const(str() as text):
            return [text]
        case Items(_, items):
            return [text for item in items for text in _literal(item)]
        case Concat(left, right):
            return [*_literal(left), *_literal(right)]
        case _:
            return []
