"""Where the definitions and bindings of a chunk stand, relative to the chunk."""

import ast
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from loopscope.facts.functions import parameters
from loopscope.facts.layout import DefSpans
from loopscope.facts.outline import FactId
from loopscope.facts.scan import Definition
from loopscope.syntax.chunk import Chunk, Located
from loopscope.text.span import Span

_NAME = re.compile(r"\w+")
_AS_NAME = re.compile(r"\bas\b(?:\s|\\)+(\w+)")


class Places(NamedTuple):
    """Spans relative to a chunk; the `line` of a definition counts from 0 at the chunk's first line."""

    defs: Mapping[FactId, DefSpans]
    bindings: tuple[Span, ...]
    class_bindings: Mapping[FactId, tuple[Span, ...]]


def places(
    chunk: Chunk,
    defs: Iterable[tuple[FactId, Definition]],
    anchors: Iterable[ast.AST],
    class_anchors: Mapping[FactId, tuple[ast.AST, ...]],
) -> Places:
    """The spans of the definitions of a chunk and of the names that its bindings bind."""
    return Places(
        {id_: def_spans(node, chunk) for id_, node in defs},
        tuple([anchor_span(anchor, chunk) for anchor in anchors]),
        {id_: tuple([anchor_span(anchor, chunk) for anchor in inner]) for id_, inner in class_anchors.items()},
    )


def def_spans(node: Definition, chunk: Chunk) -> DefSpans:
    """The spans of one definition, relative to its chunk."""
    start, end = chunk.span(node)
    decorators = tuple([chunk.span(decorator) for decorator in node.decorator_list])
    if decorators:
        at = chunk.text.rfind("@", 0, decorators[0].start)
        start = at if at >= 0 else start
    names: tuple[Span, ...] = ()
    if not isinstance(node, ast.ClassDef):
        names = tuple([_identifier(argument, chunk) for argument, _, _ in parameters(node.args)])
    return DefSpans(
        Span(start, end), chunk.name_span(node), node.lineno - chunk.base, decorators, names, docstring(node.body)
    )


def docstring(body: Iterable[ast.stmt]) -> str | None:
    """The cleaned docstring that a body begins with, if it does."""
    match next(iter(body), None):
        case ast.Expr(ast.Constant(str() as text)):
            import inspect  # noqa: PLC0415  slow to load, and a check needs no docstrings

            return inspect.cleandoc(text)
        case _:
            return None


def anchor_span(anchor: ast.AST, chunk: Chunk) -> Span:
    """The span of the name that a binding's node binds."""
    match anchor:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return chunk.name_span(anchor)
        case ast.alias(name, asname):
            span = chunk.span(anchor)
            if asname:
                return Span(span.end - len(asname), span.end)
            return Span(span.start, min(span.end, span.start + len(name.partition(".")[0])))
        case ast.ExceptHandler(type=ast.expr() as caught):
            return _after(chunk.span(caught).end, chunk.span(anchor), chunk)
        case ast.MatchAs(name=str() as name) | ast.MatchStar(str() as name) | ast.MatchMapping(rest=str() as name):
            # The name is the last that the pattern's text has, but for brackets and commas.
            whole = chunk.span(anchor)
            at = chunk.text.rfind(name, whole.start, whole.end)
            return Span(at, at + len(name)) if at >= 0 else whole
        case ast.expr() | ast.pattern() | ast.stmt():
            return chunk.span(anchor)
        case _:
            return Span(0, 0)


def _after(start: int, whole: Span, chunk: Chunk) -> Span:
    """The name that follows `as` after `start`."""
    found = _AS_NAME.search(chunk.text, start, whole.end)
    return Span(*found.span(1)) if found else whole


def _identifier(node: Located, chunk: Chunk) -> Span:
    """The name that stands where a node begins; its length is that in the text, which Python NFKC-normalises."""
    start = chunk.offset(node.lineno, node.col_offset)
    found = _NAME.match(chunk.text, start)
    return Span(start, found.end() if found else start)
