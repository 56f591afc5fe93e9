"""Code actions: mend one finding, mend all of a file, or silence a rule."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from enum import Enum
from pathlib import PurePath

from loopscope.engine.fixes import fix_file, fix_for, fixes_for, others_for
from loopscope.engine.ignores import ignore_in_file, ignore_on_line
from loopscope.engine.run import FileReport
from loopscope.engine.selection import Selection
from loopscope.features.create_fixture import creations
from loopscope.features.refactoring import migrations, moves, rewrites
from loopscope.features.suggestions import suggestions
from loopscope.rules.model import Finding, Fix, Safety
from loopscope.text.edit import Edit
from loopscope.text.files import Unreadable
from loopscope.text.frozen import frozen
from loopscope.text.span import Span
from loopscope.workspace.cancel import NEVER, CancelToken
from loopscope.workspace.snapshot import Snapshot

FIX_ALL_TITLE = "Fix all auto-fixable loopscope problems in this file"


class ActionKind(Enum):
    """What an action is for."""

    QUICK_FIX = "mends a finding"
    FIX_ALL_QUICK = "mends all of a file, chosen by hand"
    FIX_ALL = "mends all of a file, on save or on command"
    IGNORE = "silences a rule"
    REWRITE = "writes the same, or what may be meant, in another way"
    MOVE = "moves something to another place"
    MIGRATE = "makes a whole file ready for another mode"


@frozen
class Action:
    """Something to do about `findings` of the file `path`. `edits` None: to be computed with `fix_all` when chosen."""

    title: str
    kind: ActionKind
    path: PurePath
    findings: tuple[Finding, ...] = ()
    edits: Mapping[PurePath, Sequence[Edit]] | None = None
    preferred: bool = False


def actions(
    snapshot: Snapshot,
    path: PurePath,
    report: FileReport,
    span: Span,
    wanted: frozenset[ActionKind],
    cancel: CancelToken = NEVER,
) -> tuple[Action, ...]:
    """What can be done at a span of a file; `report` is what was found in this very snapshot. Fixes come first.

    Raises `Cancelled` when asked to.
    """
    here = [finding for finding in report.findings if _touch(finding.span, span)]
    found: list[Action] = []
    if ActionKind.QUICK_FIX in wanted:
        found += _quick_fixes(snapshot, path, here)
    if wanted & {ActionKind.FIX_ALL, ActionKind.FIX_ALL_QUICK}:
        found += _fix_all_actions(snapshot, path, report, here, wanted)
    if ActionKind.IGNORE in wanted:
        found += _ignores(snapshot, path, here)
    if ActionKind.REWRITE in wanted:
        found += _of_fixes(ActionKind.REWRITE, path, suggestions(snapshot, path, span, cancel))
        found += _of_fixes(ActionKind.REWRITE, path, rewrites(snapshot, path, span))
    if ActionKind.MOVE in wanted:
        found += _of_fixes(ActionKind.MOVE, path, moves(snapshot, path, span))
    if ActionKind.MIGRATE in wanted:
        found += _of_fixes(ActionKind.MIGRATE, path, migrations(snapshot, path))
    return tuple(found)


def fix_all(
    snapshot: Snapshot, path: PurePath, selection: Selection, cancel: CancelToken = NEVER
) -> dict[PurePath, tuple[Edit, ...]]:
    """The edits that apply every safe fix of a file, fixes of fixes included; empty when there is none.

    Raises `Cancelled` when asked to.
    """
    fixed = fix_file(snapshot, path, selection, cancel=cancel)
    edits: dict[PurePath, tuple[Edit, ...]] = {}
    for changed, text in fixed.texts.items():
        old = snapshot.files.read(changed)
        if not isinstance(old, Unreadable) and old != text:
            edits[changed] = difference(old, text)
    return edits


def difference(old: str, new: str) -> tuple[Edit, ...]:
    """Edits of whole lines that make `new` of `old`."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    starts = [0]
    for line in before:
        starts.append(starts[-1] + len(line))
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return tuple(
        Edit(Span(starts[first], starts[last]), "".join(after[into:until]))
        for tag, first, last, into, until in matcher.get_opcodes()
        if tag != "equal"
    )


def _of_fixes(kind: ActionKind, path: PurePath, fixes: Iterable[Fix]) -> Iterator[Action]:
    return (Action(fix.title, kind, path, edits=fix.edits) for fix in fixes)


def _touch(one: Span, other: Span) -> bool:
    return one.start <= other.end and other.start <= one.end


def _quick_fixes(snapshot: Snapshot, path: PurePath, here: Sequence[Finding]) -> Iterator[Action]:
    for finding in here:
        fix = fix_for(snapshot, finding)
        if fix is not None and fix.safety is not Safety.DISPLAY:
            yield Action(fix.title, ActionKind.QUICK_FIX, path, (finding,), fix.edits, _preferred(fix))
        for other in others_for(snapshot, finding):
            yield Action(other.title, ActionKind.QUICK_FIX, path, (finding,), other.edits)
        for made in creations(snapshot, finding):
            yield Action(made.title, ActionKind.QUICK_FIX, path, (finding,), {made.path: made.edits})


def _preferred(fix: Fix) -> bool:
    """Whether an editor may apply the fix at a key press: when it is the rule's choice and changes no meaning."""
    return fix.preferred and fix.safety is Safety.SAFE


def _fix_all_actions(
    snapshot: Snapshot,
    path: PurePath,
    report: FileReport,
    here: Sequence[Finding],
    wanted: frozenset[ActionKind],
) -> Iterator[Action]:
    safe = tuple(finding for finding, fix in fixes_for(snapshot, report) if fix.safety is Safety.SAFE)
    if not safe:
        return
    if ActionKind.FIX_ALL_QUICK in wanted and len(safe) > 1 and any(finding in safe for finding in here):
        yield Action(FIX_ALL_TITLE, ActionKind.FIX_ALL_QUICK, path, safe)
    if ActionKind.FIX_ALL in wanted:
        yield Action(FIX_ALL_TITLE, ActionKind.FIX_ALL, path, safe)


def _ignores(snapshot: Snapshot, path: PurePath, here: Sequence[Finding]) -> Iterator[Action]:
    text = snapshot.files.read(path)
    if isinstance(text, Unreadable):
        return
    seen: set[str] = set()
    for finding in here:
        edit = ignore_on_line(text, finding)
        if edit is not None and finding.rule not in seen:
            yield Action(f"Ignore {finding.rule} for this line", ActionKind.IGNORE, path, (finding,), {path: (edit,)})
        seen.add(finding.rule)
    for rule in dict.fromkeys(finding.rule for finding in here):
        same = tuple(finding for finding in here if finding.rule == rule)
        edit = ignore_in_file(text, same[0])
        if edit is not None:
            yield Action(f"Ignore {rule} in this file", ActionKind.IGNORE, path, same, {path: (edit,)})
