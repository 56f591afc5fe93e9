"""The real projects that loopscope is compared with pytest on, and the environment for their tests."""

from collections.abc import Callable
from pathlib import Path

import pytest

from real.environment import environment, sources_of
from support.prepared import NotPreparedError

PROJECTS = ("redis", "aiohttp", "mcp", "aiogram", "anyio", "zigpy", "starlette", "uvicorn")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "project" in metafunc.fixturenames:
        metafunc.parametrize("project", PROJECTS)


@pytest.fixture(scope="session")
def venv() -> Path:
    """The environment with every project's requirements."""
    return _prepared(environment)


@pytest.fixture
def root(project: str) -> Path:
    """The project's sources."""
    return _prepared(lambda: sources_of(project))


def _prepared(prepare: Callable[[], Path]) -> Path:
    try:
        return prepare()
    except NotPreparedError as error:
        trouble = str(error)
    pytest.fail(trouble, pytrace=False)


@pytest.fixture
def figure(project: str, record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Notes a figure of the project for the end of the run."""
    return lambda text: record_property("figure", f"{project}: {text}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [report for found in ("passed", "failed") for report in terminalreporter.getreports(found)]
    lines = [str(text) for report in reports for name, text in report.user_properties if name == "figure"]
    if lines:
        terminalreporter.section("real projects")
        for line in sorted(lines):
            terminalreporter.write_line(line)
