"""Which event loops a file's tests use: what runs on each, and where a test and its fixture do not meet."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import NamedTuple

from loopscope.features.describe import origin, shown
from loopscope.text.files import Unreadable
from loopscope.workspace.loops import fixture_loop_scope, fixture_runner, mode, runner, test_loop_scope
from loopscope.workspace.model import Decision, FixtureDef, Runner, Scope, TestItem, Unknown
from loopscope.workspace.snapshot import Snapshot
from loopscope.workspace.view import ModuleView

_LIFETIMES = {
    Scope.FUNCTION: "a new one for each test",
    Scope.CLASS: "one for each class",
    Scope.MODULE: "one for the module",
    Scope.PACKAGE: "one for the package",
    Scope.SESSION: "one for the whole session",
}
_OTHERS = {
    Runner.UNITTEST: "unittest: a loop of its own for each test",
    Runner.ANYIO: "anyio: one loop for each test, shared with wider fixtures that are alive",
}
NO_LOOP = "No loop: nothing awaits these"
UNSURE = "Not certain"


class Entry(NamedTuple):
    """A test or a fixture; `line` is 1-based, None when its `def` is not found. `reason` says why it is where it is."""

    name: str
    place: str
    line: int | None
    reason: str


@dataclass(slots=True)
class Loop:
    """An event loop, or a kind of them, with what runs on it."""

    title: str
    tests: list[Entry] = field(default_factory=list[Entry])
    fixtures: dict[tuple[str, int | None, str], Entry] = field(default_factory=dict[tuple[str, int | None, str], Entry])


class Mismatch(NamedTuple):
    """A test whose fixture runs on another loop, or on none."""

    test: str
    line: int | None
    message: str


class LoopMap(NamedTuple):
    """All of it for one file. `synchronous` counts the tests without a loop that need none."""

    file: str
    setup: str
    loops: tuple[Loop, ...]
    mismatches: tuple[Mismatch, ...]
    synchronous: int


def loop_map(snapshot: Snapshot, path: PurePath) -> LoopMap | None:
    """The map of a file with tests, or of the fixtures of one without; None when the file cannot be read."""
    view = snapshot.module(path)
    if view.unknown is not None:
        return None
    building = _Building(snapshot, view)
    for test in {(test.class_path, test.name): test for test in view.tests}.values():
        building.add_test(test)
    for fixture in view.fixtures:
        if fixture.kind.is_async:
            building.place(fixture, None)
    loops = tuple(loop for _, loop in sorted(building.loops.items()))
    return LoopMap(shown(snapshot, path), _setup(snapshot, path), loops, tuple(building.mismatches), building.sync)


def as_markdown(found: LoopMap) -> str:
    """The map as a document."""
    parts = [f"# Event loops of {found.file}", found.setup]
    if not found.loops:
        parts.append("No asynchronous tests or fixtures.")
    for loop in found.loops:
        parts.append(f"## {loop.title}")
        parts += [_listed("Tests", loop.tests), _listed("Fixtures", loop.fixtures.values())]
    if found.loops:
        lines = [f"- `{one.test}`{_line(one.line)}: {one.message}" for one in found.mismatches]
        parts += ["## Mismatches", "\n".join(lines) or "None: every test runs on the loop of its fixtures."]
    if found.synchronous:
        parts.append(f"{found.synchronous} synchronous test{'s need' if found.synchronous > 1 else ' needs'} no loop.")
    return "\n\n".join(part for part in parts if part) + "\n"


class _Building:
    """The loops by place in the document and title, filled test by test."""

    def __init__(self, snapshot: Snapshot, view: ModuleView) -> None:
        self.snapshot = snapshot
        self.view = view
        self.loops: dict[tuple[int, str], Loop] = {}
        self.mismatches: list[Mismatch] = []
        self.sync = 0

    def add_test(self, test: TestItem) -> None:
        """Place a test and the asynchronous fixtures that pytest sets up for it."""
        name = "::".join((*test.class_path, test.name))
        line = _line_of(self.snapshot, test.code_path, test)
        loop: str | None = None
        if test.function.is_async:
            order, loop, reason = self._of_test(test)
            place = "" if test.code_path == self.view.path else shown(self.snapshot, test.code_path)
            self._loop(order, loop).tests.append(Entry(name, place, line, reason))
        else:
            self.sync += 1
        for fixture in self._async_fixtures(test):
            message = self._disagreement(loop, self.place(fixture, test), fixture)
            if message is not None:
                self.mismatches.append(Mismatch(name, line, message))

    def place(self, fixture: FixtureDef, test: TestItem | None) -> str:
        """Put a fixture on its loop; returns the loop's title."""
        order, title, reason = self._of_fixture(fixture, test)
        where, line = origin(self.snapshot, fixture), _line_of(self.snapshot, fixture.path, fixture)
        fixtures = self._loop(order, title).fixtures
        fixtures[where, line, fixture.name] = Entry(fixture.name, where, line, reason)
        return title

    def _async_fixtures(self, test: TestItem) -> Iterator[FixtureDef]:
        closure = self.view.closure(test)
        for name in closure.names:
            chain = closure.chains.get(name, ())
            if name not in closure.unknown and name not in closure.direct and chain and chain[-1].kind.is_async:
                yield chain[-1]

    def _loop(self, order: int, title: str) -> Loop:
        return self.loops.setdefault((order, title), Loop(title))

    def _of_test(self, test: TestItem) -> tuple[int, str, str]:
        decided = runner(self.snapshot, self.view, test)
        if isinstance(decided, Unknown):
            return _LAST, UNSURE, decided.reason
        if decided.value is Runner.PYTEST_ASYNCIO:
            return _asyncio(test_loop_scope(self.snapshot, self.view, test))
        return _other(decided.value, decided.reason)

    def _of_fixture(self, fixture: FixtureDef, test: TestItem | None) -> tuple[int, str, str]:
        decided = fixture_runner(self.snapshot, self.view, fixture, test)
        if isinstance(decided, Unknown):
            return _LAST, UNSURE, decided.reason
        if decided.value is Runner.PYTEST_ASYNCIO:
            return _asyncio(fixture_loop_scope(self.snapshot, self.view, fixture))
        return _other(decided.value, decided.reason)

    def _disagreement(self, loop: str | None, other: str, fixture: FixtureDef) -> str | None:
        if other == NO_LOOP:
            kind = "an async generator" if fixture.function.yields else "a coroutine"
            return f"nothing awaits its fixture `{fixture.name}`: the test gets {kind} instead of the value"
        if loop in (None, other, NO_LOOP, UNSURE) or other == UNSURE:
            return None
        return (
            f"its fixture `{fixture.name}` runs on another loop ({other.partition(':')[0]}) than the test; what it "
            "binds to that loop (connections, locks, tasks) does not work in the test"
        )


