"""Parse text that does not parse, by masking as little of it as possible."""

import ast
import re
from typing import NamedTuple

from loopscope.syntax.header import is_header, kept_header
from loopscope.syntax.logical import Logical, logical_lines
from loopscope.syntax.strict import Failure, strict

UNREAD_DECORATOR = "@..."
"""What stands for a decorator that cannot be parsed."""
LINE_ATTEMPTS = 8
BLOCK_ATTEMPTS = 8

_UNREADABLE = re.compile("[\x00\ud800-\udfff]")
_HEADER_LINE = re.compile(r"expected an indented block after .* on line (\d+)$")
_TRY = re.compile(r"([ \t]*)try[ \t]*:")
_DEF = re.compile(r"[ \t]*(?:async[ \t]+def|def|class)\b")
_INDENT = re.compile(r"[ \t\f]*")


class Recovered(NamedTuple):
    """What could be parsed, the first failure as Python reports it, and the lines that were parsed in the end."""

    body: list[ast.stmt]
    failure: Failure
    lines: list[str]


def recover(lines: list[str], prefix: str, failure: Failure) -> Recovered:
    """Parse lines that failed to parse with `failure`, after `prefix`; places in failures count the prefix's lines.

    The offending logical line is masked, again and again; after some attempts the rest of the function it is in, then
    the rest of the text. What is kept keeps its line and column.
    """
    draft = _Draft([_UNREADABLE.sub("?", line) for line in lines], prefix.count("\n"))
    first = failure
    for attempt in range(LINE_ATTEMPTS + BLOCK_ATTEMPTS):
        if draft.lines != lines or attempt:
            result = strict(prefix + "\n".join(draft.lines) + "\n")
            if isinstance(result, ast.Module):
                return Recovered(result.body, first, draft.lines)
            failure = result
        if attempt >= LINE_ATTEMPTS or not draft.mask_line(failure):
            draft.mask_block(failure)
    return _longest(draft.lines, prefix, first)


def _longest(lines: list[str], prefix: str, first: Failure) -> Recovered:
    """The longest run of lines from the top that parses, the rest blank."""
    good, bad = 0, len(lines)
    best: list[ast.stmt] = []
    while bad - good > 1:
        middle = (good + bad) // 2
        result = strict(prefix + "\n".join(lines[:middle]) + "\n")
        if isinstance(result, ast.Module):
            good, best = middle, result.body
        else:
            bad = middle
    return Recovered(best, first, lines[:good] + [""] * (len(lines) - good))


