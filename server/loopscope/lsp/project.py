"""What the host says of the workspace folders: environments, settings, the cache of outlines; and snapshots of it."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from loopscope.config.settings import Settings, find_settings, settings_from_mapping
from loopscope.host.environment import find_environment, readable_roots
from loopscope.host.pins import may_pin
from loopscope.host.witness import Witness
from loopscope.text.files import Files
from loopscope.workspace.cancel import CancelToken
from loopscope.workspace.environment import NEWEST_KNOWN, Environment
from loopscope.workspace.snapshot import OutlineCache, Snapshot

SETTINGS_FILES = frozenset({"loopscope.toml", "pyproject.toml"})


@dataclass(frozen=True, slots=True)
class Project:
    """A workspace folder and the environment that its tests run in."""

    root: PurePath
    environment: Environment

    @property
    def watched(self) -> tuple[PurePath, ...]:
        """The directories in which packages come and go."""
        return self.environment.site_packages

    def is_pinned_by(self, path: PurePath) -> bool:
        """Whether a file may say which versions the project wants, and what is installed does not settle that."""
        installed = all(self.environment.has(name) for name in NEWEST_KNOWN)
        settled = installed and self.environment.kind != "server"
        return not settled and may_pin(path) and path.is_relative_to(self.root)

    def announcement(self) -> tuple[str, ...]:
        """What a user should know of the environment, in sentences."""
        found = self.environment
        where = f"{found.path} ({found.found_by})" if found.path is not None else found.found_by
        versions = [f"{name} {_dotted(version)}" for name in _SHOWN if (version := found.version_of(name)) is not None]
        lines = [f"{self.root}: environment {where}; {', '.join(versions) or 'no pytest'}.", *found.notes]
        missing = [name for name in _SHOWN[:2] if not found.has(name)]
        if missing:
            pins = [f"{pin.requirement} of {pin.path.name}" for name in missing if (pin := found.pins.get(name))]
            instead = " and ".join(pins) or "the newest"
            lines.append(
                f"{self.root}: {' and '.join(missing)} not installed there: assuming {instead}. "
                "Set loopscope.environment to the environment of your tests."
            )
        return tuple(lines)


@dataclass(frozen=True, slots=True)
class EditorSettings:
    """What the editor says: settings, and the interpreter that is active in it."""

    settings: Mapping[str, object]
    python: str | None = None


@dataclass(frozen=True, slots=True)
class Editor:
    """What the editor says for all, and for workspace folders where that is known to differ."""

    whole: EditorSettings = EditorSettings({})
    folders: Mapping[PurePath, EditorSettings] = field(default_factory=dict[PurePath, EditorSettings])

    def of(self, folder: PurePath | None) -> EditorSettings:
        """What counts in a workspace folder; None for files outside of all."""
        return self.whole if folder is None else self.folders.get(folder, self.whole)


class SettingsLookup:
    """The settings of files: those of the nearest file with any, the editor's over them. One answer for each folder."""

    def __init__(self, files: Files, roots: Sequence[PurePath], editor: Editor) -> None:
        self._files = files
        self._roots = tuple(roots)
        self._editor = editor
        self._known: dict[PurePath, Settings] = {}

    def __call__(self, path: PurePath) -> Settings:
        """The settings for a file, or for a workspace folder."""
        folder = path if path in self._roots else path.parent
        known = self._known.get(folder)
        if known is None:
            holding = [root for root in self._roots if folder.is_relative_to(root)]
            root = max(holding, key=lambda one: len(one.parts), default=None)
            known = settings_from_mapping(self._editor.of(root).settings, find_settings(self._files, folder, root))
            self._known[folder] = known
        return known


class EnvironmentLookup:
    """The environments of folders: read beforehand for workspace folders, when asked for others."""

    def __init__(self, projects: Sequence[Project]) -> None:
        self._known = {project.root: project.environment for project in projects}

    def __call__(self, root: PurePath) -> Environment:
        """The environment of a folder."""
        known = self._known.get(root)
        if known is None:
            known = self._known[root] = find_environment(root, None, os.environ)
        return known


def read_projects(
    folders: Sequence[PurePath], editor: Editor, disk: Witness, token: CancelToken
) -> tuple[Project, ...]:
    """Find and read the environment of each folder, and let links lead into it. Never raises but `Cancelled`."""
    disk.allow(folders)
    projects: list[Project] = []
    for folder in folders:
        token.check()
        said = editor.of(folder)
        settings = settings_from_mapping(said.settings, find_settings(disk, folder, folder))
        environment = find_environment(folder, _environment_setting(settings), os.environ, said.python)
        disk.allow(readable_roots(environment, os.environ))
        projects.append(Project(folder, environment))
    return tuple(projects)


def new_snapshot(
    files: Files,
    projects: Sequence[Project],
    editor: Editor,
    edited: Iterable[PurePath] = (),
    outlines: OutlineCache | None = None,
) -> Snapshot:
    """A snapshot that knows nothing yet; `edited` are the open documents."""
    roots = [project.root for project in projects]
    lookup = SettingsLookup(files, roots, editor)
    return Snapshot(files, roots, EnvironmentLookup(projects), lookup, outlines, edited=edited)


def after(snapshot: Snapshot, files: Files, changed: Sequence[PurePath], editor: Editor) -> Snapshot:
    """The snapshot once files changed; settings are read again when one of them may hold some."""
    if any(path.name in SETTINGS_FILES for path in changed):
        return snapshot.after(changed, files, settings_of=SettingsLookup(files, snapshot.roots, editor))
    return snapshot.after(changed, files)


_SHOWN = ("pytest", "pytest-asyncio", "anyio")


def _environment_setting(settings: Settings) -> str | None:
    value = settings.environment.value
    if value is None or settings.folder is None or settings.environment.origin.path is None:
        return value
    # A path in a file is relative to that file, which may lie above or below the workspace folder.
    return value if value.startswith("~") else str(settings.folder / value)


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
