"""Comments that silence findings, and those that silence nothing."""

import pytest

from loopscope.config.settings import DEFAULT_SETTINGS, Settings, settings_from_mapping
from loopscope.engine.fixes import fix_file
from loopscope.engine.ignores import ignore_in_file, ignore_on_line
from loopscope.engine.run import check_file
from loopscope.engine.selection import select
from loopscope.text.edit import apply_edits
from rules.world import ROOT, snapshot_of

PATH = ROOT / "test_example.py"
STRICT = "[pytest]\nasyncio_mode = strict\nasyncio_default_fixture_loop_scope = function\n"
NEVER_RUNS = "async-test-never-runs"


def rules_of(text: str, settings: Settings = DEFAULT_SETTINGS) -> list[str]:
    report = check_file(snapshot_of({"pytest.ini": STRICT, "test_example.py": text}), PATH, select(settings))
    assert report.errors == ()
    return [finding.rule for finding in report.findings]


@pytest.mark.parametrize(
    "comment", ["# loopscope: ignore", f"# loopscope: ignore[{NEVER_RUNS}]", f"#loopscope:ignore[x-y, {NEVER_RUNS}]"]
)
def test_a_comment_on_the_line_silences(comment: str) -> None:
    assert NEVER_RUNS in rules_of("async def test_value():\n    assert True\n")
    assert NEVER_RUNS not in rules_of(f"async def test_value():  {comment}\n    assert True\n")


def test_a_name_silences_only_its_rule() -> None:
    assert rules_of("async def test_value():  # loopscope: ignore[missing-await]\n    assert True\n") == [
        NEVER_RUNS,
        "unused-suppression",
    ]


BLOCK = """\
import time

import pytest


@pytest.mark.asyncio{decorator}
async def test_value():{header}
    time.sleep(1)
    if True:
        time.sleep(1)


@pytest.mark.asyncio
async def test_other():
    time.sleep(1)
"""


@pytest.mark.parametrize("place", ["decorator", "header"])
def test_a_comment_on_a_definition_silences_all_of_it(place: str) -> None:
    places = {"decorator": "", "header": ""}
    text = BLOCK.format(**{**places, place: "  # loopscope: ignore[blocking-call-in-async-test]"})
    recommended = settings_from_mapping({"preset": "recommended"})
    assert rules_of(BLOCK.format(**places), recommended) == ["blocking-call-in-async-test"] * 3
    assert rules_of(text, recommended) == ["blocking-call-in-async-test"]


def test_a_comment_on_a_class_silences_its_methods() -> None:
    methods = "".join(f"    async def test_{name}(self):\n        pass\n\n" for name in "ab")
    text = f"class TestValue:  # loopscope: ignore\n{methods}"
    assert rules_of(text.replace("  # loopscope: ignore", "")) == [NEVER_RUNS] * 2
    assert rules_of(text) == []


def test_a_comment_on_its_own_line_counts_for_the_next_one() -> None:
    text = f"# loopscope: ignore[{NEVER_RUNS}]\nasync def test_a():\n    pass\n\n\nasync def test_b():\n    pass\n"
    assert rules_of(text) == [NEVER_RUNS]


def test_a_comment_for_the_file() -> None:
    tests = "async def test_a():\n    pass\n\n\nasync def test_b():\n    pass\n"
    assert rules_of(f"# loopscope: ignore-file[{NEVER_RUNS}]\n{tests}") == []
    assert rules_of(f"# loopscope: ignore-file\n{tests}") == []


def test_comments_in_configuration_files() -> None:
    for name, text in {
        "pytest.ini": "[pytest]\n# loopscope: ignore[invalid-asyncio-mode]\nasyncio_mode = atuo\n",
        "pyproject.toml": (
            '[tool.pytest.ini_options]\nasyncio_mode = "atuo"  # loopscope: ignore[invalid-asyncio-mode]\n'
        ),
    }.items():
        snapshot = snapshot_of({name: text})
        assert check_file(snapshot, ROOT / name, select()).findings == ()
        bare = "\n".join(line.partition("#")[0] for line in text.split("\n"))
        found = check_file(snapshot_of({name: bare}), ROOT / name, select()).findings
        assert [each.rule for each in found] == ["invalid-asyncio-mode"]


@pytest.mark.parametrize("comment", ["# noqa", f"# noqa: {NEVER_RUNS}", f"# NOQA: E501, {NEVER_RUNS}"])
def test_noqa_counts_only_when_a_setting_says_so(comment: str) -> None:
    text = f"async def test_value():  {comment}\n    assert True\n"
    assert rules_of(text, settings_from_mapping({"respect-noqa": False})) == [NEVER_RUNS]
    assert rules_of(text, settings_from_mapping({"respect-noqa": True})) == []


def test_noqa_for_another_tool_silences_nothing() -> None:
    text = "async def test_value():  # noqa: E501\n    assert True\n"
    assert rules_of(text, settings_from_mapping({"respect-noqa": True})) == [NEVER_RUNS]


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("x = 1  # loopscope: ignore\n", "x = 1\n"),
        ("x = 1  # loopscope: ignore[no-such-rule]\n", "x = 1\n"),
        ("x = 1  # type: ignore  # loopscope: ignore[missing-await]\n", "x = 1  # type: ignore\n"),
        ("x = 1  # loopscope: ignore[missing-await]  # why\n", "x = 1  # why\n"),
        ("x = 1\n# loopscope: ignore-file[missing-await]\ny = 2\n", "x = 1\ny = 2\n"),
        ("x = 1  # loopscope: ignore[missing-await, client-not-closed]\n", "x = 1\n"),
    ],
)
def test_unused_comments_are_deleted(text: str, fixed: str) -> None:
    snapshot = snapshot_of({"pytest.ini": STRICT, "test_example.py": text})
    result = fix_file(snapshot, PATH, select())
    assert result.text == fixed
    assert result.converged


def test_a_rule_that_did_not_run_may_be_silenced() -> None:
    assert rules_of("x = 1  # loopscope: ignore[redundant-asyncio-mark]\n") == []


@pytest.mark.parametrize(
    "text",
    [
        "async def test_value():\n    assert True\n",
        "async def test_value():  # a comment\n    assert True\n",
        "async def test_value():  # loopscope: ignore[missing-await]\n    assert True\n",
        "# -*- coding: utf-8 -*-\nasync def \\\n    test_value():\n    assert True\n",
        "\ufeffasync def test_value():\r\n    assert True\r\n",
    ],
)
def test_silencing_edits_silence(text: str) -> None:
    for make in (ignore_on_line, ignore_in_file):
        snapshot = snapshot_of({"pytest.ini": STRICT, "test_example.py": text})
        [finding] = [each for each in check_file(snapshot, PATH, select()).findings if each.rule == NEVER_RUNS]
        edit = make(text, finding)
        assert edit is not None
        new = apply_edits(text, [edit])
        assert NEVER_RUNS not in rules_of(new)
        assert make(new, finding) is None or new.count("loopscope:") == text.count("loopscope:") + 1


def test_a_line_inside_a_string_takes_no_comment() -> None:
    text = (
        "import asyncio\n\nimport pytest\n\n\n@pytest.mark.asyncio\nasync def test_value():\n"
        '    f("""\n    """, asyncio.run(1), """\n""")\n'
    )
    snapshot = snapshot_of({"pytest.ini": STRICT, "test_example.py": text})
    [finding] = check_file(snapshot, PATH, select()).findings
    edit = ignore_on_line(text, finding)
    assert edit is None or rules_of(apply_edits(text, [edit])) == []
