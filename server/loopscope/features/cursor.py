"""What stands at an offset, read from the tokens of its logical line, so that it works while the line is half typed."""

import re
from enum import Enum
from keyword import iskeyword

from loopscope.features.brackets import Group, Token, logical_line, path_to
from loopscope.text.frozen import frozen
from loopscope.text.source import Source
from loopscope.text.span import Span

_DEFINITION = re.compile(
    r"^[ \t]*(?:(?:async[ \t]+)?def[ \t]+(?P<name>\w+)|class\b|(?!\s|@|\)|\]|\}|\#)[a-zA-Z_]\w*[ \t]*=[^=])",
    re.MULTILINE,
)


_GETFIXTURE = re.compile(r"""(?:>>>|\.\.\.) [^\n]*?\bgetfixture\(\s*\\?['"](\w*)""")


class Place(Enum):
    """Where in the syntax the cursor is."""

    PARAMETER = "the name of a parameter"
    ARGUMENT = "the beginning of an argument of a call"
    VALUE = "the value of a keyword argument"
    STRING = "a string"
    DOCTEST = "the argument of `getfixture` in an example of a docstring"
    COMMENT = "a comment"
    OTHER = "anywhere else"


@frozen
class Signature:
    """The function whose parameters are being typed. `names` are all of them but the one at the cursor."""

    name: Span
    names: tuple[str, ...]


@frozen
class CallSyntax:
    """The call that the cursor is in. `callee` is as written; `keywords` are all names of keyword arguments but the one
    at the cursor; `keyword` is whose value the cursor is in, `index` the number of its argument from 0.

    `values` are the places of all arguments, each with its name when it has one.
    """

    callee: str
    decorator: bool
    index: int
    keyword: str | None
    keywords: tuple[str, ...]
    values: tuple[tuple[str | None, Span], ...] = ()

    def argument(self, index: int, name: str) -> Span | None:
        """Where an argument's value is, given by place or by name; None when it is not given."""
        if index < len(self.values) and self.values[index][0] is None:
            return self.values[index][1]
        return next((span for keyword, span in self.values if keyword == name), None)


@frozen
class Cursor:
    """What stands at `offset`. `word` is the identifier, dotted name's part or string content there, `text` its text.

    `dotted` is what stands before the word in a dotted name (`pytest.mark` for `pytest.mark.as‸`), `full` all of it.
    """

    offset: int
    place: Place
    word: Span
    text: str
    dotted: str = ""
    full: str = ""
    signature: Signature | None = None
    call: CallSyntax | None = None
    target: str = ""
    """The name that the statement assigns to."""

    @property
    def prefix(self) -> str:
        """The part of the word before the cursor."""
        return self.text[: self.offset - self.word.start]


def cursor_at(source: Source, offset: int) -> Cursor:
    """What stands at an offset; offsets outside of the text count as its nearest end. Never raises."""
    offset = min(max(offset, 0), len(source.text))
    path = path_to(logical_line(source, offset), offset)
    token = _token_at(path[-1], offset)
    call = _call(path, offset)
    if token is not None and token.kind == "comment":
        return Cursor(offset, Place.COMMENT, token.span, token.text)
    if token is not None and token.inner is not None:
        word = token.inner if offset in token.inner else Span(offset, offset)
        asked = _in_doctest(source.text, word, offset)
        if asked is not None:
            return Cursor(offset, Place.DOCTEST, asked, source.text[slice(*asked)])
        text = source.text[word.start : word.end]
        return Cursor(offset, Place.STRING, word, text, call=call, target=_target(path[0]))
    dotted, word = _part(token, offset)
    text, full = source.text[word.start : word.end], token.text if token else ""
    signature = _signature(path[-1], offset)
    place = Place.OTHER
    if signature is not None:
        if not dotted and _starts_element(path[-1], token, offset):
            place = Place.PARAMETER
    elif call is not None and path[-1].char == "(" and _callee(path[-1]) is not None:
        if call.keyword is not None:
            place = Place.VALUE
        elif _starts_element(path[-1], token, offset):
            place = Place.ARGUMENT
    return Cursor(offset, place, word, text, dotted, _unspaced(full), signature, call)


def signature_below(source: Source, offset: int) -> Signature | None:
    """The signature of the function that a decorator at an offset belongs to; None for a class, or nothing."""
    found = _DEFINITION.search(source.text, offset)
    if found is None or found["name"] is None:
        return None
    begin = source.text.find("(", found.end())
    if begin < 0:
        return None
    signature = _signature(path_to(logical_line(source, begin), begin + 1)[-1], -1)
    return signature if signature is not None and signature.name == Span(*found.span("name")) else None


def _token_at(group: Group, offset: int) -> Token | None:
    """The name, string or comment that the cursor is in, or at the end of, unless that is a closed string."""
    for item in group.items:
        if isinstance(item, Group) or item.kind == "mark":
            continue
        start, end = item.span
        if item.inner is not None:
            open_ended = item.inner.end == end
            if start < offset < end or (open_ended and offset == end):
                return item
        elif start <= offset <= end:
            return item
    return None


