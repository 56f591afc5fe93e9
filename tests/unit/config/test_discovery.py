"""rootdir, file in effect and raw values, judged by pytest's own `determine_setup`."""

from collections.abc import Mapping
from itertools import product
from pathlib import Path

import pytest
from _pytest.config.exceptions import UsageError
from _pytest.config.findpaths import determine_setup
from _pytest.outcomes import Failed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loopscope.config.effective import Invocation, find_config

from .disk import Disk, write

INI = "[pytest]\nasyncio_mode = auto\n"
OPTIONS = '[tool.pytest.ini_options]\nasyncio_mode = "auto"\n'
NATIVE = '[tool.pytest]\nasyncio_mode = "strict"\nmarkers = ["a", "b"]\n'
CFG = "[tool:pytest]\nasyncio_mode = auto\n"

CONTENTS: dict[str, tuple[str, ...]] = {
    "pytest.toml": ("", '[pytest]\naddopts = ["-q"]\n', "x = 1\n", "[tool.pytest.ini_options]\na = 1\n", "[pytest\n"),
    ".pytest.toml": ("", '[pytest]\nmarkers = ["x"]\n'),
    "pytest.ini": ("", INI, "[tool:pytest]\na = 1\n", "oops\n", "a = 1\n[pytest]\n", "[pytest]\na=1\na=2\n"),
    ".pytest.ini": ("", INI),
    "pyproject.toml": (
        "",
        OPTIONS,
        NATIVE,
        NATIVE + OPTIONS,
        "[project]\nname='x'\n",
        "[tool.pytest.ini_options]\n",
        "=\n",
    ),
    "tox.ini": ("[tox]\n", INI, "[testenv]\na = b\n c\n"),
    "setup.cfg": ("[metadata]\nname = x\n", CFG, "[pytest]\na = 1\n"),
    "setup.py": ("",),
}


def judge(folder: Path, args: tuple[str, ...] = ()) -> object:
    """What pytest decides: rootdir, file, raw values, ignored names; None for a usage error."""
    try:
        rootdir, inipath, values, ignored = determine_setup(
            inifile=None, override_ini=None, args=args, rootdir_cmd_arg=None, invocation_dir=folder
        )
    except (UsageError, Failed):
        return None
    return rootdir, inipath, {name: (v.value, v.mode) for name, v in values.items()}, list(ignored)


def ours(folder: Path, args: tuple[str, ...] = ()) -> object:
    """The same from loopscope."""
    config = find_config(Disk(), folder, invocation=Invocation(args=args))
    if any(problem.fatal and problem.kind != "invalid-value" for problem in config.problems):
        return None
    values = {name: (raw.value, raw.mode) for name, raw in config.raw.items()}
    return config.rootdir, config.inipath, values, [path.name for path in config.shadowed]


LAYOUTS: list[Mapping[str, str]] = [
    {},
    *({name: text} for name, texts in CONTENTS.items() for text in texts),
    *(
        {one: CONTENTS[one][i], two: CONTENTS[two][j]}
        for one, two in product(CONTENTS, repeat=2)
        if one < two
        for i, j in product(range(2), repeat=2)
        if i < len(CONTENTS[one]) and j < len(CONTENTS[two])
    ),
    {"tests/pytest.ini": INI, "pyproject.toml": OPTIONS},
    {"pyproject.toml": "", "tests/setup.py": ""},
    {"setup.py": "", "tests/": ""},
    {"pytest.ini": "\ufeff[pytest]\nx = 1\n"},
    {"pytest.ini": "[pytest]  # comment\nmarkers =\n    slow: is slow\n# gone\n\n    fast\nx: y = z\ny = [a]\n  [b]\n"},
    {"pytest.ini": "[pytest] ; x\r\naddopts = -q # no comment\r\n\t--tb=short\r\n"},
    {"tests/pytest.toml": "", "pytest.ini": ""},
]


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: "+".join(layout) or "empty")
@pytest.mark.parametrize("start", [".", "tests"])
def test_every_layout_is_decided_as_pytest_decides(tmp_path: Path, layout: Mapping[str, str], start: str) -> None:
    write(tmp_path, {"tests/test_a.py": "", **layout})
    folder = (tmp_path / start).resolve()
    assert ours(folder) == judge(folder)


@pytest.mark.parametrize(
    "args",
    [("tests",), ("tests/unit", "tests/slow"), ("tests/unit/test_a.py::test_x[a]",), ("missing",), ("other", "tests")],
)
@pytest.mark.parametrize(
    "layout",
    [
        {"pytest.ini": "", "tests/pytest.ini": INI},
        {"tests/pytest.ini": INI},
        {"tests/unit/setup.cfg": CFG, "setup.py": ""},
        {"other/pytest.ini": INI},
        {"tests/unit/pyproject.toml": "", "other/pyproject.toml": OPTIONS},
    ],
)
def test_arguments_move_the_search_as_in_pytest(
    tmp_path: Path, layout: Mapping[str, str], args: tuple[str, ...]
) -> None:
    write(tmp_path, {"tests/unit/test_a.py": "", "tests/slow/": "", "other/": "", **layout})
    folder = tmp_path.resolve()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert ours(folder, args) == judge(folder, args)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.tuples(st.sampled_from(["", "tests/", "tests/unit/"]), st.sampled_from(list(CONTENTS))),
        st.integers(0, 6),
        max_size=5,
    )
)
def test_random_projects_are_decided_as_pytest_decides(
    tmp_path_factory: pytest.TempPathFactory, project: dict[tuple[str, str], int]
) -> None:
    folder = tmp_path_factory.mktemp("p").resolve()
    write(folder, {"tests/unit/test_a.py": ""})
    write(folder, {where + name: CONTENTS[name][i % len(CONTENTS[name])] for (where, name), i in project.items()})
    for start in (folder, folder / "tests" / "unit"):
        assert ours(start) == judge(start)
