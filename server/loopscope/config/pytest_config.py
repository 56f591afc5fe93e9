"""The configuration that a run of pytest would have, each value with where it is written."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Literal, NamedTuple, cast

from loopscope.config.catalog import INI_OPTIONS
from loopscope.config.command_line import CommandLine
from loopscope.config.loaders import Version
from loopscope.config.model import ConfigProblem, Origin, Sourced
from loopscope.config.values import RawValue
from loopscope.text.frozen import field, frozen

AsyncioMode = Literal["auto", "strict"]
LoopScope = Literal["function", "class", "module", "package", "session"]
FixtureLoopScope = Literal["function", "class", "module", "package", "session", "fixture-scope"]


class Marker(NamedTuple):
    """One line of `markers`: "slow(reason): takes long" has the arguments "(reason)"."""

    name: str
    arguments: str
    description: str
    origin: Origin


@frozen
class PytestConfig:
    """What `pytest` run in `invocation_dir` is configured to do.

    `inipath` is the file in effect; `shadowed` are files beside it with pytest configuration that it hides, and
    `passed_over` such files nearer to a test which do not take part. `raw` holds every key of the file and every
    override by its name, known or not; `options` the converted ones of the catalogue that are set and valid;
    `invalid` the names whose value pytest refuses. `readable` is False when the file in effect cannot be parsed, so
    that its values are unknown. `section` is the header of pytest's part of the file. `early_plugins` are the names in
    PYTEST_PLUGINS.
    """

    rootdir: PurePath
    inipath: PurePath | None
    invocation_dir: PurePath
    version: Version | None = None
    shadowed: tuple[PurePath, ...] = ()
    passed_over: tuple[PurePath, ...] = ()
    raw: Mapping[str, RawValue] = field(default_factory=dict[str, RawValue])
    options: Mapping[str, Sourced[object]] = field(default_factory=dict[str, Sourced[object]])
    invalid: frozenset[str] = frozenset()
    command_line: CommandLine = field(default_factory=CommandLine)
    early_plugins: tuple[Sourced[str], ...] = ()
    problems: tuple[ConfigProblem, ...] = ()
    readable: bool = True
    section: Origin | None = None

    def option(self, name: str) -> Sourced[object]:
        """A value of the catalogue, its default when it is unset or invalid. Raises KeyError for other names."""
        found = self.options.get(name)
        return Sourced(INI_OPTIONS[name].default) if found is None else found

    def items(self, name: str) -> tuple[Sourced[str], ...]:
        """The elements of an option of type "args" or "linelist", each with its own place."""
        value = self.option(name).value
        elements = cast("tuple[Sourced[str] | str, ...]", value)  # The catalogue gives lists only these two shapes.
        return tuple(Sourced(element) if isinstance(element, str) else element for element in elements)

    def texts(self, name: str) -> Sourced[tuple[str, ...]]:
        """The elements of an option of type "args" or "linelist" as plain strings."""
        return Sourced(tuple(item.value for item in self.items(name)), self.option(name).origin)

    def flag(self, name: str) -> Sourced[bool]:
        """An option of type "bool"; one of the `strict_…` family that is unset follows `strict`."""
        found = self.option(name)
        if found.value is None:
            return self.flag("strict")
        return Sourced(found.value is True, found.origin)

    @property
    def refused(self) -> bool:
        """Whether pytest stops with a usage error before it collects."""
        return any(problem.fatal for problem in self.problems)

    @property
    def confcutdir(self) -> PurePath:
        """The folder above which pytest loads no conftest.py, unless an argument lies there."""
        given = self.command_line.last("--confcutdir")
        if given is not None and given.value:
            return self.invocation_dir / given.value
        return self.rootdir if self.inipath is None else self.inipath.parent

    @property
    def asyncio_mode(self) -> Sourced[AsyncioMode | None]:
        """pytest-asyncio's mode: `--asyncio-mode`, then the ini value, then "strict"; None when it is not valid."""
        found = self.command_line.last("--asyncio-mode") or self.option("asyncio_mode")
        if not self.readable or "asyncio_mode" in self.invalid:
            return Sourced(None, found.origin)
        return Sourced("auto" if found.value == "auto" else "strict", found.origin)

    @property
    def asyncio_default_fixture_loop_scope(self) -> Sourced[FixtureLoopScope | None]:
        """The loop scope of async fixtures; None when unset, so that a loop lasts as long as its fixture."""
        return cast("Sourced[FixtureLoopScope | None]", self.option("asyncio_default_fixture_loop_scope"))

    @property
    def asyncio_default_test_loop_scope(self) -> Sourced[LoopScope]:
        """The loop scope of tests whose mark says nothing."""
        return cast("Sourced[LoopScope]", self.option("asyncio_default_test_loop_scope"))

    @property
    def anyio_mode(self) -> Sourced[AsyncioMode]:
        """anyio's mode: only the word "auto", in the ini value or in `--anyio-mode`, switches it."""
        given = self.command_line.last("--anyio-mode")
        found = given if given is not None and given.value == "auto" else self.option("anyio_mode")
        return Sourced("auto" if found.value == "auto" else "strict", found.origin)

    @property
    def markers(self) -> tuple[Marker, ...]:
        """The registered markers. Mirrors `Config._iter_registered_markers`."""
        return tuple(_marker(line) for line in self.items("markers"))

    @property
    def strict_markers(self) -> Sourced[bool]:
        """Whether an unregistered marker is an error."""
        return self.flag("strict_markers")

    @property
    def strict_config(self) -> Sourced[bool]:
        """Whether an unknown ini option is an error."""
        return self.flag("strict_config")

    @property
    def usefixtures(self) -> tuple[Sourced[str], ...]:
        """The fixtures that every test uses."""
        return self.items("usefixtures")

    @property
    def filterwarnings(self) -> tuple[Sourced[str], ...]:
        """The warning filters in order; the last match wins."""
        return self.items("filterwarnings")

    @property
    def python_files(self) -> Sourced[tuple[str, ...]]:
        """Globs for files with tests, for `patterns.path_matches_patterns`."""
        return self.texts("python_files")

    @property
    def python_classes(self) -> Sourced[tuple[str, ...]]:
        """Prefixes and globs for test classes, for `patterns.matches_prefix_or_glob`."""
        return self.texts("python_classes")

    @property
    def python_functions(self) -> Sourced[tuple[str, ...]]:
        """Prefixes and globs for test functions, for `patterns.matches_prefix_or_glob`."""
        return self.texts("python_functions")

    @property
    def testpaths(self) -> Sourced[tuple[str, ...]]:
        """Globs, relative to the rootdir, of what is collected when no path is given."""
        return self.texts("testpaths")

    @property
    def norecursedirs(self) -> Sourced[tuple[str, ...]]:
        """Globs of folders that are not searched."""
        return self.texts("norecursedirs")

    @property
    def pythonpath(self) -> tuple[Sourced[PurePath], ...]:
        """Absolute folders that pytest puts in front of `sys.path`."""
        return cast("tuple[Sourced[PurePath], ...]", self.option("pythonpath").value)

    @property
    def noconftest(self) -> bool:
        """Whether `--noconftest` keeps pytest from loading any conftest.py."""
        return self.command_line.last("--noconftest") is not None

    @property
    def plugin_autoload(self) -> Sourced[bool]:
        """Whether installed plugins are loaded without being named."""
        given = self.command_line.last("--disable-plugin-autoload")
        return Sourced(True) if given is None else Sourced(False, given.origin)

    @property
    def blocked_plugins(self) -> Mapping[str, Origin]:
        """Names that `-p no:NAME` blocks (with and without "pytest_"), unless a later `-p NAME` loads them again."""
        blocked: dict[str, Origin] = {}
        for word in self._plugin_words():
            name = word.value.removeprefix("no:")
            names = [name] if name.startswith("pytest_") else [name, f"pytest_{name}"]
            for each in names:
                if word.value.startswith("no:"):
                    blocked[each] = word.origin
                else:
                    blocked.pop(each, None)
        return blocked

    def _plugin_words(self) -> tuple[Sourced[str], ...]:
        return tuple(Sourced(word.value.strip(), word.origin) for word in self.command_line.every("-p"))


def _marker(line: Sourced[str]) -> Marker:
    signature, _, description = line.value.partition(":")
    name, bracket, arguments = signature.partition("(")
    return Marker(name.strip(), (bracket + arguments).strip(), description.strip(), line.origin)
