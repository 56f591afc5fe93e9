"""The other places of a file that mean what the name at the cursor means."""

from enum import Enum
from pathlib import PurePath
from typing import NamedTuple

from loopscope.features.meant import meant_at
from loopscope.features.mention import NOWHERE, Role
from loopscope.features.occurrences import Occurrence, resolved_in
from loopscope.text.span import Span
from loopscope.workspace.snapshot import Snapshot

_WRITES = frozenset({Role.DEFINITION, Role.NAME, Role.ALIAS, Role.REBOUND, Role.WRITE})
_TEXT = frozenset({Role.EXPORT, Role.IMPORT})


class Access(Enum):
    """What is done with the fixture at a place."""

    READ = "read"
    WRITE = "written"
    TEXT = "named"


class Highlight(NamedTuple):
    """One place to highlight."""

    span: Span
    access: Access


def highlights(snapshot: Snapshot, path: PurePath, offset: int) -> tuple[Highlight, ...]:
    """The places in the file that mean the fixture, or the name of a parametrize mark, at an offset; in order."""
    meant = meant_at(snapshot.queries, path, offset)
    if meant is None:
        return ()
    here = meant.occurrence
    found = snapshot.queries.get(resolved_in, path, meant.name).occurrences
    return tuple(
        Highlight(one.span, _access(one))
        for one in found
        if one.span != NOWHERE and (_same_parameter(one, here) if here.direct else _same_fixture(one, here))
    )


def _same_fixture(one: Occurrence, here: Occurrence) -> bool:
    return not one.direct and bool(one.definitions & here.definitions)


def _same_parameter(one: Occurrence, here: Occurrence) -> bool:
    """Whether one parametrize mark may give both: they are of one function, or one of the other's class or module."""
    if not one.direct:
        return False
    names = ["" if each.owner is None else f"{each.owner.qualname}." for each in (one, here)]
    return names[0].startswith(names[1]) or names[1].startswith(names[0])


def _access(one: Occurrence) -> Access:
    if one.role in _WRITES:
        return Access.WRITE
    return Access.TEXT if one.role in _TEXT else Access.READ
