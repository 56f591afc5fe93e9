"""`loopscope explain`: what lies behind the errors that pytest printed."""

import argparse
import json
import sys
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath
from typing import NamedTuple

from loopscope.cli.analysis import rows_of
from loopscope.cli.errors import ProjectError
from loopscope.cli.project import open_project
from loopscope.cli.reports import json_rows
from loopscope.cli.rows import Row
from loopscope.cli.terminal import Style, style_for
from loopscope.config.paths import shown_path
from loopscope.engine.evidence import evidence, line_of_test, resolve
from loopscope.engine.explain import Explanation, Occurrence, explain, rules_behind
from loopscope.engine.messages import MESSAGES
from loopscope.rules.docs import url
from loopscope.workspace.snapshot import Snapshot

NOTHING_KNOWN = 1
_WIDTH = 110
_MOST_PLACES = 5


class Explained(NamedTuple):
    """An explanation with what the project adds: where each occurrence is, and what the rules find there."""

    explanation: Explanation
    places: tuple[tuple[Occurrence, str | None, int | None], ...]
    """Each occurrence with its file, relative to the working directory, and its 1-based line."""
    rows: tuple[Row, ...]


def run(options: argparse.Namespace) -> int:
    """Explains `options.output`; returns 0 when something in it is known, else 1."""
    if options.list:
        print(_listing())
        return 0
    text = _read(options.output)
    found = explain(text)
    project = open_project([options.project], options.environment)
    base = project.paths[0]
    explained = [_in_project(project.snapshot, base, project.base, each) for each in found]
    if options.format == "json":
        print(json.dumps([_as_json(each) for each in explained], indent=2, ensure_ascii=False))
    elif explained:
        style = style_for(sys.stdout)
        print("\n\n".join(_as_text(each, style) for each in explained))
    else:
        print("No message that loopscope knows. `loopscope explain --list` shows those that it does.", file=sys.stderr)
    return 0 if explained else NOTHING_KNOWN


def _read(words: Sequence[str]) -> str:
    """The output to explain. Raises `ProjectError` when it cannot be read."""
    if words in ([], ["-"]):
        if not words and sys.stdin.isatty():
            raise ProjectError("nothing to explain: give a file or a text, or pipe pytest's output into this command")
        return sys.stdin.buffer.read().decode(errors="replace")
    if len(words) == 1 and Path(words[0]).is_file():
        try:
            return Path(words[0]).read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            raise ProjectError(f"{words[0]} cannot be read: {error.strerror}") from error
    return " ".join(words)


def _in_project(snapshot: Snapshot, base: PurePath, cwd: PurePath, explanation: Explanation) -> Explained:
    places = tuple((each, *_place(snapshot, base, cwd, each)) for each in explanation.occurrences)
    return Explained(explanation, places, rows_of(snapshot, evidence(snapshot, base, explanation), cwd))


def _place(snapshot: Snapshot, base: PurePath, cwd: PurePath, occurrence: Occurrence) -> tuple[str | None, int | None]:
    place = occurrence.place
    if place is None:
        return None, None
    path = resolve(snapshot, base, place.path)
    line = line_of_test(snapshot, base, occurrence) if place.line is None else place.line
    return place.path if path is None else shown_path(path, cwd), line


def _as_text(explained: Explained, style: Style) -> str:
    message, rules, _ = explained.explanation
    lines = [style.bold(style.paint(message.title, "red"))]
    shown = explained.places[:_MOST_PLACES]
    lines += [f"  {_where(occurrence, file, line)}" for occurrence, file, line in shown if file or occurrence.test]
    if len(explained.places) > len(shown):
        lines.append(f"  … and {len(explained.places) - len(shown)} more")
    lines += [*_paragraph("cause", message.cause, style), *_paragraph("fix", message.fix, style)]
    if rules:
        lines += _paragraph("rules", ", ".join(rule.meta.name for rule in rules), style)
    if explained.rows:
        lines.append(f"  {style.paint('here', 'cyan')}")
        lines += [line for row in explained.rows for line in _finding(row, style)]
    return "\n".join(lines)


def _where(occurrence: Occurrence, file: str | None, line: int | None) -> str:
    place = "" if file is None else file if line is None else f"{file}:{line}"
    phase = f"{occurrence.phase} of " if occurrence.phase in ("setup", "teardown") else ""
    test = occurrence.test.rpartition("::")[2]
    return f"{place}  {phase}{test}" if place and test and not test.endswith(".py") else place or f"{phase}{test}"


def _paragraph(word: str, text: str, style: Style) -> list[str]:
    first, *more = textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
    return [f"  {style.paint(f'{word:<5}', 'cyan')}  {first}", *(f"         {line}" for line in more)]


def _finding(row: Row, style: Style) -> Iterator[str]:
    place = f"{row.place.file}:{row.place.line}:{row.place.column}"
    yield f"         {style.bold(place)}: {row.severity.value}[{row.rule}] {row.message}"
    if row.fix is not None:
        yield f"           fix ({row.fix.safety}): {row.fix.title}"


def _as_json(explained: Explained) -> dict[str, object]:
    message, rules, _ = explained.explanation
    return {
        "message": message.title,
        "cause": message.cause,
        "fix": message.fix,
        "rules": [{"name": rule.meta.name, "url": url(rule.meta.name), "default": rule.meta.default} for rule in rules],
        "occurrences": [
            {"text": occurrence.text, "test": occurrence.test or None, "file": file, "line": line}
            for occurrence, file, line in explained.places
        ],
        "findings": json_rows(explained.rows),
    }


def _listing() -> str:
    width = max(len(message.title) for message in MESSAGES)
    return "\n".join(
        f"{message.title:<{width}}  {', '.join(rule.meta.name for rule in rules_behind(message.title))}".rstrip()
        for message in MESSAGES
    )
