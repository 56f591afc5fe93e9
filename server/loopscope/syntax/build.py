"""Make the chunks of one top-level piece of a text: one chunk, or a class split into header and members."""

import ast
import re
from bisect import bisect_right
from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from loopscope.syntax.chunk import Chunk, Kind, Piece, Placed, Problem, Unit
from loopscope.syntax.logical import Logical, logical_line
from loopscope.syntax.recover import recover
from loopscope.syntax.scan import definition_at, next_cut
from loopscope.syntax.strict import NESTED, Failure, strict
from loopscope.text.lines import LINE_END, line_starts
from loopscope.text.span import Span

SPLIT = 2000
"""A class of more code points than this is split into its header and its members, so that an edit re-parses one."""

_CLASS = re.compile(r"class[ \t]+\w")
_INDENT = re.compile(r"[ \t]*")
_DEFINED = re.compile(r"[ \t]*(?:async[ \t]+def|def|class)[ \t]+(\w+)")


class Known:
    """Units and chunks of an earlier tree, by their text."""

    def __init__(self, pieces: tuple[Piece, ...]) -> None:
        self._pieces = pieces

    @cached_property
    def units(self) -> dict[str, Unit]:
        """Units by their text."""
        return {piece.unit.text: piece.unit for piece in self._pieces}

    @cached_property
    def chunks(self) -> dict[tuple[str, Kind], Chunk]:
        """Chunks by their text and kind; what a chunk is depends on these only."""
        return {(part.chunk.text, part.chunk.kind): part.chunk for piece in self._pieces for part in piece.unit.parts}


def build_unit(text: str, known: Known) -> Unit:
    """The unit for the text of a top-level piece; a pure function of `text`, reusing what is `known`."""
    unit = known.units.get(text)
    if unit is None:
        parts = tuple(_parts(text, "", known))
        unit = Unit(text, parts[-1].line + parts[-1].chunk.lines, parts)
    return unit


def clean_chunk(text: str, kind: Kind, module: ast.Module) -> Chunk:
    """The chunk for a text that parsed without a problem."""
    return _chunk(text, kind, module.body, None, None)


def _parts(text: str, indent: str, known: Known) -> list[Placed]:
    kind: Kind = "member" if indent else "statements"
    if chunk := known.chunks.get((text, kind)):
        return [Placed(0, 0, chunk, None)]
    at = definition_at(text, indent) if text.startswith((f"{indent}class", f"{indent}@")) else 0
    is_class = _CLASS.match(text, at) is not None
    if is_class and len(text) > SPLIT and (split := _split(text, at, indent, known)):
        return split
    lines = _lines(text)
    prefix = NESTED if indent else ""
    module = strict(f"{prefix}{text}" if "\r" not in text else prefix + "\n".join(lines))
    if not isinstance(module, Failure):
        return [Placed(0, 0, clean_chunk(text, kind, module), None)]
    if is_class and (split := _split(text, at, indent, known)):
        return split
    body, failure, parsed = recover(lines, prefix, module)
    return [Placed(0, 0, _chunk(text, kind, body, failure, parsed), None)]


class _Members(NamedTuple):
    """Where the members of a class begin, on lines of their own, and how they are indented."""

    lines: list[str]
    header: Logical
    first: int
    at: int
    indent: str


def _members(text: str, class_at: int, indent: str) -> _Members | None:
    lines = _lines(text)
    starts = line_starts(text)
    header = logical_line(lines, bisect_right(starts, class_at) - 1)
    first = (header.opened if header.opened >= 0 else header.last) + 1
    while first < len(lines) and (not lines[first].strip() or lines[first].lstrip().startswith("#")):
        first += 1
    matched = _INDENT.match(lines[first]) if first < len(lines) else None
    inner = matched.group() if matched else ""
    if len(inner) <= len(indent) or not inner.startswith(indent) or lines[first].startswith("\f", len(inner)):
        return None
    return _Members(lines, header, first, starts[first], inner)


def _split(text: str, class_at: int, indent: str, known: Known) -> list[Placed] | None:
    """The header of a class and its members, or None when no member stands on a line of its own."""
    members = _members(text, class_at, indent)
    if members is None:
        return None
    lines, header, line, at, inner = members
    placed = [Placed(0, 0, _header(text[:at], lines[:line], header.last, header.code_end, indent, known), None)]
    while at < len(text):
        end = next_cut(text, at, len(text), inner).end
        above = len(placed)
        for part in _parts(text[at:end], inner, known):
            holder = 0 if part.holder is None else part.holder + above
            placed.append(Placed(at + part.start, line + part.line, part.chunk, holder))
        line = placed[-1].line + placed[-1].chunk.lines
        at = end
    return placed


