"""Progress, with a client that is a list."""

import asyncio
import json
from typing import Any

import pytest

from loopscope.lsp import progress
from loopscope.lsp.server import Server


class Recorder:
    """Keeps what the server sends, and grants what it asks for."""

    def __init__(self, server: Server) -> None:
        self.sent: list[dict[str, Any]] = []
        self.asked = asyncio.Event()
        self.ended = asyncio.Event()
        self._server = server

    def write(self, data: bytes) -> None:
        message = json.loads(data.partition(b"\r\n\r\n")[2])
        self.sent.append(message)
        if message["method"] == "window/workDoneProgress/create":
            self.asked.set()
            asyncio.get_running_loop().call_soon(self.answer, message["id"])
        elif message["params"]["value"]["kind"] == "report":
            self.ended.set()

    def answer(self, number: object) -> None:
        answer = {"jsonrpc": "2.0", "id": number, "result": None}
        self._server.wire.receive(json.dumps(answer).encode())

    def close(self) -> None: ...

    def kinds(self) -> list[str]:
        return [one["params"]["value"]["kind"] for one in self.sent if one["method"] == "$/progress"]


def test_what_takes_long_is_announced_followed_and_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0)

    async def session() -> Recorder:
        server = Server()
        recorder = Recorder(server)
        server.protocol.set_writer(recorder)
        async with progress.work_done(server, "working", supported=True) as report:
            report.message, report.percentage = "half", 50
            await recorder.ended.wait()
        await asyncio.sleep(0)
        return recorder

    recorder = asyncio.run(session())
    assert recorder.sent[0]["method"] == "window/workDoneProgress/create"
    kinds = recorder.kinds()
    assert (kinds[0], set(kinds[1:-1]), kinds[-1]) == ("begin", {"report"}, "end")
    assert recorder.sent[1]["params"]["value"]["message"] == "half"


@pytest.mark.parametrize("supported", [True, False])
def test_what_is_done_at_once_is_not_announced(*, supported: bool) -> None:
    async def session() -> Recorder:
        server = Server()
        recorder = Recorder(server)
        server.protocol.set_writer(recorder)
        async with progress.work_done(server, "working", supported=supported):
            await asyncio.sleep(0)
        return recorder

    assert asyncio.run(session()).sent == []


def test_the_client_may_answer_when_the_work_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0)

    class Late(Recorder):
        def answer(self, number: object) -> None:
            """Nothing yet."""

    async def session() -> Recorder:
        server = Server()
        recorder = Late(server)
        server.protocol.set_writer(recorder)
        async with progress.work_done(server, "working", supported=True):
            await recorder.asked.wait()
        await asyncio.sleep(0.01)
        Recorder.answer(recorder, recorder.sent[0]["id"])
        return recorder

    assert asyncio.run(session()).kinds() == []
