"""Refactorings: what the code at a place, or a whole file, can be made into without a mistake being mended."""

from collections.abc import Iterator
from pathlib import PurePath

from loopscope.engine.run import context_of
from loopscope.features.refactor_async import toggled
from loopscope.features.refactor_marks import gathered, rescoped, spread
from loopscope.features.refactor_mode import less_in_auto, ready_for_strict
from loopscope.features.refactor_scope import widened
from loopscope.rules.model import Fix
from loopscope.text.files import Unreadable
from loopscope.text.span import Span
from loopscope.workspace.snapshot import Snapshot


def rewrites(snapshot: Snapshot, path: PurePath, span: Span) -> Iterator[Fix]:
    """What the definition or mark at the beginning of a span can be rewritten into."""
    ctx = context_of(snapshot, path)
    if not isinstance(ctx, Unreadable) and ctx.facts is not None:
        yield from toggled(ctx, span.start)
        yield from rescoped(ctx, span.start)
        yield from widened(ctx, span.start)


def moves(snapshot: Snapshot, path: PurePath, span: Span) -> Iterator[Fix]:
    """Where the asyncio mark at the beginning of a span can go."""
    ctx = context_of(snapshot, path)
    if not isinstance(ctx, Unreadable) and ctx.facts is not None:
        yield from gathered(ctx, span.start)
        yield from spread(ctx, span.start)


def migrations(snapshot: Snapshot, path: PurePath) -> Iterator[Fix]:
    """What makes a whole file ready for another mode of pytest-asyncio."""
    ctx = context_of(snapshot, path)
    if not isinstance(ctx, Unreadable) and ctx.facts is not None:
        yield from ready_for_strict(ctx)
        yield from less_in_auto(ctx)
