"""Every safe fix of many files at once."""

from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import NamedTuple

from loopscope.engine.fixes import Applied, Overlay, fix_file
from loopscope.engine.selection import select
from loopscope.features.actions import difference
from loopscope.text.edit import Edit
from loopscope.text.files import Unreadable
from loopscope.workspace.cancel import NEVER, CancelToken
from loopscope.workspace.snapshot import Snapshot


class WorkspaceFixes(NamedTuple):
    """The edits by file, for the texts of the snapshot, and the fixes that they are made of."""

    edits: Mapping[PurePath, tuple[Edit, ...]]
    applied: tuple[Applied, ...]


def fix_workspace(snapshot: Snapshot, paths: Iterable[PurePath], cancel: CancelToken = NEVER) -> WorkspaceFixes:
    """Applies every safe fix of `paths`, one file after the other: a fix may change files that come later, or came.

    Raises `Cancelled` when asked to.
    """
    texts: dict[PurePath, str] = {}
    applied: list[Applied] = []
    now = snapshot
    for path in paths:
        fixed = fix_file(now, path, select(now.settings_of(path)), cancel=cancel)
        applied += fixed.applied
        if fixed.texts:
            texts |= fixed.texts
            now = now.after(fixed.texts, Overlay(snapshot.files, dict(texts)))
    edits: dict[PurePath, tuple[Edit, ...]] = {}
    for path, text in texts.items():
        old = snapshot.files.read(path)
        if not isinstance(old, Unreadable) and old != text:
            edits[path] = difference(old, text)
    return WorkspaceFixes(edits, tuple(applied))
