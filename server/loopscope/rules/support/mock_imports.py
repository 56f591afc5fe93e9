"""The name of a class of `unittest.mock` in a file, imported beside its kin where it is not known yet."""

import ast

from loopscope.facts.outline import Guard, ImportedName
from loopscope.rules.context import Context
from loopscope.rules.support.text import indentation, line_end
from loopscope.text.edit import Edit
from loopscope.text.span import Span

_MODULES = ("unittest.mock", "mock")


def beside(ctx: Context, written: ast.expr, wanted: str, imports: list[Edit]) -> str | None:
    """How the class `wanted` is written where its kin is written as `written`; adds to `imports` what makes it known.

    None when `written` is no plain name or attribute, or where no import of `unittest.mock` can be extended.
    """
    if isinstance(written, ast.Attribute):
        return f"{ast.unparse(written.value)}.{wanted}"
    return imported(ctx, wanted, imports) if isinstance(written, ast.Name) else None


def imported(ctx: Context, wanted: str, imports: list[Edit]) -> str | None:
    """The name under which the file has a class of `unittest.mock`; adds it to a `from` import where it has none."""
    if "unittest.mock" not in ctx.text and "from mock" not in ctx.text:
        return None
    for binding in ctx.outline.bindings:
        for module in _MODULES:
            if binding.target == ImportedName(module, wanted) and binding.guard is Guard.ALWAYS:
                return binding.name
    if ctx.outline.by_name.get(wanted):
        return None
    for placed in ctx.chunks:
        for node in placed.chunk.body:
            if (
                isinstance(node, ast.ImportFrom)
                and node.module in _MODULES
                and not node.level
                and placed.holder is None
            ):
                if not imports:
                    imports.append(_add(ctx, [(each.name, placed.span(each)) for each in node.names], wanted))
                return wanted
    return None


def _add(ctx: Context, names: list[tuple[str, Span]], wanted: str) -> Edit:
    """The edit that adds a name where isort would have it: constants, then classes, then functions."""
    for name, span in names:
        if _order(wanted) < _order(name):
            indent = indentation(ctx.text, span.start)
            after = ", " if indent is None else f",{line_end(ctx.text)}{indent}"
            return Edit(Span(span.start, span.start), f"{wanted}{after}")
    end = names[-1][1].end
    return Edit(Span(end, end), f", {wanted}")


def _order(name: str) -> tuple[int, str]:
    return (0 if name.isupper() else 1 if name[:1].isupper() else 2, name)
