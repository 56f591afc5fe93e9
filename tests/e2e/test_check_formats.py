"""`loopscope check` for programs: what forges, code scanning and test reports read, each held against the JSON."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

import pytest

from support.command import BAD, loopscope, make_project

NAME = "test_a, b: 100%.py"
TWO = f"""\
{BAD}

@pytest.mark.asyncio
def test_smile():
    assert True
"""
COMMAND = re.compile(r"::(?P<level>error|warning|notice) (?P<properties>[^\n]*?)::(?P<data>[^\n]*)")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path, NAME, TWO)


@pytest.fixture
def found(project: Path) -> list[dict[str, Any]]:
    """The findings as JSON, which the other formats are held against."""
    rows: list[dict[str, Any]] = json.loads(loopscope("check", "--format", "json", cwd=project).stdout)
    assert [row["rule"] for row in rows] == ["assert-on-coroutine", "asyncio-mark-on-sync-test"]
    return rows


def test_github_reads_each_finding_at_its_place(project: Path, found: list[dict[str, Any]]) -> None:
    done = loopscope("check", "--format", "github", cwd=project)
    commands = [COMMAND.fullmatch(line) for line in done.stdout.splitlines()]
    assert len(commands) == len(found)
    for command, row in zip(commands, found, strict=True):
        assert command is not None
        assert command["level"] == row["severity"]
        properties = dict(pair.split("=") for pair in command["properties"].split(","))
        assert unescaped(properties["file"]) == (project / row["file"]).as_posix()
        assert [int(properties[name]) for name in ("line", "endLine", "col", "endColumn")] == [
            row[name] for name in ("line", "end_line", "column", "end_column")
        ]
        assert unescaped(command["data"]).startswith(f"{row['message']}\nFix (safe): {row['fix']['title']}\n")
    assert (done.returncode, done.stderr) == (1, "")


def test_gitlab_knows_a_finding_again_when_lines_were_added(project: Path, found: list[dict[str, Any]]) -> None:
    before = json.loads(
        loopscope("check", "--format", "gitlab", cwd=project / "tests", CI_PROJECT_DIR=str(project)).stdout
    )
    assert [each["check_name"] for each in before] == [row["rule"] for row in found]
    assert [each["location"]["path"] for each in before] == [row["file"] for row in found]
    assert [each["severity"] for each in before] == ["major", "minor"]
    twice = "\n" + TWO + TWO[TWO.index("@pytest") :].replace("test_", "test_again_")
    (project / "tests" / NAME).write_text(twice, encoding="utf-8")
    after = json.loads(loopscope("check", "--format", "gitlab", cwd=project).stdout)
    assert [each["fingerprint"] for each in before] == [each["fingerprint"] for each in after[:2]]
    assert [each["location"]["positions"]["begin"]["line"] for each in after[:2]] == [row["line"] + 1 for row in found]
    assert len({each["fingerprint"] for each in after}) == 4


def test_sarif_names_rules_places_and_fixes(project: Path, found: list[dict[str, Any]]) -> None:
    [run] = json.loads(loopscope("check", "--format", "sarif", cwd=project).stdout)["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert run["columnKind"] == "unicodeCodePoints"
    for result, row in zip(run["results"], found, strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == row["rule"]
        assert rules[result["ruleIndex"]]["helpUri"] == row["url"]
        assert result["message"]["text"] == row["message"]
        place = result["locations"][0]["physicalLocation"]
        assert Path(unquote(urlsplit(place["artifactLocation"]["uri"]).path)) == project / row["file"]
        assert place["region"] == region(row)
        [change] = result["fixes"][0]["artifactChanges"]
        assert change["artifactLocation"] == place["artifactLocation"]
        assert [(each["deletedRegion"], each["insertedContent"]["text"]) for each in change["replacements"]] == sorted(
            [(region(edit), edit["text"]) for edit in row["fix"]["edits"]], key=lambda each: [*each[0].values()]
        )


def test_junit_has_a_failed_case_for_each_finding(project: Path, found: list[dict[str, Any]]) -> None:
    (project / "tests" / NAME).write_text(TWO.replace("😀", "\x1b[0m"), encoding="utf-8")
    root = ET.fromstring(loopscope("check", "--format", "junit", cwd=project).stdout)
    failures = root.findall("./testsuite/testcase/failure")
    assert [(each.get("type"), each.get("message")) for each in failures] == [
        (row["rule"], row["message"]) for row in found
    ]
    assert root.get("failures") == str(len(found))
    clean = ET.fromstring(loopscope("check", "--format", "junit", "--select", "unknown-fixture", cwd=project).stdout)
    assert (clean.get("tests"), clean.get("failures")) == ("1", "0")


def test_concise_has_a_line_for_each_finding(project: Path, found: list[dict[str, Any]]) -> None:
    assert loopscope("check", "--format", "concise", cwd=project).stdout.splitlines() == [
        f"{row['file']}:{row['line']}:{row['column']}: {row['severity']}[{row['rule']}] {row['message']}"
        for row in found
    ]


def test_a_file_takes_the_report_and_the_log_has_the_text(project: Path, found: list[dict[str, Any]]) -> None:
    done = loopscope("check", "--format", "json", "--output", "found.json", cwd=project)
    assert json.loads((project / "found.json").read_text(encoding="utf-8")) == found
    assert done.stdout == loopscope("check", cwd=project).stdout
    assert done.returncode == 1
    lost = loopscope("check", "--output", "no/such/folder.txt", cwd=project)
    assert (lost.returncode, lost.stderr) == (
        2,
        "loopscope: no/such/folder.txt cannot be written: No such file or directory\n",
    )


def test_what_is_there_can_be_silenced_so_that_only_new_mistakes_are_found(project: Path) -> None:
    file = project / "tests" / NAME
    shown = loopscope("check", "--add-ignores", "--diff", cwd=project)
    assert file.read_text(encoding="utf-8") == TWO
    assert '+    smile = "😀"; assert fetch()  # loopscope: ignore[assert-on-coroutine]' in shown.stdout
    done = loopscope("check", "--add-ignores", cwd=project)
    assert (done.returncode, done.stderr) == (0, "2 findings silenced in 1 file.\n")
    assert loopscope("check", cwd=project).returncode == 0
    file.write_text(
        file.read_text(encoding="utf-8") + TWO[TWO.rindex("@pytest") :].replace("smile", "frown"), encoding="utf-8"
    )
    assert loopscope("check", "--format", "concise", cwd=project).stdout.count("\n") == 1
    assert loopscope("check", "--add-ignores", "--fix", cwd=project).returncode == 2


def region(place: dict[str, Any]) -> dict[str, int]:
    return {
        "startLine": place["line"],
        "startColumn": place["column"],
        "endLine": place["end_line"],
        "endColumn": place["end_column"],
    }


def unescaped(text: str) -> str:
    for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, char)
    return text
