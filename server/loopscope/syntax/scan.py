"""Find where statements begin without parsing them: at line starts outside brackets and strings."""

import re
from functools import lru_cache
from typing import NamedTuple

from loopscope.syntax.strict import parses

TRIPLE = r'"""[^"\\]*+(?:(?:\\.|"(?!""))[^"\\]*+)*+"""' + "|" + r"'''[^'\\]*+(?:(?:\\.|'(?!''))[^'\\]*+)*+'''"
SINGLE = (
    r'"(?!"")[^"\\\r\n]*+(?:\\(?:\r\n|.)[^"\\\r\n]*+)*+"' + "|" + r"'(?!'')[^'\\\r\n]*+(?:\\(?:\r\n|.)[^'\\\r\n]*+)*+'"
)
PLAIN = r"""[^'"\#()\[\]{}\r\n\\]++"""
SKIPPED = rf"{PLAIN}|\#[^\r\n]*+|{TRIPLE}|{SINGLE}|\\(?:\r\n|.)"

_STRINGS = re.compile(rf"(?:[^'\"\#\\]++|\#[^\r\n]*+|{TRIPLE}|{SINGLE}|\\.)*+", re.DOTALL)
_REST_OF_LINE = re.compile(r"[^\r\n]*+")

_HEADER = r"(?:async[ \t]+def|def|class)[ \t]+\w"
_DEFINITION = rf"{_HEADER}|@[ \t]*\w"
# Lines that cannot continue a bracket, whatever is unclosed. A matrix product that begins a line can: `@ b)`.
_DECORATOR = r"@[ \t]*[\w.]++[ \t]*+(?:[(#\r\n]|\Z)"
_STRONG = re.compile(rf"{_HEADER}|{_DECORATOR}|import[ \t]+\w|from[ \t]+[.\w]+[ \t]+import\b")
_OPENS = re.compile(_DEFINITION)
_CONTINUES = re.compile(r"(?:else|elif|except|finally)\b")
_NESTED_DEFINITION = r"[ \t]*(?:async[ \t]+def|def|class)[ \t]+\w"

GROUP = 1000
"""Simple statements share a chunk until it has this many code points."""


class Cut(NamedTuple):
    """Where a chunk ends, and up to which offset text was looked at to know (one past the text: that it ends)."""

    end: int
    reach: int


class _Patterns(NamedTuple):
    flat: re.Pattern[str]
    """What cannot end a chunk, outside brackets."""
    deep: re.Pattern[str]
    """What cannot end a chunk or a bracket, inside brackets."""
    definition: re.Pattern[str]
    """A line end before a line that begins a definition at this indentation."""


@lru_cache(maxsize=64)
def _patterns(indent: str) -> _Patterns:
    # What follows a line with nothing but a backslash is indented as it is itself (tokenizer.c, `cont_line_col`).
    boundary = rf"{re.escape(indent)}[^\s\#)\]}}\\]"
    newline = r"(?>\r\n?|\n)"
    flat_line = rf"{newline}(?!{boundary})"
    deep_line = rf"{newline}(?!{boundary}|{_NESTED_DEFINITION})"
    pair = ""
    for _ in range(3):
        inner = f"{SKIPPED}|{deep_line}{pair}"
        pair = rf"|[(\[{{](?:{inner})*+[)\]}}]"
    return _Patterns(
        re.compile(f"(?:{SKIPPED}|{flat_line}{pair})*+", re.DOTALL),
        re.compile(f"(?:{SKIPPED}|{deep_line}{pair})*+", re.DOTALL),
        re.compile(rf"[\r\n]{re.escape(indent)}(?:{_DEFINITION})"),
    )


def next_cut(text: str, start: int, stop: int, indent: str) -> Cut:
    """Where the chunk ends that begins at `start`, the beginning of a line indented by `indent`.

    A pure function of `text[start:stop]`. A definition has a chunk of its own, with its decorators; comments and blank
    lines belong to what stands before them. A chunk never ends inside a string, unless strings are unbalanced up to
    `stop`: then the text is taken to be code again at the first definition inside of what looks like a string.
    """
    end, reach, body, unterminated = _statement(text, start, stop, indent)
    if text.find('"""', body, end) < 0 and text.find("'''", body, end) < 0:
        return Cut(end, reach)
    inside = _patterns(indent).definition.search(text, body, end)
    if inside is None or not (unterminated or not parses(text[start:end], nested=bool(indent))):
        return Cut(end, reach)
    if unterminated or _unbalanced(text, end, stop):
        return Cut(inside.start() + 1, stop + 1)
    return Cut(end, stop + 1)


def definition_at(text: str, indent: str) -> int:
    """The offset in a chunk's text of the `def`, `async` or `class` after its decorators; 0 when it defines nothing."""
    return _statement(text, 0, len(text), indent)[2] - 1


def _statement(text: str, start: int, stop: int, indent: str) -> tuple[int, int, int, bool]:
    """The end of a chunk by its brackets and strings, reach, where its definition's line goes on, unterminated."""
    flat, deep, _ = _patterns(indent)
    width = len(indent)
    opened = _OPENS.match(text, start + width, stop)
    decorating = opened is not None and text[start + width] == "@"
    body = start + width + 1
    depth = 0
    pos = start
    while True:
        matched = (deep if depth else flat).match(text, pos, stop)
        pos = matched.end() if matched else pos
        if pos >= stop:
            return stop, stop + 1, body, False
        char = text[pos]
        if char in "([{":
            depth += 1
            pos += 1
        elif char in ")]}":
            depth = max(depth - 1, 0)
            pos += 1
        elif char in "'\"":
            if text.startswith(char * 3, pos):
                return stop, stop + 1, body, True
            pos = _end_of_line(text, pos, stop)
        elif char not in "\r\n":
            pos += 1
        else:
            line = pos + (2 if text.startswith("\r\n", pos) else 1)
            pos = line + width
            if not text.startswith(indent, line) or text[pos : pos + 1] in ("", " ", "\t"):
                # A definition at another indentation: no bracket reaches over it.
                pos = line
                depth = 0
                continue
            if _CONTINUES.match(text, pos, stop) or (depth and not _STRONG.match(text, pos, stop)):
                continue
            depth = 0
            opens = _OPENS.match(text, pos, stop)
            if decorating and opens:
                decorating = text[pos] == "@"
                body = pos + 1
            elif opened or opens or line - start >= GROUP:
                return line, min(_end_of_line(text, pos, stop) + 1, stop + 1), body, False


def _end_of_line(text: str, pos: int, stop: int) -> int:
    matched = _REST_OF_LINE.match(text, pos, stop)
    return matched.end() if matched else pos


def _unbalanced(text: str, start: int, stop: int) -> bool:
    """Whether a triple-quoted string that begins after `start` has no end."""
    pos = start
    while True:
        matched = _STRINGS.match(text, pos, stop)
        pos = matched.end() if matched else pos
        if pos >= stop:
            return False
        if text.startswith(text[pos] * 3, pos):
            return True
        pos = max(_end_of_line(text, pos, stop), pos + 1)
