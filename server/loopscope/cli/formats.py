"""The forms in which `loopscope check` reports: for people, for programs, and for what shows findings beside changes.

Each is loaded only when it is asked for.
"""

from collections.abc import Sequence
from pathlib import PurePath

from loopscope.cli.rows import Row
from loopscope.cli.terminal import Style

FORMATS = ("text", "concise", "json", "github", "gitlab", "sarif", "junit")
FOR_PEOPLE = ("text", "concise")


def report(form: str, rows: Sequence[Row], base: PurePath, style: Style) -> str:
    """The findings in one of `FORMATS`; for people and for GitHub empty when there are none.

    `base` is the folder that the files of rows are relative to, `style` paints what people read.
    """
    match form:
        case "json":
            from loopscope.cli.reports import json_report

            return json_report(rows)
        case "github":
            from loopscope.cli.forges import github_report

            return github_report(rows, base)
        case "gitlab":
            from loopscope.cli.forges import gitlab_report

            return gitlab_report(rows, base)
        case "sarif":
            from loopscope.cli.sarif import sarif_report

            return sarif_report(rows, base)
        case "junit":
            from loopscope.cli.junit import junit_report

            return junit_report(rows)
        case "concise":
            from loopscope.cli.reports import concise_report

            return concise_report(rows, style)
        case _:
            from loopscope.cli.reports import text_report

            return text_report(rows, style)
