"""Functions and classes that a later definition of the same name replaces before anything uses them."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from loopscope.facts.outline import Binding, ClassFact, FactId, FunctionFact, Guard
from loopscope.rules.context import Context


class Redefined(NamedTuple):
    """A definition that is gone, and the one that replaced it."""

    dead: FunctionFact | ClassFact
    by: FunctionFact | ClassFact


def redefined(ctx: Context) -> Iterator[Redefined]:
    """The definitions of module and class bodies that another one replaces, neither below a condition.

    Left out is what the text between the two mentions, or the decorators of the second: it may be kept there.
    """
    if ctx.outline.dynamic:
        return
    yield from _among(ctx, ctx.outline.bindings)


def _among(ctx: Context, bindings: tuple[Binding, ...]) -> Iterator[Redefined]:
    last: dict[str, Binding] = {}
    gone: set[FactId] = set()
    for binding in bindings:
        before = last.get(binding.name)
        last[binding.name] = binding
        if before is not None and binding.guard is Guard.ALWAYS and before.guard is Guard.ALWAYS:
            match before.target, binding.target:
                case (FunctionFact() | ClassFact() as dead, FunctionFact() | ClassFact() as by):
                    if not _is_mentioned(ctx, dead, by):
                        gone.add(dead.id)
                        yield Redefined(dead, by)
                case _:
                    pass
    for binding in bindings:
        if isinstance(binding.target, ClassFact) and binding.target.id not in gone:
            yield from _among(ctx, binding.target.bindings)


def _is_mentioned(ctx: Context, dead: FunctionFact | ClassFact, by: FunctionFact | ClassFact) -> bool:
    between = ctx.text[ctx.layout.defs[dead.id].whole.end : ctx.layout.defs[by.id].name.start]
    return re.search(rf"\b{re.escape(dead.name)}\b", between) is not None
