from pathlib import PurePath

import pytest

from loopscope.lsp.project import Project
from loopscope.workspace.environment import Distribution, Environment, EnvironmentKind

ROOT = PurePath("/work")


def project(kind: EnvironmentKind, *installed: str) -> Project:
    found = {name: Distribution(name, "1.0", ROOT / name) for name in installed}
    return Project(ROOT, Environment(ROOT / ".venv", kind, distributions=found))


@pytest.mark.parametrize(
    "name", ["pyproject.toml", "uv.lock", "requirements-dev.txt", "requirements/test.txt", "members/one/setup.cfg"]
)
def test_files_that_pin_count_where_something_is_not_installed(name: str) -> None:
    assert project("venv", "pytest").is_pinned_by(ROOT / name)
    assert project("server", "pytest", "pytest-asyncio").is_pinned_by(ROOT / name)
    assert not project("venv", "pytest", "pytest-asyncio").is_pinned_by(ROOT / name)


def test_other_files_do_not_pin() -> None:
    assert not project("venv").is_pinned_by(ROOT / "notes.txt")
    assert not project("venv").is_pinned_by(PurePath("/elsewhere/uv.lock"))
