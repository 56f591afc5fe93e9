"""What jedi answers later comes as diagnostics of the same version, and typing does not wait for it."""

import time
from pathlib import Path

import pytest

from e2e.lsp_client import DEADLINE, Client

APP = "class Client:\n    async def get(self): ...\n"
CONFTEST = """\
import pytest
from app import Client

TABLE = {"client": Client}


@pytest.fixture
def client():
    return TABLE["client"]()
"""
TEST = "import pytest\n\n\n@pytest.mark.asyncio\nasync def test_it(client):\n    client.get()\n"


def write(folder: Path) -> None:
    (folder / "app.py").write_text(APP, encoding="utf-8")
    (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (folder / "test_it.py").write_text(TEST, encoding="utf-8")


def test_a_later_answer_is_published(tmp_path: Path, client: Client) -> None:
    write(tmp_path)
    client.initialize(tmp_path)
    uri = client.open(tmp_path / "test_it.py")
    found = client.wait_for(
        "textDocument/publishDiagnostics", lambda params: params["uri"] == uri and bool(params["diagnostics"])
    )["diagnostics"]
    assert [each["code"] for each in found] == ["missing-await"]
    assert found[0]["range"]["start"] == {"line": 5, "character": 4}
    client.change(uri, 2, {"text": f"{TEST}# more\n"})
    assert [each["code"] for each in client.diagnostics(uri, 2)] == ["missing-await"]


def test_members_that_only_jedi_knows_are_offered_once_it_has_answered(tmp_path: Path, client: Client) -> None:
    write(tmp_path)
    client.initialize(tmp_path)
    uri = client.open_uri((tmp_path / "test_it.py").as_uri(), "async def test_it(client):\n    client.\n")
    place = {"textDocument": {"uri": uri}, "position": {"line": 1, "character": 11}}
    deadline = time.monotonic() + DEADLINE
    labels: list[str] = []
    while not labels and time.monotonic() < deadline:
        labels = [item["label"] for item in client.request("textDocument/completion", place)["items"]]
    assert labels == ["get"]


STUCK = """\
import pathlib
import time

beat = pathlib.Path(__file__).with_name("beat")
while True:
    beat.write_text(str(time.monotonic()))
    time.sleep(0.01)
"""


def test_typing_does_not_wait_for_a_jedi_that_never_answers(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, stuck = tmp_path / "project", tmp_path / "stuck" / "jedi"
    project.mkdir()
    stuck.mkdir(parents=True)
    write(project)
    (stuck / "__init__.py").write_text(STUCK, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(stuck.parent))
    client = Client(project, cache)
    try:
        client.initialize(project)
        uri = client.open(project / "test_it.py")
        assert client.diagnostics(uri, 1) == []
        wait_for_a_beat(stuck)
        more = "\n\nasync def save(): ...\n\n\n@pytest.mark.asyncio\nasync def test_more(client):\n    save()\n"
        client.change(uri, 2, {"text": f"{TEST}{more}"})
        assert [each["range"]["start"]["line"] for each in client.diagnostics(uri, 2)] == [13]
        place = {"textDocument": {"uri": uri}, "position": {"line": 12, "character": 20}}
        assert client.request("textDocument/completion", place) is not None
        # A process that was given up would beat no more.
        wait_for_a_beat(stuck)
    finally:
        client.kill()


def wait_for_a_beat(stuck: Path) -> None:
    beat = stuck / "beat"
    before = beat.read_text(encoding="utf-8") if beat.exists() else ""
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        if beat.exists() and beat.read_text(encoding="utf-8") not in ("", before):
            return
    raise AssertionError("jedi's process does not run")
