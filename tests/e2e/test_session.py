"""Whole sessions with the real server over stdio: documents, diagnostics, and what makes them change."""

import shutil
import sys
from pathlib import Path
from typing import Any

from e2e.lsp_client import FULL_CAPABILITIES, Client

NEVER_RUNS = "async def test_x(): ...\n"
MARKED = "import pytest\n\n@pytest.mark.asyncio\nasync def test_x(): ...\n"
PULLING: dict[str, Any] = {
    **FULL_CAPABILITIES,
    "textDocument": {**FULL_CAPABILITIES["textDocument"], "diagnostic": {"relatedDocumentSupport": False}},
}


def codes(diagnostics: list[dict[str, Any]]) -> list[str]:
    return [one["code"] for one in diagnostics]


def at(line: int, character: int) -> dict[str, int]:
    return {"line": line, "character": character}


def edit(start: dict[str, int], end: dict[str, int], text: str) -> dict[str, Any]:
    return {"range": {"start": start, "end": end}, "text": text}


def test_diagnostics_carry_the_version_and_all_that_the_client_can_show(tmp_path: Path, client: Client) -> None:
    client.initialize(tmp_path)
    uri = client.open_uri((tmp_path / "test_a.py").as_uri(), NEVER_RUNS, version=7)
    found = client.diagnostics(uri, 7)
    assert codes(found) == ["async-test-never-runs"]
    assert found[0]["range"] == {"start": at(0, 10), "end": at(0, 16)}
    assert found[0]["source"] == "loopscope"
    assert found[0]["codeDescription"]["href"].endswith("async-test-never-runs")


def test_edits_count_in_utf_16_units_and_lsp_lines(tmp_path: Path, client: Client) -> None:
    client.initialize(tmp_path)
    text = 'import pytest\r\n"😀\f😀"; X = 1\r\n\tY = 1\rasync def test_x(): ...\r\n'
    uri = client.open_uri((tmp_path / "test_a.py").as_uri(), text)
    assert client.diagnostics(uri, 1)[-1]["range"]["start"] == at(3, 10)
    # After the second emoji: 1 quote + 2 + 1 form feed + 2 units. Then the line that only \r ends loses its tab.
    client.change(uri, 2, edit(at(1, 6), at(1, 6), "!"), edit(at(2, 0), at(2, 1), ""))
    client.diagnostics(uri, 2)
    client.change(uri, 3, edit(at(3, 0), at(3, 0), "@pytest.mark.asyncio\r\n"))
    assert client.diagnostics(uri, 3) == []
    client.change(uri, 4, {"text": NEVER_RUNS})
    assert codes(client.diagnostics(uri, 4)) == ["async-test-never-runs"]


def test_positions_in_the_encoding_that_the_client_prefers(tmp_path: Path, client: Client) -> None:
    capabilities = {**FULL_CAPABILITIES, "general": {"positionEncodings": ["utf-8", "utf-16"]}}
    assert client.initialize(tmp_path, capabilities=capabilities)["positionEncoding"] == "utf-8"
    text = "class TestA:\n    'ä😀'; x = 1\n    async def test_é(self): ...\n"
    uri = client.open_uri((tmp_path / "test_a.py").as_uri(), text)
    assert client.diagnostics(uri, 1)[-1]["range"] == {"start": at(2, 14), "end": at(2, 21)}


def test_a_client_without_capabilities_gets_plain_answers(tmp_path: Path, client: Client) -> None:
    client.initialize(tmp_path, capabilities={})
    uri = client.open_uri((tmp_path / "test_a.py").as_uri(), "def test_y(tmp_path): ...\n" + NEVER_RUNS)
    params = client.wait_for("textDocument/publishDiagnostics", lambda p: p["uri"] == uri)
    assert "codeDescription" not in params["diagnostics"][0]
    document = {"textDocument": {"uri": uri}}
    hover = client.request("textDocument/hover", {**document, "position": at(0, 12)})
    assert hover["contents"]["kind"] == "plaintext"
    assert "**" not in hover["contents"]["value"]
    symbols = client.request("textDocument/documentSymbol", document)
    assert [(one["name"], one["location"]["uri"]) for one in symbols] == [("test_y", uri), ("test_x", uri)]
    whole = {"start": at(0, 0), "end": at(2, 0)}
    asked = {**document, "range": whole, "context": {"diagnostics": []}}
    assert client.request("textDocument/codeAction", asked) is None


