"""The `pytest.mark` decorators and `pytestmark` values of a file, and edits of them."""

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from loopscope.facts.expr import Call, Expr, dotted
from loopscope.facts.outline import FactId
from loopscope.facts.part import Part
from loopscope.facts.reading import read
from loopscope.rules.context import Context
from loopscope.rules.support.decorators import CallUse, add_decorator
from loopscope.rules.support.text import next_line, own_lines, without_item
from loopscope.syntax.chunk import Placed
from loopscope.text.edit import Edit
from loopscope.text.span import Span
from loopscope.workspace.model import Scope, TestItem

_PREFIX = "pytest.mark."
_BLANK_LINES = re.compile(r"(?<=\n)(?:[ \t]*\r?\n)+\Z")


class MarkUse(NamedTuple):
    """One use of a mark. `owner` is what it marks, None for the module; `whole` are what goes when it is deleted."""

    name: str
    owner: FactId | None
    on_function: bool
    expr: Expr
    node: ast.expr
    placed: Placed
    span: Span
    removal: Span | None

    @property
    def has_arguments(self) -> bool:
        """Whether it is called with any argument."""
        return isinstance(self.expr, Call) and bool(self.expr.args or self.expr.keywords)


def marks_of(ctx: Context) -> tuple[MarkUse, ...]:
    """All uses of marks in the file: decorators of functions and classes, and `pytestmark` of modules and classes."""
    return ctx.remember("marks", lambda: (*_decorators(ctx), *_assignments(ctx)))


def covers(mark: MarkUse, test: TestItem) -> bool:
    """Whether a mark of a class or module stands over a collected test."""
    holder = mark.owner.qualname if mark.owner is not None else ""
    path = ".".join(test.class_path)
    return not holder or path == holder or path.startswith(f"{holder}.")


def mark_calls(ctx: Context, name: str) -> Iterator[CallUse]:
    """The uses of a mark that are calls."""
    for mark in marks_of(ctx):
        if mark.name == name and isinstance(mark.expr, Call) and isinstance(mark.node, ast.Call):
            yield CallUse(mark.expr, mark.node, mark.placed, ctx.text)


def mark_name_span(mark: MarkUse) -> Span | None:
    """The span of the mark's own name, `asyncio` in `pytest.mark.asyncio(...)`."""
    func = mark.node.func if isinstance(mark.node, ast.Call) else mark.node
    if not isinstance(func, ast.Attribute):
        return None
    end = mark.placed.span(func).end
    return Span(end - len(mark.name), end)


def delete_mark(mark: MarkUse) -> list[Edit] | None:
    """The edit that deletes a use of a mark; None where it shares its line with other code."""
    return None if mark.removal is None else [Edit(mark.removal, "")]


def set_mark_loop_scope(ctx: Context, test: TestItem, scope: Scope) -> list[Edit] | None:
    """Edits that make a test run in the loop of `scope`: of its own mark, or a new one when it has none."""
    own = [mark for mark in marks_of(ctx) if mark.owner == test.id and mark.name == "asyncio"]
    if not own:
        return add_decorator(ctx, test.id, ("pytest", f'mark.asyncio(loop_scope="{scope.value}")'))
    mark = own[-1]
    if not isinstance(mark.node, ast.Call):
        return [Edit(Span(mark.span.end, mark.span.end), f'(loop_scope="{scope.value}")')]
    use = next(use for use in mark_calls(ctx, "asyncio") if use.node is mark.node)
    for name in ("loop_scope", "scope"):
        if use.call.keyword(name) is not None:
            return [Edit(use.value_span(name), f'"{scope.value}"')]
    return (
        None if mark.has_arguments else [Edit(Span(mark.span.end - 1, mark.span.end), f'loop_scope="{scope.value}")')]
    )


def _decorators(ctx: Context) -> Iterator[MarkUse]:
    if ctx.facts is None:
        return
    for part, id_, definition, name, expr, node in ctx.facts.looked_at("marks", _in_part).found:
        placed = ctx.facts.placed(part)
        span = placed.span(node)
        at = ctx.text.rfind("@", 0, span.start)
        removal = own_lines(ctx.text, Span(at, span.end))
        yield MarkUse(name, id_, not isinstance(definition, ast.ClassDef), expr, node, placed, span, removal)


def _in_part(part: Part) -> list[tuple[Part, FactId, ast.stmt, str, Expr, ast.expr]]:
    return [
        (part, id_, definition, name, expr, node)
        for (id_, definition), decorators in zip(part.defs, part.decorators, strict=True)
        for expr, node in decorators
        if (name := _mark_name(expr)) is not None
    ]


def _assignments(ctx: Context) -> Iterator[MarkUse]:
    for holder, names, placed, statement in ctx.statements("pytestmark"):
        match statement:
            case ast.Assign([ast.Name("pytestmark")], value):
                pass
            case ast.AnnAssign(ast.Name("pytestmark"), _, ast.expr() as value):
                pass
            case _:
                continue
        items = value.elts if isinstance(value, ast.List | ast.Tuple) else [value]
        spans = [placed.span(item) for item in items]
        for index, item in enumerate(items):
            expr = read(item, names)
            name = _mark_name(expr)
            if name is None:
                continue
            removal = (
                without_item(ctx.text, spans, index) if len(items) > 1 else _statement(ctx.text, placed.span(statement))
            )
            yield MarkUse(name, holder, False, expr, item, placed, spans[index], removal)


def _statement(text: str, span: Span) -> Span | None:
    """The lines of a statement, with the blank lines before it where blank lines follow too."""
    lines = own_lines(text, span)
    if lines is None:
        return None
    blank = _BLANK_LINES.search(text, 0, lines.start)
    followed = not text[lines.end : next_line(text, lines.end)].strip()
    return Span(blank.start(), lines.end) if blank and followed else lines


def _mark_name(expr: Expr) -> str | None:
    name = dotted(expr)
    if name is None or not name.startswith(_PREFIX):
        return None
    rest = name.removeprefix(_PREFIX)
    return rest if rest.isidentifier() else None
