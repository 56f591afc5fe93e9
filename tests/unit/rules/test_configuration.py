"""Rules about configuration, where they depend on what is installed and on several files."""

from pathlib import PurePath

import pytest

from loopscope.engine.run import check_file
from loopscope.engine.selection import Selection
from loopscope.rules import RULES
from loopscope.rules.model import Group, Severity
from loopscope.workspace.environment import Distribution, Environment
from rules.world import ROOT, snapshot_of

SCOPE = "asyncio_default_fixture_loop_scope = function\n"
RULED = Selection(tuple(rule for rule in RULES if rule.meta.group in (Group.CONFIGURATION, Group.LOOPS)))


def having(**versions: str) -> Environment:
    named = {name.replace("_", "-"): version for name, version in versions.items()}
    found = {name: Distribution(name, version, PurePath("/x")) for name, version in named.items()}
    return Environment(PurePath("/venv"), "venv", distributions=found)


def found(name: str, texts: dict[str, str], installed: Environment) -> list[tuple[str, Severity | None, str]]:
    """Rule, severity and marked text of the findings in one file."""
    report = check_file(snapshot_of(texts, installed=installed), ROOT / name, RULED)
    assert report.errors == ()
    return [(each.rule, each.severity, texts[name][slice(*each.span)]) for each in report.findings]


@pytest.mark.parametrize(
    ("installed", "said"),
    [
        (having(pytest="9.2.0", pytest_asyncio="1.5.0"), []),
        (having(pytest="9.2.0"), ["asyncio_mode", "asyncio_default_fixture_loop_scope"]),
        (having(pytest="8.3.5", pytest_asyncio="0.23.8"), ["asyncio_default_fixture_loop_scope"]),
        (having(), []),
    ],
    ids=["all", "no plugin", "an old one", "nothing known"],
)
def test_options_that_the_installed_versions_do_not_know(installed: Environment, said: list[str]) -> None:
    texts = {"pytest.ini": f"[pytest]\nasyncio_mode = auto\n{SCOPE}"}
    assert found("pytest.ini", texts, installed) == [("unknown-config-option", Severity.WARNING, name) for name in said]


def test_an_option_that_pytest_brought_later() -> None:
    texts = {"pytest.ini": f"[pytest]\nstrict_markers = true\n{SCOPE}"}
    assert found("pytest.ini", texts, having(pytest="8.4.2", pytest_asyncio="1.5.0")) == [
        ("unknown-config-option", Severity.WARNING, "strict_markers")
    ]


def test_an_unknown_option_is_an_error_where_configuration_is_strict() -> None:
    texts = {"pytest.ini": f"[pytest]\nstrict_config = true\nasyncio_modes = auto\n{SCOPE}"}
    assert found("pytest.ini", texts, having(pytest="9.2.0", pytest_asyncio="1.5.0")) == [
        ("unknown-config-option", Severity.ERROR, "asyncio_modes")
    ]


@pytest.mark.parametrize(
    ("installed", "severity"),
    [
        (having(pytest="9.2.0", pytest_asyncio="1.5.0"), Severity.WARNING),
        (having(pytest="9.0.3", pytest_asyncio="1.5.0"), None),
        (having(pytest="8.3.5", pytest_asyncio="0.26.0"), Severity.WARNING),
        (having(pytest="8.3.5", pytest_asyncio="0.23.8"), None),
        (having(pytest="9.2.0", anyio="4.16.0"), None),
    ],
)
def test_an_unset_loop_scope_as_loud_as_pytest_is(installed: Environment, severity: Severity | None) -> None:
    texts = {"pytest.ini": "[pytest]\nasyncio_mode = auto\n"}
    said = [each for each in found("pytest.ini", texts, installed) if each[0] == "fixture-loop-scope-unset"]
    assert said == ([] if severity is None else [("fixture-loop-scope-unset", severity, "[pytest]")])


@pytest.mark.parametrize(
    ("config", "severity"),
    [
        ("filterwarnings = error", Severity.ERROR),
        ("filterwarnings =\n    error\n    ignore::DeprecationWarning", None),
        ("filterwarnings =\n    error\n    ignore:The configuration option", None),
        ("filterwarnings =\n    error\n    ignore::DeprecationWarning:somewhere", Severity.ERROR),
        ("addopts = -W error", Severity.ERROR),
        ("filterwarnings = error::ResourceWarning", None),
    ],
)
def test_warnings_that_are_errors_stop_new_versions(config: str, severity: Severity | None) -> None:
    texts = {"pytest.ini": f"[pytest]\n{config}\n"}
    said = found("pytest.ini", texts, having(pytest="9.2.0", pytest_asyncio="1.5.0"))
    assert said == ([] if severity is None else [("fixture-loop-scope-unset", severity, "[pytest]")])


def test_the_scope_of_the_fixture_is_a_new_value() -> None:
    texts = {"pytest.ini": "[pytest]\nasyncio_default_fixture_loop_scope = fixture-scope\n"}
    assert found("pytest.ini", texts, having(pytest="9.2.0", pytest_asyncio="1.5.0")) == []
    assert found("pytest.ini", texts, having(pytest="9.2.0", pytest_asyncio="1.4.0")) == [
        ("invalid-loop-scope", Severity.ERROR, "fixture-scope")
    ]


def test_a_nested_file_is_information_where_it_says_something_else() -> None:
    installed = having(pytest="9.2.0", pytest_asyncio="1.5.0")
    root = f"[pytest]\nasyncio_mode = strict\n{SCOPE}"
    other = {"pytest.ini": root, "tests/pytest.ini": f"[pytest]\nasyncio_mode = auto\n{SCOPE}"}
    assert found("tests/pytest.ini", other, installed) == [
        ("ineffective-pytest-config", Severity.INFORMATION, "asyncio_mode")
    ]
    assert found("tests/pytest.ini", {"pytest.ini": root, "tests/pytest.ini": root}, installed) == []


def test_a_template_is_no_configuration() -> None:
    texts = {"{{cookiecutter.name}}/pyproject.toml": '[project]\nname = "x"\n{{cookiecutter.extra}}\n'}
    assert found(next(iter(texts)), texts, having(pytest="9.2.0", pytest_asyncio="1.5.0")) == []
