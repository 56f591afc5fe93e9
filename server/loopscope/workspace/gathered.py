"""The answers to one question about every function of a file, kept from edit to edit: few functions have any."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Concatenate, NamedTuple, ParamSpec, TypeAlias, TypeVar, cast

from loopscope.facts.bodies import Body
from loopscope.facts.extract import FileFacts
from loopscope.facts.outline import FactId
from loopscope.facts.part import Part
from loopscope.facts.picked import Picked, Since, picked
from loopscope.workspace.circles import Key
from loopscope.workspace.queries import Queries

P = ParamSpec("P")
T = TypeVar("T")

About: TypeAlias = Callable[Concatenate[Queries, PurePath, FactId, P], Sequence[T]]
"""A query about a function of a file, whose answer is empty for most."""


class Gathered(NamedTuple):
    """The answers, and the functions of which they may be others by now."""

    picked: Picked[tuple[Body, object]]
    stale: frozenset[FactId] = frozenset()


Memos: TypeAlias = Mapping[Key, Gathered]


def gather(
    q: Queries,
    memos: dict[Key, Gathered],
    path: PurePath,
    facts: FileFacts,
    among: Picked[tuple[Body, object]],
    about: About[P, T],
    *args: P.args,
    **_: P.kwargs,
) -> Sequence[tuple[Body, Sequence[T]]]:
    """The functions `among` some for which a query finds something, with what, in source order.

    Asked again where the answer may differ by now, as the query's own questions tell. A query is used with functions
    that are picked in one way only.
    """
    key: Key = (about, path, *args)
    known = memos.get(key)
    if known is None or known.stale or known.picked.parts is not facts.parts:

        def look(part: Part) -> list[tuple[Body, object]]:
            bodies = [pair[0] for pair in among.by_part.get(part, ())]
            return [(body, found) for body in bodies if (found := q.get(about, path, body.id, *args, **_))]

        before = None if known is None else known.picked
        change = Since() if known is None else _since(facts, known)
        known = memos[key] = Gathered(picked(facts.parts, look, before, change))
    # A key is used with one query only.
    return cast("Sequence[tuple[Body, Sequence[T]]]", known.picked.found)


def _since(facts: FileFacts, known: Gathered) -> Since:
    change = facts.since(known.picked.parts)
    if not known.stale:
        return change
    names = {id_.qualname.partition(".<locals>.")[0] for id_ in known.stale}
    stale = [part for name in names for part in facts.parts_named(name)]
    return change._replace(following=dict.fromkeys((*change.following, *stale)))


def carried(memos: Memos, dropped: Iterable[Key]) -> dict[Key, Gathered]:
    """What was gathered, for the snapshot in which some answers have to be asked for anew."""
    about: dict[tuple[object, object], set[FactId]] = {}
    queries = {key[0] for key in memos}
    for key in dropped:
        if key[0] in queries:
            about.setdefault((key[0], key[1]), set()).add(cast("FactId", key[2]))
    if not about:
        return dict(memos)
    none: frozenset[FactId] = frozenset()
    return {
        key: Gathered(known.picked, known.stale | about.get((key[0], key[1]), none)) for key, known in memos.items()
    }
