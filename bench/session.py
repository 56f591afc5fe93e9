"""One measured editor session with any language server over stdio; standard library only."""

import itertools
import json
import os
import queue
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

CAPABILITIES = {
    "textDocument": {
        # No `diagnostic`: a server that would rather be asked publishes as well, and all are measured alike.
        "publishDiagnostics": {"versionSupport": True},
        "completion": {"completionItem": {"snippetSupport": True}},
        "synchronization": {},
    },
    "workspace": {"configuration": False, "workspaceFolders": True},
    "general": {"positionEncodings": ["utf-16"]},
}
PATIENCE_SECONDS = 90


@dataclass
class Figures:
    """Milliseconds and megabytes of one session; None and nothing where the server gave no answer in time."""

    initialize: float
    first_diagnostics: float | None
    edits: list[float]
    completions: list[float]
    memory: float


def measure(command: list[str], root: Path, file: Path, *, edits: int, settle: float) -> Figures:
    """Opens `file`, types `edits` times into its last third, asks for completions, and shuts the server down."""
    server = Server(command, root)
    try:
        return _play(server, root, file, edits, settle)
    finally:
        server.stop()


def _play(server: "Server", root: Path, file: Path, edits: int, settle: float) -> Figures:
    started = server.started
    folder = {"uri": root.as_uri(), "name": root.name}
    hello = {
        "processId": os.getpid(),
        "rootUri": folder["uri"],
        "workspaceFolders": [folder],
        "capabilities": CAPABILITIES,
    }
    capabilities = server.ask("initialize", hello)["capabilities"]
    initialized = time.perf_counter()
    server.tell("initialized", {})
    text = file.read_text(encoding="utf-8")
    uri = file.as_uri()
    server.tell(
        "textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "python", "version": 1, "text": text}}
    )
    first = server.diagnostics(uri, 1)
    time.sleep(settle)
    typing = _type(server, uri, text, edits, capabilities)
    completing = _complete(server, uri, text, edits) if "completionProvider" in capabilities else []
    return Figures(
        initialize=(initialized - started) * 1000,
        first_diagnostics=None if first is None else (first - started) * 1000,
        edits=typing,
        completions=completing,
        memory=server.memory(),
    )


def _type(server: "Server", uri: str, text: str, edits: int, capabilities: dict) -> list[float]:
    lines = text.split("\n")
    number = next(
        index
        for index in range(len(lines) * 3 // 5, len(lines))
        if lines[index].startswith("    ") and lines[index][-1:] == ")"
    )
    column = len(lines[number])
    sync = capabilities.get("textDocumentSync")
    whole = (sync if isinstance(sync, int) else (sync or {}).get("change")) == 1
    took = []
    for version in range(2, edits + 2):
        added = version % 2 == 0
        here, behind = {"line": number, "character": column}, {"line": number, "character": column + 5}
        change: dict = {"range": {"start": here, "end": here if added else behind}, "text": "  # x" if added else ""}
        if whole:
            change = {"text": "\n".join([*lines[:number], lines[number] + "  # x" * added, *lines[number + 1 :]])}
        began = time.perf_counter()
        server.tell(
            "textDocument/didChange", {"textDocument": {"uri": uri, "version": version}, "contentChanges": [change]}
        )
        done = server.diagnostics(uri, version)
        if done is not None:
            took.append((done - began) * 1000)
        time.sleep(0.02)
    return took


def _complete(server: "Server", uri: str, text: str, times: int) -> list[float]:
    lines = text.split("\n")
    number = next(
        index for index in range(len(lines) // 2, len(lines)) if "def test_" in lines[index] and "(" in lines[index]
    )
    where = {"textDocument": {"uri": uri}, "position": {"line": number, "character": lines[number].index("(") + 1}}
    took = []
    for _ in range(times):
        began = time.perf_counter()
        server.ask("textDocument/completion", where)
        took.append((time.perf_counter() - began) * 1000)
    return took


class Server:
    """A running server; a thread of its own reads what it says."""

    def __init__(self, command: list[str], root: Path, environ: dict[str, str] | None = None) -> None:
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            command,
            cwd=root,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._ids = itertools.count(1)
        self._answers: dict[int, queue.Queue] = {}
        self._published: queue.Queue = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def ask(self, method: str, params: object) -> dict:
        number = next(self._ids)
        answer = self._answers[number] = queue.Queue()
        self._send({"id": number, "method": method, "params": params})
        message = answer.get(timeout=PATIENCE_SECONDS)
        if message is None:
            raise SystemExit(f"{' '.join(self.process.args)} ended before it answered {method}")
        return message.get("result") or {}

    def tell(self, method: str, params: object) -> None:
        self._send({"method": method, "params": params})

    def diagnostics(
        self, uri: str, version: int, *, least: int = 0, patience: float = PATIENCE_SECONDS
    ) -> float | None:
        """When the diagnostics of that version were there; servers that publish without a version count as well.

        With `least`, when there were so many of them.
        """
        deadline = time.perf_counter() + patience
        while (left := deadline - time.perf_counter()) > 0:
            try:
                when, params = self._published.get(timeout=left)
            except queue.Empty:
                return None
            counts = len(params["diagnostics"]) >= least
            if counts and params["uri"] == uri and params.get("version") in (None, version):
                return when
        return None

    def memory(self) -> float:
        """Megabytes resident, of the server and its children (Linux; elsewhere 0)."""
        pids, total = [self.process.pid], 0.0
        for pid in pids:
            try:
                status = Path(f"/proc/{pid}/status").read_text()
                children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
            except OSError:
                continue
            pids += map(int, children.split())
            total += next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")), 0)
        return total / 1024

    def cpu(self) -> float:
        """Milliseconds of CPU time that the server took so far (Linux; elsewhere 0): the same on a busy machine."""
        try:
            fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0
        return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        try:
            self.ask("shutdown", None)
            self.tell("exit", None)
            self.process.wait(5)
        except (OSError, queue.Empty, subprocess.TimeoutExpired):
            self.process.kill()

    def _send(self, message: dict) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def _read(self) -> None:
        stream = self.process.stdout
        while True:
            length = 0
            while (line := stream.readline()).strip():
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            if not length:
                for waiting in self._answers.values():
                    waiting.put(None)
                return
            message = json.loads(stream.read(length))
            now = time.perf_counter()
            if "method" not in message:
                waiting = self._answers.get(message["id"])
                if waiting is not None:
                    waiting.put(message)
            elif "id" in message:
                items = message["params"]["items"] if message["method"] == "workspace/configuration" else None
                self._send({"id": message["id"], "result": None if items is None else [{} for _ in items]})
            elif message["method"] == "textDocument/publishDiagnostics":
                self._published.put((now, message["params"]))
