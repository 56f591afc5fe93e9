"""What `loopscope check` prints: for people with source lines and carets, for programs as JSON."""

import unicodedata
from collections import Counter
from collections.abc import Sequence

from loopscope.cli.rows import Place, Row
from loopscope.cli.terminal import Style
from loopscope.rules.model import Severity

_COLOURS = {
    Severity.ERROR: "red",
    Severity.WARNING: "yellow",
    Severity.INFORMATION: "blue",
    Severity.HINT: "cyan",
}


def text_report(rows: Sequence[Row], style: Style) -> str:
    """All findings with their source lines, in the order given; empty for none."""
    return "\n".join(_entry(row, style) for row in rows)


def concise_report(rows: Sequence[Row], style: Style) -> str:
    """A line for each finding, in the order given; empty for none."""
    return "\n".join(_head(row, style) for row in rows)


def statistics(rows: Sequence[Row]) -> str:
    """How often each rule was broken and how many of those have a safe fix, the most frequent first."""
    counts = Counter(row.rule for row in rows)
    fixable = Counter(row.rule for row in rows if row.fix is not None and row.fix.safety == "safe")
    width = max((len(str(number)) for number in counts.values()), default=0)
    return "\n".join(
        f"{number:>{width}}  {rule}{f'  ({fixable[rule]} fixable)' if fixable[rule] else ''}"
        for rule, number in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )


def json_report(rows: Sequence[Row]) -> str:
    """An array of findings; see `loopscope check --help` for the shape."""
    import json

    return json.dumps(json_rows(rows), indent=2, ensure_ascii=False)


def json_rows(rows: Sequence[Row]) -> list[dict[str, object]]:
    """The findings as they stand in that array."""
    return [_json(row) for row in rows]


def _entry(row: Row, style: Style) -> str:
    place = row.place
    gutter = len(str(place.line))
    bar = style.paint("|", "blue")
    lines = [_head(row, style)]
    if row.source_line.strip():
        lines += [
            f"{style.paint(f'{place.line:>{gutter}}', 'blue')} {bar} {row.source_line.expandtabs(4)}",
            f"{' ' * gutter} {bar} {_marker(row, style)}",
        ]
    indent = " " * (gutter + 1)
    lines += [f"{indent}{style.paint('=', 'blue')} {message} ({_short(at)})" for at, message in row.related]
    if row.fix is not None:
        lines.append(f"{indent}{style.paint('=', 'blue')} fix ({row.fix.safety}): {row.fix.title}")
    return "\n".join(lines) + "\n"


def _head(row: Row, style: Style) -> str:
    place = style.bold(_short(row.place))
    return f"{place}: {style.paint(f'{row.severity.value}[{row.rule}]', _COLOURS[row.severity])} {row.message}"


def _marker(row: Row, style: Style) -> str:
    """Carets under the marked part of the first line, as wide as a terminal shows it."""
    place = row.place
    before = row.source_line[: place.column - 1]
    through = row.source_line[: place.end_column - 1] if place.end_line == place.line else row.source_line.rstrip()
    lead = _width(before)
    return " " * lead + style.paint("^" * max(_width(through) - lead, 1), _COLOURS[row.severity])


def _width(text: str) -> int:
    """Columns that a text takes in a terminal."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text.expandtabs(4)
    )


def _short(place: Place) -> str:
    return f"{place.file}:{place.line}:{place.column}"


def _json(row: Row) -> dict[str, object]:
    fix = row.fix and {
        "safety": row.fix.safety,
        "title": row.fix.title,
        "edits": [{**_json_place(edit.place), "text": edit.text} for edit in row.fix.edits],
    }
    return {
        "rule": row.rule,
        "severity": row.severity.value,
        "message": row.message,
        **_json_place(row.place),
        "url": row.url,
        "fix": fix,
    }


def _json_place(place: Place) -> dict[str, object]:
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
    }
