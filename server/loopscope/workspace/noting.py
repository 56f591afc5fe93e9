"""A snapshot that notes what is looked at to answer, file by file."""

from collections.abc import Callable, Iterable
from pathlib import PurePath

from loopscope.config.settings import Settings
from loopscope.facts.extract import FileFacts
from loopscope.facts.outline import Outline
from loopscope.text.files import Files, Unreadable
from loopscope.workspace.environment import Environment
from loopscope.workspace.looks import Looks
from loopscope.workspace.queries import Once, Queries
from loopscope.workspace.snapshot import OutlineCache, Snapshot


class NotingSnapshot(Snapshot):
    """A snapshot without edits (`whole`). What it remembers of files counts as a look at them each time it is asked."""

    def __init__(
        self,
        files: Files,
        roots: Iterable[PurePath],
        environment_of: Callable[[PurePath], Environment],
        settings_of: Callable[[PurePath], Settings],
        outlines: OutlineCache | None = None,
        *,
        looks: Looks,
    ) -> None:
        """`files` and `settings_of` note in `looks` what they look at."""
        super().__init__(files, roots, environment_of, settings_of, outlines, whole=True)
        self.looks = looks

    @property
    def queries(self) -> Queries:
        """Asks the memoised queries of this snapshot."""
        return Once(self, self._memory, self.looks)

    def facts(self, path: PurePath) -> FileFacts | Unreadable:
        """`Snapshot.facts`."""
        self.looks.note(path)
        return super().facts(path)

    def function_facts(self, path: PurePath, qualname: str) -> FileFacts | Unreadable:
        """`Snapshot.function_facts`."""
        if path in self._facts:
            return self.facts(path)
        self.looks.note(path)
        return super().function_facts(path, qualname)

    def function_source(self, path: PurePath, qualname: str) -> str | None:
        """`Snapshot.function_source`."""
        self.looks.note(path)
        return super().function_source(path, qualname)

    def read_outline(self, path: PurePath) -> Outline | Unreadable:
        """`Snapshot.read_outline`."""
        self.looks.note(path)
        return super().read_outline(path)

    def text_mentions(self, path: PurePath, words: tuple[str, ...]) -> bool:
        """`Snapshot.text_mentions`."""
        self.looks.note(path)
        return super().text_mentions(path, words)

    def text_sets(self, path: PurePath) -> frozenset[str]:
        """`Snapshot.text_sets`."""
        self.looks.note(path)
        return super().text_sets(path)
