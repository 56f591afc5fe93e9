"""Where the keys and values of a valid TOML text are. `tomllib` gives the values; it does not tell places.

The scanner only has to find borders: the text is known to be valid. Should it lose its way all the same, it keeps what
it has found so far, and the rest has no place.
"""

import re
from contextlib import suppress

from loopscope.config.document import Located, Piece
from loopscope.text.span import Span

KeyPath = tuple[str, ...]
TomlSpans = dict[KeyPath, Located]

_BLANK = re.compile(r"(?:[ \t\r\n\ufeff]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_QUOTED_KEY = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'')
_LONG_STRING = re.compile(r'"""(?:[^\\]|\\[\s\S])*?"{3,5}(?!")|\'\'\'[\s\S]*?\'{3,5}(?!\')')
_STRING = _QUOTED_KEY
_SCALAR = re.compile(r"[^,\]}#\n\r]+")


class _LostError(Exception):
    """The text is not as a valid TOML text would be."""


def locate_keys(text: str) -> TomlSpans:
    """The place of every key by its path; tables stand at their header. Elements of arrays of tables have no path."""
    scanner = _Scanner(text)
    with suppress(_LostError, RecursionError):
        scanner.document()
    return scanner.found


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: TomlSpans = {}

    def document(self) -> None:
        """Statements to the end of the text."""
        prefix: KeyPath | None = ()
        arrays: set[KeyPath] = set()
        self.skip(_BLANK)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                prefix = self.header(arrays)
            else:
                self.pair(prefix)
            self.skip(_BLANK)

    def header(self, arrays: set[KeyPath]) -> KeyPath | None:
        """`[a.b]` or `[[a.b]]`: the path of the keys below, None inside an array of tables."""
        start = self.at
        brackets = 2 if self.text.startswith("[[", start) else 1
        self.at += brackets
        path = self.key()
        self.expect("]" * brackets)
        if brackets == 2:
            arrays.add(path)
        if any(path[: length + 1] in arrays for length in range(len(path))):
            return None
        span = Span(start, self.at)
        self.found.setdefault(path, Located(span, span))
        return path

    def pair(self, prefix: KeyPath | None) -> None:
        """`key = value` below a path; an unnamed path (None) is read over."""
        self.skip(_SPACE)
        start = self.at
        path = self.key()
        key = Span(start, start + len(self.text[start : self.at].rstrip()))
        self.expect("=")
        self.skip(_SPACE)
        value = self.value(None if prefix is None else prefix + path)
        if prefix is not None:
            self.found[prefix + path] = value._replace(key=key)
            for length in range(1, len(path)):
                self.found.setdefault(prefix + path[:length], Located(key, key))

    def key(self) -> KeyPath:
        """A bare, quoted or dotted key, and the blanks after it."""
        parts: list[str] = []
        while True:
            self.skip(_SPACE)
            quoted = _QUOTED_KEY.match(self.text, self.at)
            bare = None if quoted else _BARE_KEY.match(self.text, self.at)
            match = quoted or bare
            if match is None:
                raise _LostError
            parts.append(_unquoted(match[0]) if quoted else match[0])
            self.at = match.end()
            self.skip(_SPACE)
            if not self.text.startswith(".", self.at):
                return tuple(parts)
            self.at += 1

    def value(self, path: KeyPath | None) -> Located:
        """The value at the current place; the caller knows its key."""
        start = self.at
        if self.text.startswith("[", start):
            items = self.array()
            span = Span(start, self.at)
            return Located(span, span, (), items)
        if self.text.startswith("{", start):
            self.inline_table(path)
            span = Span(start, self.at)
            return Located(span, span)
        match = _LONG_STRING.match(self.text, start) or _STRING.match(self.text, start)
        if match is not None:
            self.at = match.end()
            span = Span(start, self.at)
            return Located(span, span, _pieces(match[0], start))
        match = _SCALAR.match(self.text, start)
        if match is None:
            raise _LostError
        self.at = start + len(match[0].rstrip())
        span = Span(start, self.at)
        return Located(span, span)

    def array(self) -> tuple[Located, ...]:
        """`[ … ]` over any number of lines: its elements."""
        items: list[Located] = []
        self.at += 1
        self.skip(_BLANK)
        while not self.text.startswith("]", self.at):
            items.append(self.value(None))
            self.skip(_BLANK)
            if self.text.startswith(",", self.at):
                self.at += 1
                self.skip(_BLANK)
            elif not self.text.startswith("]", self.at):
                raise _LostError
        self.at += 1
        return tuple(items)

    def inline_table(self, path: KeyPath | None) -> None:
        """`{ … }`: its pairs are keys below `path`."""
        self.at += 1
        self.skip(_BLANK)
        while not self.text.startswith("}", self.at):
            self.pair(path)
            self.skip(_BLANK)
            if self.text.startswith(",", self.at):
                self.at += 1
                self.skip(_BLANK)
            elif not self.text.startswith("}", self.at):
                raise _LostError
        self.at += 1

    def skip(self, pattern: re.Pattern[str]) -> None:
        """Go past blanks, which may be none."""
        match = pattern.match(self.text, self.at)
        if match is not None:
            self.at = match.end()

    def expect(self, sign: str) -> None:
        """Go past a sign that a valid text has here."""
        if not self.text.startswith(sign, self.at):
            raise _LostError
        self.at += len(sign)


def _unquoted(key: str) -> str:
    if "\\" not in key:
        return key[1:-1]
    import tomllib  # noqa: PLC0415  seldom needed, slow to load

    return next(iter(tomllib.loads(f"{key} = 0")))


def _pieces(literal: str, start: int) -> tuple[Piece, ...]:
    """How the text of a string stands in its literal; none when escapes or line ends make them differ."""
    quotes = 3 if literal[:3] in ('"""', "'''") and len(literal) >= 6 else 1
    inner = literal[quotes:-quotes]
    offset = start + quotes
    if quotes == 3 and inner[:1] in ("\r", "\n"):
        skipped = 2 if inner.startswith("\r\n") else 1
        inner, offset = inner[skipped:], offset + skipped
    if (literal[0] == '"' and "\\" in inner) or "\r" in inner:
        return ()
    return (Piece(0, offset, len(inner)),)
