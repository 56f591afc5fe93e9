"""What the first diagnostics do without is done once they are published, or when somebody asks for it."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.lsp_client import Client
from loopscope.lsp.handlers.actions import _KINDS
from loopscope.lsp.handlers.announced import COMMANDS, REQUESTS
from loopscope.rules import RULES

FAMILIES = [f"loopscope.lsp.handlers.{name}" for name in (*REQUESTS, *COMMANDS)]

# Logs what is imported when the idle work begins and when it has ended.
SERVER = f"""
import sys
from loopscope.lsp import main, session
from loopscope.lsp.log import LOG
from loopscope.rules import RULES, module_of

def log(when):
    rules = sum(f"loopscope.rules.{{module_of(rule.meta.name)}}" in sys.modules for rule in RULES)
    families = sum(name in sys.modules for name in {FAMILIES!r})
    LOG.info("%s: %d rules, %d families", when, rules, families)

work = session.Session._catch_up

def logged(self, token):
    log("before")
    work(self, token)
    log("after")

session.Session._catch_up = logged
sys.exit(main.serve())
"""


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Client]:
    """A server that logs its idle work, with a cache of its own."""
    client = Client(tmp_path, tmp_path / "cache", [sys.executable, "-c", SERVER])
    yield client
    client.kill()


def test_idle_work_happens_after_the_first_diagnostics(tmp_path: Path, watched: Client) -> None:
    watched.initialize(tmp_path)
    uri = watched.open_uri((tmp_path / "test_a.py").as_uri(), "def test_x(no_such_fixture): ...\n")
    assert watched.diagnostics(uri, 1)
    before = watched.wait_for("window/logMessage", lambda params: params["message"].startswith("before"))["message"]
    assert before.endswith(" 0 families")
    assert not before.startswith("before: 0 rules")
    assert not before.startswith(f"before: {len(RULES)} rules")
    after = watched.wait_for("window/logMessage", lambda params: params["message"].startswith("after"))["message"]
    assert after == f"after: {len(RULES)} rules, {len(FAMILIES)} families"
    # The outlines of pytest's own modules.
    assert sum(path.is_file() for path in (tmp_path / "cache").rglob("*")) > 5
    assert watched.stop() == 0


def test_all_kinds_of_actions_are_announced() -> None:
    announced = REQUESTS["actions"]["textDocument/codeAction"].code_action_kinds
    assert announced == list(dict.fromkeys(_KINDS.values()))
