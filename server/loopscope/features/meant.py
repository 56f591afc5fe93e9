"""Which name at a place of a file means a fixture, or a name of a parametrize mark."""

import re
from pathlib import PurePath
from typing import NamedTuple

from loopscope.features.mention import Role
from loopscope.features.occurrences import Key, Occurrence, fixtures_of, resolved_in
from loopscope.text.files import Unreadable
from loopscope.text.span import Span
from loopscope.workspace.queries import Queries

_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_REACH = 200


class Meant(NamedTuple):
    """The name at the cursor, its place, and all that the file says of the name there."""

    name: str
    occurrence: Occurrence

    @property
    def definitions(self) -> frozenset[Key]:
        """The fixtures that win there; none when a direct parametrize gives the value."""
        return frozenset() if self.occurrence.direct else self.occurrence.definitions


def meant_at(q: Queries, path: PurePath, offset: int) -> Meant | None:
    """What the identifier at an offset means; None when it is no fixture and no name of a parametrize mark.

    The name of a function that is a fixture under another name means that fixture.
    """
    text = q.files.read(path)
    if isinstance(text, Unreadable):
        return None
    start = max(offset - _REACH, 0)
    word = next((one for one in _IDENTIFIER.finditer(text, start, offset + _REACH) if one.end() >= offset), None)
    if word is None or word.start() > offset:
        return None
    span = Span(*word.span())
    here = [one for one in q.get(resolved_in, path, word[0]).occurrences if one.span == span]
    return Meant(word[0], here[0]) if here else _defined(q, path, span)


def _defined(q: Queries, path: PurePath, span: Span) -> Meant | None:
    facts = q.facts(path)
    for id_, fixture in q.get(fixtures_of, path).items() if facts is not None else ():
        spans = facts.layout.defs.get(id_) if facts is not None else None
        if spans is not None and spans.name == span:
            return Meant(fixture.name, Occurrence(path, Role.DEFINITION, span, id_, ((fixture,),)))
    return None
