"""What earlier checks found, kept between runs: only files whose findings may be others by now are checked anew.

Each process that checks notes what it looks at for each file, libraries included (`workspace.looks`). That stands on a
sheet with what it found. Later, findings count as long as everything that they came from is as it was.
"""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any, NamedTuple, cast

from loopscope.cli.project import Project
from loopscope.cli.rows import Place, Row, RowEdit, RowFix
from loopscope.host.cache import Cache, content_key, open_cache, rules_fingerprint
from loopscope.host.noted import Seen, changed
from loopscope.rules.model import Severity

_MOST_SHEETS = 8
"""Each run adds as many as it has processes; of more than these, those that say least are given up."""


class FileResult(NamedTuple):
    """What was found in one file, ready to be sent to another process."""

    path: str
    rows: tuple[Row, ...]
    errors: tuple[str, ...]
    unreadable: str | None
    broken: str | None
    """Where a Python file does not parse, as line and column from 1, and why; what else it holds was checked."""
    looks: int = 0
    """What was looked at, as bits: the places of it on a sheet."""


class Sheet(NamedTuple):
    """What one process looked at, as it was, and what it found."""

    seen: tuple[Seen, ...]
    results: Mapping[str, FileResult]


class Earlier(NamedTuple):
    """What earlier runs found that still holds."""

    sheets: list[Sheet]
    is_current: bool
    """Whether everything is as it was kept: files may also be newer, with the same text."""


class Kept:
    """The findings of earlier checks of a project, in the cache folder."""

    def __init__(self, project: Project, overrides: Mapping[str, object], cache: Cache | None = None) -> None:
        """`overrides` are what the command line says of rules: under other circumstances other findings are kept."""
        self._project = project
        self._cache = open_cache(os.environ) if cache is None else cache
        circumstances = f"{sys.version} {project.environment} {project.settings} {sorted(overrides.items())}"
        self._key = content_key("check", rules_fingerprint(), str(project.root), str(project.base), circumstances)

    def earlier(self) -> Earlier:
        """What is kept and still holds."""
        found = self._cache.get(self._key)
        if not isinstance(found, tuple) or self._project.noted is None:
            return Earlier([], is_current=True)
        sheets: list[Sheet] = []
        is_current = True
        for plain, results in cast("tuple[tuple[list[Any], list[Any]], ...]", found):
            seen = [Seen(*each) for each in plain]
            bits, now = changed(self._project.noted.disk, seen)
            is_current = is_current and now == seen
            files = [_result(*each) for each in results]
            sheets.append(Sheet(tuple(now), {each.path: each for each in files if not each.looks & bits}))
        return Earlier(sheets, is_current)

    def keep(self, sheets: Iterable[Sheet]) -> None:
        """Keep what was found, but for files on which a rule failed."""
        kept = [
            Sheet(sheet.seen, {path: each for path, each in sheet.results.items() if not each.errors})
            for sheet in sheets
        ]
        kept.sort(key=lambda sheet: len(sheet.results), reverse=True)
        self._cache.put(self._key, tuple(_plain(sheet) for sheet in kept[:_MOST_SHEETS] if sheet.results))


def known_results(sheets: Sequence[Sheet], files: Iterable[PurePath]) -> dict[str, FileResult]:
    """What the sheets say of these files."""
    wanted = set(map(str, files))
    return {path: each for sheet in sheets for path, each in sheet.results.items() if path in wanted}


def _plain(sheet: Sheet) -> tuple[object, ...]:
    """A sheet of numbers and strings, which is what the cache takes."""
    results = [
        (each.path, [_plain_row(row) for row in each.rows], each.unreadable, each.broken, each.looks)
        for each in sheet.results.values()
    ]
    return [tuple(each) for each in sheet.seen], results


def _plain_row(row: Row) -> tuple[object, ...]:
    related = [(tuple(place), message) for place, message in row.related]
    fix = row.fix
    plain = None if fix is None else (fix.safety, fix.title, [(tuple(each.place), each.text) for each in fix.edits])
    return (row.rule, row.severity.value, row.message, tuple(row.place), row.url, row.source_line, related, plain)


def _result(
    path: str, rows: list[tuple[Any, ...]], unreadable: str | None, broken: str | None, looks: int
) -> FileResult:
    return FileResult(path, tuple([_row(*each) for each in rows]), (), unreadable, broken, looks)


def _row(
    rule: str,
    severity: str,
    message: str,
    place: tuple[Any, ...],
    url: str,
    source_line: str,
    related: list[tuple[tuple[Any, ...], str]],
    fix: tuple[str, str, list[tuple[tuple[Any, ...], str]]] | None,
) -> Row:
    others = tuple([(Place(*each), text) for each, text in related])
    mend = (
        None if fix is None else RowFix(fix[0], fix[1], tuple([RowEdit(Place(*each), text) for each, text in fix[2]]))
    )
    return Row(rule, Severity(severity), message, Place(*place), url, source_line, others, mend)
