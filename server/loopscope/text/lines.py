"""Lines and positions as LSP counts them, over offsets in code points."""

import re
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate
from typing import Literal, NamedTuple

Encoding = Literal["utf-8", "utf-16", "utf-32"]
"""What an LSP `character` counts: bytes, UTF-16 code units, or code points (LSP 3.17, PositionEncodingKind)."""

LINE_END = re.compile(r"\r\n?|\n")


class Position(NamedTuple):
    """A zero-based line, and the zero-based units of some encoding before the position on that line."""

    line: int
    character: int


def line_starts(text: str) -> list[int]:
    """Offsets at which lines start, the first being 0; lines end at LF, CRLF and CR only (LSP, TextDocument)."""
    if "\r" in text:
        return [0, *(match.end() for match in LINE_END.finditer(text))]
    starts = list(accumulate(map(len, text.split("\n")), _after_newline, initial=0))
    starts.pop()
    return starts


class LineIndex:
    """The lines of one text. Line starts are found on first use."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def starts(self) -> list[int]:
        """The offset at which each line starts; not to be changed."""
        return line_starts(self._text)

    @cached_property
    def _ascii(self) -> bool:
        return self._text.isascii()

    @property
    def count(self) -> int:
        """How many lines there are; a text that ends with a line end has an empty last line."""
        return len(self.starts)

    def line_of(self, offset: int) -> int:
        """The zero-based line that holds an offset; offsets outside the text count as its nearest end."""
        return max(bisect_right(self.starts, offset) - 1, 0)

    def line_end(self, line: int) -> int:
        """The offset at which the content of a line ends, before its line end."""
        if line + 1 >= len(self.starts):
            return len(self._text)
        end = self.starts[line + 1] - 1
        if end > self.starts[line] and self._text[end] == "\n" and self._text[end - 1] == "\r":
            return end - 1
        return end

    def line_text(self, line: int) -> str:
        """The content of a line without its line end."""
        return self._text[self.starts[line] : self.line_end(line)]

    def position(self, offset: int, encoding: Encoding) -> Position:
        """The position of an offset; offsets outside the text or inside a line end are clamped."""
        line = self.line_of(offset)
        start = self.starts[line]
        stop = min(max(offset, 0), self.line_end(line))
        if encoding == "utf-32" or self._ascii:
            return Position(line, stop - start)
        return Position(line, _units(self._text[start:stop], encoding))

    def offset(self, line: int, character: int, encoding: Encoding) -> int:
        """The offset of a position.

        As LSP (Position) says, a character past the end of its line means that end. A line past the last one means
        the end of the text, negative numbers mean 0, and a position inside a code point means its start.
        """
        if line < 0:
            return 0
        if line >= len(self.starts):
            return len(self._text)
        start = self.starts[line]
        if character <= 0:
            return start
        stop = self.line_end(line)
        if encoding == "utf-32" or self._ascii:
            return min(start + character, stop)
        # A code point takes at least one unit, so the position lies within the next `character` code points.
        return start + _code_points(self._text[start : min(stop, start + character)], character, encoding)


def _after_newline(start: int, length: int) -> int:
    return start + length + 1


def _units(text: str, encoding: Encoding) -> int:
    if text.isascii():
        return len(text)
    if encoding == "utf-8":
        return len(text.encode("utf-8", "surrogatepass"))
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _code_points(text: str, units: int, encoding: Encoding) -> int:
    """How many whole code points of `text` fit in `units`."""
    if text.isascii():
        return min(len(text), units)
    seen = 0
    for index, char in enumerate(text):
        seen += _units(char, encoding)
        if seen > units:
            return index
    return len(text)
