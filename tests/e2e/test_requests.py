"""What an editor asks for at a place, over stdio: the wiring; scenarios show the answers themselves."""

from pathlib import Path
from typing import Any

import pytest

from e2e.lsp_client import FULL_CAPABILITIES, Client

TEXT = '''import pytest_asyncio

@pytest_asyncio.fixture(loop_scope="session")
async def client():
    """The 😀 client."""
    yield 1

async def test_x(client): ...
'''
LINE = 7


def at(line: int, character: int) -> dict[str, int]:
    return {"line": line, "character": character}


@pytest.fixture
def uri(tmp_path: Path, client: Client) -> str:
    client.initialize(tmp_path)
    uri = client.open_uri((tmp_path / "test_a.py").as_uri(), TEXT)
    client.diagnostics(uri, 1)
    return uri


def test_completion_and_its_documentation_on_demand(client: Client, uri: str) -> None:
    place = {"textDocument": {"uri": uri}, "position": at(LINE, 17)}
    items = client.request("textDocument/completion", place)["items"]
    first = min(items, key=lambda item: item["sortText"])
    assert (first["label"], first["detail"]) == ("client", "function · loop: session · async, yields · this file")
    assert first["textEdit"]["range"] == {"start": at(LINE, 17), "end": at(LINE, 23)}
    assert "documentation" not in first
    resolved = client.request("completionItem/resolve", first)
    assert resolved["documentation"]["kind"] == "markdown"
    assert "The 😀 client." in resolved["documentation"]["value"]


def test_completion_of_a_line_that_was_just_typed(client: Client, uri: str) -> None:
    typed = "\nasync def test_y(client, "
    client.change(uri, 2, {"range": {"start": at(LINE, 30), "end": at(LINE, 30)}, "text": typed})
    place = {"textDocument": {"uri": uri}, "position": at(LINE + 1, 25)}
    labels = [item["label"] for item in client.request("textDocument/completion", place)["items"]]
    assert "tmp_path" in labels
    assert "client" not in labels


def test_completion_in_a_body_adds_the_parameter(client: Client, uri: str) -> None:
    typed = "\nasync def test_y():\n    '😀', cli"
    client.change(uri, 2, {"range": {"start": at(LINE, 30), "end": at(LINE, 30)}, "text": typed})
    place = {"textDocument": {"uri": uri}, "position": at(LINE + 2, 13)}
    items = client.request("textDocument/completion", place)["items"]
    item = next(one for one in items if one["label"] == "client")
    assert item["textEdit"]["range"] == {"start": at(LINE + 2, 10), "end": at(LINE + 2, 13)}
    bracket = at(LINE + 1, 17)
    assert item["additionalTextEdits"] == [{"range": {"start": bracket, "end": bracket}, "newText": "client"}]


def test_completion_in_a_body_before_anything_is_typed_only_for_who_asks(client: Client, uri: str) -> None:
    client.change(uri, 2, {"range": {"start": at(LINE, 25), "end": at(LINE, 29)}, "text": "\n    \n    pass"})
    place = {"textDocument": {"uri": uri}, "position": at(LINE + 1, 4)}
    asked = client.request("textDocument/completion", {**place, "context": {"triggerKind": 1}})["items"]
    assert "tmp_path" in [one["label"] for one in asked]
    typed = {"triggerKind": 2, "triggerCharacter": "("}
    assert client.request("textDocument/completion", {**place, "context": typed})["items"] == []


def test_configuration_is_documented_and_completed(client: Client, uri: str, tmp_path: Path) -> None:
    assert uri
    config = client.open_uri((tmp_path / "pytest.ini").as_uri(), "[pytest]\nasyncio_mode = st\n")
    place = {"textDocument": {"uri": config}, "position": at(1, 17)}
    items = client.request("textDocument/completion", place)["items"]
    assert [item["label"] for item in items] == ["auto", "strict"]
    assert items[0]["textEdit"]["range"] == {"start": at(1, 15), "end": at(1, 17)}
    assert "`strict`" in client.request("textDocument/hover", place)["contents"]["value"]


def test_hover_definition_and_symbols(client: Client, uri: str) -> None:
    place = {"textDocument": {"uri": uri}, "position": at(LINE, 19)}
    hover = client.request("textDocument/hover", place)
    assert "**loop scope** session" in hover["contents"]["value"]
    assert "**requested** once in 1 file" in hover["contents"]["value"]
    assert hover["range"] == {"start": at(LINE, 17), "end": at(LINE, 23)}
    assert client.request("textDocument/definition", place) == [
        {"uri": uri, "range": {"start": at(3, 10), "end": at(3, 16)}}
    ]
    symbols = client.request("textDocument/documentSymbol", {"textDocument": {"uri": uri}})
    assert [(one["name"], one["detail"]) for one in symbols] == [
        ("client", "function · loop: session · async, yields"),
        ("test_x", "async · never runs"),
    ]


