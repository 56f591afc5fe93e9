"""One place in one file of a snapshot: the cursor there, with what the file and the workspace say of it."""

from pathlib import PurePath

from loopscope.facts.extract import FileFacts
from loopscope.facts.layout import DefSpans
from loopscope.facts.outline import FactId
from loopscope.features.cursor import Cursor, cursor_at
from loopscope.text.files import Unreadable
from loopscope.text.frozen import frozen
from loopscope.text.source import Source
from loopscope.workspace.model import FixtureDef, TestItem
from loopscope.workspace.snapshot import Snapshot
from loopscope.workspace.view import ModuleView


@frozen
class Site:
    """An offset in a file, and whose code it is."""

    snapshot: Snapshot
    path: PurePath
    source: Source
    facts: FileFacts
    view: ModuleView
    cursor: Cursor

    @property
    def owner(self) -> FactId | None:
        """The innermost function or class whose text, decorators included, holds the offset."""
        return self.facts.layout.at(self.cursor.offset)

    def spans(self, id_: FactId) -> DefSpans | None:
        """Where a definition of this file stands."""
        return self.facts.layout.defs.get(id_)

    def defined_at(self, name: int) -> FactId | None:
        """The definition whose name begins at an offset."""
        return next((id_ for id_, spans in self.facts.layout.defs.items() if spans.name.start == name), None)

    def canonical(self, dotted: str) -> str:
        """A dotted name as written here, through this file's imports: `pt.fixture` is `pytest.fixture`."""
        first, dot, rest = dotted.partition(".")
        return f"{self.facts.names.get(first, first)}{dot}{rest}"

    def test(self, id_: FactId) -> TestItem | None:
        """The test that a function of this file is; None when pytest does not collect it from here."""
        here = (test for test in self.view.tests if test.id == id_ and test.code_path == self.path)
        return next(here, None)

    def fixture(self, id_: FactId) -> FixtureDef | None:
        """The fixture that a function of this file is."""
        return next((one for one in self.view.fixtures if one.id == id_ and one.path == self.path), None)


def site_at(snapshot: Snapshot, path: PurePath, source: Source, offset: int) -> Site | None:
    """The place of a cursor; None when the file cannot be read. `source` is the text that the snapshot has of it."""
    facts = snapshot.facts(path)
    if isinstance(facts, Unreadable):
        return None
    return Site(snapshot, path, source, facts, snapshot.module(path), cursor_at(source, offset))


def class_path(id_: FactId) -> tuple[str, ...]:
    """The classes that hold a definition, the outermost first."""
    return tuple(id_.holder.split(".")) if id_.holder else ()
