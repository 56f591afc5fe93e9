"""Fixes: of one finding, and of whole files, applied until nothing is left to mend."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePath
from typing import NamedTuple

from loopscope.engine.run import FileReport, check_file, context_of
from loopscope.engine.selection import Selection
from loopscope.rules import by_name
from loopscope.rules.model import Finding, Fix, Safety
from loopscope.text.edit import Edit, apply_edits
from loopscope.text.files import Entry, Files, Unreadable
from loopscope.text.frozen import field, frozen
from loopscope.workspace.cancel import NEVER, CancelToken
from loopscope.workspace.snapshot import Snapshot

MOST_ROUNDS = 10


class Applied(NamedTuple):
    """A fix that was applied, and the finding it mended."""

    finding: Finding
    fix: Fix


@frozen
class FixedText:
    """What fixing a file led to.

    `text` is the file's new text, `texts` those of all files that changed, by path. `remaining` are the findings of the
    new text. `converged` is False when fixes kept finding something to mend.
    """

    text: str
    texts: Mapping[PurePath, str] = field(default_factory=dict[PurePath, str])
    applied: tuple[Applied, ...] = ()
    remaining: tuple[Finding, ...] = ()
    converged: bool = True


@frozen
class Overlay:
    """Files with the texts of some existing ones replaced."""

    base: Files
    texts: Mapping[PurePath, str]

    def read(self, path: PurePath) -> str | Unreadable:
        """The replaced text of a file, or its own."""
        found = self.texts.get(path)
        return self.base.read(path) if found is None else found

    def is_file(self, path: PurePath) -> bool:
        """As below: no file is added."""
        return self.base.is_file(path)

    def is_dir(self, path: PurePath) -> bool:
        """As below."""
        return self.base.is_dir(path)

    def entries(self, path: PurePath) -> tuple[Entry, ...]:
        """As below."""
        return self.base.entries(path)

    def subfolders(self, path: PurePath, beginning: str) -> tuple[str, ...]:
        """As below."""
        return self.base.subfolders(path, beginning)


def fix_for(snapshot: Snapshot, finding: Finding) -> Fix | None:
    """The fix of a finding that `check_file` found in this very snapshot; None when its rule has none for it."""
    rule = by_name[finding.rule]
    ctx = context_of(snapshot, finding.path)
    if rule.fix is None or isinstance(ctx, Unreadable):
        return None
    fix = rule.fix(ctx, finding)
    return None if fix is None or not any(fix.edits.values()) else fix


def others_for(snapshot: Snapshot, finding: Finding) -> tuple[Fix, ...]:
    """What else may mend a finding that `check_file` found in this very snapshot, for a person to choose from."""
    rule = by_name[finding.rule]
    ctx = context_of(snapshot, finding.path)
    return () if rule.others is None or isinstance(ctx, Unreadable) else tuple(rule.others(ctx, finding))


def fixes_for(snapshot: Snapshot, report: FileReport) -> tuple[tuple[Finding, Fix], ...]:
    """The findings of a report that have a fix, each with it, in order."""
    found = ((finding, fix_for(snapshot, finding)) for finding in report.findings)
    return tuple((finding, fix) for finding, fix in found if fix is not None)


def compose(fixes: Iterable[tuple[Finding, Fix]]) -> tuple[dict[PurePath, tuple[Edit, ...]], tuple[Applied, ...]]:
    """The edits of as many fixes as go together, by file, and which fixes these are.

    Two fixes go together when none of their edits overlap; an edit that both make, such as an import, is made once. The
    earlier fix wins.
    """
    edits: dict[PurePath, list[Edit]] = {}
    applied: list[Applied] = []
    for finding, fix in fixes:
        if all(_fits(edits.get(path, []), more) for path, more in fix.edits.items()):
            for path, more in fix.edits.items():
                known = edits.setdefault(path, [])
                known += [edit for edit in more if edit not in known]
            applied.append(Applied(finding, fix))
    return {path: tuple(each) for path, each in edits.items()}, tuple(applied)


def fix_file(
    snapshot: Snapshot,
    path: PurePath,
    selection: Selection,
    *,
    unsafe: bool = False,
    only: Callable[[Finding], bool] | None = None,
    cancel: CancelToken = NEVER,
) -> FixedText:
    """The file with every safe fix applied, and the unsafe ones too when asked; fixes of fixes included.

    `only` says which findings to mend. Raises `Cancelled` when asked to. A file that cannot be read stays as it is.
    """
    texts: dict[PurePath, str] = {}
    applied: list[Applied] = []
    for _ in range(MOST_ROUNDS):
        report = check_file(snapshot, path, selection, cancel)
        wanted = [
            (finding, fix)
            for finding, fix in fixes_for(snapshot, report)
            if _may_apply(fix, unsafe=unsafe) and (only is None or only(finding))
        ]
        edits, done = compose(wanted)
        if not done:
            return FixedText(_text(snapshot, path), texts, tuple(applied), report.findings)
        applied += done
        changed = {each: apply_edits(_text(snapshot, each), more) for each, more in edits.items()}
        texts |= changed
        snapshot = snapshot.after(changed, Overlay(snapshot.files, changed))
    report = check_file(snapshot, path, selection, cancel)
    return FixedText(_text(snapshot, path), texts, tuple(applied), report.findings, converged=False)


def _may_apply(fix: Fix, *, unsafe: bool) -> bool:
    return fix.safety is Safety.SAFE or (unsafe and fix.safety is Safety.UNSAFE)


def _fits(known: Iterable[Edit], more: Iterable[Edit]) -> bool:
    return all(new == old or not _clash(new, old) for new in more for old in known)


def _clash(one: Edit, other: Edit) -> bool:
    """Whether two edits overlap, or insert at the same place, where their order would matter."""
    if one.span == other.span:
        return True
    return one.span.start < other.span.end and other.span.start < one.span.end


def _text(snapshot: Snapshot, path: PurePath) -> str:
    text = snapshot.files.read(path)
    return "" if isinstance(text, Unreadable) else text
