"""Which words stand in which files of the workspace."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import PurePath

from loopscope.rules.context import Context
from loopscope.text.files import Unreadable
from loopscope.text.frozen import frozen
from loopscope.workspace.queries import Queries

_WORD = re.compile(r"[^\W\d]\w*")
_COMPUTED = re.compile(r"\.getfixturevalue\s*\(\s*(?!['\"])|\.getfixturevalue\s*\(\s*(['\"])[^'\"]*\1\s*[^\s)]")
_SUFFIXES = frozenset((".py", ".pyi", ".rst", ".md", ".txt", ".feature", ".yaml", ".yml", ".ipynb"))
_NO_FOLDERS = frozenset(("node_modules", "__pycache__", "site-packages"))


@frozen
class Words:
    """In how many files each word stands; `computed` when a name for `getfixturevalue` is anything but a literal."""

    files: Mapping[str, int]
    computed: bool

    @staticmethod
    def count(word: str, text: str) -> int:
        """How often a word stands in a text."""
        return len(re.findall(rf"\b{re.escape(word)}\b", text))


def workspace_words(ctx: Context) -> Words:
    """The words of all files in the workspace folder that holds the file; reads each of them once per snapshot."""
    root = next((each for each in ctx.snapshot.roots if ctx.path.is_relative_to(each)), ctx.path.parent)
    return ctx.queries.get(_words_below, root)


def workspace_python(ctx: Context) -> tuple[PurePath, ...]:
    """The Python files of the workspace folder that holds the file, environments left out."""
    root = next((each for each in ctx.snapshot.roots if ctx.path.is_relative_to(each)), ctx.path.parent)
    return ctx.queries.get(_python_below, root)


def _python_below(q: Queries, root: PurePath) -> tuple[PurePath, ...]:
    return tuple(path for path in _files(q, root) if path.suffix == ".py")


def _words_below(q: Queries, root: PurePath) -> Words:
    files: Counter[str] = Counter()
    computed = False
    for path in _files(q, root):
        words, doubt = q.get(_words_of, path)
        files.update(words)
        computed = computed or doubt
    return Words(files, computed)


def _words_of(q: Queries, path: PurePath) -> tuple[frozenset[str], bool]:
    text = q.files.read(path)
    if isinstance(text, Unreadable):
        return frozenset(), False
    return frozenset(_WORD.findall(text)), _COMPUTED.search(text) is not None


def _files(q: Queries, folder: PurePath) -> Iterator[PurePath]:
    for entry in q.files.entries(folder):
        path = folder / entry.name
        if not entry.is_dir:
            if path.suffix in _SUFFIXES:
                yield path
        elif not (entry.name.startswith(".") or entry.name in _NO_FOLDERS or q.files.is_file(path / "pyvenv.cfg")):
            yield from _files(q, path)
