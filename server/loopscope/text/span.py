"""Where something is in a text: half-open ranges of code points, the only unit used inside loopscope."""

from typing import NamedTuple


class Span(NamedTuple):
    """A half-open range `[start, end)` of code-point offsets into one text."""

    start: int
    end: int

    def __contains__(self, offset: object) -> bool:
        """Whether a code-point offset lies in the range; the end counts, since a cursor can stand there."""
        return isinstance(offset, int) and self.start <= offset <= self.end

    def shifted(self, by: int) -> "Span":
        """The same range, `by` code points further on."""
        return Span(self.start + by, self.end + by)

    def covers(self, other: "Span") -> bool:
        """Whether `other` lies wholly inside this range."""
        return self.start <= other.start and other.end <= self.end
