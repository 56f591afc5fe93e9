import sys
from pathlib import Path

import pytest

from loopscope.cli.main import main
from loopscope.host.environment import find_environment
from loopscope.host.pins import read_pins
from loopscope.host.specifiers import chosen, requirement
from loopscope.workspace.environment import Pin, Release


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A repository, so that nothing above it counts."""
    (tmp_path / "work" / ".git").mkdir(parents=True)
    return tmp_path / "work"


def pinned(workspace: Path, **files: str) -> dict[str, tuple[tuple[int, ...], str, str, int]]:
    """The pins of a project of these files: version, requirement, file and line."""
    for name, text in files.items():
        path = workspace / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return {
        name: (pin.version, pin.requirement, pin.path.relative_to(workspace).as_posix(), pin.line)
        for name, pin in read_pins(workspace).items()
    }


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("pytest-asyncio==0.23.5", (0, 23, 5)),
        ("pytest_asyncio == 0.23.*", (0, 23, 8)),
        ("pytest-asyncio~=0.24", (0, 26, 0)),
        ("pytest-asyncio~=0.24.0", (0, 24, 0)),
        ("pytest-asyncio<1", (0, 26, 0)),
        ("pytest-asyncio>=0.21,<0.22", (0, 21, 2)),
        ("pytest-asyncio>=0.21, !=1.5.*", (1, 4, 1)),
        ("pytest-asyncio (<=1.1.1)", (1, 1, 1)),
        ("pytest-asyncio[docs]<1.2  # until they have settled", (1, 1, 1)),
        ("pytest-asyncio", (1, 5, 0)),
        ("pytest-asyncio>2", None),
    ],
)
def test_the_newest_release_that_a_requirement_allows(text: str, version: tuple[int, ...] | None) -> None:
    found = requirement(text)
    assert found is not None
    assert chosen("pytest-asyncio", [found]) == version


@pytest.mark.parametrize(
    "text",
    [
        "pytest==8.3; python_version < '3.11'",
        "pytest @ git+https://example.org/pytest",
        "-r pytest.txt",
        "pytest {posargs}",
    ],
)
def test_what_is_no_requirement_for_all_environments_says_nothing(text: str) -> None:
    assert requirement(text) is None


def test_dependency_groups_and_extras(workspace: Path) -> None:
    text = """\
[project]
name = "shop"
dependencies = ["httpx"]

[project.optional-dependencies]
test = ["pytest-asyncio==0.23.*"]

[dependency-groups]
dev = [
    {include-group = "test"},
    "pytest>=8.0,<8.2",
]
"""
    assert pinned(workspace, pyproject_toml=text) == {
        "pytest": ((8, 1, 2), "pytest>=8.0,<8.2", "pyproject.toml", 11),
        "pytest-asyncio": ((0, 23, 8), "pytest-asyncio==0.23.*", "pyproject.toml", 6),
    }


def test_poetry(workspace: Path) -> None:
    text = """\
