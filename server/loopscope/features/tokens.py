"""Semantic tokens: the parameters of tests and fixtures that fixtures are injected into, and their uses."""

from collections.abc import Iterator
from pathlib import PurePath

from loopscope.features.mention import NOWHERE
from loopscope.features.occurrences import OF_FUNCTIONS, fixtures_of, resolved_in, tests_of
from loopscope.text.span import Span
from loopscope.workspace.closure import Asked
from loopscope.workspace.queries import Queries
from loopscope.workspace.snapshot import Snapshot
from loopscope.workspace.view import asked_at


def fixture_tokens(snapshot: Snapshot, path: PurePath) -> tuple[Span, ...]:
    """The places in a file of parameters that pytest fills with a fixture, and where they are used, in order."""
    q = snapshot.queries
    found = {
        one.span
        for name in dict.fromkeys(_names(q, path))
        for one in q.get(resolved_in, path, name).occurrences
        if one.role in OF_FUNCTIONS and one.chains and not one.direct and one.span != NOWHERE
    }
    return tuple(sorted(found))


def _names(q: Queries, path: PurePath) -> Iterator[str]:
    for fixture in q.get(fixtures_of, path).values():
        yield from fixture.argnames
    for tests in q.get(tests_of, path).values():
        for test in tests:
            asked: Asked = q.get(asked_at, test.path, test.class_path, test.name)
            yield from asked.argnames
