"""How features find the files of a workspace that may concern a name, before any of them is parsed."""

from collections.abc import Collection, Iterator
from pathlib import PurePath
from typing import Protocol


class Search(Protocol):
    """A look at the texts of the workspace as they are now, open documents included. The host has one over the disk."""

    def mentioning(self, word: str) -> Iterator[PurePath]:
        """The Python files whose text holds an identifier."""
        ...

    def importing(self, modules: Collection[str], names: Collection[str]) -> Iterator[PurePath]:
        """The Python files that seem to import one of the names, or all, from one of the modules, or a module itself.

        Modules are given by the last part of their dotted name. There may be more files than really do.
        """
        ...
