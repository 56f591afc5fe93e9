"""What is kept of one session holds in the next as long as nothing changed that was looked at."""

from collections.abc import Callable
from pathlib import Path

import pytest
from lsprotocol import types

from loopscope.host.cache import Cache
from loopscope.host.files import DiskFiles, OverlayFiles
from loopscope.host.witness import Witness
from loopscope.lsp.checks import shown_findings
from loopscope.lsp.client import Client
from loopscope.lsp.documents import Document, opened
from loopscope.lsp.kept import Kept
from loopscope.lsp.project import Editor, EditorSettings, Project, new_snapshot
from loopscope.lsp.state import State
from loopscope.lsp.work import Token
from loopscope.workspace.environment import Distribution, Environment

TEXTS = {
    "pytest.ini": "[pytest]\nasyncio_mode = strict\n",
    "tests/conftest.py": "import pytest\n\n@pytest.fixture\nasync def value():\n    return 1\n",
    "tests/test_a.py": "async def test_a(value): ...\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in TEXTS.items():
        (tmp_path / "project" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "project" / name).write_text(text)
    return tmp_path / "project"


class Start:
    """A session that has one file open as it is on disk."""

    def __init__(self, root: Path, *, environment: Environment | None = None, editor: Editor | None = None) -> None:
        self.path = root / "tests" / "test_a.py"
        disk, editor = Witness(DiskFiles([root])), editor or Editor()
        projects = (Project(root, environment or Environment(None, "none")),)
        self.kept = Kept(Cache(root.parent / "cache"), disk, projects, editor)
        document = opened(types.TextDocumentItem(self.path.as_uri(), "python", 1, self.path.read_text()))
        self.state = self.state_of(document, OverlayFiles(disk, {self.path: document.text}))

    def state_of(self, document: Document, files: OverlayFiles) -> State:
        snapshot = new_snapshot(files, self.kept.projects, self.kept.editor, {document.path})
        return State(Client(), {document.uri: document}, snapshot, {document.path: document})

    def keep(self) -> list[tuple[object, ...]]:
        found = shown_findings(self.state, self.path, Token())
        self.kept.keep(self.state, self.path, found)
        return [shown(each) for each in found]

    def findings(self) -> list[tuple[object, ...]] | None:
        found = self.kept.findings(self.state, self.path)
        return None if found is None else [shown(each) for each in found]


def shown(finding: object) -> tuple[object, ...]:
    names = ("rule", "path", "span", "message", "related", "tags", "severity")
    return tuple(getattr(finding, name) for name in names)


def test_the_next_session_begins_with_the_same(root: Path) -> None:
    found = Start(root).keep()
    assert len(found) == 1
    assert Start(root).findings() == found


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n"),
        lambda root: (root / "tests/conftest.py").write_text(TEXTS["tests/conftest.py"].replace("async ", "")),
        lambda root: (root / "tests/conftest.py").unlink(),
        lambda root: (root / "tests/test_a.py").write_text("async def test_a(value): ...\n\n"),
        lambda root: (root / "loopscope.toml").write_text("select = []\n"),
        lambda root: (root / "tests/pytest.ini").write_text("[pytest]\n"),
        lambda root: (root / "tests/__init__.py").write_text(""),
        lambda root: (root / "conftest.py").write_text(""),
    ],
)
def test_a_change_of_anything_that_was_looked_at_counts(root: Path, change: Callable[[Path], object]) -> None:
    Start(root).keep()
    change(root)
    assert Start(root).findings() is None


def test_another_environment_and_other_settings_of_the_editor_count(root: Path) -> None:
    Start(root).keep()
    installed = {"pytest": Distribution("pytest", "8.4.0", root)}
    assert Start(root, environment=Environment(None, "none", distributions=installed)).findings() is None
    assert Start(root, editor=Editor(EditorSettings({"select": ["missing-await"]}))).findings() is None
    assert Start(root).findings() is not None


def test_unsaved_text_is_neither_kept_nor_told_of_what_was_saved(root: Path) -> None:
    start = Start(root)
    start.path.write_text("def test_b(): ...\n")
    start.keep()
    assert Start(root).findings() is None
    start.path.write_text(TEXTS["tests/test_a.py"])
    Start(root).keep()
    start.path.write_text("def test_b(): ...\n")
    assert start.findings() is None


def test_a_file_changed_after_it_was_read_does_not_count_as_looked_at(root: Path) -> None:
    start = Start(root)
    found = shown_findings(start.state, start.path, Token())
    (root / "tests/conftest.py").write_text("import pytest\n\n@pytest.fixture\ndef value():\n    return 1\n")
    start.kept.keep(start.state, start.path, found)
    assert Start(root).findings() is None
    # Once it is forgotten it is read anew, and counts as it is then.
    start.kept.disk.forget(root / "tests/conftest.py")
    files = OverlayFiles(start.kept.disk, {start.path: start.path.read_text()})
    start.state = start.state_of(start.state.by_path[start.path], files)
    found = start.keep()
    assert Start(root).findings() == found


def test_what_is_broken_on_disk_is_not_kept(root: Path) -> None:
    Start(root).keep()
    for path in (root.parent / "cache").rglob("*"):
        if path.is_file():
            path.write_bytes(b"broken")
    assert Start(root).findings() is None