class _Draft:
    """Lines that are being masked until they parse."""

    def __init__(self, lines: list[str], base: int) -> None:
        self.lines = lines
        self._base = base

    def mask_line(self, failure: Failure) -> bool:
        """Mask what a failure points at; False when that changes nothing."""
        before = list(self.lines)
        logicals = logical_lines(self.lines)
        message = failure.message
        if header := _HEADER_LINE.search(message):
            self._give_body(logicals, int(header.group(1)) - 1 - self._base)
        elif message in ("unexpected indent", "unindent does not match any outer indentation level") or (
            message.startswith("inconsistent use of tabs")
        ):
            # Indented wrongly: with it goes what is indented as much below it.
            at = self._logical(logicals, self._line(failure, logicals))
            self._blank(at.first, self._block_end(logicals, at, len(_indent(self.lines[at.first])) - 1))
        elif message == "expected 'except' or 'finally' block":
            self._drop_try(self._line(failure, logicals))
        else:
            at = self._logical(logicals, self._line(failure, logicals))
            if not self._drop_decorators(logicals, at):
                self._mask_logical(at)
            if self.lines == before:
                self._blank(at.first, at.last)
        return self.lines != before

    def mask_block(self, failure: Failure) -> None:
        """Blank the rest of the function or class body that a failure points into, or of the text outside of any."""
        logicals = logical_lines(self.lines)
        at = self._logical(logicals, self._line(failure, logicals))
        holder = self._holder(at.first)
        last = self._block_end(logicals, at, len(_indent(self.lines[holder])) if holder >= 0 else -1)
        self._blank(at.first, last)
        if holder >= 0 and not any(map(_code, self.lines[holder + 1 : last + 1])):
            self._give_body(logical_lines(self.lines), holder)

    def _line(self, failure: Failure, logicals: list[Logical]) -> int:
        """The line of a failure, or the nearest one with code before it; the longest logical line when unknown."""
        if failure.line <= self._base:
            longest = max(logicals, key=lambda at: sum(map(len, self.lines[at.first : at.last + 1])))
            return longest.first
        line = min(failure.line - 1 - self._base, len(self.lines) - 1)
        while line > 0 and not _code(self.lines[line]):
            line -= 1
        return line

    def _logical(self, logicals: list[Logical], line: int) -> Logical:
        return next((at for at in logicals if at.first <= line <= at.last), logicals[-1])

    def _holder(self, line: int) -> int:
        indent = len(_indent(self.lines[line]))
        for above in range(line - 1, -1, -1):
            if _DEF.match(self.lines[above]) and len(_indent(self.lines[above])) < indent:
                return above
        return -1

    def _mask_logical(self, at: Logical) -> None:
        first = self.lines[at.first]
        indent = _indent(first)
        # Of an unclosed bracket only the line that opens it is masked: what follows may be statements.
        last = at.opened if at.opened >= 0 else at.last
        if first.startswith("@", len(indent)):
            # What follows an unclosed decorator, and is indented more, can only be its arguments. That there is one
            # goes on to count: it may do anything to what is decorated.
            self._blank(at.first, at.last)
            self.lines[at.first] = f"{indent}{UNREAD_DECORATOR}"
        elif is_header(first):
            kept = kept_header(self.lines, at)
            self.lines[at.first : at.first + len(kept)] = kept
            if not self._has_body(at.first, at.first + len(kept)):
                self.lines[at.first + len(kept) - 1] += " pass"
        else:
            self._blank(at.first, last)
            self.lines[at.first] = indent + ("yield" if re.search(r"\byield\b", first) else "pass")

    def _has_body(self, header: int, after: int) -> bool:
        below = next((line for line in self.lines[after:] if _code(line)), "")
        return len(_indent(below)) > len(_indent(self.lines[header]))

    def _give_body(self, logicals: list[Logical], line: int) -> None:
        at = self._logical(logicals, max(line, 0))
        self.lines[at.last] = self.lines[at.last][: at.code_end] + " pass"

    def _block_end(self, logicals: list[Logical], at: Logical, limit: int) -> int:
        """The last line, from a logical line on, before code that is indented by `limit` or less."""
        last = at.last
        for below in logicals:
            if below.first > at.last:
                if _code(self.lines[below.first]) and len(_indent(self.lines[below.first])) <= limit:
                    break
                last = below.last
        return last

    def _drop_decorators(self, logicals: list[Logical], at: Logical) -> bool:
        """Blank the decorators above a line that defines nothing; False when there are none."""
        if _DEF.match(self.lines[at.first]) or self.lines[at.first].lstrip().startswith("@"):
            return False
        above = [before for before in logicals if before.first < at.first and _code(self.lines[before.first])]
        dropped = False
        while above and self.lines[above[-1].first].lstrip().startswith("@"):
            decorator = above.pop()
            self._blank(decorator.first, decorator.last)
            dropped = True
        return dropped

    def _drop_try(self, line: int) -> None:
        """Turn a `try` without handlers, above a line or on it, into a plain block."""
        for above in range(line, -1, -1):
            if found := _TRY.match(self.lines[above]):
                self.lines[above] = f"{found.group(1)}if 1:{self.lines[above][found.end() :]}"
                return

    def _blank(self, first: int, last: int) -> None:
        self.lines[first : last + 1] = [""] * (last + 1 - first)


def _indent(line: str) -> str:
    found = _INDENT.match(line)
    return found.group() if found else ""


def _code(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")
