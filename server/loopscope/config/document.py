"""A configuration file in one shape, whatever its syntax: sections of keys, each with its place in the text."""

from bisect import bisect_right
from typing import NamedTuple, cast

from loopscope.text.frozen import frozen
from loopscope.text.lines import line_starts
from loopscope.text.span import Span


class Piece(NamedTuple):
    """A stretch of a value's text that stands unchanged in the file: `length` code points from `start` there."""

    offset: int
    start: int
    length: int


class Located(NamedTuple):
    """Where one key and its value are in a text.

    `value` covers the literal with its quotes. `pieces` map a string value to the file; `items` are the elements of an
    array, located in turn.
    """

    key: Span
    value: Span
    pieces: tuple[Piece, ...] = ()
    items: tuple["Located", ...] = ()

    def part(self, start: int, end: int) -> Span:
        """Where the characters `[start, end)` of a string value are in the file; the whole value if that is unclear."""
        first = next((p for p in self.pieces if p.offset <= start <= p.offset + p.length), None)
        last = next((p for p in reversed(self.pieces) if p.offset <= end <= p.offset + p.length), None)
        if first is None or last is None:
            return self.value
        return Span(first.start + start - first.offset, last.start + end - last.offset)


class SyntaxProblem(NamedTuple):
    """Why a text could not be parsed, with the 1-based line when it is known."""

    line: int | None
    message: str


@frozen
class Lines:
    """The line starts of one text, to tell the 1-based line of an offset."""

    starts: tuple[int, ...]
    length: int

    def at(self, offset: int) -> int:
        """The 1-based line that holds a code-point offset."""
        return bisect_right(self.starts, offset)

    def span(self, line: int) -> Span:
        """The range of a 1-based line with its line end; of the last line when there is none of that number."""
        index = min(line, len(self.starts)) - 1
        end = self.starts[index + 1] if index + 1 < len(self.starts) else self.length
        return Span(self.starts[index], end)


def lines_of(text: str) -> Lines:
    """The lines of a text, as editors count them."""
    return Lines(tuple(line_starts(text)), len(text))


def as_list(value: object) -> list[object] | None:
    """An array of a parsed document, None for everything else."""
    return cast("list[object]", value) if isinstance(value, list) else None


def as_table(value: object) -> dict[str, object] | None:
    """A table of a parsed document (or a JSON object), None for everything else."""
    if not isinstance(value, dict):
        return None
    return {str(key): item for key, item in cast("dict[object, object]", value).items()}
