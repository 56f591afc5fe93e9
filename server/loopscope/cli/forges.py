"""Findings as GitHub and GitLab show them beside the lines of a change."""

import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from pathlib import PurePath

from loopscope.cli.rows import Row
from loopscope.config.paths import shown_path
from loopscope.rules.model import Severity

_GITHUB_LEVELS = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFORMATION: "notice",
    Severity.HINT: "notice",
}
_GITLAB_LEVELS = {
    Severity.ERROR: "major",
    Severity.WARNING: "minor",
    Severity.INFORMATION: "info",
    Severity.HINT: "info",
}


def github_report(rows: Sequence[Row], base: PurePath) -> str:
    """A workflow command for each finding: GitHub Actions makes annotations of them.

    Source: "Workflow commands for GitHub Actions", and `actions/toolkit`'s `command.ts` for what is escaped. Files are
    absolute: the runner knows the repository, and the working directory may be a folder of it.
    """
    return "\n".join(_workflow_command(row, base) for row in rows)


def gitlab_report(rows: Sequence[Row], base: PurePath, environ: Mapping[str, str] = os.environ) -> str:
    """An array for GitLab's `codequality` reports: paths are relative to the repository, `CI_PROJECT_DIR` there.

    The fingerprint tells a finding from others in later commits, so that it holds no line.
    """
    project = PurePath(environ.get("CI_PROJECT_DIR") or base)
    seen: Counter[tuple[str, ...]] = Counter()
    found: list[dict[str, object]] = []
    for row in rows:
        path = shown_path(base / row.place.file, project)
        same = (path, row.rule, row.message, row.source_line.strip())
        seen[same] += 1
        found.append(
            {
                "check_name": row.rule,
                "description": f"{row.rule}: {row.message}",
                "fingerprint": blake2b("\0".join((*same, str(seen[same]))).encode(), digest_size=16).hexdigest(),
                "severity": _GITLAB_LEVELS[row.severity],
                "location": {
                    "path": path,
                    "positions": {
                        "begin": {"line": row.place.line, "column": row.place.column},
                        "end": {"line": row.place.end_line, "column": row.place.end_column},
                    },
                },
            }
        )
    return json.dumps(found, indent=2, ensure_ascii=False)


def _workflow_command(row: Row, base: PurePath) -> str:
    place = row.place
    properties = {
        "title": f"loopscope: {row.rule}",
        "file": (base / place.file).as_posix(),
        "line": place.line,
        "endLine": place.end_line,
        "col": place.column,
        "endColumn": place.end_column,
    }
    # GitHub takes columns only of what ends on the line where it begins.
    if place.line != place.end_line:
        del properties["col"], properties["endColumn"]
    named = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    fix = (f"Fix ({row.fix.safety}): {row.fix.title}",) if row.fix is not None else ()
    text = "\n".join((row.message, *fix, row.url))
    return f"::{_GITHUB_LEVELS[row.severity]} {named}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