def test_editing_a_conftest_refreshes_open_tests(tmp_path: Path, client: Client) -> None:
    conftest = tmp_path / "conftest.py"
    conftest.write_text("import pytest\n\n@pytest.fixture\ndef anyio_backend(): ...\n")
    client.initialize(tmp_path)
    test = client.open_uri((tmp_path / "test_a.py").as_uri(), NEVER_RUNS)
    assert codes(client.diagnostics(test, 1)) == ["async-test-never-runs"]
    open_conftest = client.open(conftest)
    client.diagnostics(open_conftest, 1)
    since = client.since()
    # anyio runs what gets `anyio_backend`.
    client.change(open_conftest, 2, edit(at(2, 15), at(2, 15), "(autouse=True)"))
    assert client.diagnostics(test, 1, since) == []
    since = client.since()
    # The unsaved text is gone with the document: the disk counts again.
    client.notify("textDocument/didClose", {"textDocument": {"uri": open_conftest}})
    assert codes(client.diagnostics(test, 1, since)) == ["async-test-never-runs"]


def test_a_watched_configuration_file_counts_when_it_changes(tmp_path: Path, client: Client) -> None:
    client.initialize(tmp_path)
    uri = client.open_uri((tmp_path / "test_a.py").as_uri(), NEVER_RUNS)
    client.diagnostics(uri, 1)
    registered = client.wait_for("client/registerCapability", _registers_files)["registrations"][0]
    globs = [one["globPattern"] for one in registered["registerOptions"]["watchers"]]
    assert any("pytest.ini" in glob for glob in globs if isinstance(glob, str))
    assert any(glob["pattern"].startswith("*.dist-info") for glob in globs if isinstance(glob, dict))
    ini = tmp_path / "pytest.ini"
    ini.write_text("[pytest]\nasyncio_mode = auto\n")
    since = client.since()
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": ini.as_uri(), "type": 1}]})
    refreshed = client.wait_for("textDocument/publishDiagnostics", lambda p: p["uri"] == uri, since)
    assert refreshed["diagnostics"] == []


def test_files_that_come_change_and_go_on_disk_count_at_once(tmp_path: Path, client: Client) -> None:
    client.initialize(tmp_path)
    uri = client.open_uri((tmp_path / "inner" / "test_a.py").as_uri(), "def test_x(client): ...\n")
    assert codes(client.diagnostics(uri, 1)) == ["unknown-fixture"]
    conftest, shared = tmp_path / "conftest.py", tmp_path / "shared.py"

    def now(path: Path, text: str | None, kind: int) -> list[str]:
        since = client.since()
        path.write_text(text) if text is not None else path.unlink()
        client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": path.as_uri(), "type": kind}]})
        return codes(client.diagnostics(uri, 1, since))

    fixture = "import pytest\n\n@pytest.fixture\ndef client(): ...\n"
    assert now(conftest, fixture, 1) == []
    assert now(conftest, fixture.replace("client", "server"), 2) == ["unknown-fixture"]
    # What is not found may be a fixture.
    assert now(conftest, "from shared import client\n", 2) == []
    assert now(shared, "client = 1\n", 1) == ["unknown-fixture"]
    assert now(shared, fixture, 2) == []
    assert now(shared, fixture.replace("client", "server"), 2) == ["unknown-fixture"]
    assert now(conftest, fixture, 2) == []
    assert now(conftest, None, 3) == ["unknown-fixture"]


def test_of_a_folder_that_is_deleted_editors_tell_alone(tmp_path: Path, client: Client) -> None:
    (tmp_path / "conftest.py").write_text("from app.fixtures import client, server\n")
    (tmp_path / "app").mkdir()
    for name in ("__init__.py", "fixtures.py", "more.py"):
        (tmp_path / "app" / name).write_text("import pytest\n\n@pytest.fixture\ndef client(): ...\n\nserver = 1\n")
    client.initialize(tmp_path)
    uri = client.open_uri((tmp_path / "test_a.py").as_uri(), "def test_x(client, server): ...\n")
    assert codes(client.diagnostics(uri, 1)) == ["unknown-fixture"]
    registered = client.wait_for("client/registerCapability", _registers_files)["registrations"][0]
    assert {"globPattern": "**/*", "kind": 4} in registered["registerOptions"]["watchers"]
    shutil.rmtree(tmp_path / "app")
    since = client.since()
    client.notify(
        "workspace/didChangeWatchedFiles",
        {"changes": [{"uri": (tmp_path / name).as_uri(), "type": 3} for name in ("notes.md", "app")]},
    )
    # What is not found may be a fixture.
    assert codes(client.diagnostics(uri, 1, since)) == []


def _registers_files(params: Any) -> bool:
    return params["registrations"][0]["method"] == "workspace/didChangeWatchedFiles"


