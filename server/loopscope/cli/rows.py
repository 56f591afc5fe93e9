"""Findings as rows for people and programs: positions in lines and columns, paths relative, source lines at hand."""

from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import NamedTuple

from loopscope.config.paths import shown_path
from loopscope.rules.model import Finding, Fix, Severity
from loopscope.text.source import Source
from loopscope.text.span import Span


class Place(NamedTuple):
    """A range in a file: 1-based lines, 1-based columns in code points, the end exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


class RowEdit(NamedTuple):
    """One replacement of a fix."""

    place: Place
    text: str


class RowFix(NamedTuple):
    """How a finding can be mended."""

    safety: str
    title: str
    edits: tuple[RowEdit, ...]


class Row(NamedTuple):
    """One finding, ready to be shown. `source_line` is the first line it marks, without its line end."""

    rule: str
    severity: Severity
    message: str
    place: Place
    url: str
    source_line: str
    related: tuple[tuple[Place, str], ...]
    fix: RowFix | None


def row_of(
    finding: Finding, severity: Severity, fix: Fix | None, url: str, sources: Mapping[PurePath, Source], base: PurePath
) -> Row:
    """The row of a finding; `sources` holds every file that it or its fix names, `base` is the working directory."""

    def place(path: PurePath, span: Span) -> Place:
        return place_of(sources[path], span, shown_path(path, base))

    def edits_of(fix: Fix) -> Iterator[RowEdit]:
        for path, edits in fix.edits.items():
            yield from (RowEdit(place(path, edit.span), edit.text) for edit in edits)

    source = sources[finding.path]
    return Row(
        rule=finding.rule,
        severity=severity,
        message=finding.message,
        place=place(finding.path, finding.span),
        url=url,
        source_line=source.lines.line_text(source.lines.line_of(finding.span.start)),
        related=tuple((place(item.path, item.span), item.message) for item in finding.related if item.path in sources),
        fix=None if fix is None else RowFix(fix.safety.value, fix.title, tuple(edits_of(fix))),
    )


def place_of(source: Source, span: Span, file: str) -> Place:
    """Where a span is, counted from 1."""
    start = source.lines.position(span.start, "utf-32")
    end = source.lines.position(span.end, "utf-32")
    return Place(file, start.line + 1, start.character + 1, end.line + 1, end.character + 1)