def test_a_quick_fix_applied_leaves_nothing_to_mend(client: Client, uri: str) -> None:
    whole = {"start": at(LINE, 10), "end": at(LINE, 10)}
    params = {"textDocument": {"uri": uri}, "range": whole, "context": {"diagnostics": [], "only": ["quickfix"]}}
    action = next(one for one in client.request("textDocument/codeAction", params) if one.get("isPreferred"))
    assert [one["code"] for one in action["diagnostics"]] == ["async-test-never-runs"]
    change = action["edit"]["documentChanges"][0]
    assert change["textDocument"] == {"uri": uri, "version": 1}
    edits = sorted(change["edits"], key=lambda one: one["range"]["start"]["line"], reverse=True)
    client.change(uri, 2, *({"range": one["range"], "text": one["newText"]} for one in edits))
    assert client.diagnostics(uri, 2) == []


def test_quick_fixes_are_those_of_the_diagnostics_that_are_named(client: Client, tmp_path: Path) -> None:
    client.initialize(tmp_path)
    text = "async def test_a():\n    pass\n\n\nasync def test_b():\n    pass\n"
    uri = client.open_uri((tmp_path / "test_a.py").as_uri(), text)
    first, second = client.diagnostics(uri, 1)

    def lines(*named: dict[str, Any]) -> set[int]:
        context = {"diagnostics": list(named), "only": ["quickfix"]}
        params = {"textDocument": {"uri": uri}, "range": {"start": at(0, 0), "end": at(6, 0)}, "context": context}
        found = client.request("textDocument/codeAction", params)
        single = [action["diagnostics"][0] for action in found if len(action["diagnostics"]) == 1]
        return {one["range"]["start"]["line"] for one in single}

    assert lines() == {0, 4} == lines(first, second)
    assert (lines(first), lines(second)) == ({0}, {4})
    assert lines({**first, "source": "other"}) == {0, 4}
    assert lines({**first, "range": {"start": at(1, 0), "end": at(1, 4)}}) == {0, 4}


def test_fix_all_is_there_for_who_asks_for_it(client: Client, uri: str) -> None:
    params: dict[str, Any] = {"textDocument": {"uri": uri}, "range": {"start": at(0, 0), "end": at(0, 0)}}
    asked = {**params, "context": {"diagnostics": [], "only": ["source.fixAll"]}}
    actions = client.request("textDocument/codeAction", asked)
    assert [one["kind"] for one in actions] == ["source.fixAll.loopscope"]
    assert actions[0]["edit"]["documentChanges"][0]["textDocument"]["version"] == 1
    assert client.request("textDocument/codeAction", {**params, "context": {"diagnostics": []}}) == []


