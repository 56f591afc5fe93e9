"""The tokens of one logical line, nested by brackets; it may be half typed, so nothing of it need be closed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from keyword import kwlist

from loopscope.text.source import Source
from loopscope.text.span import Span

LOOK_BACK = 200
"""How many lines above an offset the beginning of its statement is searched."""
LIMIT = 20_000
"""How many code points a logical line is read at most."""

_BEGINS = re.compile(
    r"[ \t\f]*(?:(?:async[ \t]+(?:def|with)|def|class|return|import|with|while|try|raise|pass|del|assert)\b|@[ \t]*\w)"
)
_PREFIX = "rRbBuUfFtT"
_TOKEN = re.compile(
    r"""(?P<comment>\#[^\r\n]*)
    |(?P<string>[rRbBuUfFtT]{0,2}(?:'{3}|"{3}|'|"))
    |(?P<name>[^\W\d]\w*(?:[ \t]*\.(?:[ \t]+(?!(?:KEYWORDS)\b))?[^\W\d]\w*)*(?:[ \t]*\.)?)
    |(?P<space>[^\S\r\n]+|\\(?:\r\n?|\n))
    |(?P<end>\r\n?|\n)
    |(?P<mark>.)""".replace("KEYWORDS", "|".join(kwlist)),
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A dotted name, a string, a comment or one other character. `inner` is a string's content."""

    kind: str
    text: str
    span: Span
    inner: Span | None = None


@dataclass(slots=True)
class Group:
    """A bracket and what is in it, up to its closing or to where the logical line ends. `before` are the tokens that
    stand before it on its own level, nearest last. The whole line is a group whose `char` is empty."""

    char: str
    span: Span
    items: list["Token | Group"] = field(default_factory=list["Token | Group"])
    before: tuple["Token | Group", ...] = ()

    def elements(self) -> Iterator[list["Token | Group"]]:
        """What the commas separate."""
        element: list[Token | Group] = []
        for item in self.items:
            if isinstance(item, Token) and item.text == ",":
                yield element
                element = []
            else:
                element.append(item)
        yield element


def logical_line(source: Source, offset: int) -> Group:
    """The logical line around an offset. A line that begins like a statement ends every bracket open before it."""
    start = _statement_start(source, offset)
    whole = Group("", Span(start, start))
    stack = [whole]
    for token in _tokens(source.text, start):
        if token.kind == "end":
            if len(stack) > 1 and not _BEGINS.match(source.text, token.span.end):
                continue
            if token.span.start >= offset:
                break
            whole = Group("", Span(token.span.end, token.span.end))
            stack = [whole]
        elif token.text in ("(", "[", "{") and token.kind == "mark":
            group = Group(token.text, token.span, before=tuple(stack[-1].items))
            stack[-1].items.append(group)
            stack.append(group)
        elif token.text in (")", "]", "}") and token.kind == "mark":
            if len(stack) > 1:
                closed = stack.pop()
                closed.span = Span(closed.span.start, token.span.end)
        else:
            stack[-1].items.append(token)
    last = _last(whole)
    end = max(offset, last.span.end if last else offset) + 1
    for group in stack:
        group.span = Span(group.span.start, end)
    return whole


def path_to(line: Group, offset: int) -> tuple[Group, ...]:
    """The groups that hold an offset, the outermost (the line) first."""
    path = [line]
    while True:
        inner = (item for item in path[-1].items if isinstance(item, Group))
        held = next((group for group in inner if group.span.start < offset < group.span.end), None)
        if held is None:
            return tuple(path)
        path.append(held)


def _statement_start(source: Source, offset: int) -> int:
    lines = source.lines
    line = lines.line_of(offset)
    first = max(line - LOOK_BACK, 0)
    for above in range(line, first, -1):
        if _BEGINS.match(source.text, lines.starts[above], lines.line_end(above)):
            return lines.starts[above]
    return lines.starts[first]


def _last(group: Group) -> Token | None:
    item: Token | Group | None = group
    while isinstance(item, Group):
        item = item.items[-1] if item.items else None
    return item


def _tokens(text: str, start: int) -> Iterator[Token]:
    pos, stop = start, min(start + LIMIT, len(text))
    while pos < stop:
        match = _TOKEN.match(text, pos)
        if match is None or match.lastgroup is None:
            return
        kind, span, inner = match.lastgroup, Span(*match.span()), None
        if kind == "string":
            inner, end = _string(text, span.end, match.group().lstrip(_PREFIX))
            span = Span(span.start, end)
        pos = span.end
        if kind != "space":
            yield Token(kind, text[span.start : span.end], span, inner)


def _string(text: str, start: int, quote: str) -> tuple[Span, int]:
    """The content of a string that begins at `start`, and where the string ends."""
    pos = start
    while pos < len(text):
        if text.startswith(quote, pos):
            return Span(start, pos), pos + len(quote)
        if len(quote) == 1 and text[pos] in "\r\n":
            break
        pos += 2 if text[pos] == "\\" else 1
    pos = min(pos, len(text))
    return Span(start, pos), pos
