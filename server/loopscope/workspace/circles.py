"""Queries that ask for each other in circles, as functions do that call each other and modules that import each other.

Who comes round to a query that is being answered gets no answer (`Cycle`) and makes do without. What is found so holds
only as long as that query is being answered: asked for at another time, there would be more to find. So the query with
which a circle began is remembered and the others in it are not, and it is not what they are told when it is their turn.
Else what a file says would depend on which file was looked at before.
"""

from collections.abc import Hashable, Mapping
from typing import NamedTuple, TypeAlias

Key: TypeAlias = tuple[Hashable, ...]

NEVER = 1 << 30
MOST = 200
"""Of larger circles all answers are remembered as they come: each may take as long as all of them."""


class Cycle(Exception):  # noqa: N818  a signal between queries, never an error that anybody sees
    """A query asked for its own answer, as modules do that import a name from each other."""


NONE = object()
"""In the place of an answer, where a query came round to another one and could not do without."""


class Passing(NamedTuple):
    """An answer that holds until the query is answered that began at the depth `low`; what it came from."""

    value: object
    needs: frozenset[Key]
    low: int


class Running:
    """The queries of one thread that wait for each other."""

    __slots__ = ("depths", "low", "passing")

    def __init__(self) -> None:
        self.depths: dict[Key, int] = {}
        """How many queries waited when each began that is not answered yet."""
        self.passing: dict[Key, Passing] = {}
        self.low = NEVER
        """The least depth of a query that the one which runs now came round to."""

    def enter(self, key: Key) -> "tuple[int, int] | Passing":
        """Let a query wait for others: what `end` has to know. Or what was found of it earlier on the same way round.

        Raises `Cycle` for what is being answered, and for what could not do without an answer.
        """
        depth = self.depths.get(key)
        if depth is not None:
            self.low = min(self.low, depth)
            raise Cycle
        found = self.passing.get(key) if self.passing else None
        if found is not None:
            self.low = min(self.low, found.low)
            if found.value is NONE:
                raise Cycle
            return found
        begun = self.low, len(self.passing)
        self.depths[key] = len(self.depths)
        self.low = NEVER
        return begun

    def end(self, key: Key, begun: tuple[int, int]) -> tuple[int, Mapping[Key, Passing]]:
        """When a query has ended: up to which depth it came round, `NEVER` if no further than to itself.

        Then what was passing in its circle is no more; that is returned, too.
        """
        outer, before = begun
        depth, low, self.low = self.depths.pop(key), self.low, outer
        if low == NEVER and len(self.passing) == before:
            return NEVER, _NOTHING
        inside = list(self.passing)[before:]
        if low >= depth:
            return NEVER, {each: self.passing.pop(each) for each in inside}
        self.low = min(outer, low)
        for each in inside:
            found = self.passing[each]
            if found.low > low:
                self.passing[each] = found._replace(low=low)
        return low, _NOTHING


_NOTHING: Mapping[Key, Passing] = {}
