"""Opening a project from the command line: its folder, its environment, its settings, its files."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import NamedTuple

from loopscope.cli.errors import ProjectError
from loopscope.config.settings import Settings, find_settings, settings_from_mapping, settings_in
from loopscope.host.cache import open_cache
from loopscope.host.environment import find_environment, readable_roots
from loopscope.host.files import DiskFiles
from loopscope.host.noted import NotedFiles
from loopscope.host.outlines import CachedOutlines
from loopscope.workspace.environment import Environment
from loopscope.workspace.looks import Looks
from loopscope.workspace.noting import NotingSnapshot
from loopscope.workspace.snapshot import Snapshot


class Project(NamedTuple):
    """What one command works on. `paths` are absolute; `base` is the working directory, `root` the workspace folder."""

    root: PurePath
    base: PurePath
    paths: tuple[PurePath, ...]
    snapshot: Snapshot
    environment: Environment
    settings: Settings
    """The settings of `root`, command line included; other folders may have their own."""
    looks: Looks
    noted: NotedFiles | None
    """The files, where it is noted in `looks` what is looked at: without edits."""


def open_project(
    paths: Sequence[Path],
    environment: str | None,
    overrides: Mapping[str, object] | None = None,
    *,
    edits: bool = False,
) -> Project:
    """The project that holds `paths`; `overrides` are settings that beat those of files. Nothing is executed.

    `edits` prepares for changes of files: without, everything is analysed faster, but once only.

    Raises `ProjectError` for a path that does not exist.
    """
    base = PurePath(os.path.abspath("."))
    asked = tuple(PurePath(os.path.abspath(path)) for path in paths)
    for path in asked:
        if not Path(path).exists():
            raise ProjectError(f"{path} does not exist")
    root = _root(base, asked)
    disk, looks = DiskFiles([root], at_rest=not edits), Looks()
    noted = NotedFiles(disk, looks)
    files = disk if edits else noted
    found = _overridden(find_settings(files, root, root), overrides)
    setting = _environment_setting(found) if environment is None else os.path.abspath(environment)
    found_environment = find_environment(root, setting, os.environ)
    disk.allow(readable_roots(found_environment, os.environ))
    in_folders: dict[PurePath, tuple[Settings | None, int]] = {}
    of_folders: dict[PurePath, tuple[Settings, int]] = {}

    def settings_in_folder(folder: PurePath) -> Settings | None:
        return looks.remembered(in_folders, folder, lambda folder: settings_in(files, folder))

    def find(folder: PurePath) -> Settings:
        return _overridden(find_settings(files, folder, root, settings_in_folder), overrides)

    def settings_of(path: PurePath) -> Settings:
        return looks.remembered(of_folders, path.parent, find)

    def environment_of(_: PurePath) -> Environment:
        return found_environment

    outlines = CachedOutlines(open_cache(os.environ))
    snapshot = (
        Snapshot(files, [root], environment_of, settings_of, outlines)
        if edits
        else NotingSnapshot(files, [root], environment_of, settings_of, outlines, looks=looks)
    )
    return Project(root, base, asked, snapshot, found_environment, found, looks, None if edits else noted)


def _root(base: PurePath, asked: Sequence[PurePath]) -> PurePath:
    """The working directory when it holds everything asked for, else the folder that does."""
    if all(path.is_relative_to(base) for path in asked):
        return base
    common = PurePath(os.path.commonpath(asked))
    return common if Path(common).is_dir() else common.parent


def _overridden(settings: Settings, overrides: Mapping[str, object] | None) -> Settings:
    return settings_from_mapping(overrides, settings) if overrides else settings


def _environment_setting(settings: Settings) -> str | None:
    value = settings.environment.value
    if value is None or settings.folder is None:
        return value
    return str(settings.folder / value)
