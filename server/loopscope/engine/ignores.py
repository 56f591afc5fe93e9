"""Edits that silence a rule on one line or in one file, and all that is found in a file."""

from pathlib import PurePath
from typing import NamedTuple

from loopscope.engine.comments import Directive, comments, directives
from loopscope.engine.fixes import Overlay
from loopscope.engine.run import check_file
from loopscope.engine.selection import Selection
from loopscope.engine.suppress import UNUSED
from loopscope.rules.model import Finding
from loopscope.rules.support.text import line_end, next_line
from loopscope.text.edit import Edit, apply_edits
from loopscope.text.files import Unreadable
from loopscope.text.lines import LineIndex
from loopscope.text.span import Span
from loopscope.workspace.snapshot import Snapshot


class Silenced(NamedTuple):
    """The text of a file once comments silence what was found; of how many findings, and which are left."""

    text: str
    findings: int
    remaining: tuple[Finding, ...]


def ignore_on_line(text: str, finding: Finding) -> Edit | None:
    """The edit that silences a finding's rule on its line, in the comment that is there already if one is.

    None when the line takes no comment, or is silenced already.
    """
    lines = LineIndex(text)
    line = lines.line_of(finding.span.start)
    for directive in directives(finding.path, text, lines):
        if directive.kind == "line" and directive.line == line and not directive.alone:
            return _with_name(directive, finding.rule)
    comment = f"# loopscope: ignore[{finding.rule}]"
    last = lines.line_of(max(finding.span.start, finding.span.end - 1))
    for candidate in dict.fromkeys((line, last)):
        stop = len(lines.line_text(candidate).rstrip()) + lines.starts[candidate]
        edit = Edit(Span(stop, stop), f"  {comment}")
        if _is_comment(finding.path, text, edit, stop + 2):
            return edit
    start = lines.starts[line]
    content = lines.line_text(line)
    indent = content[: len(content) - len(content.lstrip())]
    edit = Edit(Span(start, start), f"{indent}{comment}{line_end(text)}")
    return edit if _is_comment(finding.path, text, edit, start + len(indent)) else None


def ignore_in_file(text: str, finding: Finding) -> Edit | None:
    """The edit that silences a finding's rule in its file; None when it is silenced already."""
    lines = LineIndex(text)
    for directive in directives(finding.path, text, lines):
        if directive.kind == "file":
            return _with_name(directive, finding.rule)
    offset = 1 if text.startswith("\ufeff") else 0
    while text.startswith(("#!", "# -*-", "# coding", "# vim"), offset):
        offset = next_line(text, offset)
    return Edit(Span(offset, offset), f"# loopscope: ignore-file[{finding.rule}]{line_end(text)}")


def ignore_all(snapshot: Snapshot, path: PurePath, selection: Selection) -> Silenced:
    """The file with a comment on each line where something is found. Comments that silence nothing stay findings.

    A file that cannot be read stays as it is.
    """
    text = snapshot.files.read(path)
    if isinstance(text, Unreadable):
        return Silenced("", 0, ())
    found = _found(snapshot, path, selection)
    # From the end: the places of those above stay right.
    for finding in sorted(found, key=lambda each: each.span, reverse=True):
        edit = ignore_on_line(text, finding)
        if edit is not None:
            text = apply_edits(text, [edit])
    after = snapshot.after([path], Overlay(snapshot.files, {path: text}))
    remaining = _found(after, path, selection)
    return Silenced(text, len(found) - len(remaining), remaining)


def _found(snapshot: Snapshot, path: PurePath, selection: Selection) -> tuple[Finding, ...]:
    return tuple(each for each in check_file(snapshot, path, selection).findings if each.rule != UNUSED)


def _with_name(directive: Directive, rule: str) -> Edit | None:
    if directive.names is None or any(name.text == rule for name in directive.names):
        return None
    if not directive.names:
        return Edit(directive.span, f"# loopscope: ignore{'-file' if directive.kind == 'file' else ''}[{rule}]")
    end = directive.names[-1].span.end
    return Edit(Span(end, end), f", {rule}")


def _is_comment(path: PurePath, text: str, edit: Edit, start: int) -> bool:
    """Whether the edit makes a comment that begins at `start`, and not a part of a string or of a continued line."""
    before = text[: edit.span.start].rstrip(" \t")
    if before.endswith("\\"):
        return False
    return any(comment.start == start for comment in comments(path, apply_edits(text, [edit])))
