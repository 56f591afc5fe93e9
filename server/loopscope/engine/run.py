"""Run rules over one file of a snapshot."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from pathlib import PurePath
from typing import NamedTuple

from loopscope.engine.selection import Selection
from loopscope.engine.settings import setting_findings
from loopscope.engine.suppress import apply_suppressions
from loopscope.engine.words import encoded, texts_of, words_of
from loopscope.facts.part import words_in
from loopscope.rules.context import Context
from loopscope.rules.model import CheckedFiles, Finding, Rule
from loopscope.text.files import Unreadable
from loopscope.text.frozen import replace
from loopscope.text.span import Span
from loopscope.workspace.cancel import NEVER, Cancelled, CancelToken
from loopscope.workspace.snapshot import Snapshot


class RuleError(NamedTuple):
    """A rule that failed on a file: a defect of loopscope. `details` is the traceback as text."""

    rule: str
    path: PurePath
    details: str


class FileReport(NamedTuple):
    """What was found in one file. Findings come in source order, each with its effective severity.

    `suppressed` counts findings that comments silence; `unreadable` says why the file could not be checked.
    """

    path: PurePath
    findings: tuple[Finding, ...] = ()
    errors: tuple[RuleError, ...] = ()
    suppressed: int = 0
    unreadable: str | None = None


def check_file(
    snapshot: Snapshot, path: PurePath, selection: Selection, cancel: CancelToken = NEVER, part: Span | None = None
) -> FileReport:
    """The findings of the selected rules in a Python or configuration file, comments that suppress them obeyed.

    Of a `part` of it when that is given: rules that have none of their words there are not run. A rule that raises is
    reported in `errors` and stops no other. Raises `Cancelled` between rules, when asked to.
    """
    ctx = context_of(snapshot, path)
    if isinstance(ctx, Unreadable):
        return FileReport(path, unreadable=ctx.reason)
    if selection.at_first:
        ctx = replace(ctx, at_first=True)
    found: list[Finding] = []
    errors: list[RuleError] = []
    rules = selection.rules_for(path)
    words = words_of(ctx.facts, ctx.text) if part is None else words_in(ctx.source(part))
    has_one_of = texts_of(ctx.facts, ctx.text)
    for rule in _of_use(rules, ctx, words, has_one_of):
        cancel.check()
        findings, error = _run(rule, ctx)
        if findings:
            severity = selection.severity_of(rule)
            overridden = rule.meta.name in selection.severities
            found += [
                replace(each, severity=severity if overridden else each.severity or severity) for each in findings
            ]
        if error is not None:
            errors.append(error)
    found += setting_findings(ctx, selection)
    if part is not None:
        found = [each for each in found if each.span.start <= part.end and part.start <= each.span.end]
    kept, suppressed = apply_suppressions(ctx, found, rules, selection)
    kept.sort(key=lambda each: (each.span, each.rule, each.message))
    return FileReport(path, tuple(kept), tuple(errors), suppressed)


def context_of(snapshot: Snapshot, path: PurePath) -> Context | Unreadable:
    """What rules see of a file; why it cannot be read."""
    text = snapshot.files.read(path)
    if isinstance(text, Unreadable):
        return text
    if path.suffix not in (".py", ".pyi"):
        return Context(snapshot, path, text, None)
    facts = snapshot.facts(path)
    return facts if isinstance(facts, Unreadable) else Context(snapshot, path, text, facts)


def _of_use(
    rules: Sequence[Rule], ctx: Context, words: AbstractSet[bytes], has_one_of: Callable[[tuple[str, ...]], bool]
) -> list[Rule]:
    """The rules that may find something in a file of which they are given the words, or those of a part of it."""
    kinds = (CheckedFiles.CONFIGURATION if ctx.facts is None else CheckedFiles.PYTHON, CheckedFiles.ALL)
    return [
        rule
        for rule in rules
        if (meta := rule.meta).files in kinds
        and not (meta.words and words.isdisjoint(encoded(meta.words)))
        and (not meta.texts or has_one_of(meta.texts))
    ]


def _run(rule: Rule, ctx: Context) -> tuple[list[Finding], RuleError | None]:
    found: list[Finding] = []
    try:
        found.extend(rule.check(ctx))
    except Cancelled:
        raise
    except Exception:  # noqa: BLE001  one broken rule must not silence the others, whatever it raises
        import traceback  # noqa: PLC0415  seldom needed, slow to load

        return found, RuleError(rule.meta.name, ctx.path, traceback.format_exc())
    return found, None
