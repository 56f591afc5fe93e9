"""workspace/executeCommand, and what lenses lead to, over stdio."""

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from e2e.lsp_client import FULL_CAPABILITIES, Client, ServerError

TEXT = "import pytest\n\n@pytest.fixture\nasync def pool(): ...\n\nasync def test_x(pool): ...\n"


def execute(client: Client, command: str, *arguments: Any) -> Any:
    return client.request("workspace/executeCommand", {"command": command, "arguments": list(arguments)})


def capabilities(**workspace: Any) -> dict[str, Any]:
    return {**FULL_CAPABILITIES, "workspace": {**FULL_CAPABILITIES["workspace"], **workspace}}


@pytest.fixture
def uri(tmp_path: Path) -> str:
    path = tmp_path / "test_a.py"
    path.write_text(TEXT)
    (tmp_path / "pytest.ini").write_text("[pytest]\nasyncio_mode = strict\n")
    return path.as_uri()


def test_documents_and_the_status_of_a_file(tmp_path: Path, client: Client, uri: str) -> None:
    announced = client.initialize(tmp_path)["executeCommandProvider"]["commands"]
    assert {"loopscope.status", "loopscope.loopMap", "loopscope.fixWorkspace"} <= set(announced)
    status = execute(client, "loopscope.status", uri)
    assert status["mode"] == "strict"
    assert status["pytest"].split(".")[0].isdigit()
    assert execute(client, "loopscope.loopMap", uri).startswith("# Event loops of test_a.py")
    configuration = execute(client, "loopscope.effectiveConfiguration", uri)
    assert "| asyncio_mode | strict | pytest.ini line 2 |" in configuration
    assert execute(client, "loopscope.effectiveConfiguration", tmp_path.as_uri()) == configuration
    assert execute(client, "loopscope.effectiveConfiguration") == configuration


def test_odd_arguments_are_refused_or_answered_with_nothing(tmp_path: Path, client: Client) -> None:
    client.initialize(tmp_path)
    assert execute(client, "loopscope.loopMap", "untitled:Untitled-1") is None
    assert execute(client, "loopscope.loopMap", (tmp_path / "gone.py").as_uri()) is None
    for command, arguments in (
        ("loopscope.loopMap", ("a", "b")),
        ("loopscope.explain", ()),
        ("loopscope.explain", (1,)),
        ("loopscope.nothing", ()),
    ):
        with pytest.raises(ServerError) as caught:
            execute(client, command, *arguments)
        assert caught.value.code == -32602


def test_fixes_of_the_workspace_are_sent_to_be_confirmed(tmp_path: Path, client: Client, uri: str) -> None:
    client.initialize(
        tmp_path,
        capabilities=capabilities(
            applyEdit=True, workspaceEdit={"documentChanges": True, "changeAnnotationSupport": {"groupsOnLabel": False}}
        ),
    )
    assert execute(client, "loopscope.fixWorkspace") == 2
    edit = client.wait_for("workspace/applyEdit")["edit"]
    assert [change["textDocument"]["uri"] for change in edit["documentChanges"]] == [uri]
    annotation = edit["changeAnnotations"][uri]
    assert (annotation["label"], annotation["needsConfirmation"]) == ("2 safe fixes", True)
    assert "async-test-never-runs" in annotation["description"]
    assert all(one["annotationId"] == uri for one in edit["documentChanges"][0]["edits"])
    since = client.since()
    assert execute(client, "loopscope.fixWorkspace", False) == 2
    assert "changeAnnotations" not in client.wait_for("workspace/applyEdit", since=since)["edit"]


def test_fixes_of_the_workspace_for_plain_clients(tmp_path: Path, client: Client, uri: str) -> None:
    client.initialize(tmp_path, capabilities={"workspace": {"applyEdit": True}})
    assert execute(client, "loopscope.fixWorkspace") == 2
    assert list(client.wait_for("workspace/applyEdit")["edit"]["changes"]) == [uri]


def test_nothing_to_fix_sends_nothing_and_who_applies_nothing_is_told(tmp_path: Path, client: Client, uri: str) -> None:
    client.initialize(tmp_path, capabilities={})
    with pytest.raises(ServerError, match="applies no edits"):
        execute(client, "loopscope.fixWorkspace")
    client.open_uri(uri, "def test_x(): ...\n")
    assert execute(client, "loopscope.fixWorkspace") == 0


def test_output_of_pytest_is_explained_with_this_project(tmp_path: Path, client: Client, uri: str) -> None:
    assert uri
    client.initialize(tmp_path)
    said = "FAILED test_a.py::test_x - Failed: async def functions are not natively supported.\n"
    text = execute(client, "loopscope.explain", said, tmp_path.as_uri())
    assert "## async def functions are not natively supported" in text
    assert "- test_a.py:6 `test_x`" in text
    assert "- test_a.py:6 async-test-never-runs: " in text
    assert "Nothing in this output" in execute(client, "loopscope.explain", "1 passed")


def test_lenses_lead_to_the_requests_of_a_fixture_for_clients_that_can_show_them(
    tmp_path: Path, client: Client, uri: str
) -> None:
    able = {
        **copy.deepcopy(FULL_CAPABILITIES),
        "experimental": {"commands": {"commands": ["loopscope.showReferences"]}},
    }
    client.initialize(tmp_path, capabilities=able)
    lenses = client.request("textDocument/codeLens", {"textDocument": {"uri": uri}})
    command = client.request("codeLens/resolve", lenses[0])["command"]
    assert (command["title"], command["command"]) == ("1 use", "loopscope.showReferences")
    asked, position, places = command["arguments"]
    assert (asked, position) == (uri, {"line": 3, "character": 10})
    assert [(place["uri"], place["range"]["start"]["line"]) for place in places] == [(uri, 5)]


def environment(folder: Path, pytest_version: str) -> Path:
    """A virtual environment on disk with that pytest; returns its interpreter."""
    site = folder / "env" / "lib" / "python3.12" / "site-packages"
    info = site / f"pytest-{pytest_version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: pytest\nVersion: {pytest_version}\n")
    (folder / "env" / "pyvenv.cfg").write_text("version = 3.12.1\n")
    python = folder / "env" / "bin" / "python"
    python.parent.mkdir()
    python.touch()
    return python


def test_each_folder_has_the_settings_and_the_interpreter_that_the_editor_says(tmp_path: Path, client: Client) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    pythons = {one.as_uri(): environment(one, "8.0.0"), two.as_uri(): environment(two, "9.0.0")}

    def answer(item: Mapping[str, Any]) -> Any:
        scope = item.get("scopeUri", "")
        if item["section"] == "python":
            return {"pythonPath": str(pythons[scope])} if scope in pythons else None
        return {"ignore": ["discarded-task"]} if scope == one.as_uri() else None

    client.settings_of = answer
    client.initialize(one, two)
    for folder, version, ignored in ((one, "8.0.0", "discarded-task | editor setting"), (two, "9.0.0", "- | default")):
        uri = (folder / "test_a.py").as_uri()
        status = execute(client, "loopscope.status", uri)
        assert (status["pytest"], status["foundBy"]) == (version, "the environment that is active in the editor")
        assert f"| ignore | {ignored} |" in execute(client, "loopscope.effectiveConfiguration", uri)
