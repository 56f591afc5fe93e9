"""Findings as diagnostics, computed on a frozen state."""

import threading
from collections.abc import Sequence
from pathlib import PurePath

from lsprotocol import types

from loopscope.engine.neighbours import not_left
from loopscope.engine.run import FileReport, check_file
from loopscope.engine.selection import at_first, select, without_values
from loopscope.host.walk import iter_python_files
from loopscope.lsp.convert import diagnostic
from loopscope.lsp.log import LOG
from loopscope.lsp.state import State
from loopscope.rules import by_name
from loopscope.rules.docs import url
from loopscope.rules.model import Finding, Severity
from loopscope.workspace.cancel import CancelToken


def report_for(state: State, path: PurePath, token: CancelToken) -> FileReport:
    """What the engine finds in a file, once for each state; a failing rule goes to the log. Raises `Cancelled`."""
    known = state.reports.get(path)
    if known is not None:
        return known
    with state.checking.setdefault(path, threading.Lock()):
        token.check()
        return state.reports.get(path) or _check(state, path, token)


def _check(state: State, path: PurePath, token: CancelToken) -> FileReport:
    report = check_file(state.snapshot, path, select(state.snapshot.settings_of(path)), token)
    for error in report.errors:
        LOG.error("The rule %s failed on %s: please report this.\n%s", error.rule, error.path, error.details)
    state.reports[path] = report
    return report


def check_document(state: State, path: PurePath, token: CancelToken) -> list[types.Diagnostic]:
    """The diagnostics of a file, in source order; none for one that cannot be read. Raises `Cancelled`.

    What the setting `beside` leaves to other tools is not among them.
    """
    return diagnostics_of(state, path, shown_findings(state, path, token))


def early_diagnostics(state: State, path: PurePath, token: CancelToken) -> list[types.Diagnostic]:
    """Those diagnostics of `check_document` that are found in a fraction of its time, at the beginning of a session.

    Some of them, that is: where there are none that need no values, of missing awaits those that are plain to see.
    """
    chosen = select(state.snapshot.settings_of(path))
    for selection in (without_values(chosen), at_first(chosen)):
        found = _shown(state, path, check_file(state.snapshot, path, selection, token).findings)
        if found:
            return diagnostics_of(state, path, found)
    return []


def shown_findings(state: State, path: PurePath, token: CancelToken) -> list[Finding]:
    """The findings of which `check_document` makes diagnostics. Raises `Cancelled`."""
    return _shown(state, path, report_for(state, path, token).findings)


def _shown(state: State, path: PurePath, findings: Sequence[Finding]) -> list[Finding]:
    tools = [tool.value for tool in state.snapshot.settings_of(path).beside.value]
    return not_left(state.snapshot, path, findings, tools) if tools else list(findings)


def diagnostics_of(state: State, path: PurePath, findings: Sequence[Finding]) -> list[types.Diagnostic]:
    """Findings of one file as diagnostics."""
    source = state.source_of(path)
    if source is None:
        return []
    return [diagnostic(state, source, one, one.severity or Severity.WARNING, _url(one.rule)) for one in findings]


def checked_paths(state: State, token: CancelToken) -> list[PurePath]:
    """The Python files of all workspace folders in which there may be findings: tests and conftests."""
    found: dict[PurePath, None] = {}
    for root in state.snapshot.roots:
        exclude = [one.value for one in state.snapshot.settings_of(root).exclude.value]
        for path in iter_python_files(root, exclude=exclude):
            token.check()
            if state.snapshot.module(path).role != "other":
                found[path] = None
    return list(found)


def _url(rule: str) -> str | None:
    return url(rule) if rule in by_name else None