class ClassPiece(NamedTuple):
    """A class that stands alone in a text: its header, and where its members begin, with their indentation."""

    header: Chunk
    at: int
    indent: str


def class_piece(text: str) -> ClassPiece | None:
    """What `build_unit` splits a class into, if it is one and has members on lines of their own; members unparsed."""
    class_at = definition_at(text, "") if text.startswith("@") else 0
    members = _members(text, class_at, "") if _CLASS.match(text, class_at) else None
    if members is None:
        return None
    lines, header, first, at, indent = members
    chunk = _header(text[:at], lines[:first], header.last, header.code_end, "", Known(()))
    return ClassPiece(chunk, at, indent)


def chunk_apart(text: str, indent: str) -> Chunk | None:
    """The chunk of a piece at an indentation; None when it is made of several."""
    parts = _parts(text, indent, Known(()))
    return parts[0].chunk if len(parts) == 1 else None


def definitions(text: str, start: int, indent: str) -> Mapping[str, list[Span]]:
    """The pieces of a text, from `start` on, that define a function or class at an indentation, by its name."""
    begins = (f"{indent}def", f"{indent}async", f"{indent}class", f"{indent}@")
    found: dict[str, list[Span]] = {}
    while start < len(text):
        end = next_cut(text, start, len(text), indent).end
        if text.startswith(begins, start):
            decorated = text.startswith("@", start + len(indent))
            at = start + definition_at(text[start:end], indent) if decorated else start
            defined = _DEFINED.match(text, at)
            if defined is not None:
                found.setdefault(defined[1], []).append(Span(start, end))
        start = end
    return found


def _header(text: str, lines: list[str], last: int, code_end: int, indent: str, known: Known) -> Chunk:
    """The chunk of a class header: everything before the first member, with `pass` for a body."""
    if chunk := known.chunks.get((text, "class")):
        return chunk
    if last < len(lines):
        lines = [*lines[:last], f"{lines[last][:code_end]} pass", *lines[last + 1 :]]
    prefix = NESTED if indent else ""
    module = strict(prefix + "\n".join(lines) + "\n")
    if not isinstance(module, Failure):
        return _chunk(text, "class", module.body, None, lines)
    body, failure, parsed = recover(lines, prefix, module)
    return _chunk(text, "class", body, failure, parsed)


def _chunk(text: str, kind: Kind, body: list[ast.stmt], failure: Failure | None, parsed: list[str] | None) -> Chunk:
    starts = line_starts(text)
    nested = kind == "member" or (kind == "class" and text.startswith((" ", "\t")))
    base = 1 + NESTED.count("\n") if nested else 1
    if nested:
        body = [statement for holder in body[:1] if isinstance(holder, ast.ClassDef) for statement in holder.body]
    if kind == "class":
        classes: list[ast.stmt] = [statement for statement in body if isinstance(statement, ast.ClassDef)]
        body = classes[:1] or _nameless()
    if parsed is None and not text.isascii():
        parsed = _lines(text)
    problems = () if failure is None else (_problem(text, starts, base, failure),)
    columns = None if parsed is None else tuple(parsed)
    return Chunk(text, kind, tuple(body), problems, len(starts) - 1, base, starts, columns)


def _nameless() -> list[ast.stmt]:
    """What stands for the header of a class of which nothing could be read."""
    return ast.parse("class _: pass").body


def _problem(text: str, starts: list[int], base: int, failure: Failure) -> Problem:
    start = _place(text, starts, failure.line - base, failure.column)
    end = _place(text, starts, failure.end_line - base, failure.end_column)
    return Problem(Span(start, max(end, min(start + 1, len(text)))), failure.message)


def _place(text: str, starts: list[int], line: int, column: int) -> int:
    if line < 0:
        return 0
    if line >= len(starts):
        return len(text)
    end = starts[line + 1] - 1 if line + 1 < len(starts) else len(text)
    return min(starts[line] + max(column - 1, 0), end)


def _lines(text: str) -> list[str]:
    return LINE_END.split(text) if "\r" in text else text.split("\n")
