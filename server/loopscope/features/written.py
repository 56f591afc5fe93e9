"""The expression in front of a dot or of a call's bracket, read from tokens, so that it works while half typed."""

import ast
from collections.abc import Sequence
from keyword import iskeyword
from typing import NamedTuple

from loopscope.facts.bodies import Body
from loopscope.features.brackets import Group, Token, logical_line, path_to
from loopscope.features.completion_fixtures import function_around
from loopscope.features.cursor import Place
from loopscope.features.site import Site
from loopscope.text.span import Span
from loopscope.workspace.inference.expressions import expression_type
from loopscope.workspace.inference.frames import Frame
from loopscope.workspace.inference.model import Type
from loopscope.workspace.inference.roots import is_injected, root_of


class Written(NamedTuple):
    """An expression as it stands in the text. `around` are the brackets that hold it, the logical line first."""

    node: ast.expr
    span: Span
    around: tuple[Group, ...]


def behind_dot(site: Site) -> bool:
    """Whether the word at the cursor is, or will be, an attribute."""
    return _dot(site) is not None


def before_dot(site: Site) -> Written | None:
    """The expression of which the word at the cursor is, or will be, an attribute."""
    cursor = site.cursor
    dot = _dot(site)
    if dot is None or cursor.place in (Place.STRING, Place.COMMENT) or cursor.signature is not None:
        return None
    return _ending_at(site, path_to(logical_line(site.source, cursor.offset), cursor.offset), dot)


def _dot(site: Site) -> int | None:
    """Where the dot in front of the word at the cursor is."""
    text, at = site.source.text, site.cursor.word.start - 1
    while at >= 0 and text[at] in " \t\r\n\\":
        at -= 1
    return at if at >= 0 and text[at] == "." and text[at - 1 : at] != "." else None


def called_at(site: Site) -> Written | None:
    """What the innermost call around the cursor calls."""
    if site.cursor.place is Place.COMMENT or site.cursor.signature is not None:
        return None
    path = path_to(logical_line(site.source, site.cursor.offset), site.cursor.offset)
    for depth in range(len(path) - 1, 0, -1):
        group = path[depth]
        if group.char == "(" and group.before and not _is_keyword(group.before[-1]):
            return _ending_at(site, path[:depth], group.span.start)
    return None


def value_of(site: Site, written: Written) -> Type | None:
    """What an expression at the cursor is; None when that is not certain, or when it is left to other servers."""
    frame = frame_at(site)
    root = root_of(written.node)
    if frame is None or (root is not None and _bound_in_expression(written.around, root)):
        return None
    if not site.snapshot.settings_of(site.path).members_of_all_values.value and not is_injected(frame, written.node):
        return None
    return expression_type(frame, written.node)


def frame_at(site: Site) -> Frame | None:
    """The innermost function that the cursor is in."""
    owner = function_around(site)
    body = None if owner is None else site.facts.body(owner)
    return None if body is None else Frame(site.snapshot.queries, site.path, site.facts, _innermost(site, body))


def _innermost(site: Site, body: Body) -> Body:
    for inner in body.nested:
        if site.cursor.offset in site.facts.span(inner, inner.node):
            return _innermost(site, inner)
    return body


def _ending_at(site: Site, around: tuple[Group, ...], end: int) -> Written | None:
    """The expression of the innermost of some brackets that ends at an offset."""
    items = [item for item in around[-1].items if item.span.start < end]
    start = _start(items)
    if start is None:
        return None
    try:
        node = ast.parse(f"({site.source.text[start:end]}\n)", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return Written(node, Span(start, len(site.source.text[:end].rstrip())), around)


def _start(items: Sequence[Token | Group]) -> int | None:
    """Where the expression of names, calls and subscripts begins that some tokens end with."""
    place = len(items) - 1
    start: int | None = None
    while place >= 0:
        item = items[place]
        before = items[place - 1] if place else None
        if isinstance(item, Group):
            if item.char == "{":
                return None
            start = item.span.start
            continues = isinstance(before, Group) or (before is not None and before.kind in ("name", "string"))
            if not continues or _is_keyword(before):
                return start
            place -= 1
        elif item.kind == "name" and not _is_keyword(item):
            start = item.span.start
            if not isinstance(before, Token) or before.text != ".":
                return start
            place -= 2
        else:
            return None
    return None


def _is_keyword(item: Token | Group | None) -> bool:
    return isinstance(item, Token) and iskeyword(item.text)


def _bound_in_expression(around: tuple[Group, ...], name: str) -> bool:
    """Whether a `lambda` or comprehension around a place binds a name."""
    return any(
        name in _names_after(group, "lambda", ":") or (group.char and name in _names_after(group, "for", "in"))
        for group in around
    )


def _names_after(group: Group, keyword: str, end: str) -> list[str]:
    names: list[str] = []
    inside = False
    for item in group.items:
        if isinstance(item, Group):
            if inside:
                names += [each.text for each in item.items if isinstance(each, Token)]
        elif item.text in (keyword, end):
            inside = item.text == keyword
        elif inside:
            names.append(item.text)
    return names
