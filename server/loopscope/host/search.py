"""Which files of the workspace hold a word, or import a module: found in their bytes, remembered until they change."""

import os
import re
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import NamedTuple

from loopscope.host.files import MAX_BYTES
from loopscope.host.walk import iter_python_files

_WORDS_KEPT = 64
_IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]+(\([^)]*\)|[^\n]*)|import[ \t]+([^\n]*))", re.MULTILINE
)
_NAME = re.compile(rb"\w+|\*")
_Stamp = tuple[int, int]


class Imports(NamedTuple):
    """The words in a file's import statements: of the modules after `from`, and of what is imported (`*` too)."""

    modules: frozenset[bytes]
    names: frozenset[bytes]

    def take(self, modules: frozenset[bytes], names: frozenset[bytes]) -> bool:
        """Whether one of the names, or everything, may come from one of the modules, or a module itself is imported."""
        if not self.names.isdisjoint(modules):
            return True
        return not self.modules.isdisjoint(modules) and (b"*" in self.names or not self.names.isdisjoint(names))


class Known(NamedTuple):
    """What was found in one version of a file: its imports, and which words it holds."""

    stamp: _Stamp
    imports: Imports
    words: dict[bytes, bool]


class Texts:
    """What was found in files, by path, for as long as their size and time stay the same. For any thread."""

    def __init__(self) -> None:
        self._known: dict[PurePath, Known] = {}
        self._lock = threading.Lock()
        self._recent: list[bytes] = []

    def holds(self, path: PurePath, known: "Known", word: bytes) -> bool:
        """Whether the bytes of a file hold an identifier."""
        answer = known.words.get(word)
        if answer is None:
            answer = known.words[word] = holds(_read(path), word)
        return answer

    def remember(self, word: bytes) -> None:
        """Note that a word is asked for; what was found of the one asked longest ago may be forgotten."""
        with self._lock:
            if word in self._recent:
                self._recent.remove(word)
            self._recent.append(word)
            if len(self._recent) > _WORDS_KEPT:
                old = self._recent.pop(0)
                for known in self._known.values():
                    known.words.pop(old, None)

    def current(self, path: PurePath) -> "Known | None":
        """What is known of a file as it is now; None when there is none."""
        try:
            status = os.stat(path)
        except (OSError, ValueError):
            return None
        stamp = (status.st_mtime_ns, status.st_size)
        known = self._known.get(path)
        if known is None or known.stamp != stamp:
            data = _read(path) if status.st_size <= MAX_BYTES else b""
            known = Known(stamp, imports_in(data), {word: holds(data, word) for word in self._recent[-1:]})
            self._known[path] = known
        return known


class TextSearch:
    """`Search` over the Python files below the roots, and an editor's open documents in front of them."""

    def __init__(
        self,
        texts: Texts,
        roots: Sequence[PurePath],
        exclude_of: Callable[[PurePath], Sequence[str]],
        documents: Mapping[PurePath, str] | None = None,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        """`exclude_of` gives the patterns that are left out below a root; `check` may raise to stop a search."""
        self._texts = texts
        self._roots = tuple(roots)
        self._exclude_of = exclude_of
        self._documents = {path: text for path, text in (documents or {}).items() if path.suffix == ".py"}
        self._check = check
        self._found: tuple[tuple[PurePath, Known], ...] | None = None

    def mentioning(self, word: str) -> Iterator[PurePath]:
        """The Python files whose text holds an identifier; open documents first."""
        wanted = _bytes(word)
        self._texts.remember(wanted)
        for path, text in self._documents.items():
            if word in text:
                yield path
        for path, known in self._files():
            if self._texts.holds(path, known, wanted):
                yield path

    def importing(self, modules: Collection[str], names: Collection[str]) -> Iterator[PurePath]:
        """The Python files that seem to import one of the names, or all, from one of the modules, or a module itself.

        Open documents come first. Modules are given by the last part of their dotted name.
        """
        wanted = frozenset(map(_bytes, modules)), frozenset(map(_bytes, names))
        for path, text in self._documents.items():
            if imports_in(_bytes(text)).take(*wanted):
                yield path
        for path, known in self._files():
            if known.imports.take(*wanted):
                yield path

    def _files(self) -> Iterable[tuple[PurePath, Known]]:
        """The files but for open documents; looked at once in the life of a search."""
        if self._found is None:
            found: dict[PurePath, Known] = {}
            for root in self._roots:
                for path in iter_python_files(root, exclude=self._exclude_of(root)):
                    self._check()
                    known = None if path in self._documents or path in found else self._texts.current(path)
                    if known is not None:
                        found[path] = known
            self._found = tuple(found.items())
        return self._found


def holds(data: bytes, word: bytes) -> bool:
    """Whether bytes hold an identifier as a whole word; letters beyond ASCII beside it do not count as its own."""
    at = data.find(word)
    while at >= 0:
        before, after = data[at - 1 : at] if at else b"", data[at + len(word) : at + len(word) + 1]
        if not _NAME.match(before) and not _NAME.match(after):
            return True
        at = data.find(word, at + 1)
    return False


def imports_in(data: bytes) -> Imports:
    """What the import statements of a Python text import."""
    modules: set[bytes] = set()
    names: set[bytes] = set()
    for source, taken, plain in _IMPORT.findall(data):
        modules.update(_NAME.findall(source))
        names.update(_NAME.findall(taken or plain))
    return Imports(frozenset(modules), frozenset(names))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _read(path: PurePath) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError):
        return b""
