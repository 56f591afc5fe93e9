"""Hints in the text: the loop scope that is not the default, marks that nobody wrote, types that fixtures state."""

from collections.abc import Collection, Iterator, Mapping
from enum import Enum
from pathlib import PurePath
from typing import NamedTuple

from loopscope.facts.extract import FileFacts
from loopscope.facts.outline import FactId, FunctionFact
from loopscope.features.describe import origin
from loopscope.features.value_types import value_type
from loopscope.text.span import Span
from loopscope.workspace.loops import fixture_loop_scope, fixture_runner, mode, runner, test_loop_scope
from loopscope.workspace.model import Decision, Decorator, FixtureDef, Runner, Scope, TestItem, Unknown
from loopscope.workspace.snapshot import Snapshot
from loopscope.workspace.view import ModuleView


class HintKind(Enum):
    """What a hint tells; each can be switched off."""

    LOOP_SCOPE = "loopScope"
    MARK = "mark"
    VALUE_TYPE = "valueType"


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
    if HintKind.VALUE_TYPE in kinds:
        found += _types_in_tests(snapshot, view, facts, within)
        found += _types_in_fixtures(snapshot, view, facts, within)
    return tuple(sorted((one for one in found if one.kind in kinds), key=_place))


def _place(hint: Hint) -> int:
    return hint.offset


def _of_tests(snapshot: Snapshot, view: ModuleView, facts: FileFacts, within: Span) -> Iterator[Hint]:
    for test in {test.id: test for test in view.tests if test.code_path == view.path}.values():
        if not test.function.is_async or not within.covers(name := facts.layout.defs[test.id].name):
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


def _types_in_tests(snapshot: Snapshot, view: ModuleView, facts: FileFacts, within: Span) -> Iterator[Hint]:
    for test in {test.id: test for test in view.tests if test.code_path == view.path}.values():
        if test.is_unittest or not _touches(facts, test.id, within):
            continue
        closure = view.closure(test)
        known = {name: chain[-1] for name, chain in closure.chains.items() if name not in closure.unknown}
        given = {name: one for name, one in known.items() if name not in closure.direct}
        yield from _types(snapshot, view, facts, test.function, given, within, test)


def _types_in_fixtures(snapshot: Snapshot, view: ModuleView, facts: FileFacts, within: Span) -> Iterator[Hint]:
    for fixture in view.fixtures:
        if not _touches(facts, fixture.id, within):
            continue
        chains = ((name, view.requested(fixture, name)) for name in fixture.argnames)
        given = {name: chain[-1] for name, chain in chains if not isinstance(chain, Unknown) and chain}
        yield from _types(snapshot, view, facts, fixture.function, given, within)


def _types(
    snapshot: Snapshot,
    view: ModuleView,
    facts: FileFacts,
    function: FunctionFact,
    given: Mapping[str, FixtureDef],
    within: Span,
    test: TestItem | None = None,
) -> Iterator[Hint]:
    """The types of the values of parameters that say none."""
    for param, span in zip(function.params, facts.layout.defs[function.id].params, strict=False):
        fixture = given.get(param.name)
        if fixture is None or param.annotation is not None or param.has_default or not within.covers(span):
            continue
        value = value_type(snapshot, view, fixture, test)
        if value is not None:
            reason = f"what the fixture of {origin(snapshot, fixture)} gives"
            yield Hint(span.end, f": {value}", HintKind.VALUE_TYPE, reason)


def _touches(facts: FileFacts, id_: FactId, within: Span) -> bool:
    spans = facts.layout.defs.get(id_)
    return spans is not None and spans.whole.start <= within.end and within.start <= spans.whole.end


def _is_automatic(snapshot: Snapshot, view: ModuleView, fixture: FixtureDef) -> bool:
    found = mode(snapshot, view.path)
    return fixture.decorator is not Decorator.PYTEST_ASYNCIO and isinstance(found, Decision) and found.value == "auto"
