"""Who requests a fixture, and what a test or fixture requests: LSP's call hierarchy over fixtures instead of calls."""

from pathlib import PurePath

from loopscope.facts.outline import FactId
from loopscope.features.describe import shown, summary
from loopscope.features.family import occurrences
from loopscope.features.meant import meant_at
from loopscope.features.mention import NOWHERE, Role
from loopscope.features.occurrences import Key, fixtures_of, for_fixture, key_of, tests_of
from loopscope.features.references import of_definitions
from loopscope.features.search import Search
from loopscope.features.symbols import SymbolKind, test_detail
from loopscope.text.frozen import frozen
from loopscope.text.span import Span
from loopscope.workspace.cancel import NEVER, CancelToken
from loopscope.workspace.closure import Asked
from loopscope.workspace.model import FixtureDef, TestItem
from loopscope.workspace.queries import Queries
from loopscope.workspace.snapshot import Snapshot
from loopscope.workspace.view import asked_at, closure_at

_REQUESTING = frozenset(
    {Role.PARAMETER, Role.USEFIXTURES, Role.INDIRECT, Role.GETFIXTUREVALUE, Role.GETFIXTURE, Role.ARGNAME}
)


@frozen
class Item:
    """A test, a fixture, or the class or module whose mark requests one (`owner` None). `whole` includes decorators."""

    path: PurePath
    owner: FactId | None
    name: str
    kind: SymbolKind
    detail: str
    whole: Span
    selection: Span


@frozen
class Request:
    """One end of a request and the `spans` at which it is made, in the text of the one who requests."""

    item: Item
    spans: tuple[Span, ...]


def prepare(snapshot: Snapshot, path: PurePath, offset: int) -> tuple[Item, ...]:
    """The fixtures meant at an offset, or the test whose name stands there."""
    q = snapshot.queries
    meant = meant_at(q, path, offset)
    if meant is not None:
        keys = sorted(meant.definitions)
        return tuple(item for key in keys if (item := item_of(snapshot, *key)) is not None)
    facts = q.facts(path)
    for id_ in q.get(tests_of, path) if facts is not None else ():
        if facts is not None and id_ in facts.layout.defs and offset in facts.layout.defs[id_].name:
            item = item_of(snapshot, path, id_)
            return () if item is None else (item,)
    return ()


def incoming(snapshot: Snapshot, search: Search, item: Item, cancel: CancelToken = NEVER) -> tuple[Request, ...]:
    """The tests and fixtures that request a fixture, with the places; none for a test. Raises `Cancelled`."""
    if item.owner is None:
        return ()
    fixture = snapshot.queries.get(fixtures_of, item.path).get(item.owner)
    if fixture is None:
        return ()
    found = occurrences(snapshot, search, fixture.name, cancel)
    places: dict[tuple[PurePath, FactId | None], list[Span]] = {}
    for one in of_definitions(found, frozenset({key_of(fixture)})):
        if one.role in _REQUESTING:
            places.setdefault((one.path, one.owner), []).append(one.span)
    requests = ((item_of(snapshot, *key), spans) for key, spans in places.items())
    return tuple(Request(caller, tuple(spans)) for caller, spans in requests if caller is not None)


def outgoing(snapshot: Snapshot, item: Item) -> tuple[Request, ...]:
    """The fixtures that a test or fixture requests itself, with the places in its own text."""
    q = snapshot.queries
    if item.owner is None:
        return ()
    found: dict[Key, list[Span]] = {}
    fixture = q.get(fixtures_of, item.path).get(item.owner)
    for test in q.get(tests_of, item.path).get(item.owner, ()):
        for one, spans in _of_test(q, item, test):
            found.setdefault(key_of(one), list(spans))
    for name in fixture.argnames if fixture is not None else ():
        chain = for_fixture(q, item.path, fixture, name, by_parameter=True).chain if fixture is not None else ()
        if chain:
            found.setdefault(key_of(chain[-1]), [*_parameter(q, item, name)])
    requests = ((item_of(snapshot, *key), spans) for key, spans in found.items())
    return tuple(Request(callee, tuple(spans)) for callee, spans in requests if callee is not None)


def item_of(snapshot: Snapshot, path: PurePath, owner: FactId | None) -> Item | None:
    """What there is to show of a function, class or module; None for a file that cannot be read."""
    q = snapshot.queries
    facts = q.facts(path)
    if facts is None:
        return None
    if owner is None:
        return Item(path, None, path.name, SymbolKind.CLASS, shown(snapshot, path), NOWHERE, NOWHERE)
    spans = facts.layout.defs.get(owner)
    if spans is None:
        return None
    view = snapshot.module(path)
    fixture = q.get(fixtures_of, path).get(owner)
    tests = q.get(tests_of, path).get(owner, ())
    where = shown(snapshot, path)
    if fixture is not None:
        about, kind, name = summary(snapshot, view, fixture), SymbolKind.FIXTURE, fixture.name
    else:
        about = test_detail(snapshot, view, tests[0]) if tests else ""
        kind = SymbolKind.CLASS if owner in facts.layout.class_bindings else SymbolKind.TEST
        name = owner.qualname
    detail = " · ".join(filter(None, (about, where)))
    return Item(path, owner, name, kind, detail, spans.whole, spans.name)


def _of_test(q: Queries, item: Item, test: TestItem) -> list[tuple[FixtureDef, tuple[Span, ...]]]:
    asked: Asked = q.get(asked_at, test.path, test.class_path, test.name)
    closure = q.get(closure_at, test.path, test.class_path, test.name)
    names = dict.fromkeys((*asked.argnames, *asked.usefixtures))
    chains = ((name, closure.chains.get(name)) for name in names)
    return [(chain[-1], _parameter(q, item, name)) for name, chain in chains if chain]


def _parameter(q: Queries, item: Item, name: str) -> tuple[Span, ...]:
    """Where a function has a parameter; its own name when it has none, as with `usefixtures`."""
    facts = q.facts(item.path)
    if facts is None or item.owner is None:
        return ()
    fact = next((part.functions[item.owner] for part in facts.parts if item.owner in part.functions), None)
    spans = facts.layout.defs[item.owner]
    if fact is None:
        return (spans.name,)
    names = [one.arg for one in (*fact.args.posonlyargs, *fact.args.args, *fact.args.kwonlyargs)]
    return (spans.params[names.index(name)],) if name in names and not fact.args.vararg else (spans.name,)
