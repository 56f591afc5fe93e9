"""The tests and fixtures of the workspace by name, with who runs them and on which loop."""

from collections.abc import Iterable, Iterator
from pathlib import PurePath

from loopscope.features.describe import shown, summary
from loopscope.features.symbols import SymbolKind, test_detail
from loopscope.text.frozen import frozen
from loopscope.text.span import Span
from loopscope.workspace.cancel import NEVER, CancelToken
from loopscope.workspace.snapshot import Snapshot

LIMIT = 500
"""How many symbols are given at most: an editor asks again with every letter."""


@frozen
class WorkspaceSymbol:
    """A test or fixture; `container` is its class or file."""

    name: str
    kind: SymbolKind
    detail: str
    container: str
    path: PurePath
    selection: Span


def workspace_symbols(
    snapshot: Snapshot, paths: Iterable[PurePath], query: str, cancel: CancelToken = NEVER
) -> tuple[WorkspaceSymbol, ...]:
    """The tests and fixtures of `paths` whose name has the letters of `query` in order, the best matches first.

    Raises `Cancelled`.
    """
    found: list[tuple[tuple[int, int, str], WorkspaceSymbol]] = []
    for path in paths:
        cancel.check()
        found += [(_rank(symbol.name, query), symbol) for symbol in _symbols(snapshot, path, query)]
    found.sort(key=lambda one: one[0])
    return tuple(symbol for _, symbol in found[:LIMIT])


def matches(name: str, query: str) -> bool:
    """Whether the letters of a query come in a name in that order, whatever their case (LSP, workspace/symbol)."""
    letters = iter(name.lower())
    return all(letter in letters for letter in query.lower())


def _symbols(snapshot: Snapshot, path: PurePath, query: str) -> Iterator[WorkspaceSymbol]:
    view = snapshot.module(path)
    tests = {test.id: test for test in view.tests if test.code_path == path and matches(test.name, query)}
    fixtures = [one for one in view.fixtures if matches(one.name, query)]
    facts = snapshot.queries.facts(path) if tests or fixtures else None
    if facts is None:
        return
    defs = facts.layout.defs
    for id_, test in tests.items():
        if id_ in defs:
            container = id_.holder or shown(snapshot, path)
            detail = test_detail(snapshot, view, test)
            yield WorkspaceSymbol(test.name, SymbolKind.TEST, detail, container, path, defs[id_].name)
    for one in fixtures:
        if one.id in defs:
            container = one.id.holder or shown(snapshot, path)
            detail = summary(snapshot, view, one)
            yield WorkspaceSymbol(one.name, SymbolKind.FIXTURE, detail, container, path, defs[one.id].name)


def _rank(name: str, query: str) -> tuple[int, int, str]:
    """Whole names first, then beginnings, then what holds the query in one piece, then the rest; short before long."""
    lower, wanted = name.lower(), query.lower()
    if lower == wanted:
        kind = 0
    elif lower.startswith(wanted):
        kind = 1
    else:
        kind = 2 if wanted in lower else 3
    return kind, len(name), name
