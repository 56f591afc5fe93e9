"""A language client of a few lines, for tests: JSON-RPC over the pipes of a real server process."""

import contextlib
import itertools
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

DEADLINE = 30.0

FULL_CAPABILITIES: dict[str, Any] = {
    "workspace": {
        "configuration": True,
        "workspaceFolders": True,
        "workspaceEdit": {"documentChanges": True},
        "didChangeWatchedFiles": {"dynamicRegistration": True, "relativePatternSupport": True},
        "didChangeConfiguration": {"dynamicRegistration": True},
        "diagnostics": {"refreshSupport": True},
    },
    "textDocument": {
        "publishDiagnostics": {
            "versionSupport": True,
            "relatedInformation": True,
            "codeDescriptionSupport": True,
            "tagSupport": {"valueSet": [1, 2]},
        },
        "completion": {
            "completionItem": {
                "documentationFormat": ["markdown", "plaintext"],
                "resolveSupport": {"properties": ["documentation"]},
            }
        },
        "codeAction": {
            "isPreferredSupport": True,
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "source.fixAll"]}},
        },
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": True},
    },
    "window": {"workDoneProgress": True},
    "general": {"positionEncodings": ["utf-16"]},
}


class ServerError(Exception):
    """The server answered a request with an error; `code` is JSON-RPC's."""

    def __init__(self, error: Mapping[str, Any]) -> None:
        super().__init__(error["message"])
        self.code: int = error["code"]


class Client:
    """One session with one server process. Every wait has a deadline."""

    def __init__(self, folder: Path, cache: Path, command: list[str] | None = None) -> None:
        env = {key: value for key, value in os.environ.items() if key not in ("VIRTUAL_ENV", "CONDA_PREFIX")}
        env["XDG_CACHE_HOME"] = str(cache)
        env["PYTHONPATH"] = os.pathsep.join(filter(None, (str(SERVER), env.get("PYTHONPATH"))))
        self.process = subprocess.Popen(
            command or COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=env,
        )
        self.settings: dict[str, Any] = {}
        self.settings_of: Callable[[Mapping[str, Any]], Any] = lambda _: self.settings
        self.messages: list[dict[str, Any]] = []
        """All notifications and requests from the server, in order."""
        self._answers: dict[int | None, dict[str, Any]] = {}
        self._news = threading.Condition()
        self._ids = itertools.count(1)
        self._ended = False
        self.stderr = b""
        self._threads = [threading.Thread(target=run, daemon=True) for run in (self._read, self._read_stderr)]
        for thread in self._threads:
            thread.start()

    def initialize(self, *folders: Path, capabilities: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """Open a session on some workspace folders; returns the server's capabilities."""
        result = self.request(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": folders[0].as_uri() if folders else None,
                "workspaceFolders": [{"uri": folder.as_uri(), "name": folder.name} for folder in folders],
                "capabilities": FULL_CAPABILITIES if capabilities is None else capabilities,
                **more,
            },
        )
        self.notify("initialized", {})
        return result["capabilities"]

    def request(self, method: str, params: Any, deadline: float = DEADLINE) -> Any:
        """The result of a request. Raises `ServerError`."""
        return self.answer(self.send_request(method, params), deadline)

    def send_request(self, method: str, params: Any) -> int:
        """Send a request; its id, for `answer`."""
        number = next(self._ids)
        self._send({"id": number, "method": method, "params": params})
        return number

    def answer(self, number: int, deadline: float = DEADLINE) -> Any:
        """The result of a sent request. Raises `ServerError`."""
        message = self._wait(lambda: self._answers.pop(number, None), deadline, f"the answer to request {number}")
        if "error" in message:
            raise ServerError(message["error"])
        return message["result"]

    def notify(self, method: str, params: Any) -> None:
        """Send a notification."""
        self._send({"method": method, "params": params})

    def wait_for(
        self, method: str, accept: Callable[[Any], bool] = lambda _: True, since: int = 0, deadline: float = DEADLINE
    ) -> Any:
        """The params of the first message with that method that is accepted, from `messages[since]` on."""

        def find() -> dict[str, Any] | None:
            found = (m for m in self.messages[since:] if m["method"] == method and accept(m.get("params")))
            return next(found, None)

        return self._wait(find, deadline, method).get("params")

    def open(self, path: Path, text: str | None = None, version: int = 1) -> str:
        """Open a document; its URI."""
        return self.open_uri(path.as_uri(), path.read_text() if text is None else text, version)

    def open_uri(self, uri: str, text: str, version: int = 1) -> str:
        """Open a document of any scheme; its URI."""
        item = {"uri": uri, "languageId": "python", "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})
        return uri

    def change(self, uri: str, version: int, *changes: Mapping[str, Any]) -> None:
        """Change a document."""
        self.notify(
            "textDocument/didChange",
            {"textDocument": {"uri": uri, "version": version}, "contentChanges": list(changes)},
        )

    def diagnostics(self, uri: str, version: int, since: int = 0) -> list[dict[str, Any]]:
        """What the server publishes for a version of a document."""
        params = self.wait_for(
            "textDocument/publishDiagnostics", lambda p: p["uri"] == uri and p.get("version") == version, since
        )
        return params["diagnostics"]

    def stop(self) -> int:
        """End the session as LSP says; the exit code."""
        self.request("shutdown", None)
        self.notify("exit", None)
        return self.process.wait(DEADLINE)

    def kill(self) -> None:
        """End the process, however it is."""
        self.process.kill()
        self.process.wait(DEADLINE)
        for thread in self._threads:
            thread.join(DEADLINE)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):  # what was not sent is lost
                    stream.close()

    def send_raw(self, data: bytes) -> None:
        """Send bytes as they are."""
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def since(self) -> int:
        """How many messages have come: what to wait for begins here."""
        with self._news:
            return len(self.messages)

    def _send(self, message: Mapping[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.send_raw(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    def _wait(self, find: Callable[[], Any], deadline: float, what: str) -> Any:
        end = time.monotonic() + deadline
        with self._news:
            while (found := find()) is None:
                left = end - time.monotonic()
                assert not self._ended, f"the server ended before {what}: {self.stderr.decode()[-2000:]}"
                assert left > 0, f"no {what} within {deadline} s; got {[m['method'] for m in self.messages]}"
                self._news.wait(left)
            return found

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        while line := stream.readline():
            length = int(line.removeprefix(b"Content-Length:"))
            while stream.readline().strip():
                pass
            self._receive(json.loads(stream.read(length)))
        with self._news:
            self._ended = True
            self._news.notify_all()

    def _read_stderr(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.stderr += line

    def _receive(self, message: dict[str, Any]) -> None:
        with self._news:
            if "method" in message:
                self.messages.append(message)
                if "id" in message:
                    self._reply(message)
            else:
                self._answers[message.get("id")] = message
            self._news.notify_all()

    def _reply(self, message: Mapping[str, Any]) -> None:
        result: Any = None
        if message["method"] == "workspace/configuration":
            result = [self.settings_of(item) for item in message["params"]["items"]]
        with contextlib.suppress(ValueError, OSError):  # the test has ended the session
            self._send({"id": message["id"], "result": result})


SERVER = Path(__file__).parents[2] / "server"
COMMAND = [sys.executable, "-m", "loopscope", "server"]
