"""Plain records of tests with all their fixtures, for `loopscope fixtures`."""

from collections.abc import Iterator
from pathlib import PurePath
from typing import TypedDict

from loopscope.facts.outline import FactId
from loopscope.text.files import Unreadable
from loopscope.text.source import Source
from loopscope.workspace.doctests import doctest_closure, doctests_of, is_collected
from loopscope.workspace.folders import files_for, test_files
from loopscope.workspace.imports import find_absolute
from loopscope.workspace.index import index_of
from loopscope.workspace.loops import fixture_loop_scope, runner, test_loop_scope
from loopscope.workspace.model import Closure, Decorator, Doctest, FixtureDef, Kind, Runner, Scope, TestItem, Unknown
from loopscope.workspace.snapshot import Snapshot
from loopscope.workspace.view import ModuleView


class FixtureRecord(TypedDict):
    """The definition of a fixture that a test gets; None stands for what only running tells."""

    file: str
    line: int | None
    scope: str | None
    loop_scope: str | None
    kind: str
    autouse: bool | None


class UnknownRecord(TypedDict):
    """Why nothing is said of a fixture."""

    unknown: str


class TestRecord(TypedDict):
    """One test as `loopscope fixtures --format json` prints it."""

    id: str
    file: str
    line: int | None
    runner: str | None
    runner_from: str | None
    loop_scope: str | None
    loop_scope_from: str | None
    fixtures: dict[str, FixtureRecord | UnknownRecord]


class Listing(TypedDict):
    """Everything that `loopscope fixtures --format json` prints."""

    root: str
    tests: list[TestRecord]


def list_tests(snapshot: Snapshot, start: PurePath) -> Listing:
    """The tests that pytest collects from a file or folder, in its order."""
    folder = start if snapshot.files.is_dir(start) else start.parent
    root = snapshot.config(folder / "conftest.py").rootdir
    lines = _Lines(snapshot)
    return {"root": str(root), "tests": list(_records(snapshot, start, root, lines))}


def unread_files(snapshot: Snapshot, start: PurePath) -> Iterator[tuple[PurePath, str]]:
    """The test files of a file or folder that cannot be read, each with a reason that completes a sentence."""
    for path in test_files(snapshot.queries, start):
        outline = snapshot.read_outline(path)
        if isinstance(outline, Unreadable):
            yield path, outline.reason


def _records(snapshot: Snapshot, start: PurePath, root: PurePath, lines: "_Lines") -> Iterator[TestRecord]:
    for path in files_for(snapshot.queries, start, is_collected):
        view = snapshot.module(path)
        for doctest in snapshot.queries.get(doctests_of, path):
            yield _doctest(snapshot, view, doctest, root, lines)
        for test in view.tests if path.suffix == ".py" else ():
            yield _record(snapshot, view, test, root, lines)


def _doctest(snapshot: Snapshot, view: ModuleView, doctest: Doctest, root: PurePath, lines: "_Lines") -> TestRecord:
    closure = snapshot.queries.get(doctest_closure, doctest.path)
    return {
        "id": doctest.nodeid,
        "file": _relative(doctest.path, root),
        "line": doctest.line,
        "runner": None,
        "runner_from": "it is a doctest",
        "loop_scope": None,
        "loop_scope_from": None,
        "fixtures": _fixtures(snapshot, view, closure, root, lines),
    }


def _record(snapshot: Snapshot, view: ModuleView, test: TestItem, root: PurePath, lines: "_Lines") -> TestRecord:
    found = runner(snapshot, view, test)
    awaited = None if isinstance(found, Unknown) else found.value
    scope = test_loop_scope(snapshot, view, test) if awaited is Runner.PYTEST_ASYNCIO else None
    known = scope if scope is not None and not isinstance(scope, Unknown) else None
    return {
        "id": test.nodeid,
        "file": _relative(test.code_path, root),
        "line": lines.of(test.code_path, test.id.qualname, test.id.nth),
        "runner": f"unknown: {found.reason}" if isinstance(found, Unknown) else (awaited.value if awaited else None),
        "runner_from": None if isinstance(found, Unknown) else found.reason,
        "loop_scope": known.value.value if known is not None else None,
        "loop_scope_from": known.reason
        if known is not None
        else (scope.reason if isinstance(scope, Unknown) else None),
        "fixtures": _fixtures(snapshot, view, view.closure(test), root, lines),
    }


