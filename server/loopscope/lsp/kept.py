"""What was found in open files, kept on disk for the next start.

A session begins with the diagnostics of the one before, when the text is the same and so is every file and folder that
they came from. The check runs nevertheless, right afterwards, and what it finds counts.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath
from typing import Any, cast

from loopscope.host.cache import Cache, content_key, rules_fingerprint
from loopscope.host.witness import Witness, unchanged
from loopscope.lsp.project import Editor, Project
from loopscope.lsp.state import State
from loopscope.rules.model import Finding, Related, Severity, Tag
from loopscope.text.span import Span

_MOST = 20_000
"""Where more was looked at than this, something went over the whole workspace: then it is not worth keeping."""


@dataclass(frozen=True)
class Kept:
    """What is kept for the projects of a session, as they and the editor's settings are. For worker threads."""

    cache: Cache
    disk: Witness
    projects: tuple[Project, ...]
    editor: Editor

    def findings(self, state: State, path: PurePath) -> list[Finding] | None:
        """What was found in an open file and shown; None when that is not kept, or may be otherwise by now."""
        if not self._may_be_kept(state, path):
            return None
        kept = self.cache.get(self._key(path))
        if not isinstance(kept, tuple):
            return None
        text, marks, found = cast("tuple[bytes, dict[str, Any], list[tuple[Any, ...]]]", kept)
        if text != content_key(state.by_path[path].text) or not unchanged(marks):
            return None
        return [_finding(path, *each) for each in found]

    def keep(self, state: State, path: PurePath, found: Sequence[Finding]) -> None:
        """Keep what was found in an open file and is shown, unless it depends on more than files."""
        # What jedi answers comes later at the next start, too: diagnostics would come, go and come again.
        if state.snapshot.has_asked or not self._may_be_kept(state, path):
            return
        marks = dict(self.disk.marks)
        marks.pop(os.fspath(path), None)  # its text is kept
        if len(marks) <= _MOST:
            text = content_key(state.by_path[path].text)
            self.cache.put(self._key(path), (text, marks, [_plain(each) for each in found]))

    def _may_be_kept(self, state: State, path: PurePath) -> bool:
        """Whether a file is open and belongs to a folder of the workspace, and no document has unsaved text."""
        if path not in state.by_path or not any(path.is_relative_to(project.root) for project in self.projects):
            return False
        documents = state.documents.values()
        return all(each.on_disk and self.disk.read(each.path) == each.text for each in documents)

    def _key(self, path: PurePath) -> bytes:
        return content_key("report", str(path), self._circumstances)

    @cached_property
    def _circumstances(self) -> str:
        return f"{rules_fingerprint()} {self.projects} {self.editor}"


def _plain(finding: Finding) -> tuple[object, ...]:
    """A finding of numbers and strings, which is what the cache takes; fixes are made of what the check finds."""
    related = [(str(each.path), *each.span, each.message) for each in finding.related]
    severity = None if finding.severity is None else finding.severity.value
    return (finding.rule, *finding.span, finding.message, related, [tag.value for tag in finding.tags], severity)


def _finding(
    path: PurePath,
    rule: str,
    start: int,
    end: int,
    message: str,
    related: list[tuple[str, int, int, str]],
    tags: list[str],
    severity: str | None,
) -> Finding:
    places = tuple(Related(PurePath(where), Span(first, last), text) for where, first, last, text in related)
    how = None if severity is None else Severity(severity)
    return Finding(rule, path, Span(start, end), message, places, tuple(map(Tag, tags)), how)
