"""Edits of what a function says that it returns."""

from loopscope.facts.bodies import Body
from loopscope.facts.outline import Guard, ImportedModule, ImportedName
from loopscope.rules.context import Context
from loopscope.rules.support.imports import add_import
from loopscope.text.edit import Edit
from loopscope.text.span import Span

_ITERATORS = ("AsyncIterator", "AsyncIterable")
_MODULES = ("collections.abc", "typing")
_HOME = "collections.abc"


def yields_instead(ctx: Context, body: Body) -> list[Edit]:
    """Edits after which an async function that returned is annotated as one that yields; none where it is not
    annotated."""
    returns = body.node.returns
    if returns is None:
        return []
    span = ctx.span(body, returns)
    for binding in ctx.outline.bindings:
        match binding.target:
            case ImportedName(module, name) if module in _MODULES and binding.guard is Guard.ALWAYS:
                if name in _ITERATORS:
                    return _wrapped(span, f"{binding.name}[", "]")
                if name == "AsyncGenerator":
                    return _wrapped(span, f"{binding.name}[", ", None]")
            case _:
                pass
    imported = any(binding.target == ImportedModule("collections", _HOME) for binding in ctx.outline.bindings)
    imports = [] if imported else add_import(ctx, _HOME)
    return [*imports, *_wrapped(span, f"{_HOME}.AsyncIterator[", "]")]


def _wrapped(span: Span, before: str, after: str) -> list[Edit]:
    return [Edit(Span(span.start, span.start), before), Edit(Span(span.end, span.end), after)]