def test_settings_are_asked_for_and_asked_for_again(tmp_path: Path, client: Client) -> None:
    client.settings = {"ignore": ["async-test-never-runs"]}
    client.initialize(tmp_path)
    uri = client.open_uri((tmp_path / "test_a.py").as_uri(), NEVER_RUNS)
    assert client.diagnostics(uri, 1) == []
    since = client.since()
    client.settings = {"severity": {"async-test-never-runs": "hint"}}
    client.notify("workspace/didChangeConfiguration", {"settings": None})
    refreshed = client.wait_for("textDocument/publishDiagnostics", lambda p: p["uri"] == uri, since)
    assert [(one["code"], one["severity"]) for one in refreshed["diagnostics"]] == [("async-test-never-runs", 4)]


def test_settings_in_the_options_of_initialize(tmp_path: Path, client: Client) -> None:
    client.initialize(tmp_path, initializationOptions={"settings": {"ignore": ["async-test-never-runs"]}})
    assert client.diagnostics(client.open_uri((tmp_path / "test_a.py").as_uri(), NEVER_RUNS), 1) == []


def test_folders_come_and_go_each_with_its_own_configuration(tmp_path: Path, client: Client) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder, mode in ((one, "auto"), (two, "strict")):
        folder.mkdir()
        (folder / "pytest.ini").write_text(f"[pytest]\nasyncio_mode = {mode}\n")
        (folder / "test_a.py").write_text(NEVER_RUNS)
    client.initialize(one)
    assert client.diagnostics(client.open(one / "test_a.py"), 1) == []
    added = {"added": [{"uri": two.as_uri(), "name": "two"}], "removed": []}
    client.notify("workspace/didChangeWorkspaceFolders", {"event": added})
    assert codes(client.diagnostics(client.open(two / "test_a.py"), 1)) == ["async-test-never-runs"]


def test_a_folder_that_comes_later_has_its_own_settings(tmp_path: Path, client: Client) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
        (folder / "test_a.py").write_text(NEVER_RUNS)
    quiet = {"ignore": ["async-test-never-runs"]}
    client.settings_of = lambda item: quiet if item.get("scopeUri") == two.as_uri() else {}
    client.initialize(one)
    assert codes(client.diagnostics(client.open(one / "test_a.py"), 1)) == ["async-test-never-runs"]
    # The second one before what the first one needs is answered.
    for folder in (tmp_path / "three", two):
        event = {"added": [{"uri": folder.as_uri(), "name": folder.name}], "removed": []}
        client.notify("workspace/didChangeWorkspaceFolders", {"event": event})
    client.wait_for("client/unregisterCapability")
    assert client.diagnostics(client.open(two / "test_a.py"), 1) == []
    errors = [one["params"] for one in client.messages if one["method"] == "window/logMessage"]
    assert [one for one in errors if one["type"] == 1] == []


def test_a_document_without_a_file_is_served_from_its_text(tmp_path: Path, client: Client) -> None:
    client.initialize(tmp_path)
    text = "import pytest\n\n@pytest.fixture\ndef one(): ...\n\ndef test_y(one): ...\n" + NEVER_RUNS
    uri = client.open_uri("untitled:Untitled-1", text)
    assert codes(client.diagnostics(uri, 1)) == ["async-test-never-runs"]
    found = client.request("textDocument/definition", {"textDocument": {"uri": uri}, "position": at(5, 12)})
    assert found[0]["uri"] == uri


def test_pulled_diagnostics_say_when_nothing_changed(tmp_path: Path, client: Client) -> None:
    client.initialize(tmp_path, capabilities=PULLING)
    uri = client.open_uri((tmp_path / "test_a.py").as_uri(), NEVER_RUNS)
    first = client.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    assert (first["kind"], codes(first["items"])) == ("full", ["async-test-never-runs"])
    client.change(uri, 2, edit(at(1, 0), at(1, 0), "x = 1\n"))
    params = {"textDocument": {"uri": uri}, "previousResultId": first["resultId"]}
    assert client.request("textDocument/diagnostic", params)["kind"] == "unchanged"
    client.change(uri, 3, {"text": MARKED})
    assert client.request("textDocument/diagnostic", params)["items"] == []
    assert not [one for one in client.messages if one["method"] == "textDocument/publishDiagnostics"]


def test_a_pulling_client_is_asked_to_pull_again(tmp_path: Path, client: Client) -> None:
    client.initialize(tmp_path, capabilities=PULLING)
    client.request(
        "textDocument/diagnostic",
        {"textDocument": {"uri": client.open_uri((tmp_path / "test_a.py").as_uri(), NEVER_RUNS)}},
    )
    since = client.since()
    client.open_uri((tmp_path / "conftest.py").as_uri(), "import pytest\n@pytest.fixture\ndef new(): ...\n")
    client.wait_for("workspace/diagnostic/refresh", since=since)


