"""Logical lines of text that may be broken."""

import re
from functools import lru_cache
from typing import NamedTuple

from loopscope.syntax.scan import PLAIN, SINGLE, TRIPLE

_INERT = re.compile(rf"(?:{PLAIN}|{TRIPLE}|{SINGLE}|\\(?:\n|.))*+", re.DOTALL)
_COMMENT = re.compile(r"#[^\n]*")
_REST_OF_LINE = re.compile(r"[^\n]*")
# Words that no line inside brackets begins with.
_STATEMENT = re.compile(
    r"[ \t]*(?:(?:async[ \t]+(?:def|with)|def|class|return|import|with|while|try|raise|pass|del|global|nonlocal|assert"
    r"|continue|break)\b|@[ \t]*\w)"
)


@lru_cache(maxsize=64)
def _dedent(width: int) -> re.Pattern[str]:
    return re.compile(rf"{_STATEMENT.pattern}|[ \t]{{0,{width}}}[^\s#)\]}}]")


class Logical(NamedTuple):
    """A logical line: its first and last physical line (0-based, inclusive)."""

    first: int
    last: int
    opened: int
    """The line of its first bracket or string that is never closed; -1 when it is balanced."""
    code_end: int
    """The column in the last line at which the code ends, before a comment."""


def logical_line(lines: list[str], first: int) -> Logical:
    """The logical line that begins at a physical line.

    A line that begins with a word such as `def` or `return` ends whatever bracket is open before it, and a decorator
    ends before a line that is not indented more.
    """
    decorator = re.match(r"([ \t]*)@", lines[first])
    ends = _dedent(len(decorator.group(1))) if decorator else _STATEMENT
    text = "\n".join(lines[first:])
    depth: list[int] = []
    pos = code_end = 0
    while True:
        matched = _INERT.match(text, pos)
        end = matched.end() if matched else pos
        code_end = pos + len(text[pos:end].rstrip()) if text[pos:end].strip() else code_end
        pos = end
        char = text[pos : pos + 1]
        if char in "([{" and char:
            depth.append(pos)
        elif char in ")]}" and char:
            if depth:
                depth.pop()
        elif char == "#":
            comment = _COMMENT.match(text, pos)
            pos = comment.end() if comment else pos + 1
            continue
        elif char in "'\"" and char:
            if text.startswith(char * 3, pos):
                opened = (depth or [pos])[0]
                return _logical(lines, first, text, len(text), opened, len(text))
            rest = _REST_OF_LINE.match(text, pos)
            pos = code_end = rest.end() if rest else len(text)
            continue
        elif char in ("", "\n") and (not char or not depth or ends.match(text, pos + 1)):
            return _logical(lines, first, text, pos, depth[0] if depth else -1, code_end)
        pos += 1
        if char != "\n":
            code_end = pos


def _logical(lines: list[str], first: int, text: str, end: int, opened: int, code_end: int) -> Logical:
    last = min(first + text.count("\n", 0, end), len(lines) - 1)
    column = code_end - (text.rfind("\n", 0, code_end) + 1)
    return Logical(first, last, first + text.count("\n", 0, opened) if opened >= 0 else -1, column)


def logical_lines(lines: list[str]) -> list[Logical]:
    """All logical lines, in order; blank lines and comments are logical lines too."""
    found: list[Logical] = []
    first = 0
    while first < len(lines):
        found.append(logical_line(lines, first))
        first = found[-1].last + 1
    return found
