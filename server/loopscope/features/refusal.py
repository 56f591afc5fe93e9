"""Why something is not done."""

from pathlib import PurePath

from loopscope.features.describe import shown
from loopscope.text.files import Unreadable
from loopscope.text.frozen import frozen
from loopscope.text.lines import line_starts
from loopscope.text.span import Span
from loopscope.workspace.snapshot import Snapshot


@frozen
class Refusal:
    """A request that would do harm; `reason` is a sentence for the user, `code` one word or two for programs."""

    code: str
    reason: str


def located(snapshot: Snapshot, path: PurePath, span: Span) -> str:
    """A place in words: `tests/test_a.py line 4`."""
    text = snapshot.files.read(path)
    if isinstance(text, Unreadable) or span == Span(0, 0):
        return shown(snapshot, path)
    line = sum(1 for start in line_starts(text) if start <= span.start)
    return f"{shown(snapshot, path)} line {line}"
