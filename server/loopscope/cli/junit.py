"""Findings as JUnit XML, which Jenkins, GitLab, Azure DevOps and others show among test results."""

from collections.abc import Sequence
from itertools import groupby
from xml.etree import ElementTree as ET

from loopscope.cli.rows import Row

_NO_XML = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF), "\N{REPLACEMENT CHARACTER}")
"""Characters that XML 1.0 has no way to write, such as those that colour a terminal."""


def junit_report(rows: Sequence[Row]) -> str:
    """A suite for each file that has findings, a failed case for each; one that passed where there is none."""
    root = ET.Element("testsuites", name="loopscope", tests=str(len(rows) or 1), failures=str(len(rows)))
    for file, group in groupby(rows, key=lambda row: row.place.file):
        of_file = list(group)
        suite = ET.SubElement(
            root, "testsuite", name=_plain(file), tests=str(len(of_file)), failures=str(len(of_file)), errors="0"
        )
        for row in of_file:
            place = f"{row.place.line}:{row.place.column}"
            case = ET.SubElement(
                suite,
                "testcase",
                name=f"{row.rule} at {place}",
                classname=_plain(file),
                file=_plain(file),
                line=str(row.place.line),
            )
            failure = ET.SubElement(case, "failure", message=_plain(row.message), type=row.rule)
            failure.text = _plain(f"{file}:{place}\n{row.source_line.strip()}\n{row.url}")
    if not rows:
        suite = ET.SubElement(root, "testsuite", name="loopscope", tests="1", failures="0", errors="0")
        ET.SubElement(suite, "testcase", name="nothing found", classname="loopscope")
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}'


def _plain(text: str) -> str:
    return text.translate(_NO_XML)
