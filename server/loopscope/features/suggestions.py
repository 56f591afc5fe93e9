"""What rules that are not selected would mend at a place: offered as refactorings, not reported as problems."""

from collections.abc import Iterator
from pathlib import PurePath

from loopscope.engine.fixes import fixes_for
from loopscope.engine.run import check_file, context_of
from loopscope.engine.selection import offered
from loopscope.rules.model import Fix, Safety
from loopscope.rules.support.text import line_start, line_stop
from loopscope.text.files import Unreadable
from loopscope.text.span import Span
from loopscope.workspace.cancel import NEVER, CancelToken
from loopscope.workspace.snapshot import Snapshot


def suggestions(snapshot: Snapshot, path: PurePath, span: Span, cancel: CancelToken = NEVER) -> Iterator[Fix]:
    """The fixes of rules that are off, for what they find on the lines of a span.

    Only the function around the span is looked at. Nothing of a rule that a setting turns off by name, and nothing that
    a comment silences. Raises `Cancelled` when asked to.
    """
    ctx = context_of(snapshot, path)
    if isinstance(ctx, Unreadable):
        return
    lines = Span(line_start(ctx.text, span.start), line_stop(ctx.text, span.end))
    owner = ctx.layout.at(span.start)
    part = lines
    if owner is not None and (definition := ctx.definition(owner)) is not None and definition.is_function:
        whole = ctx.layout.defs[owner].whole
        part = Span(min(lines.start, whole.start), max(lines.end, whole.end))
    report = check_file(snapshot, path, offered(snapshot.settings_of(path)), cancel, part)
    here = tuple(each for each in report.findings if each.span.start <= lines.end and lines.start <= each.span.end)
    for _, fix in fixes_for(snapshot, report._replace(findings=here)):
        if fix.safety is not Safety.DISPLAY:
            yield fix
