"""Lines above tests and fixtures: how often a fixture is requested, what it overrides, which loop it runs on."""

from collections.abc import Iterator
from enum import Enum
from pathlib import PurePath
from typing import NamedTuple

from loopscope.facts.extract import FileFacts
from loopscope.features.definition import target_of
from loopscope.features.describe import origin
from loopscope.features.family import occurrences
from loopscope.features.mention import Role
from loopscope.features.occurrences import fixtures_of, key_of
from loopscope.features.references import Reference, of_definitions
from loopscope.features.search import Search
from loopscope.text.span import Span
from loopscope.workspace.cancel import NEVER, CancelToken
from loopscope.workspace.loops import fixture_loop_scope, fixture_runner, runner, test_loop_scope
from loopscope.workspace.model import FixtureDef, Runner, Scope, Unknown
from loopscope.workspace.snapshot import Snapshot
from loopscope.workspace.view import ModuleView

_COUNTED = frozenset(
    {
        Role.PARAMETER,
        Role.USEFIXTURES,
        Role.INDIRECT,
        Role.ARGNAME,
        Role.GETFIXTUREVALUE,
        Role.GETFIXTURE,
        Role.CONFIG,
    }
)


class LensKind(Enum):
    """What a lens is about; uses are counted when the lens is shown."""

    USES = "uses"
    OVERRIDES = "overrides"
    LOOP = "loop"


class Lens(NamedTuple):
    """A lens for the name at `span`; `title` is empty until it is resolved. `targets` are what it leads to."""

    span: Span
    kind: LensKind
    title: str
    targets: tuple[Reference, ...] = ()


def lenses(snapshot: Snapshot, path: PurePath) -> tuple[Lens, ...]:
    """The lenses of a file in order. Looks at no other file than the analysis does anyway."""
    facts = snapshot.queries.facts(path)
    if facts is None:
        return ()
    view = snapshot.module(path)
    found = [*_of_fixtures(snapshot, view, facts), *_of_tests(snapshot, view, facts)]
    return tuple(sorted(found, key=_place))


def uses(snapshot: Snapshot, search: Search, path: PurePath, span: Span, cancel: CancelToken = NEVER) -> Lens | None:
    """The lens that says how often the fixture whose name stands at `span` is requested; None when there is none now.

    Raises `Cancelled`.
    """
    q = snapshot.queries
    facts = q.facts(path)
    for id_, fixture in q.get(fixtures_of, path).items() if facts is not None else ():
        spans = facts.layout.defs.get(id_) if facts is not None else None
        if spans is not None and spans.name == span:
            requests = requests_of(snapshot, search, fixture, cancel)
            title = f"{len(requests)} use{'' if len(requests) == 1 else 's'}"
            return Lens(span, LensKind.USES, f"autouse · {title}" if fixture.autouse is True else title, requests)
    return None


def requests_of(
    snapshot: Snapshot, search: Search, fixture: FixtureDef, cancel: CancelToken = NEVER
) -> tuple[Reference, ...]:
    """The places of the workspace that request a fixture: parameters and strings. Raises `Cancelled`."""
    found = of_definitions(occurrences(snapshot, search, fixture.name, cancel), frozenset({key_of(fixture)}))
    return tuple(Reference(one.path, one.span, False) for one in found if one.role in _COUNTED)


def _place(lens: Lens) -> Span:
    return lens.span


def _of_fixtures(snapshot: Snapshot, view: ModuleView, facts: FileFacts) -> Iterator[Lens]:
    for fixture in view.fixtures:
        spans = facts.layout.defs.get(fixture.id)
        if spans is None:
            continue
        yield Lens(spans.name, LensKind.USES, "")
        other = _overridden(view, fixture)
        target = target_of(snapshot.queries, other, spans.name) if other is not None else None
        if other is not None and target is not None:
            there = Reference(target.path, target.name, True)
            yield Lens(spans.name, LensKind.OVERRIDES, f"overrides {origin(snapshot, other)}", (there,))
        decided = fixture_runner(snapshot, view, fixture) if fixture.kind.is_async else None
        if decided is not None and not isinstance(decided, Unknown) and decided.value is Runner.PYTEST_ASYNCIO:
            loop = fixture_loop_scope(snapshot, view, fixture)
            if not isinstance(loop, Unknown) and loop.value is not Scope.FUNCTION:
                yield Lens(spans.name, LensKind.LOOP, f"{loop.value.value} loop")


def _of_tests(snapshot: Snapshot, view: ModuleView, facts: FileFacts) -> Iterator[Lens]:
    for test in {test.id: test for test in view.tests if test.code_path == view.path}.values():
        decided = runner(snapshot, view, test) if test.function.is_async else None
        if decided is not None and not isinstance(decided, Unknown) and decided.value is Runner.PYTEST_ASYNCIO:
            loop = test_loop_scope(snapshot, view, test)
            if not isinstance(loop, Unknown) and loop.value is not Scope.FUNCTION:
                yield Lens(facts.layout.defs[test.id].name, LensKind.LOOP, f"{loop.value.value} loop")


def _overridden(view: ModuleView, fixture: FixtureDef) -> FixtureDef | None:
    """What a fixture overrides where it is defined."""
    chain = view.chain(fixture.name, tuple(fixture.id.holder.split(".")) if fixture.id.holder else ())
    if isinstance(chain, Unknown):
        return None
    places = [place for place, one in enumerate(chain) if key_of(one) == key_of(fixture)]
    return chain[places[-1] - 1] if places and places[-1] else None
