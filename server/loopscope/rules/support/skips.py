"""Tests that pytest may not set up at all."""

from loopscope.rules.context import Context
from loopscope.workspace.marks import UNREAD
from loopscope.workspace.model import TestItem

_NOT_SET_UP = frozenset({"skip", "skipif", "xfail", UNREAD})


def may_be_skipped(ctx: Context, test: TestItem) -> bool:
    """Whether a mark, or its module, may keep a test from being set up, or takes its failure as expected."""
    if ctx.remember("module may be skipped", lambda: "importorskip" in ctx.text or "allow_module_level" in ctx.text):
        return True
    return any(mark.name in _NOT_SET_UP for mark in ctx.view.marks(test))