def test_the_workspace_is_checked_file_by_file(tmp_path: Path, client: Client) -> None:
    (tmp_path / "test_wrong.py").write_text(NEVER_RUNS)
    (tmp_path / "test_right.py").write_text(MARKED)
    (tmp_path / "helper.py").write_text(NEVER_RUNS)
    client.initialize(tmp_path, capabilities=PULLING)
    report = client.request("workspace/diagnostic", {"previousResultIds": []})["items"]
    assert [one["uri"] for one in report] == [(tmp_path / "test_wrong.py").as_uri()]
    known = [{"uri": one["uri"], "value": one["resultId"]} for one in report]
    again = client.request("workspace/diagnostic", {"previousResultIds": known})["items"]
    assert [one["kind"] for one in again] == ["unchanged"]
    client.request("workspace/diagnostic", {"previousResultIds": [], "partialResultToken": "part"})
    part = client.wait_for("$/progress", lambda p: p["token"] == "part")
    assert [one["uri"] for one in part["value"]["items"]] == [known[0]["uri"]]


def test_another_branch_counts_as_a_whole(tmp_path: Path, client: Client) -> None:
    client.initialize(tmp_path)
    uri = client.open_uri((tmp_path / "test_a.py").as_uri(), NEVER_RUNS)
    assert codes(client.diagnostics(uri, 1)) == ["async-test-never-runs"]
    paths = [tmp_path / f"test_{number}.py" for number in range(30)] + [tmp_path / "conftest.py"]
    for path in paths:
        path.write_text("import pytest\n\n@pytest.fixture(autouse=True)\ndef anyio_backend(): ...\n")
    since = client.since()
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": path.as_uri(), "type": 1} for path in paths]})
    assert client.diagnostics(uri, 1, since) == []


def test_a_session_begins_with_what_the_one_before_found_where_that_holds(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "test_a.py").write_text(NEVER_RUNS)
    seen = []
    for config in ("", "", "[pytest]\nasyncio_mode = auto\n"):
        (tmp_path / "pytest.ini").write_text(config)
        client = Client(tmp_path, cache)
        try:
            client.initialize(tmp_path)
            uri = client.open(tmp_path / "test_a.py")
            seen.append(codes(client.diagnostics(uri, 1)))
            # Pulled after it is published, so that the check has ended.
            client.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
            published = [each for each in client.messages if each["method"] == "textDocument/publishDiagnostics"]
            assert len(published) == 1
            assert client.stop() == 0
        finally:
            client.kill()
    assert seen == [["async-test-never-runs"], ["async-test-never-runs"], []]


AT_ONCE = [
    sys.executable,
    "-c",
    "from loopscope.cli.main import main; from loopscope.lsp import publish\n"
    "publish.AT_ONCE_SECONDS = 0\n"
    "main(['server'])",
]
TWO_MISTAKES = f"{NEVER_RUNS}\n\nasync def later():\n    return 1\n\n\ndef test_value():\n    assert later()\n"


def test_what_is_found_early_is_published_before_the_rest(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "test_a.py").write_text(TWO_MISTAKES)
    client = Client(tmp_path, cache, AT_ONCE)
    try:
        client.initialize(tmp_path)
        uri = client.open(tmp_path / "test_a.py")
        assert codes(client.diagnostics(uri, 1)) == ["async-test-never-runs"]
        both = ["assert-on-coroutine", "async-test-never-runs"]
        pulled = client.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
        assert sorted(codes(pulled["items"])) == both
        # Once the session looked at it, edits are answered in one go, and what was found stays until then.
        since = client.since()
        client.change(uri, 2, {"text": f"{TWO_MISTAKES}\n"})
        assert sorted(codes(client.diagnostics(uri, 2, since))) == both
        published = [each["params"] for each in client.messages if each["method"] == "textDocument/publishDiagnostics"]
        assert [len(each["diagnostics"]) for each in published if each["uri"] == uri] == [1, 2, 2]
        assert client.stop() == 0
    finally:
        client.kill()


def test_who_pulls_gets_what_the_session_before_found_and_hears_when_it_is_otherwise(
    tmp_path: Path, cache: Path
) -> None:
    (tmp_path / "test_a.py").write_text(NEVER_RUNS)
    for _ in range(2):
        client = Client(tmp_path, cache)
        try:
            client.initialize(tmp_path, capabilities=PULLING)
            uri = client.open(tmp_path / "test_a.py")
            report = client.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
            assert codes(report["items"]) == ["async-test-never-runs"]
            edited = edit(at(0, 0), at(0, 6), "")
            client.change(uri, 2, edited)
            report = client.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
            assert report["items"] == []
            assert client.stop() == 0
        finally:
            client.kill()
