"""What open documents are checked with, whatever order edits, checks and readings of environments end in."""

import asyncio
import json
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from loopscope.lsp import publish, session
from loopscope.lsp.client import Client
from loopscope.lsp.server import Server
from loopscope.lsp.session import Session

CONFTEST = "import pytest\n\n@pytest.fixture\ndef value():\n    return 1\n"
TEST = "def test_a(value): ...\n"


class Editing:
    """A session, and what it sends."""

    def __init__(self, root: Path) -> None:
        self.root = root
        server = Server()
        server.protocol.set_writer(self)
        self.session = Session(server)
        self.session.folders = (root,)
        self.session.client = Client(diagnostic_versions=True)
        self.published: dict[str, list[str]] = {}
        self._news = asyncio.Event()

    def write(self, data: bytes) -> None:
        message = json.loads(data.partition(b"\r\n\r\n")[2])
        if message["method"] == "textDocument/publishDiagnostics":
            params = message["params"]
            self.published[Path(params["uri"]).name] = [each["code"] for each in params["diagnostics"]]
        self._news.set()

    def close(self) -> None: ...

    async def until(self, happened: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not happened():
                await self._news.wait()
                self._news.clear()

    async def until_published(self, name: str, codes: Sequence[str]) -> None:
        await self.until(lambda: self.published.get(name) == codes)

    def open(self, name: str) -> None:
        path = self.root / name
        self.session.open(types.TextDocumentItem(path.as_uri(), "python", 1, path.read_text()))

    def change(self, name: str, version: int, text: str) -> None:
        identifier = types.VersionedTextDocumentIdentifier(version, (self.root / name).as_uri())
        change = types.TextDocumentContentChangeWholeDocument(text)
        self.session.change(types.DidChangeTextDocumentParams(identifier, [change]))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_a.py").write_text(TEST)
    return tmp_path


def held(monkeypatch: pytest.MonkeyPatch, name: str, *versions: int) -> None:
    """Let no check of these versions of a document end before it is cancelled."""
    look = publish._look

    def slow(state: Any, document: Any, token: Any) -> Any:
        while document.path.name == name and document.version in versions:
            token.check()
        return look(state, document, token)

    monkeypatch.setattr(publish, "_look", slow)


def test_what_is_undone_before_it_was_checked_is_undone_for_others_too(root, monkeypatch) -> None:
    held(monkeypatch, "conftest.py", 2)

    async def edits() -> None:
        editing = Editing(root)
        await editing.session.reload()
        editing.open("conftest.py")
        editing.open("test_a.py")
        await editing.until(lambda: len(editing.published) == 2)
        editing.change("conftest.py", 2, CONFTEST.replace("value", "other"))
        # What depends on it is checked beside it, for another reason.
        editing.change("test_a.py", 2, TEST + "\n")
        await editing.until_published("test_a.py", ["unknown-fixture"])
        editing.change("conftest.py", 3, CONFTEST)
        await editing.until_published("test_a.py", [])

    asyncio.run(edits())


def test_an_edit_before_the_first_check_ends_counts_for_others(root, monkeypatch) -> None:
    held(monkeypatch, "conftest.py", 1)

    async def edits() -> None:
        editing = Editing(root)
        await editing.session.reload()
        editing.open("test_a.py")
        editing.open("conftest.py")
        await editing.until_published("test_a.py", [])
        editing.change("conftest.py", 2, CONFTEST.replace("value", "other"))
        await editing.until_published("test_a.py", ["unknown-fixture"])

    asyncio.run(edits())


def test_of_two_readings_of_the_folders_the_later_counts(root, monkeypatch) -> None:
    read, first_may_end = session.read_projects, threading.Event()
    another = root / "another"
    another.mkdir()

    def slow(folders: Any, *more: Any) -> Any:
        if folders == (root,):
            first_may_end.wait(20)
        return read(folders, *more)

    monkeypatch.setattr(session, "read_projects", slow)

    async def readings() -> None:
        editing = Editing(root)
        first = asyncio.create_task(editing.session.reload())
        await asyncio.sleep(0)
        editing.session.folders_changed([another], [root])
        second = asyncio.create_task(editing.session.reload())
        # The second one would have ended by now, if it had begun.
        await asyncio.wait([second], timeout=0.5)
        first_may_end.set()
        await asyncio.gather(first, second)
        assert editing.session.current is not None
        assert editing.session.current.snapshot.roots == (another,)

    asyncio.run(readings())