def test_the_fix_of_a_rule_that_is_off_is_a_refactoring(client: Client, tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n")
    client.initialize(tmp_path)
    text = "import asyncio\nimport time\n\n\nasync def test_a():\n    time.sleep(1)\n    await asyncio.sleep(0)\n"
    uri = client.open_uri((tmp_path / "test_a.py").as_uri(), text)
    params: dict[str, Any] = {"textDocument": {"uri": uri}, "range": {"start": at(5, 6), "end": at(5, 6)}}
    asked = {**params, "context": {"diagnostics": [], "only": ["refactor"]}}
    actions = client.request("textDocument/codeAction", asked)
    assert [(one["kind"], one["title"]) for one in actions] == [("refactor.rewrite", "Use `await asyncio.sleep(...)`")]
    quick = {**params, "context": {"diagnostics": [], "only": ["quickfix"]}}
    assert client.request("textDocument/codeAction", quick) == []


def test_a_migration_is_there_for_who_asks_for_it(client: Client, tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n")
    client.initialize(tmp_path)
    uri = client.open_uri((tmp_path / "test_a.py").as_uri(), "async def test_a():\n    assert True\n")
    params: dict[str, Any] = {"textDocument": {"uri": uri}, "range": {"start": at(1, 6), "end": at(1, 6)}}
    asked = {**params, "context": {"diagnostics": [], "only": ["source"]}}
    actions = client.request("textDocument/codeAction", asked)
    assert [one["kind"] for one in actions] == ["source.migrate.loopscope"]
    assert client.request("textDocument/codeAction", {**params, "context": {"diagnostics": []}}) == []


def test_costly_edits_are_left_for_later_and_edits_without_versions(tmp_path: Path, client: Client) -> None:
    document = dict(FULL_CAPABILITIES["textDocument"])
    document["codeAction"] = {**document["codeAction"], "resolveSupport": {"properties": ["edit"]}}
    client.initialize(tmp_path, capabilities={"textDocument": document})
    uri = client.open_uri((tmp_path / "test_a.py").as_uri(), TEXT)
    asked = {"diagnostics": [], "only": ["source.fixAll.loopscope"]}
    params = {"textDocument": {"uri": uri}, "range": {"start": at(0, 0), "end": at(0, 0)}, "context": asked}
    action = client.request("textDocument/codeAction", params)[0]
    assert "edit" not in action
    resolved = client.request("codeAction/resolve", action)
    assert "@pytest.mark.asyncio" in resolved["edit"]["changes"][uri][-1]["newText"]


@pytest.mark.parametrize("method", ["hover", "definition", "completion"])
def test_odd_places_get_an_empty_answer(client: Client, uri: str, method: str) -> None:
    for place in (at(999, 0), at(LINE, 9_999), at(0, 0)):
        request = {"textDocument": {"uri": uri}, "position": place}
        answer = client.request(f"textDocument/{method}", request)
        assert not answer or not answer.get("items", answer)
    gone = {"textDocument": {"uri": "file:///no/such/file.py"}, "position": at(0, 0)}
    assert client.request(f"textDocument/{method}", gone) is None


MEMBERS = '''import pytest_asyncio


class Client:
    async def send(self, text: str, mark='😀', n=1) -> int:
        """Send a text.

        At once.
        """

    def close(self): ...


@pytest_asyncio.fixture
async def client():
    yield Client()


async def test_x(client):
    client.
'''


def test_members_of_injected_values(tmp_path: Path, client: Client) -> None:
    document = dict(FULL_CAPABILITIES["textDocument"])
    details = {**document["completion"]["completionItem"], "labelDetailsSupport": True}
    offsets = {"documentationFormat": ["markdown"], "parameterInformation": {"labelOffsetSupport": True}}
    document["completion"] = {"completionItem": details}
    document["signatureHelp"] = {"signatureInformation": offsets}
    capabilities = client.initialize(tmp_path, capabilities={**FULL_CAPABILITIES, "textDocument": document})
    assert capabilities["signatureHelpProvider"]["triggerCharacters"] == ["(", ","]
    uri = client.open_uri((tmp_path / "test_a.py").as_uri(), MEMBERS)
    client.diagnostics(uri, 1)
    place = {"textDocument": {"uri": uri}, "position": at(19, 11)}
    items = client.request("textDocument/completion", place)["items"]
    send = next(item for item in items if item["label"] == "send")
    assert send["labelDetails"] == {"description": "async"}
    assert send["additionalTextEdits"] == [{"range": {"start": at(19, 4), "end": at(19, 4)}, "newText": "await "}]
    assert "At once." in client.request("completionItem/resolve", send)["documentation"]["value"]
    client.change(uri, 2, {"range": {"start": at(19, 11), "end": at(19, 11)}, "text": "send('a', )"})
    place["position"] = at(19, 21)
    found = client.request("textDocument/signatureHelp", place)
    assert [one["label"] for one in found["signatures"]] == ["async send(text: str, mark='😀', n=1) -> int"]
    only = found["signatures"][0]
    assert only["activeParameter"] == 1
    # The smiley is two units of UTF-16.
    assert [one["label"] for one in only["parameters"]] == [[11, 20], [22, 31], [33, 36]]
    assert only["documentation"]["value"].startswith("Needs `await`")
    place["position"] = at(19, 14)
    assert "**needs `await`**" in client.request("textDocument/hover", place)["contents"]["value"]


def test_signatures_for_a_client_that_knows_no_offsets(tmp_path: Path, client: Client) -> None:
    client.initialize(tmp_path)
    uri = client.open_uri((tmp_path / "test_a.py").as_uri(), f"{MEMBERS[:-1]}send(")
    place = {"textDocument": {"uri": uri}, "position": at(19, 16)}
    only = client.request("textDocument/signatureHelp", place)["signatures"][0]
    assert [one["label"] for one in only["parameters"]] == ["text: str", "mark='😀'", "n=1"]
    assert only["documentation"]["kind"] == "plaintext"


def test_snippets_for_a_client_that_takes_them_only(tmp_path: Path, client: Client) -> None:
    document = dict(FULL_CAPABILITIES["textDocument"])
    document["completion"] = {"completionItem": {"snippetSupport": True}}
    client.initialize(tmp_path, capabilities={**FULL_CAPABILITIES, "textDocument": document})
    uri = client.open_uri((tmp_path / "test_a.py").as_uri(), "te")
    place = {"textDocument": {"uri": uri}, "position": at(0, 2)}
    items = {item["label"]: item for item in client.request("textDocument/completion", place)["items"]}
    assert items["async test"]["insertTextFormat"] == 2
    assert "${1:name}" in items["async test"]["textEdit"]["newText"]


def test_no_snippets_for_others(client: Client, uri: str) -> None:
    client.change(uri, 2, {"range": {"start": at(LINE, 30), "end": at(LINE, 30)}, "text": "\n\nte"})
    place = {"textDocument": {"uri": uri}, "position": at(LINE + 2, 2)}
    assert client.request("textDocument/completion", place)["items"] == []
