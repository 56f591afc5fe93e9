"""Small projects in memory for tests of rules, in the environment that runs the tests."""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import PurePath

from loopscope.config.settings import DEFAULT_SETTINGS, Settings
from loopscope.facts.outline import Outline
from loopscope.host.environment import find_environment
from loopscope.host.files import DiskFiles
from loopscope.text.files import Entry, Files, Unreadable, folders_among
from loopscope.text.span import Span
from loopscope.workspace.environment import Environment
from loopscope.workspace.snapshot import Snapshot

ROOT = PurePath("/project")
_FILE = re.compile(r"^# file: (.+)\n", re.MULTILINE)
_OPEN, _CLOSE = "⟦", "⟧"


class MemoryFiles:
    """A project in memory; everything outside of it, such as installed packages, is on disk."""

    def __init__(self, texts: Mapping[PurePath, str], disk: Files) -> None:
        self.texts = dict(texts)
        self.disk = disk
        self.folders = {folder for path in self.texts for folder in path.parents} | {ROOT}

    def read(self, path: PurePath) -> str | Unreadable:
        if path.is_relative_to(ROOT):
            return self.texts.get(path, Unreadable("missing"))
        return self.disk.read(path)

    def is_file(self, path: PurePath) -> bool:
        return path in self.texts if path.is_relative_to(ROOT) else self.disk.is_file(path)

    def is_dir(self, path: PurePath) -> bool:
        return path in self.folders if path.is_relative_to(ROOT) else self.disk.is_dir(path)

    def entries(self, path: PurePath) -> tuple[Entry, ...]:
        if not path.is_relative_to(ROOT):
            return self.disk.entries(path)
        files = [Entry(each.name, False) for each in self.texts if each.parent == path]
        folders = [Entry(each.name, True) for each in self.folders if each.parent == path and each != path]
        return tuple(sorted(files + folders))

    def subfolders(self, path: PurePath, beginning: str) -> tuple[str, ...]:
        return folders_among(self.entries(path), beginning)


class Outlines:
    """Outlines of installed files, shared by all snapshots of a test run."""

    def __init__(self) -> None:
        self.known: dict[str, Outline] = {}

    def get(self, text: str) -> Outline | None:
        return self.known.get(text)

    def put(self, text: str, outline: Outline) -> None:
        self.known[text] = outline


_OUTLINES = Outlines()


@cache
def environment() -> Environment:
    """What is installed where the tests run."""
    return find_environment(ROOT, sys.prefix, {})


@dataclass(frozen=True, eq=False)
class _Same:
    """An environment as a key: the same one is equal, another that has the same in it is not."""

    environment: Environment

    def __hash__(self) -> int:
        return id(self.environment)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.environment is self.environment


@cache
def _disk(found: _Same) -> DiskFiles:
    return DiskFiles(found.environment.import_roots)


def snapshot_of(
    texts: Mapping[str, str], settings: Settings = DEFAULT_SETTINGS, installed: Environment | None = None
) -> Snapshot:
    """A snapshot of a project given as texts by relative path; `installed` is an environment if not the running one."""
    found = _Same(environment() if installed is None else installed)
    files = MemoryFiles({ROOT / name: text for name, text in texts.items()}, _disk(found))
    if settings is not DEFAULT_SETTINGS or "test_example.py" not in texts:
        return Snapshot(files, [ROOT], lambda _: found.environment, lambda _: settings, _OUTLINES)
    # What all tests of one configuration share is computed once.
    base = _base(found, tuple(sorted((name, text) for name, text in texts.items() if name != "test_example.py")))
    return base.after([ROOT / "test_example.py"], files)


@lru_cache(maxsize=64)
def _base(found: _Same, others: tuple[tuple[str, str], ...]) -> Snapshot:
    texts = {ROOT / name: text for name, text in (*others, ("test_example.py", "def test(): pass\n"))}
    base = Snapshot(MemoryFiles(texts, _disk(found)), [ROOT], lambda _: found.environment, outlines=_OUTLINES)
    view = base.module(ROOT / "test_example.py")
    for test in view.tests:
        view.closure(test)
    return base


@dataclass(frozen=True)
class Marked:
    """The files of an example, without the marks, and the ranges that they marked, by file."""

    texts: dict[str, str]
    spans: dict[str, list[Span]]


def split_files(text: str, config: str = "") -> dict[str, str]:
    """The files of an example by name; what stands before the first `# file:` line is test_example.py."""
    pieces = _FILE.split(text)
    files = {"test_example.py": pieces[0]} if pieces[0].strip() else {}
    files |= dict(zip(pieces[1::2], pieces[2::2], strict=True))
    return {"pytest.ini": config, **files} if config else files


def unmarked(files: Mapping[str, str]) -> Marked:
    """The files without their `⟦…⟧` marks."""
    texts: dict[str, str] = {}
    spans: dict[str, list[Span]] = {}
    for name, text in files.items():
        opened: list[int] = []
        plain: list[str] = []
        length = 0
        for piece in re.split(f"([{_OPEN}{_CLOSE}])", text):
            if piece == _OPEN:
                opened.append(length)
            elif piece == _CLOSE:
                spans.setdefault(name, []).append(Span(opened.pop(), length))
            else:
                plain.append(piece)
                length += len(piece)
        assert not opened, f"an open mark in {name}"
        texts[name] = "".join(plain)
    return Marked(texts, {name: sorted(found) for name, found in spans.items()})
