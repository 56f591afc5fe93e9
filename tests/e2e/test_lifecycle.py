"""How sessions begin and end, and what a client that breaks the rules gets."""

import subprocess
import sys
from pathlib import Path

import pytest

from e2e.lsp_client import DEADLINE, FULL_CAPABILITIES, Client, ServerError

MANY = 150
HOVER = {"textDocument": {"uri": "file:///a.py"}, "position": {"line": 0, "character": 0}}


def test_shutdown_then_exit_ends_with_0(tmp_path: Path, client: Client) -> None:
    client.initialize(tmp_path)
    client.open_uri((tmp_path / "test_a.py").as_uri(), "async def test_x(): ...\n")
    assert client.stop() == 0
    assert client.stderr == b""


def test_exit_without_shutdown_ends_with_1(tmp_path: Path, client: Client) -> None:
    client.initialize(tmp_path)
    client.notify("exit", None)
    assert client.process.wait(DEADLINE) == 1


def test_the_end_of_the_stream_ends_the_server(tmp_path: Path, client: Client) -> None:
    client.initialize(tmp_path)
    assert client.process.stdin is not None
    client.process.stdin.close()
    assert client.process.wait(DEADLINE) == 1


def test_the_server_does_not_outlive_its_editor(tmp_path: Path, client: Client) -> None:
    editor = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert editor.stdin is not None
    client.initialize(tmp_path, processId=editor.pid)
    client.request("textDocument/hover", HOVER)
    editor.kill()
    editor.wait(DEADLINE)
    editor.stdin.close()
    assert client.process.wait(DEADLINE) == 1


def test_requests_out_of_order_are_refused(tmp_path: Path, client: Client) -> None:
    with pytest.raises(ServerError) as early:
        client.request("textDocument/hover", HOVER)
    assert early.value.code == -32002
    client.initialize(tmp_path)
    with pytest.raises(ServerError) as twice:
        client.request("initialize", {"capabilities": {}, "processId": None, "rootUri": None})
    assert twice.value.code == -32600
    client.request("shutdown", None)
    with pytest.raises(ServerError) as late:
        client.request("shutdown", None)
    assert late.value.code == -32600


def test_malformed_messages_are_answered_and_harm_nothing(tmp_path: Path, client: Client) -> None:
    client.initialize(tmp_path)
    with pytest.raises(ServerError) as wrong:
        client.request("textDocument/hover", {"textDocument": 1})
    assert wrong.value.code == -32602
    with pytest.raises(ServerError) as unknown:
        client.request("textDocument/nonsense", {})
    assert unknown.value.code == -32601
    for body in (b"{", b"[]", b"1", b'{"jsonrpc": "2.0", "id": []}', b"[" * 100_000, b"\xff"):
        client.send_raw(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
    unknown = {"uri": "file:///a.py", "version": 2}
    client.notify("textDocument/didChange", {"textDocument": unknown, "contentChanges": []})
    client.notify("$/cancelRequest", {"id": 999})
    uri = client.open_uri((tmp_path / "test_a.py").as_uri(), "async def test_x(): ...\n")
    assert client.diagnostics(uri, 1)
    assert client.stop() == 0


def test_headers_that_make_no_sense_end_the_session(tmp_path: Path, client: Client) -> None:
    client.initialize(tmp_path)
    client.send_raw(b"Content-Length: minus one\r\n\r\n{}")
    assert client.process.wait(DEADLINE) == 1


def test_a_running_request_stops_when_cancelled(tmp_path: Path, client: Client) -> None:
    for number in range(MANY):
        (tmp_path / f"test_{number}.py").write_text("async def test_x(): ...\n")
    document = {**FULL_CAPABILITIES["textDocument"], "diagnostic": {}}
    client.initialize(tmp_path, capabilities={**FULL_CAPABILITIES, "textDocument": document})
    request = client.send_request("workspace/diagnostic", {"previousResultIds": [], "partialResultToken": "part"})
    client.wait_for("$/progress", lambda params: params["token"] == "part")
    client.notify("$/cancelRequest", {"id": request})
    with pytest.raises(ServerError) as cancelled:
        client.answer(request)
    assert cancelled.value.code == -32800
    client.request("textDocument/documentSymbol", {"textDocument": {"uri": (tmp_path / "test_0.py").as_uri()}})
    parts = [one for one in client.messages if one["method"] == "$/progress" and one["params"]["token"] == "part"]
    assert sum(len(one["params"]["value"]["items"]) for one in parts) < MANY


def test_traces_are_sent_while_they_are_wanted(tmp_path: Path, client: Client) -> None:
    client.initialize(tmp_path)
    client.notify("$/setTrace", {"value": "verbose"})
    uri = client.open_uri((tmp_path / "test_a.py").as_uri(), "")
    trace = client.wait_for("$/logTrace", lambda params: "didOpen" in params["message"])
    assert uri in trace["verbose"]


def test_the_log_says_which_environment_was_found(tmp_path: Path, client: Client) -> None:
    site = tmp_path / ".venv" / "lib" / "python3.12" / "site-packages"
    site.mkdir(parents=True)
    (tmp_path / ".venv" / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.12.1\n")
    client.initialize(tmp_path)
    found = client.wait_for("window/logMessage", lambda params: ".venv" in params["message"])
    assert "no pytest" in found["message"]
    client.wait_for("window/logMessage", lambda params: "assuming the newest" in params["message"])


def test_a_failing_print_does_not_break_the_protocol(tmp_path: Path, cache: Path) -> None:
    code = (
        "import sys; from loopscope.lsp import main, session; "
        "old = session.Session.initialize; "
        "session.Session.initialize = lambda *a: (print('stray'), old(*a))[1]; sys.exit(main.serve())"
    )
    client = Client(tmp_path, cache, [sys.executable, "-c", code])
    try:
        client.initialize(tmp_path)
        assert client.stop() == 0
    finally:
        client.kill()
    assert b"stray" in client.stderr


def test_a_handler_that_fails_answers_an_error_and_stops_nothing(tmp_path: Path, cache: Path) -> None:
    code = (
        "import sys; from loopscope.lsp import main; from loopscope.lsp.handlers import hover; "
        "hover.hover = lambda site: 1 / 0; sys.exit(main.serve())"
    )
    client = Client(tmp_path, cache, [sys.executable, "-c", code])
    try:
        client.initialize(tmp_path)
        uri = client.open_uri((tmp_path / "test_a.py").as_uri(), "def test_x(tmp_path): ...\n")
        place = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 12}}
        with pytest.raises(ServerError) as failed:
            client.request("textDocument/hover", place)
        assert failed.value.code == -32603
        logged = client.wait_for("window/logMessage", lambda params: "division by zero" in params["message"])
        assert uri in logged["message"]
        assert client.request("textDocument/definition", place)
        assert client.stop() == 0
    finally:
        client.kill()