def _in_doctest(text: str, string: Span, offset: int) -> Span | None:
    """The name at an offset that an example in a string gives to `getfixture`."""
    start = max(text.rfind("\n", 0, offset) + 1, string.start)
    found = _GETFIXTURE.finditer(text, start, string.end)
    return next((Span(*match.span(1)) for match in found if match.start(1) <= offset <= match.end(1)), None)


def _part(token: Token | None, offset: int) -> tuple[str, Span]:
    """What stands before the cursor's part of a dotted name, and the part."""
    if token is None:
        return "", Span(offset, offset)
    at = offset - token.span.start
    before = token.text.rfind(".", 0, at) + 1
    after = token.text.find(".", at)
    piece = token.text[before : after if after >= 0 else len(token.text)]
    start = token.span.start + before + (len(piece) - len(piece.lstrip()))
    start = min(start, offset)
    return _unspaced(token.text[: before - 1]) if before else "", Span(start, max(start + len(piece.strip()), offset))


def _signature(group: Group, offset: int) -> Signature | None:
    name = _defined(group)
    if name is None:
        return None
    firsts = (_first_name(element) for element in group.elements())
    return Signature(name, tuple(token.text for token in firsts if token is not None and offset not in token.span))


def _defined(group: Group) -> Span | None:
    """The name in `def name(` or `def name[T](` before a group."""
    before = [item for item in group.before if isinstance(item, Token) or item.char != "["]
    if group.char != "(" or len(before) < 2:
        return None
    keyword, name = before[-2:]
    if isinstance(keyword, Token) and isinstance(name, Token) and keyword.text == "def" and name.kind == "name":
        return name.span
    return None


def _first_name(element: list[Token | Group]) -> Token | None:
    for item in element:
        if isinstance(item, Token) and item.text == "*":
            continue
        return item if isinstance(item, Token) and item.kind == "name" else None
    return None


def _starts_element(group: Group, token: Token | None, offset: int) -> bool:
    """Whether the cursor is in the first name of an element, or where one may begin."""
    before = [item for item in group.items if item.span.end <= offset and item is not token]
    last = next((item for item in reversed(before) if not _is_star(item)), None)
    if last is not None and not (isinstance(last, Token) and last.text == ","):
        return False
    return token is None or token.kind == "name"


def _is_star(item: Token | Group) -> bool:
    return isinstance(item, Token) and item.text == "*"


def _call(path: tuple[Group, ...], offset: int) -> CallSyntax | None:
    """The innermost call around the cursor, through lists, tuples and dicts, but not through a signature."""
    for group in reversed(path):
        if _defined(group) is not None:
            return None
        callee = _callee(group)
        if callee is not None:
            return _call_syntax(group, callee, offset)
    return None


def _callee(group: Group) -> str | None:
    last = group.before[-1] if group.before else None
    if group.char != "(" or not isinstance(last, Token) or last.kind != "name":
        return None
    return None if iskeyword(last.text) else _unspaced(last.text)


def _call_syntax(group: Group, callee: str, offset: int) -> CallSyntax:
    keywords: list[str] = []
    keyword: str | None = None
    values: list[tuple[str | None, Span]] = []
    index = 0
    start = group.span.start + 1
    for number, element in enumerate(group.elements()):
        named = _keyword(element)
        value = element if named is None else element[2:]
        if value:
            values.append((None if named is None else named.text, Span(value[0].span.start, value[-1].span.end)))
        end = element[-1].span.end if element else start
        comma = next((item.span.start for item in group.items if _is_comma(item) and item.span.start >= end), None)
        if start <= offset and (comma is None or offset <= comma):
            index = number
            if named is not None and offset > named.span.end:
                keyword = named.text
        elif named is not None:
            keywords.append(named.text)
        if comma is None:
            break
        start = comma + 1
    before = group.before[-2] if len(group.before) > 1 else None
    decorator = isinstance(before, Token) and before.text == "@"
    return CallSyntax(callee, decorator, index, keyword, tuple(keywords), tuple(values))


def _keyword(element: list[Token | Group]) -> Token | None:
    """The name of an element `name=…`, but not of `name == …`."""
    match element[:3]:
        case [Token(kind="name") as name, Token(text="="), *rest]:
            twice = bool(rest) and isinstance(rest[0], Token) and rest[0].text == "="
            return None if twice else name
        case _:
            return None


def _target(line: Group) -> str:
    """The name of `name = …`, `name: … = …` and `name += …` at the beginning of a logical line."""
    name = line.items[0] if line.items else None
    if not isinstance(name, Token) or name.kind != "name":
        return ""
    signs = [item.text for item in line.items[1:] if isinstance(item, Token) and item.kind == "mark"]
    return name.text if signs[:1] == ["="] or signs[:2] in ([":", "="], ["+", "="]) else ""


def _is_comma(item: Token | Group) -> bool:
    return isinstance(item, Token) and item.text == ","


def _unspaced(dotted: str) -> str:
    return re.sub(r"\s+", "", dotted)
