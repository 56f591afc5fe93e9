"""The facts of single functions and classes of files that nobody edits, as they are asked for."""

from collections.abc import Callable, Collection
from pathlib import PurePath

from loopscope.facts.apart import Apart
from loopscope.facts.extract import FileFacts
from loopscope.facts.outline import Outline
from loopscope.text.files import Files, Unreadable

_KEPT = 100
"""Of how many functions and classes the facts are remembered: what was asked of them is remembered besides."""


class Pieces:
    """What was read of files apart from the rest of them. May be used from any thread."""

    def __init__(self) -> None:
        self._readers: dict[PurePath, Apart] = {}
        self._known: dict[tuple[PurePath, str], FileFacts] = {}

    def without(self, paths: Collection[PurePath]) -> "Pieces":
        """What there is of other files."""
        new = Pieces()
        new._readers = {path: reader for path, reader in self._readers.copy().items() if path not in paths}
        new._known = {key: known for key, known in self._known.copy().items() if key[0] not in paths}
        return new

    def facts(
        self, path: PurePath, qualname: str, files: Files, outline_of: Callable[[PurePath], Outline | Unreadable]
    ) -> FileFacts | None:
        """The facts of one function or class; None where it cannot be read without the rest of its file."""
        known = self._known.get((path, qualname))
        if known is not None:
            return known
        reader = self._reader(path, files, outline_of)
        if reader is None:
            return None
        known = reader.facts(qualname)
        if known is not None:
            self._known[path, qualname] = known
            for each in list(self._known)[:-_KEPT]:
                self._known.pop(each, None)
        return known

    def source(
        self, path: PurePath, qualname: str, files: Files, outline_of: Callable[[PurePath], Outline | Unreadable]
    ) -> str | None:
        """The text of one function or method; None where it is not found without parsing the file."""
        reader = self._reader(path, files, outline_of)
        return None if reader is None else reader.source(qualname)

    def _reader(
        self, path: PurePath, files: Files, outline_of: Callable[[PurePath], Outline | Unreadable]
    ) -> Apart | None:
        reader = self._readers.get(path)
        if reader is None:
            text, outline = files.read(path), outline_of(path)
            if isinstance(text, Unreadable) or isinstance(outline, Unreadable):
                return None
            reader = self._readers[path] = Apart(text, outline)
        return reader