_LAST = 99


def _asyncio(scope: Decision[Scope] | Unknown) -> tuple[int, str, str]:
    if isinstance(scope, Unknown):
        return _LAST, UNSURE, scope.reason
    value, reason = scope.value, scope.reason
    return list(Scope).index(value), f"{value.value.capitalize()} loop: {_LIFETIMES[value]}, by pytest-asyncio", reason


def _other(awaits: Runner | None, reason: str) -> tuple[int, str, str]:
    if awaits is None:
        return _LAST - 1, NO_LOOP, reason
    return len(Scope), _OTHERS.get(awaits, f"By {awaits.value}"), reason


def _setup(snapshot: Snapshot, path: PurePath) -> str:
    environment = snapshot.environment_of(path)
    versions: list[str] = []
    for name in ("pytest", "pytest-asyncio", "anyio"):
        release = environment.effective(name)
        if release is not None:
            assumed = " (not installed, assumed)" if release.assumed else ""
            versions.append(f"{name} {'.'.join(map(str, release.version))}{assumed}")
    decided = mode(snapshot, path)
    modes = "" if isinstance(decided, Unknown) else f"; {decided.value} mode, by {decided.reason}"
    return f"{', '.join(versions)}{modes}."


def _listed(title: str, entries: Iterable[Entry]) -> str:
    lines = [
        f"- `{one.name}`{f' of {one.place}' if one.place else ''}{_line(one.line)}: {one.reason}" for one in entries
    ]
    return "\n".join((title, "", *lines)) if lines else ""


def _line(line: int | None) -> str:
    return "" if line is None else f", line {line}"


def _line_of(snapshot: Snapshot, path: PurePath, item: TestItem | FixtureDef) -> int | None:
    facts = snapshot.facts(path)
    spans = None if isinstance(facts, Unreadable) else facts.layout.defs.get(item.id)
    return None if spans is None else spans.line
