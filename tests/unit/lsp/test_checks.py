"""Publishing, pulled diagnostics and actions ask for the report of one state at once."""

import threading
from concurrent.futures import ThreadPoolExecutor

from loopscope.lsp import checks
from loopscope.lsp.checks import report_for
from loopscope.lsp.client import Client
from loopscope.lsp.state import State
from loopscope.lsp.work import Token
from loopscope.workspace.cancel import Cancelled
from rules.world import ROOT, snapshot_of

PATH = ROOT / "test_example.py"


def state() -> State:
    return State(Client(), {}, snapshot_of({"test_example.py": "async def test_a(): ...\n"}), {})


def test_who_asks_at_the_same_time_gets_the_same_report() -> None:
    asked = state()
    together = threading.Barrier(3)

    def ask(_: int) -> object:
        together.wait(10)
        return report_for(asked, PATH, Token())

    with ThreadPoolExecutor(3) as pool:
        first, *others = pool.map(ask, range(3))
    assert all(other is first for other in others)


def test_who_waits_for_a_check_that_is_cancelled_checks_for_itself(monkeypatch) -> None:
    asked, begun, cancelled = state(), threading.Event(), Token()
    check_file = checks.check_file

    def slow(*arguments: object) -> object:
        begun.set()
        while arguments[-1] is cancelled:
            cancelled.check()
        return check_file(*arguments)

    monkeypatch.setattr(checks, "check_file", slow)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(report_for, asked, PATH, cancelled)
        assert begun.wait(10)
        second = pool.submit(report_for, asked, PATH, Token())
        cancelled.cancel()
        assert isinstance(first.exception(10), Cancelled)
        assert second.result(10).unreadable is None