def _fixtures(
    snapshot: Snapshot, view: ModuleView, closure: Closure, root: PurePath, lines: "_Lines"
) -> dict[str, FixtureRecord | UnknownRecord]:
    fixtures: dict[str, FixtureRecord | UnknownRecord] = {}
    for name in closure.names:
        if name in closure.unknown:
            fixtures[name] = {"unknown": closure.unknown[name].reason}
        elif name in closure.chains:
            fixtures[name] = _fixture(snapshot, view, closure.chains[name][-1], root, lines)
        elif name in closure.missing:
            fixtures[name] = {"unknown": "no fixture of that name is visible"}
        elif name == "request":
            fixtures[name] = _request(snapshot, view, root, lines)
    return fixtures


def _fixture(
    snapshot: Snapshot, view: ModuleView, fixture: FixtureDef, root: PurePath, lines: "_Lines"
) -> FixtureRecord:
    loop = (
        fixture_loop_scope(snapshot, view, fixture)
        if fixture.kind.is_async or fixture.decorator is Decorator.PYTEST_ASYNCIO
        else None
    )
    return {
        "file": _relative(fixture.path, root),
        "line": lines.of(fixture.path, fixture.id.qualname, fixture.id.nth),
        "scope": fixture.scope.value if isinstance(fixture.scope, Scope) else None,
        "loop_scope": loop.value.value if loop is not None and not isinstance(loop, Unknown) else None,
        "kind": fixture.kind.value,
        "autouse": fixture.autouse if isinstance(fixture.autouse, bool) else None,
    }


def _request(snapshot: Snapshot, view: ModuleView, root: PurePath, lines: "_Lines") -> FixtureRecord | UnknownRecord:
    """What pytest makes itself for each fixture and test that asks for it: the class that it is an instance of."""
    source = find_absolute(snapshot.queries, view.path.parent, "_pytest.fixtures")
    if source is None:
        return {"unknown": "pytest is not installed in the environment of the project"}
    return {
        "file": _relative(source, root),
        "line": lines.of(source, "FixtureRequest", 0),
        "scope": Scope.FUNCTION.value,
        "loop_scope": None,
        "kind": Kind.FUNCTION.value,
        "autouse": False,
    }


def _relative(path: PurePath, root: PurePath) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


class _Lines:
    """The lines of definitions, one look at each file."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.known: dict[PurePath, dict[tuple[str, int], int]] = {}

    def of(self, path: PurePath, qualname: str, nth: int) -> int | None:
        """The 1-based line of a `def`; None when it is not found."""
        if qualname.startswith("<locals>."):
            return self._inner(path, qualname.removeprefix("<locals>."))
        if ".<locals>." in qualname:
            return self._nested(path, FactId(qualname, nth))
        lines = self.known.get(path)
        if lines is None:
            facts = self.snapshot.facts(path)
            defs = {} if isinstance(facts, Unreadable) else facts.layout.defs
            lines = self.known[path] = {(id_.qualname, id_.nth): spans.line for id_, spans in defs.items()}
        return lines[qualname, nth] if (qualname, nth) in lines else self._assigned(path, qualname)

    def _assigned(self, path: PurePath, qualname: str) -> int | None:
        """The line on which a name is bound to what is no `def`, such as a lambda."""
        facts = self.snapshot.facts(path)
        text = self.snapshot.files.read(path)
        if isinstance(facts, Unreadable) or isinstance(text, Unreadable):
            return None
        holder, _, name = qualname.rpartition(".")
        bindings, spans = facts.outline.bindings, facts.layout.bindings
        for id_, fact in self.snapshot.queries.get(index_of, path).classes.items():
            if holder == id_.qualname:
                bindings, spans = fact.bindings, facts.layout.class_bindings[id_]
        starts = [span.start for binding, span in zip(bindings, spans, strict=False) if binding.name == name]
        return Source(text).lines.line_of(starts[-1]) + 1 if starts else None

    def _nested(self, path: PurePath, id_: FactId) -> int | None:
        facts = self.snapshot.facts(path)
        text = self.snapshot.files.read(path)
        body = None if isinstance(facts, Unreadable) else facts.body(id_)
        if isinstance(facts, Unreadable) or isinstance(text, Unreadable) or body is None:
            return None
        return Source(text).lines.line_of(facts.span(body, body.node).start) + 1

    def _inner(self, path: PurePath, name: str) -> int | None:
        text = self.snapshot.files.read(path)
        at = -1 if isinstance(text, Unreadable) else text.find(f"def {name}(")
        return None if at < 0 or isinstance(text, Unreadable) else text.count("\n", 0, at) + 1
