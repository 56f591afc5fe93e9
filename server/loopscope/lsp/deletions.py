"""What is gone when an editor says that something was deleted: of a folder it tells alone (VS Code does)."""

import os
from collections.abc import Iterable
from pathlib import PurePath

from lsprotocol import types

from loopscope.lsp.uris import path_of
from loopscope.workspace.snapshot import Snapshot

WATCHER = types.FileSystemWatcher("**/*", kind=types.WatchKind.Delete)
"""For folders: of files the other watchers tell."""
_FILES = frozenset((".py", ".toml", ".ini", ".cfg", ".lock", ".txt", ".pth"))
_METADATA = frozenset(("METADATA", "RECORD"))


def touched(events: Iterable[types.FileEvent], snapshot: Snapshot | None) -> list[PurePath]:
    """The files that events are about: for a folder that is gone those below it that the snapshot has looked at."""
    paths: dict[PurePath, None] = {}
    folders: list[str] = []
    for event in events:
        path = path_of(event.uri)
        if path is None:
            continue
        if event.type is not types.FileChangeType.Deleted or path.suffix in _FILES or path.name in _METADATA:
            paths[path] = None
        else:
            folders.append(f"{path}{os.sep}")
    if folders and snapshot is not None:
        below = tuple(folders)
        paths.update(dict.fromkeys(known for known in snapshot.known if str(known).startswith(below)))
    return list(paths)
