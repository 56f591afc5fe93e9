"""The Python environment of a project as plain data: versions, plugins, where modules are. The host reads the disk."""

import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Literal, NamedTuple, TypeAlias

from loopscope.text.frozen import field, frozen

Version: TypeAlias = tuple[int, ...]
EnvironmentKind: TypeAlias = Literal["venv", "conda", "setting", "server", "none"]

NEWEST_KNOWN: Mapping[str, Version] = {"pytest": (9, 2, 0), "pytest-asyncio": (1, 5, 0)}
"""What is assumed where no pytest or pytest-asyncio is installed: the releases that loopscope was built against."""

PLUGIN_GROUP = "pytest11"
"""The entry-point group that pytest loads plugins from (`Config._preparse` in pytest)."""

_RELEASE = re.compile(r"\s*v?(?:\d+!)?(\d+(?:\.\d+)*)")
_SEPARATORS = re.compile(r"[-_.]+")


class EntryPoint(NamedTuple):
    """One line of an `entry_points.txt`: `name = value` below `[group]`."""

    group: str
    name: str
    value: str


class EntryPointPlugin(NamedTuple):
    """A plugin that pytest loads because a distribution announces it. `version` is that of the distribution."""

    name: str
    module: str
    attr: str | None
    dist: str
    version: str


class Distribution(NamedTuple):
    """One installed distribution. `location` is its metadata directory; `source` the project of an editable install.

    Of the entry points only the group that pytest reads is kept.
    """

    name: str
    version: str
    location: PurePath
    entry_points: tuple[EntryPoint, ...] = ()
    source: PurePath | None = None


class Pin(NamedTuple):
    """The version of a distribution that a file of the project asks for, the requirement as written, and its place."""

    version: Version
    requirement: str
    path: PurePath
    line: int
    """Counted from 1; 0 when it is not known."""


class Release(NamedTuple):
    """The version to reason with; `assumed` when nothing is installed and the newest known release stands in.

    `pin` is what decided, where nothing is installed and the project asks for a version.
    """

    version: Version
    assumed: bool
    pin: Pin | None = None


@frozen
class Environment:
    """What is installed for a project, and how that was found.

    `search_path` is in import order: site-packages, what `.pth` files add, sources of editable installs.
    `editable` maps a top-level (or dotted) module name to its directory or file, as editable import hooks do (PEP 660).
    `distributions` is keyed by `normalised` name. `plugins` are in the order in which pytest loads them.
    `pins` holds the versions that the project asks for and that are not what is installed, by `normalised` name.
    `found_by` is a sentence for people; `notes` say what could not be read, each a sentence.
    """

    path: PurePath | None
    kind: EnvironmentKind
    python_version: tuple[int, int, int] | None = None
    site_packages: tuple[PurePath, ...] = ()
    search_path: tuple[PurePath, ...] = ()
    editable: Mapping[str, PurePath] = field(default_factory=dict[str, PurePath])
    distributions: Mapping[str, Distribution] = field(default_factory=dict[str, Distribution])
    plugins: tuple[EntryPointPlugin, ...] = ()
    stdlib: PurePath | None = None
    found_by: str = "no environment"
    notes: tuple[str, ...] = ()
    pins: Mapping[str, Pin] = field(default_factory=dict[str, Pin])

    def version_of(self, name: str) -> Version | None:
        """The release numbers of the installed distribution `name` (any spelling); None when it is not installed."""
        distribution = self.distributions.get(normalised(name))
        return None if distribution is None else release(distribution.version)

    def effective(self, name: str) -> Release | None:
        """The version to reason with: pinned, installed, or the newest known of pytest and pytest-asyncio."""
        pin = self.pins.get(normalised(name))
        if pin is not None:
            return Release(pin.version, assumed=False, pin=pin)
        installed = self.version_of(name)
        if installed is not None:
            return Release(installed, assumed=False)
        newest = NEWEST_KNOWN.get(normalised(name))
        return None if newest is None else Release(newest, assumed=True)

    def at_least(self, name: str, *version: int) -> bool:
        """Whether the effective version of `name` is `version` or later; False when it has none."""
        effective = self.effective(name)
        return effective is not None and _padded(effective.version) >= _padded(version)

    def has(self, name: str) -> bool:
        """Whether the distribution `name` (any spelling) is installed."""
        return normalised(name) in self.distributions

    @property
    def import_roots(self) -> tuple[PurePath, ...]:
        """Directories that an import looks in after the project's own: the standard library, then `search_path`."""
        return self.search_path if self.stdlib is None else (self.stdlib, *self.search_path)


def normalised(name: str) -> str:
    """A distribution name in the one form for all spellings (PEP 503): `Pytest_Asyncio` -> `pytest-asyncio`."""
    return _SEPARATORS.sub("-", name).lower()


def release(text: str) -> Version | None:
    """The release numbers of a version (PEP 440), without epoch, pre-release and local parts; None without any."""
    match = _RELEASE.match(text)
    # Longer numbers are no version, and int() would take long or refuse them.
    return tuple(int(part[:9]) for part in match[1].split(".")) if match else None


def _padded(version: Version) -> Version:
    return (*version, *(0,) * (4 - len(version)))
