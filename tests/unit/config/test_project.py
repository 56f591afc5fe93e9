"""Which configuration a file of a workspace gets."""

from pathlib import PurePosixPath

import pytest

from loopscope.config.project import config_for

from .disk import Memory

ROOT = PurePosixPath("/w")
INI = "[pytest]\n"
OPTIONS = "[tool.pytest.ini_options]\n"


@pytest.mark.parametrize(
    ("texts", "inipath", "rootdir", "passed_over"),
    [
        ({"pyproject.toml": OPTIONS, "a/tests/pytest.ini": INI}, "pyproject.toml", ".", ["a/tests/pytest.ini"]),
        ({"pyproject.toml": OPTIONS, "a/pyproject.toml": OPTIONS}, "a/pyproject.toml", "a", []),
        ({"pyproject.toml": OPTIONS, "a/pytest.ini": INI, "a/setup.py": ""}, "a/pytest.ini", "a", []),
        ({"pytest.ini": INI, "a/pyproject.toml": ""}, "pytest.ini", ".", []),
        ({"pyproject.toml": "", "a/pytest.ini": INI}, "a/pytest.ini", "a", []),
        (
            {"a/pytest.ini": INI, "a/tests/pytest.ini": INI, "a/setup.py": ""},
            "a/pytest.ini",
            "a",
            ["a/tests/pytest.ini"],
        ),
        (
            {"pyproject.toml": f'{OPTIONS}addopts = "--ignore=a/tests"\n', "a/tests/pytest.ini": INI},
            "a/tests/pytest.ini",
            "a/tests",
            [],
        ),
        (
            {"pyproject.toml": f'{OPTIONS}addopts = "--ignore=a/other"\n', "a/tests/pytest.ini": INI},
            "pyproject.toml",
            ".",
            ["a/tests/pytest.ini"],
        ),
        ({"pyproject.toml": "", "a/setup.py": ""}, "pyproject.toml", ".", []),
        ({"b/pytest.ini": INI, "setup.py": ""}, None, ".", []),
        ({}, None, ".", []),
    ],
)
def test_configuration_of_a_file(
    texts: dict[str, str], inipath: str | None, rootdir: str, passed_over: list[str]
) -> None:
    files = Memory({"a/tests/test_x.py": "", **texts})
    config = config_for(files, ROOT / "a/tests/test_x.py", ROOT)
    assert config.inipath == (None if inipath is None else ROOT / inipath)
    assert config.rootdir == ROOT / rootdir
    assert list(config.passed_over) == [ROOT / path for path in passed_over]


def test_confcutdir_is_the_folder_of_the_file_in_effect() -> None:
    files = Memory({"pytest.ini": INI, "a/test_x.py": ""})
    assert config_for(files, ROOT / "a/test_x.py", ROOT).confcutdir == ROOT
