"""Findings and messages that depend on what is installed, or on what the project pins."""

import pytest

from loopscope.engine.run import check_file
from loopscope.engine.selection import Selection
from loopscope.rules import by_name
from loopscope.text.frozen import replace
from loopscope.workspace.environment import Environment, EnvironmentKind, Pin
from rules.world import ROOT, environment, snapshot_of

UNMARKED = "async def test_value():\n    assert True\n"
STRICT = "[pytest]\nasyncio_mode = strict\n"


def pinned(**versions: tuple[int, ...]) -> Environment:
    """The environment of the tests, with other versions as pins."""
    pins = {name.replace("_", "-"): Pin(version, name, ROOT / "uv.lock", 1) for name, version in versions.items()}
    return replace(environment(), pins=pins)


def messages(rule: str, text: str, installed: Environment, **others: str) -> list[str]:
    texts = {"test_example.py": text, "pytest.ini": STRICT, **{f"{name}.py": each for name, each in others.items()}}
    snapshot = snapshot_of(texts, installed=installed)
    selection = Selection((by_name[rule],))
    reports = [check_file(snapshot, ROOT / name, selection) for name in texts]
    assert [report.errors for report in reports] == [()] * len(texts)
    return [finding.message for report in reports for finding in report.findings]


@pytest.mark.parametrize(
    ("version", "fate"), [((8, 3, 5), "pytest skips it and the run stays green"), ((8, 4, 0), "pytest fails it")]
)
def test_what_pytest_does_with_an_unmarked_test(version: tuple[int, ...], fate: str) -> None:
    (message,) = messages("async-test-never-runs", UNMARKED, pinned(pytest=version))
    assert message.endswith(f"{fate}.")


@pytest.mark.parametrize(
    ("version", "fate"),
    [
        ((0, 21, 2), None),
        ((0, 26, 0), "pytest stops collecting this module."),
        ((1, 2, 0), "The test fails at set-up."),
        ((1, 4, 0), "pytest stops collecting this module."),
    ],
)
def test_what_becomes_of_a_refused_mark(version: tuple[int, ...], fate: str | None) -> None:
    text = f'import pytest\n\n\n@pytest.mark.asyncio("module")\n{UNMARKED}'
    found = messages("invalid-mark-arguments", text, pinned(pytest_asyncio=version))
    assert [each[-len(fate or "") :] for each in found] == ([fate] if fate else [])


def test_a_mark_added_late_counted_once() -> None:
    hook = (
        "import pytest\n\n\ndef pytest_collection_modifyitems(items):\n    items[0].add_marker(pytest.mark.asyncio)\n"
    )
    rule = "mark-added-in-modifyitems"
    assert len(messages(rule, UNMARKED, pinned(pytest_asyncio=(0, 23, 0)), conftest=hook)) == 1
    assert messages(rule, UNMARKED, pinned(pytest_asyncio=(0, 21, 2)), conftest=hook) == []


def test_marks_of_plugins_where_the_environment_is_not_known() -> None:
    text = f"import pytest\n\n\n@pytest.mark.trio\n{UNMARKED}"
    assert len(messages("async-test-never-runs", text, environment())) == 1
    assert messages("async-test-never-runs", text, replace(environment(), kind="server")) == []


def test_policies_are_reported_where_python_warns_of_them() -> None:
    text = "import asyncio\n\nasyncio.set_event_loop_policy(asyncio.DefaultEventLoopPolicy())\n"
    found = environment()
    assert messages("removed-asyncio-api", text, replace(found, python_version=(3, 13, 1))) == []
    assert messages("removed-asyncio-api", text, replace(found, python_version=(3, 14, 0))) == [
        "`asyncio.set_event_loop_policy` is deprecated since Python 3.14 and goes in 3.16.",
        "`asyncio.DefaultEventLoopPolicy` is deprecated since Python 3.14 and goes in 3.16.",
    ]


def test_the_argument_loop_is_right_for_an_old_python() -> None:
    text = "import asyncio\n\nLOCK = asyncio.Lock(loop=None)\n"
    found = environment()
    assert messages("removed-asyncio-api", text, replace(found, python_version=(3, 9, 0))) == []
    assert len(messages("removed-asyncio-api", text, replace(found, python_version=(3, 10, 0)))) == 1


@pytest.mark.parametrize(
    ("kind", "imported", "reported"),
    [("server", "nowhere", 0), ("server", "asyncio", 1), ("venv", "nowhere", 1)],
)
def test_a_guessed_environment_that_lacks_imports_says_nothing_of_fixtures(
    kind: EnvironmentKind, imported: str, reported: int
) -> None:
    text = f"import {imported}\n\n\ndef test_value(client): ...\n"
    assert len(messages("unknown-fixture", text, replace(environment(), kind=kind))) == reported
