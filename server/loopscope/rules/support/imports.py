"""Adding an import where isort would put it."""

import ast
import sys
from collections.abc import Iterator
from typing import NamedTuple

from loopscope.facts.outline import Guard, ImportedModule
from loopscope.rules.context import Context
from loopscope.rules.support.text import line_end, line_start, next_line
from loopscope.text.edit import Edit
from loopscope.text.span import Span


def local_name(ctx: Context, module: str) -> str | None:
    """The name under which the file imports a module (`pt` for `import pytest as pt`); None when it does not."""
    found = None
    for binding in ctx.outline.bindings:
        if binding.target == ImportedModule(module, module) and binding.guard is Guard.ALWAYS:
            found = binding.name
    return found


def spelled(ctx: Context, module: str, imports: list[Edit]) -> str:
    """The name for a module in this file; adds to `imports` what makes it known."""
    name = local_name(ctx, module)
    if name is None:
        imports += add_import(ctx, module)
    return name or module


def add_import(ctx: Context, module: str) -> list[Edit]:
    """The edit that inserts `import module`; sections and order as isort has them by default."""
    text, end = ctx.text, line_end(ctx.text)
    imports = list(_imports(ctx))
    section = _section(module)
    before = [each for each in imports if (each.section, each.is_from, each.module) < (section, False, module)]
    if not imports:
        start, more = _after_docstring(ctx)
        return [_insert(start, f"{more}import {module}{end}{end}{end}")]
    if not before:
        blank = "" if imports[0].section == section else end
        return [_insert(imports[0].lines.start, f"import {module}{end}{blank}")]
    same = [each for each in before if each.section == section]
    if same:
        return [_insert(same[-1].lines.end, f"import {module}{end}")]
    after = [each for each in imports if each.section == section]
    if after:
        return [_insert(after[0].lines.start, f"import {module}{end}")]
    lead = "" if text[: before[-1].lines.end].endswith(("\n", "\r")) else end
    return [_insert(before[-1].lines.end, f"{lead}{end}import {module}{end}")]


class _Import(NamedTuple):
    section: int
    is_from: bool
    module: str
    lines: Span


def _imports(ctx: Context) -> Iterator[_Import]:
    """The import statements that the file begins with; conditional ones end them."""
    for placed in ctx.chunks:
        for node in placed.chunk.body:
            match node:
                case ast.Import():
                    module, is_from = node.names[0].name, False
                case ast.ImportFrom():
                    module, is_from = "." * node.level + (node.module or ""), True
                case ast.Expr(ast.Constant(str())):
                    continue
                case _:
                    return
            span = placed.span(node)
            start = max(line_start(ctx.text, span.start), _first(ctx.text))
            yield _Import(_section(module), is_from, module, Span(start, next_line(ctx.text, span.end)))


def _section(module: str) -> int:
    top = module.partition(".")[0]
    if top == "__future__":
        return 0
    if top in sys.stdlib_module_names:
        return 1
    return 3 if module.startswith(".") else 2


def _after_docstring(ctx: Context) -> tuple[int, str]:
    """Where the first import goes: below the docstring, or the comments, that the file begins with."""
    text, end = ctx.text, line_end(ctx.text)
    for placed in ctx.chunks:
        for node in placed.chunk.body:
            if (
                isinstance(node, ast.Expr)
                and isinstance(node.value, ast.Constant)
                and isinstance(node.value.value, str)
            ):
                return next_line(text, placed.span(node).end), end
            break
        break
    offset = _first(text)
    while offset < len(text) and text.startswith("#", offset):
        offset = next_line(text, offset)
    return offset, end if offset > 1 else ""


def _first(text: str) -> int:
    """The offset after a byte order mark."""
    return 1 if text.startswith("\ufeff") else 0


def _insert(offset: int, text: str) -> Edit:
    return Edit(Span(offset, offset), text)
