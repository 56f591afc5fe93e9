"""Plays an editor on the example: talks to `loopscope server` over stdio as any editor does, and shows what it answers.

Uses nothing but the standard library, so it also serves as the shortest description of the protocol.
"""

import json
import subprocess
import sys
from pathlib import Path

CAPABILITIES = {
    "textDocument": {
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}},
            "isPreferredSupport": True,
        },
        "diagnostic": {},
    }
}
ROOT = Path(__file__).resolve().parent / "shop"
FILE = ROOT / "tests" / "test_orders.py"


class Server:
    """A running language server: `ask` sends a request, `tell` a notification."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "loopscope", "server"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.last_id = 0

    def ask(self, method: str, params: object) -> object:
        self.last_id += 1
        self._send({"id": self.last_id, "method": method, "params": params})
        while True:
            message = self._receive()
            if message.get("id") == self.last_id and "method" not in message:
                if "error" in message:
                    raise SystemExit(f"{method} failed: {message['error']['message']}")
                return message["result"]

    def tell(self, method: str, params: object) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: dict) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def _receive(self) -> dict:
        length = 0
        while (line := self.process.stdout.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if not length:
            raise SystemExit("the server ended the conversation")
        message = json.loads(self.process.stdout.read(length))
        if "id" in message and "method" in message:
            answer = [{}] * len(message["params"]["items"]) if message["method"] == "workspace/configuration" else None
            self._send({"id": message["id"], "result": answer})
        return message


def main() -> int:
    server = Server()
    text = FILE.read_text()
    uri = FILE.as_uri()
    hello = server.ask("initialize", {"processId": None, "rootUri": ROOT.as_uri(), "capabilities": CAPABILITIES})
    print(f"  connected to {hello['serverInfo']['name']} {hello['serverInfo']['version']}")
    server.tell("initialized", {})
    document = {"uri": uri, "languageId": "python", "version": 1, "text": text}
    server.tell("textDocument/didOpen", {"textDocument": document})

    diagnostics = server.ask("textDocument/diagnostic", {"textDocument": {"uri": uri}})["items"]
    print(f"\n  {FILE.name} opened: {len(diagnostics)} diagnostics")
    for item in diagnostics:
        print(f"    line {item['range']['start']['line'] + 1:>3}  {item['code']}: {item['message'].splitlines()[0]}")

    line, column = cursor(text, "async def test_two_orders(")
    here = {"textDocument": {"uri": uri}, "position": {"line": line, "character": column}}
    answer = server.ask("textDocument/completion", here)
    items = answer if isinstance(answer, list) else answer["items"]
    print("\n  completion in the parameters of test_two_orders, the first five:")
    for item in sorted(items, key=lambda item: item.get("sortText", item["label"]))[:5]:
        print(f"    {item['label']:<16} {item.get('detail', '')}")

    target = next(item for item in diagnostics if item["code"] == "assert-on-coroutine")
    context = {"diagnostics": [target], "only": ["quickfix"]}
    request = {"textDocument": {"uri": uri}, "range": target["range"], "context": context}
    action = next(action for action in server.ask("textDocument/codeAction", request) if action.get("isPreferred"))
    print(f"\n  quick fix: {action['title']}")
    for before, after in zip(text.splitlines(), applied(text, action["edit"], uri).splitlines(), strict=False):
        if before != after:
            print(f"    - {before.strip()}\n    + {after.strip()}")

    server.ask("shutdown", None)
    server.tell("exit", None)
    return server.process.wait(timeout=10)


def cursor(text: str, after: str) -> tuple[int, int]:
    """Line and column (0-based) right behind `after`."""
    before = text[: text.index(after) + len(after)]
    return before.count("\n"), len(before.rpartition("\n")[2])


def applied(text: str, edit: dict, uri: str) -> str:
    """The text after a workspace edit of one file."""
    changes = edit["changes"][uri] if "changes" in edit else edit["documentChanges"][0]["edits"]
    lines = text.splitlines(keepends=True)

    def offset(position: dict) -> int:
        return sum(map(len, lines[: position["line"]])) + position["character"]

    for change in sorted(changes, key=lambda change: offset(change["range"]["start"]), reverse=True):
        text = text[: offset(change["range"]["start"])] + change["newText"] + text[offset(change["range"]["end"]) :]
    return text


if __name__ == "__main__":
    sys.exit(main())
