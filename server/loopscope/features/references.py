"""All requests of a fixture in the workspace; those of fixtures that override it are kept apart."""

from pathlib import PurePath

from loopscope.features.family import Occurrences, occurrences
from loopscope.features.meant import meant_at
from loopscope.features.mention import NOWHERE, Role
from loopscope.features.occurrences import Key, Occurrence
from loopscope.features.search import Search
from loopscope.text.frozen import frozen
from loopscope.text.span import Span
from loopscope.workspace.cancel import NEVER, CancelToken
from loopscope.workspace.snapshot import Snapshot

DECLARATIONS = frozenset({Role.DEFINITION, Role.NAME, Role.ALIAS})
"""The roles in which a fixture gets its name."""


@frozen
class Reference:
    """One place that means the fixture; `declares` where it gets its name."""

    path: PurePath
    span: Span
    declares: bool


def references(
    snapshot: Snapshot, search: Search, path: PurePath, offset: int, cancel: CancelToken = NEVER
) -> tuple[Reference, ...]:
    """The places that mean the fixture at an offset, by path and place; empty where there is none.

    Raises `Cancelled`.
    """
    meant = meant_at(snapshot.queries, path, offset)
    if meant is None or not meant.definitions:
        return ()
    found = occurrences(snapshot, search, meant.name, cancel)
    return tuple(
        Reference(one.path, one.span, one.role in DECLARATIONS) for one in of_definitions(found, meant.definitions)
    )


def of_definitions(found: Occurrences, wanted: frozenset[Key]) -> tuple[Occurrence, ...]:
    """The occurrences with a place in the text that mean one of the definitions."""
    return tuple(one for one in found.found if one.definitions & wanted and not one.direct and one.span != NOWHERE)
