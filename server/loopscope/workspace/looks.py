"""What answers came from: the files and folders that were looked at, as bits of a number."""

from collections.abc import Callable, Hashable
from pathlib import PurePath
from typing import TypeAlias, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

Look: TypeAlias = PurePath | tuple[str, PurePath]
"""The text of a file, or another question about a path."""


class Looks:
    """Notes what is looked at. Who remembers an answer keeps with it what it came from. For one thread.

    A set of some hundred paths is one number, and to unite two takes no time: answers are used hundreds of thousands of
    times. The first bit stands for what was looked at first, as in `numbers`.
    """

    __slots__ = ("numbers", "seen")

    def __init__(self) -> None:
        self.numbers: dict[Look, int] = {}
        """The bit of everything that was looked at."""
        self.seen = 0
        """What was looked at since somebody set this to 0."""

    def note(self, look: Look) -> None:
        """Something is looked at."""
        bit = self.numbers.get(look)
        if bit is None:
            bit = self.numbers[look] = 1 << len(self.numbers)
        self.seen |= bit

    def remembered(self, memo: dict[K, tuple[T, int]], key: K, find: Callable[[K], T]) -> T:
        """What `find` finds, from the memo when that has it; what it came from counts as looked at either way."""
        known = memo.get(key)
        if known is None:
            outer, self.seen = self.seen, 0
            try:
                value = find(key)
            finally:
                found, self.seen = self.seen, self.seen | outer
            known = memo[key] = (value, found)
        self.seen |= known[1]
        return known[0]