[tool.poetry.group.test.dependencies]
pytest = "^8.0"
pytest-asyncio = {version = "0.24.0", extras = ["docs"]}
"""
    assert pinned(workspace, pyproject_toml=text) == {
        "pytest": ((8, 4, 2), "pytest^8.0", "pyproject.toml", 2),
        "pytest-asyncio": ((0, 24, 0), "pytest-asyncio==0.24.0", "pyproject.toml", 3),
    }


def test_requirements_files(workspace: Path) -> None:
    found = pinned(
        workspace,
        requirements_txt="httpx\n",
        requirements__test_txt="-r base.txt\npytest==7.4.4 \\\n    --hash=sha256:00\npytest-asyncio==0.21.1  # old\n",
    )
    assert found == {
        "pytest": ((7, 4, 4), "pytest==7.4.4", "requirements/test.txt", 2),
        "pytest-asyncio": ((0, 21, 1), "pytest-asyncio==0.21.1", "requirements/test.txt", 4),
    }


def test_lock_files_come_first(workspace: Path) -> None:
    lock = 'version = 1\n\n[[package]]\nname = "pytest"\nversion = "8.3.2"\n'
    found = pinned(workspace, uv_lock=lock, requirements_txt="pytest==7.4.4\npytest-asyncio==1.0.0\n")
    assert found == {
        "pytest": ((8, 3, 2), "pytest==8.3.2", "uv.lock", 5),
        "pytest-asyncio": ((1, 0, 0), "pytest-asyncio==1.0.0", "requirements.txt", 2),
    }


def test_the_lock_of_pipenv(workspace: Path) -> None:
    lock = '{"develop": {"pytest": {"hashes": ["sha256:00"], "index": "pypi", "version": "==8.2.2"}}}'
    assert pinned(workspace, Pipfile_lock=lock) == {"pytest": ((8, 2, 2), "pytest==8.2.2", "Pipfile.lock", 1)}


@pytest.mark.parametrize(
    "text",
    [
        "pytest>=7\npytest-asyncio>=0.21\n",
        "pytest==7.4.4\npytest==8.3.5\n",
        "pytest-cov==4.0\npytest-asyncio-cooperative==0.30\n",
        "pytest==\nhttpx==1\n\x00pytest==8",
    ],
)
def test_lower_bounds_contradictions_and_others_pin_nothing(workspace: Path, text: str) -> None:
    assert pinned(workspace, requirements_txt=text) == {}


def test_broken_files_pin_nothing(workspace: Path) -> None:
    assert pinned(workspace, pyproject_toml='[project\ndependencies = ["pytest==8.3"', uv_lock="name = \n") == {}


def test_a_folder_of_a_workspace_is_pinned_by_the_one_above(workspace: Path) -> None:
    member = workspace / "packages"
    member.mkdir()
    (workspace / "pyproject.toml").write_text('[dependency-groups]\ndev = ["pytest<9"]\n')
    (member / "pyproject.toml").write_text('[project]\nname = "one"\n')
    assert read_pins(member)["pytest"].version == (8, 4, 2)


def test_what_is_installed_counts_and_not_the_pin(workspace: Path) -> None:
    (workspace / "requirements.txt").write_text("pytest==7.4.4\npytest-asyncio==0.21.2\n")
    (workspace / ".venv").mkdir()
    (workspace / ".venv" / "pyvenv.cfg").write_text("home = /nowhere\nversion = 3.12.1\n")
    site_packages = workspace / ".venv" / "lib" / "python3.12" / "site-packages"
    (site_packages / "pytest-8.3.4.dist-info").mkdir(parents=True)
    environment = find_environment(workspace, None, {})
    assert environment.effective("pytest") == Release((8, 3, 4), assumed=False)
    pin = Pin((0, 21, 2), "pytest-asyncio==0.21.2", workspace / "requirements.txt", 2)
    assert environment.effective("pytest-asyncio") == Release((0, 21, 2), assumed=False, pin=pin)
    assert not environment.at_least("pytest-asyncio", 0, 23)


def test_the_python_of_loopscope_counts_as_far_as_it_fits(workspace: Path) -> None:
    (workspace / "requirements.txt").write_text("pytest-asyncio==0.21.2\n")
    environment = find_environment(workspace, None, {})
    assert environment.kind == "server"
    assert environment.has("pytest-asyncio")
    assert not environment.at_least("pytest-asyncio", 0, 23)
    assert find_environment(workspace, sys.prefix, {}).pins == {}


def test_loopscope_config_says_where_a_version_comes_from(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace / "requirements.txt").write_text("httpx\npytest-asyncio==0.21.2\n")
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    monkeypatch.chdir(workspace)
    assert main(["config"]) == 0
    printed = capsys.readouterr().out
    line = next(line for line in printed.splitlines() if line.split()[:1] == ["pytest-asyncio"])
    assert "0.21.2" in line
    assert "pinned by `pytest-asyncio==0.21.2` in requirements.txt line 2" in line
