"""What was picked from the pieces of a file: after an edit only pieces that are new are looked at."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Generic, NamedTuple, TypeVar

from loopscope.facts.part import Part
from loopscope.text.frozen import frozen

T = TypeVar("T")


# No slots: `cached_property` keeps its values in the instance's dict.
@frozen(eq=False)
class Picked(Generic[T]):
    """What there is in the parts of one version of a file; parts without any are left out of `by_part`."""

    parts: tuple[Part, ...]
    by_part: Mapping[Part, Sequence[T]]

    @cached_property
    def found(self) -> Sequence[T]:
        """What there is, in source order."""
        if len(self.by_part) > 1:
            return [each for part in self.parts if part in self.by_part for each in self.by_part[part]]
        return [each for found in self.by_part.values() for each in found]


class Since(NamedTuple):
    """How the parts of a version of a file differ from those of an earlier one."""

    gone: Iterable[Part] = ()
    new: Iterable[Part] = ()
    following: Iterable[Part] = ()
    """Those that are the same, but whose functions follow from others above them."""


def since(before: tuple[Part, ...], now: tuple[Part, ...]) -> Since:
    """How one version of a file differs from an earlier one."""
    earlier, current = set(before), set(now)
    return Since(
        [part for part in before if part not in current],
        [part for part in now if part not in earlier],
        [part for part in now if part.redefines and part in earlier],
    )


def picked(
    parts: tuple[Part, ...], look: Callable[[Part], Sequence[T]], before: Picked[T] | None, change: Since
) -> Picked[T]:
    """What `look` finds in each of `parts`: taken over from `before` where the change leaves it."""
    if before is None:
        return Picked(parts, {part: found for part in parts if (found := look(part))})
    current = dict(before.by_part)
    for part in change.gone:
        current.pop(part, None)
    for part in (*change.new, *change.following):
        current.pop(part, None)
        if found := look(part):
            current[part] = found
    return Picked(parts, current)
