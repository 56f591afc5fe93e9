"""Findings in SARIF 2.1.0 (OASIS), which GitHub's code scanning, Azure DevOps and editors read."""

import json
from collections.abc import Sequence
from itertools import groupby
from pathlib import PurePath
from urllib.parse import quote

from loopscope import __version__
from loopscope.cli.rows import Place, Row, RowFix
from loopscope.rules import by_name
from loopscope.rules.docs import DOCUMENTATION, summary
from loopscope.rules.model import Severity

_LEVELS = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFORMATION: "note",
    Severity.HINT: "note",
}


def sarif_report(rows: Sequence[Row], base: PurePath) -> str:
    """A log with one run; `base` is the folder that the files of rows are relative to.

    Files have absolute addresses: what reads the log knows its checkout, and `base` may be a folder of that. Columns
    count code points (`columnKind`), as those of rows do.
    """
    rules = sorted({row.rule for row in rows})
    run = {
        "tool": {
            "driver": {
                "name": "loopscope",
                "version": __version__,
                "informationUri": DOCUMENTATION,
                "rules": [_rule(name, next(row.url for row in rows if row.rule == name)) for name in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(row, rules.index(row.rule), base) for row in rows],
    }
    log = {
        "version": "2.1.0",
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "runs": [run],
    }
    return json.dumps(log, indent=2, ensure_ascii=False)


def _rule(name: str, url: str) -> dict[str, object]:
    rule = by_name[name]
    return {
        "id": name,
        "name": name,
        "shortDescription": {"text": summary(rule)},
        "helpUri": url,
        "defaultConfiguration": {"level": _LEVELS[rule.meta.severity]},
        "properties": {"tags": ["pytest", "asyncio", rule.meta.group.value]},
    }


def _result(row: Row, rule: int, base: PurePath) -> dict[str, object]:
    result: dict[str, object] = {
        "ruleId": row.rule,
        "ruleIndex": rule,
        "level": _LEVELS[row.severity],
        "message": {"text": row.message},
        "locations": [{"physicalLocation": _location(row.place, base)}],
    }
    if row.related:
        result["relatedLocations"] = [
            {"id": number, "physicalLocation": _location(place, base), "message": {"text": message}}
            for number, (place, message) in enumerate(row.related, 1)
        ]
    if row.fix is not None:
        result["fixes"] = [_fix(row.fix, base)]
    return result


def _fix(fix: RowFix, base: PurePath) -> dict[str, object]:
    by_file = groupby(sorted(fix.edits, key=lambda edit: edit.place), key=lambda edit: edit.place.file)
    return {
        "description": {"text": f"{fix.title} ({fix.safety})"},
        "artifactChanges": [
            {
                "artifactLocation": {"uri": _address(file, base)},
                "replacements": [
                    {"deletedRegion": _region(edit.place), "insertedContent": {"text": edit.text}} for edit in edits
                ],
            }
            for file, edits in by_file
        ],
    }


def _location(place: Place, base: PurePath) -> dict[str, object]:
    return {"artifactLocation": {"uri": _address(place.file, base)}, "region": _region(place)}


def _region(place: Place) -> dict[str, int]:
    return {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }


def _address(file: str, base: PurePath) -> str:
    path = (base / file).as_posix()
    return f"file://{'' if path.startswith('/') else '/'}{quote(path, safe='/:')}"
