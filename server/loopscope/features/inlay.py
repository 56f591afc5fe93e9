"""Hints in the text: the loop scope that is not the default, and marks that nobody wrote."""

from collections.abc import Collection, Iterator
from enum import Enum
from pathlib import PurePath
from typing import NamedTuple

from loopscope.facts.extract import FileFacts
from loopscope.text.span import Span
from loopscope.workspace.loops import fixture_loop_scope, fixture_runner, mode, runner, test_loop_scope
from loopscope.workspace.model import Decision, Decorator, FixtureDef, Runner, Scope, TestItem, Unknown
from loopscope.workspace.snapshot import Snapshot
from loopscope.workspace.view import ModuleView


class HintKind(Enum):
    """What a hint tells; each can be switched off."""

    LOOP_SCOPE = "loopScope"
    MARK = "mark"


class Hint(NamedTuple):
    """A label after the name that ends at `offset`; `tooltip` says why."""

    offset: int
    label: str
    kind: HintKind
    tooltip: str


def hints(
    snapshot: Snapshot, path: PurePath, within: Span, kinds: Collection[HintKind] = frozenset(HintKind)
) -> tuple[Hint, ...]:
    """The hints of the given kinds for what is named in a span of a file, in order."""
    facts = snapshot.queries.facts(path)
    if facts is None or not kinds:
        return ()
    view = snapshot.module(path)
    found = [*_of_tests(snapshot, view, facts, within), *_of_fixtures(snapshot, view, facts, within)]
    return tuple(sorted((one for one in found if one.kind in kinds), key=_place))


def _place(hint: Hint) -> int:
    return hint.offset


def _of_tests(snapshot: Snapshot, view: ModuleView, facts: FileFacts, within: Span) -> Iterator[Hint]:
    for test in {test.id: test for test in view.tests if test.code_path == view.path}.values():
        name = facts.layout.defs[test.id].name
        if not test.function.is_async or not within.covers(name):
            continue
        decided = runner(snapshot, view, test)
        if isinstance(decided, Unknown) or decided.value is not Runner.PYTEST_ASYNCIO:
            continue
        yield from _mark(view, test, decided, name.end)
        loop = test_loop_scope(snapshot, view, test)
        if isinstance(loop, Decision) and loop.value is not Scope.FUNCTION:
            yield Hint(name.end, f"loop: {loop.value.value}", HintKind.LOOP_SCOPE, loop.reason)


def _mark(view: ModuleView, test: TestItem, decided: Decision[Runner | None], offset: int) -> Iterator[Hint]:
    """The mark that the test does not carry itself: it inherits one, or auto mode stands in for it."""
    mark = next((one for one in view.marks(test) if one.name == "asyncio"), None)
    if mark is None:
        yield Hint(offset, "asyncio: auto", HintKind.MARK, decided.reason)
    elif mark.where != "the test":
        yield Hint(offset, f"asyncio: {mark.where.replace('`', '')}", HintKind.MARK, decided.reason)


def _of_fixtures(snapshot: Snapshot, view: ModuleView, facts: FileFacts, within: Span) -> Iterator[Hint]:
    for fixture in view.fixtures:
        spans = facts.layout.defs.get(fixture.id)
        if spans is None or not fixture.kind.is_async or not within.covers(spans.name):
            continue
        decided = fixture_runner(snapshot, view, fixture)
        if isinstance(decided, Unknown) or decided.value is not Runner.PYTEST_ASYNCIO:
            continue
        if _is_automatic(snapshot, view, fixture):
            yield Hint(spans.name.end, "asyncio: auto", HintKind.MARK, decided.reason)
        loop = fixture_loop_scope(snapshot, view, fixture)
        if isinstance(loop, Decision) and loop.value is not Scope.FUNCTION:
            yield Hint(spans.name.end, f"loop: {loop.value.value}", HintKind.LOOP_SCOPE, loop.reason)


def _is_automatic(snapshot: Snapshot, view: ModuleView, fixture: FixtureDef) -> bool:
    found = mode(snapshot, view.path)
    return fixture.decorator is not Decorator.PYTEST_ASYNCIO and isinstance(found, Decision) and found.value == "auto"
