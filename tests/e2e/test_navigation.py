"""References, rename, hierarchy, symbols, hints and lenses over the wire."""

from pathlib import Path
from typing import Any

import pytest

from e2e.lsp_client import Client, ServerError

CONFTEST = """\
import pytest

@pytest.fixture
def app():
    yield 1

@pytest.fixture
def client(app): ...
"""
TEST = """\
import pytest

@pytest.fixture
def app(app): ...

@pytest.mark.usefixtures("app")
async def test_one(app, 😀="😀"):
    assert app
"""


def at(line: int, character: int) -> dict[str, int]:
    return {"line": line, "character": character}


@pytest.fixture
def uris(tmp_path: Path, client: Client) -> tuple[str, str]:
    """An open session on a project of two files, of which the test file is open."""
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\nasyncio_default_test_loop_scope = session\n")
    path = tmp_path / "test_a.py"
    path.write_text("")
    client.initialize(tmp_path)
    return (tmp_path / "conftest.py").as_uri(), client.open(path, TEST)


def place(uri: str, line: int, character: int) -> dict[str, Any]:
    return {"textDocument": {"uri": uri}, "position": at(line, character)}


def starts(found: list[dict[str, Any]]) -> list[tuple[int, int]]:
    return [(one["range"]["start"]["line"], one["range"]["start"]["character"]) for one in found]


def test_references_of_an_override_and_of_what_it_overrides(uris: tuple[str, str], client: Client) -> None:
    conftest, test = uris
    params = {**place(test, 6, 19), "context": {"includeDeclaration": False}}
    found = client.request("textDocument/references", params)
    assert {one["uri"] for one in found} == {test}
    assert starts(found) == [(5, 26), (6, 19), (7, 11)]
    params = {**place(test, 3, 9), "context": {"includeDeclaration": True}}
    found = client.request("textDocument/references", params)
    assert [(one["uri"] == conftest, *start) for one, start in zip(found, starts(found), strict=True)] == [
        (True, 3, 4),
        (True, 7, 11),
        (False, 3, 8),
    ]


def test_highlights(uris: tuple[str, str], client: Client) -> None:
    found = client.request("textDocument/documentHighlight", place(uris[1], 7, 12))
    assert [(start, one["kind"]) for start, one in zip(starts(found), found, strict=True)] == [
        ((3, 4), 3),
        ((5, 26), 2),
        ((6, 19), 2),
        ((7, 11), 2),
    ]


def test_rename_with_versions_and_refusals_with_reasons(uris: tuple[str, str], client: Client) -> None:
    conftest, test = uris
    prepared = client.request("textDocument/prepareRename", place(test, 6, 20))
    assert prepared == {"range": {"start": at(6, 19), "end": at(6, 22)}, "placeholder": "app"}
    edit = client.request("textDocument/rename", {**place(test, 6, 20), "newName": "site"})
    by_uri = {one["textDocument"]["uri"]: one for one in edit["documentChanges"]}
    assert starts(by_uri[conftest]["edits"]) == [(3, 4), (7, 11)]
    assert starts(by_uri[test]["edits"]) == [(3, 4), (3, 8), (5, 26), (6, 19), (7, 11)]
    assert by_uri[test]["textDocument"]["version"] == 1
    assert {one["newText"] for found in by_uri.values() for one in found["edits"]} == {"site"}
    with pytest.raises(ServerError, match="`client` is already a fixture there") as refused:
        client.request("textDocument/rename", {**place(test, 6, 20), "newName": "client"})
    assert refused.value.code == -32803
    assert client.request("textDocument/prepareRename", place(test, 0, 1)) is None


def test_call_hierarchy(uris: tuple[str, str], client: Client) -> None:
    conftest, test = uris
    [item] = client.request("textDocument/prepareCallHierarchy", place(conftest, 3, 5))
    assert (item["name"], item["uri"]) == ("app", conftest)
    callers = client.request("callHierarchy/incomingCalls", {"item": item})
    assert [(one["from"]["name"], one["from"]["uri"]) for one in callers] == [("client", conftest), ("app", test)]
    assert starts([{"range": one} for one in callers[1]["fromRanges"]]) == [(3, 8)]
    callees = client.request("callHierarchy/outgoingCalls", {"item": callers[1]["from"]})
    assert [(one["to"]["name"], one["to"]["uri"]) for one in callees] == [("app", conftest)]


def test_symbols_navigation_hints_lenses_and_tokens(uris: tuple[str, str], client: Client) -> None:
    conftest, test = uris
    found = client.request("workspace/symbol", {"query": "tone"})
    assert [(one["name"], one["containerName"]) for one in found] == [
        ("test_one", "test_a.py · pytest-asyncio · loop: session")
    ]
    [declared] = client.request("textDocument/declaration", place(test, 6, 20))
    assert (declared["uri"], starts([declared])) == (conftest, [(3, 4)])
    [given] = client.request("textDocument/implementation", place(test, 3, 9))
    assert (given["uri"], starts([given])) == (conftest, [(4, 4)])
    whole = {"start": at(0, 0), "end": at(9, 0)}
    hints = client.request("textDocument/inlayHint", {"textDocument": {"uri": test}, "range": whole})
    assert [(one["position"], one["label"]) for one in hints] == [
        (at(3, 11), ": int"),
        (at(6, 18), "asyncio: auto"),
        (at(6, 18), "loop: session"),
    ]
    lenses = client.request("textDocument/codeLens", {"textDocument": {"uri": test}})
    resolved = [one if "command" in one else client.request("codeLens/resolve", one) for one in lenses]
    assert [one["command"]["title"] for one in resolved] == ["2 uses", "overrides conftest.py", "session loop"]
    tokens = client.request("textDocument/semanticTokens/full", {"textDocument": {"uri": test}})
    assert tokens["data"] == []


def test_tokens_when_they_are_wanted(tmp_path: Path, client: Client) -> None:
    (tmp_path / "loopscope.toml").write_text("semantic-tokens = true\n")
    client.initialize(tmp_path)
    uri = client.open_uri((tmp_path / "test_a.py").as_uri(), "def test_one(tmp_path):\n  '😀', tmp_path, tmp_path\n")
    tokens = client.request("textDocument/semanticTokens/full", {"textDocument": {"uri": uri}})
    assert tokens["data"] == [0, 13, 8, 0, 1, 1, 8, 8, 0, 1, 0, 10, 8, 0, 1]
