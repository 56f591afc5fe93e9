"""A plugin of pytest that writes what a run really did, test by test, to the file named by `RECALL_OUT`.

It judges `bench/recall.py` and `bench/fixes.py`. It says of every test: how it ended, with which words, the function
that it ran (file and first line, decorators included), the fixture functions that it used, and pytest's warnings about
it; and of every coroutine that nobody awaited, where it was made.
"""

import gc
import inspect
import json
import os
import signal
import sys
import warnings
from collections import defaultdict
from pathlib import Path

import pytest

_DEPTH = 30
_MANY = 5_000
"""So many coroutines of one test that nobody awaited come from a loop without an end."""
_WORSE = ("not run", "passed", "skipped", "xfailed", "xpassed", "failed", "error")


class _Seen:
    """What has been seen so far."""

    def __init__(self) -> None:
        self.tests: dict[str, dict[str, object]] = {}
        self.warned: dict[str, list[str]] = defaultdict(list)
        self.never_awaited: dict[tuple[object, ...], dict[str, object]] = {}
        self.unawaited = 0
        self.broken: dict[str, str] = {}
        self.running: str | None = None
        self.finished = True
        self.root = ""


_SEEN = _Seen()


def pytest_configure() -> None:
    """From now on coroutines remember where they were made."""
    sys.set_coroutine_origin_tracking_depth(_DEPTH)
    # CPython calls it by this name.
    original = warnings._warn_unawaited_coroutine  # type: ignore[attr-defined]  # noqa: SLF001

    def seen(coroutine: object) -> None:
        origin = getattr(coroutine, "cr_origin", None) or ()
        _SEEN.unawaited += 1
        if _SEEN.unawaited == _MANY and signal.getsignal(signal.SIGALRM) is not signal.SIG_DFL:
            # pytest-timeout raises once, and what is raised in here is lost: it has to try again.
            signal.setitimer(signal.ITIMER_REAL, 1, 1)
        key = (_SEEN.running, *((file, line) for file, line, _ in origin))
        if key in _SEEN.never_awaited:
            return
        _SEEN.never_awaited[key] = {
            "name": coroutine.__qualname__,  # type: ignore[attr-defined]  # each coroutine has one
            "test": _SEEN.running,
            "frames": [[str(file), line] for file, line, _ in origin],
        }
        original(coroutine)

    warnings._warn_unawaited_coroutine = seen  # type: ignore[attr-defined]  # noqa: SLF001


def _place(function: object) -> list[object] | None:
    code = getattr(inspect.unwrap(getattr(function, "__func__", function)), "__code__", None)
    return [code.co_filename, code.co_firstlineno] if code is not None else None


def _used(item: pytest.Item) -> list[list[object]]:
    """The fixture functions that a test uses: of each name the last definition, or the one before it from itself."""
    info = getattr(item, "_fixtureinfo", None)
    if info is None:
        return []
    found: list[list[object]] = []
    done: set[tuple[str, int]] = set()
    waiting = [(name, 1) for name in info.names_closure]
    while waiting:
        name, back = waiting.pop()
        chain = info.name2fixturedefs.get(name, ())
        if len(chain) < back or (name, back) in done:
            continue
        done.add((name, back))
        definition = chain[-back]
        place = _place(definition.func)
        if place is not None:
            found.append([*place, definition.argname])
        waiting += [(each, back + 1 if each == name else 1) for each in definition.argnames]
    return found


def pytest_collection_finish(session: pytest.Session) -> None:
    """Every collected test."""
    _SEEN.root = str(session.config.rootpath)
    for item in session.items:
        _SEEN.tests[item.nodeid] = {
            "place": _place(getattr(item, "function", None)),
            "fixtures": _used(item),
            "outcome": "not run",
            "text": "",
        }


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Files that could not be collected."""
    if report.failed:
        _SEEN.broken[report.nodeid] = str(report.longrepr)[-400:]


def pytest_runtest_logstart(nodeid: str) -> None:
    """Coroutines that end now belong to this test."""
    _SEEN.running = nodeid
    _SEEN.finished = False
    _SEEN.unawaited = 0


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """The worst of the phases counts."""
    test = _SEEN.tests.get(report.nodeid)
    if test is None:
        return
    outcome = str(report.outcome)
    if report.failed and report.when != "call":
        outcome = "error"
    elif hasattr(report, "wasxfail"):
        outcome = "xfailed" if report.skipped else "xpassed"
    if _WORSE.index(outcome) > _WORSE.index(str(test["outcome"])):
        test["outcome"] = outcome
        crash = getattr(report.longrepr, "reprcrash", None)
        test["text"] = str(crash.message if crash is not None else report.longrepr)[:20_000]


def pytest_runtest_logfinish() -> None:
    """What failed keeps its frames, and with them its coroutines: they go now, not during a later test."""
    _SEEN.finished = True
    for name in ("last_value", "last_traceback", "last_type", "last_exc"):
        if hasattr(sys, name):
            delattr(sys, name)


def pytest_warning_recorded(warning_message: warnings.WarningMessage, nodeid: str) -> None:
    """Warnings about a test, as pytest's summary has them."""
    _SEEN.warned[nodeid].append(f"{warning_message.category.__name__}: {warning_message.message}"[:600])


def pytest_unconfigure() -> None:
    """Writes the file."""
    gc.collect()
    if not _SEEN.finished and _SEEN.running in _SEEN.tests:
        _SEEN.tests[_SEEN.running] |= {"outcome": "error", "text": "the run ended here"}
    for nodeid, said in _SEEN.warned.items():
        if nodeid in _SEEN.tests:
            _SEEN.tests[nodeid]["warnings"] = said
    never_awaited = [*_SEEN.never_awaited.values()]
    told = {"root": _SEEN.root, "tests": _SEEN.tests, "never_awaited": never_awaited, "broken": _SEEN.broken}
    Path(os.environ["RECALL_OUT"]).write_text(json.dumps(told), encoding="utf-8")
