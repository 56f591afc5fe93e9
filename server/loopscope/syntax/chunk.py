"""What a parsed file is made of: chunks that do not know where they stand, and where they are placed."""

import ast
from bisect import bisect_right
from collections.abc import Iterator
from typing import Literal, NamedTuple, Protocol

from loopscope.text.frozen import frozen
from loopscope.text.span import Span

Kind = Literal["statements", "class", "member"]


class Located(Protocol):
    """An `ast` node that has a place: statements, expressions, arguments, keywords, aliases, handlers, patterns."""

    lineno: int
    col_offset: int

    @property
    def end_lineno(self) -> int | None:
        """The 1-based line on which it ends."""
        ...

    @property
    def end_col_offset(self) -> int | None:
        """The UTF-8 bytes before its end on that line."""
        ...


class Problem(NamedTuple):
    """A syntax error: where it is, relative to its chunk, and Python's message."""

    span: Span
    message: str


@frozen(eq=False)
class Chunk:
    """A piece of a file, parsed by itself. The same object stands for the same text from one parse to the next.

    `kind` says what `body` holds: top-level statements ("statements"), one `ast.ClassDef` whose body is a placeholder,
    the members following as chunks of their own ("class"), or statements of a class body ("member").
    """

    text: str
    kind: Kind
    body: tuple[ast.stmt, ...]
    problems: tuple[Problem, ...]
    lines: int
    """How many line ends the text has."""
    base: int
    """The `lineno` that the nodes of `body` have on the chunk's first line."""
    starts: list[int]
    """The offset in `text` at which each line starts."""
    parsed: tuple[str, ...] | None
    """The lines that the nodes' columns count in, when these are not simply those of an ASCII text."""

    def offset(self, lineno: int, col_offset: int) -> int:
        """The offset in `text` of a place as `ast` counts it: a line of `body`'s nodes, and UTF-8 bytes."""
        line = lineno - self.base
        starts = self.starts
        if self.parsed is None:
            return starts[line] + col_offset
        if line >= len(self.parsed):
            return len(self.text)
        source = self.parsed[line]
        if not source.isascii():
            col_offset = len(source.encode("utf-8", "surrogatepass")[:col_offset].decode("utf-8", "ignore"))
        return min(starts[line] + col_offset, self._line_end(line))

    def span(self, node: Located) -> Span:
        """Where a node of `body` stands, relative to `text`; decorators are not part of what they decorate."""
        lineno, end_lineno, end_col = node.lineno, node.end_lineno, node.end_col_offset
        if self.parsed is None and end_lineno is not None and end_col is not None:
            starts, base = self.starts, self.base
            return Span(starts[lineno - base] + node.col_offset, starts[end_lineno - base] + end_col)
        start = self.offset(lineno, node.col_offset)
        if end_lineno is None or end_col is None:
            return Span(start, start)
        return Span(start, max(start, self.offset(end_lineno, end_col)))

    def name_span(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Span:
        """Where the name stands that a definition of `body` gives, relative to `text`."""
        start, end = self.span(node)
        keyword = "class" if isinstance(node, ast.ClassDef) else "def"
        after = self.text.find(keyword, start, end) + len(keyword)
        found = self.text.find(node.name, after, end)
        # An identifier is NFKC-normalised by Python, so it may not be found as written.
        return Span(found, found + len(node.name)) if found >= 0 else Span(start, start)

    def _line_end(self, line: int) -> int:
        if line + 1 >= len(self.starts):
            return len(self.text)
        end = self.starts[line + 1] - 1
        return end - 1 if self.text[end] == "\n" and self.text[end - 1 : end] == "\r" else end


class Placed(NamedTuple):
    """A chunk and where it stands in its file."""

    start: int
    """The offset of its first code point."""
    line: int
    """Its first line, counted from 0."""
    chunk: Chunk
    holder: int | None
    """For what stands in a split class: the index, in `Tree.chunks`, of the chunk that holds the class's header."""

    @property
    def end(self) -> int:
        """The offset in the file at which the chunk ends."""
        return self.start + len(self.chunk.text)

    def span(self, node: Located) -> Span:
        """Where a node of the chunk stands in the file."""
        return self.chunk.span(node).shifted(self.start)

    def name_span(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Span:
        """Where the name of a definition of the chunk stands in the file."""
        return self.chunk.name_span(node).shifted(self.start)

    def offset(self, lineno: int, col_offset: int) -> int:
        """The offset in the file of a place as `ast` counts it."""
        return self.start + self.chunk.offset(lineno, col_offset)


class Unit(NamedTuple):
    """A top-level piece of a file: one chunk, or a split class as its header and members, placed within the piece."""

    text: str
    lines: int
    parts: tuple[Placed, ...]


class Piece(NamedTuple):
    """A unit and where it stands; `reach` is the offset up to which text was looked at to find where it ends."""

    start: int
    line: int
    reach: int
    unit: Unit


@frozen(eq=False)
class Tree:
    """A parsed text: its chunks in order. Every code point but a byte order mark belongs to exactly one chunk."""

    text: str
    chunks: tuple[Placed, ...]
    pieces: tuple[Piece, ...]
    """The top-level pieces that `chunks` were made of; for the next parse."""

    def problems(self) -> Iterator[Problem]:
        """All syntax problems, placed in the file."""
        for placed in self.chunks:
            for span, message in placed.chunk.problems:
                yield Problem(span.shifted(placed.start), message)

    def index_at(self, offset: int) -> int:
        """The index of the chunk that holds an offset; the nearest one for an offset outside of all."""
        return max(bisect_right(self.chunks, offset, key=lambda placed: placed.start) - 1, 0)
