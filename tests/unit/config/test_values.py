"""Converted values, judged by `Config.getini` of a real pytest configuration; and the place of every value."""

import os
from pathlib import Path, PurePosixPath

import pytest
from _pytest.config import get_config
from _pytest.config.exceptions import UsageError

from loopscope.config.catalog import INI_OPTIONS, IniOption, OptionType
from loopscope.config.effective import Invocation, find_config
from loopscope.config.model import Origin, Sourced
from loopscope.config.pytest_config import PytestConfig
from loopscope.config.values import InvalidValueError, Mode, RawValue, convert

from .disk import Disk, Memory, write

ROOT = PurePosixPath("/w")
CORE = [name for name, option in INI_OPTIONS.items() if option.owner == "pytest"]


def plain(value: object) -> object:
    """A value as pytest returns it."""
    if isinstance(value, tuple):
        return [plain(item.value if isinstance(item, Sourced) else item) for item in value]
    return value


def memory(addopts: str = "", version: tuple[int, ...] | None = None, **texts: str) -> PytestConfig:
    """The configuration of a project in memory; `pytest_ini=` is pytest.ini, and so on."""
    names = {"pytest_ini": "pytest.ini", "pyproject": "pyproject.toml", "pytest_toml": "pytest.toml"}
    files = Memory({names[name]: text for name, text in texts.items()})
    environment = Sourced(addopts, Origin(note="loopscope setting"))
    return find_config(files, ROOT, invocation=Invocation(version, addopts=environment))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pytest.ini", "[pytest]\naddopts = -q -o 'python_functions=check it'\npythonpath = src ../b 'x y'\n"),
        (
            "pytest.ini",
            "[pytest]\naddopts =\n  -q\n  -k 'a or b' \n  --strict-markers\nmarkers =\n  slow: s\n\n  fast(x)\n",
        ),
        ("pytest.ini", "[pytest]\nstrict = YES\nxfail_strict = no\ntestpaths = a b\\ c 'd'\nusefixtures=x\n y\n"),
        ("pytest.ini", "[pytest]\nxfail_strict = no\nstrict_xfail = yes\npython_files = *.py check_*.py\n"),
        ("pytest.ini", "[pytest]\nstrict_xfail = yes\naddopts = -o xfail_strict=no\n"),
        ("pytest.ini", "[pytest]\nxfail_strict = yes\n"),
        ("pytest.ini", "[pytest]\nstrict = perhaps\n"),
        ("pytest.ini", "[pytest]\npython_files = 'a\n"),
        ("pytest.toml", '[pytest]\nstrict = true\nmarkers = ["a: b", "c"]\npythonpath = ["src"]\n'),
        ("pytest.toml", '[pytest]\nmarkers = "a"\n'),
        ("pytest.toml", '[pytest]\nusefixtures = ["a", 1]\n'),
        ("pytest.toml", '[pytest]\nstrict = "true"\n'),
        (
            "pyproject.toml",
            '[tool.pytest.ini_options]\nmarkers = """\na: b\n  c\n"""\nstrict = true\npython_files = ["x"]\n',
        ),
        (
            "pyproject.toml",
            '[tool.pytest.ini_options]\naddopts = "-o collect_imported_tests=false"\nminversion = 7.0\n',
        ),
    ],
)
def test_values_are_converted_as_pytest_converts(
    tmp_path: Path, name: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {name: text})
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    ours = find_config(Disk(), tmp_path)
    judge = get_config()
    try:
        judge.parse(["--assert=plain"])
        wanted = {option: judge.getini(option) for option in CORE}
        wanted["pythonpath"] = [Path(os.path.normpath(path)) for path in wanted["pythonpath"]]
    except (UsageError, ValueError):
        assert ours.refused
        return
    finally:
        judge._ensure_unconfigure()
    assert {option: plain(ours.option(option).value) for option in CORE} == wanted
    assert not ours.refused


@pytest.mark.parametrize("type_", ["args", "linelist", "bool", "string", "int", "float"])
@pytest.mark.parametrize(
    ("mode", "value"),
    [
        *(("ini", text) for text in ("", "1", " 2 ", "1.5", "true", "Off", "a b\n 'c d'\n", "'open")),
        *(("toml", value) for value in (True, 1, 1.5, "1", ["a b", "c"], ["a", 1], {})),
    ],
)
def test_every_type_is_converted_as_pytest_converts(type_: OptionType, mode: Mode, value: object) -> None:
    config = get_config()
    config._inipath = None  # pytest's messages name it
    judge = config._getini_ini if mode == "ini" else config._getini_toml
    option = IniOption("x", type_, None)
    try:
        wanted = judge("x", "x", type_, value, None)
    except (TypeError, ValueError):
        with pytest.raises(InvalidValueError):
            convert(option, RawValue(value, mode, Origin()), ROOT)
        return
    assert plain(convert(option, RawValue(value, mode, Origin()), ROOT)) == wanted


def written(text: str, origin: Origin) -> str:
    """The text at an origin."""
    assert origin.span is not None
    assert origin.line == text.count("\n", 0, origin.span.start) + 1
    return text[origin.span.start : origin.span.end]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_element_of_an_ini_value_knows_its_place(end: str) -> None:
    text = end.join(
        [
            "# 😀",
            "[pytest]",
            "markers =",
            "\tslow(reason): é takes long",
            "",
            "   fast",
            "usefixtures= a  'b c'",
            "addopts: -q",
        ]
    )
    config = memory(pytest_ini=text)
    assert [(m.name, m.arguments, m.description) for m in config.markers] == [
        ("slow", "(reason)", "é takes long"),
        ("fast", "", ""),
    ]
    assert [written(text, m.origin) for m in config.markers] == ["slow(reason): é takes long", "fast"]
    assert [(f.value, written(text, f.origin)) for f in config.usefixtures] == [("a", "a"), ("b c", "'b c'")]
    origin = config.option("usefixtures").origin
    assert (origin.describe(), written(text, origin)) == ("pytest.ini line 7", "a  'b c'")
    assert origin.key_span is not None
    assert text[slice(*origin.key_span)] == "usefixtures"


def test_every_element_of_a_toml_value_knows_its_place() -> None:
    text = """\
[project]
name = 'x' # [tool.pytest]
[tool]
"pytest".ini_options."asyncio_mode" = "auto"
[[tool.x.pytest]]
ini_options.markers = ["wrong"]
[tool.pytest.ini_options] # = ]
markers = [ # "no"
  'slow: "x"', # ]
  "f\\u0061st", \"\"\"
x \\" ]\"\"\",
]
usefixtures = "a b"
python_files = { }
"""
    text = text.replace('[tool]\n"pytest".ini_options."asyncio_mode" = "auto"\n', "").replace(
        "python_files = { }\n", ""
    )
    config = memory(pyproject=text)
    assert [m.name for m in config.markers] == ["slow", "fast", 'x " ]']
    assert [written(text, m.origin) for m in config.markers] == ["'slow: \"x\"'", '"f\\u0061st"', '"""\nx \\" ]"""']
    assert [written(text, f.origin) for f in config.usefixtures] == ["a", "b"]


def test_quoted_and_dotted_keys_are_located() -> None:
    text = 'tool."pytest".\'ini_options\' . asyncio_mode = "auto" # x\n'
    origin = memory(pyproject=text).asyncio_mode.origin
    assert (written(text, origin), origin.line) == ('"auto"', 1)
    assert origin.key_span is not None
    assert text[slice(*origin.key_span)] == "tool.\"pytest\".'ini_options' . asyncio_mode"


@pytest.mark.parametrize(
    ("ini", "addopts", "mode", "origin"),
    [
        ("", "", "strict", "default"),
        ("asyncio_mode = auto", "", "auto", "pytest.ini line 2"),
        ("asyncio_mode = strict\naddopts = --asyncio-mode=auto", "", "auto", "pytest.ini line 3"),
        ("addopts = --asyncio-mode auto -q", "--asyncio-mode=strict", "strict", "loopscope setting"),
        ("addopts = -o asyncio_mode=auto", "", "auto", "pytest.ini line 2"),
        ("addopts = -oasyncio_mode=auto", "-o asyncio_mode=strict", "strict", "loopscope setting"),
        ("addopts = -o asyncio_mode=auto --asyncio-mode=strict", "", "strict", "pytest.ini line 2"),
        ("asyncio_mode = atuo", "", None, "default"),
        ("asyncio_mode = atuo", "--asyncio-mode auto", "auto", "loopscope setting"),
        ("asyncio_mode = atuo\naddopts = -o asyncio_mode=auto", "", "auto", "pytest.ini line 3"),
    ],
)
def test_the_mode_in_effect_and_where_it_comes_from(ini: str, addopts: str, mode: str | None, origin: str) -> None:
    found = memory(addopts, pytest_ini=f"[pytest]\n{ini}\n").asyncio_mode
    assert found.value == mode
    if mode is not None:
        assert found.origin.describe() == origin


@pytest.mark.parametrize(
    ("text", "at", "suggestion"),
    [
        ("[pytest]\nasyncio_mode = atuo\n", "atuo", "auto"),
        ('[pytest]\nasyncio_mode = "auto"\n', '"auto"', "auto"),
        ("[pytest]\nasyncio_mode = legacy\n", "legacy", None),
        ("[pytest]\naddopts = -q --asyncio-mode=Strict\n", "--asyncio-mode=Strict", "strict"),
        ("[pytest]\nasyncio_default_fixture_loop_scope = sesion\n", "sesion", "session"),
        ("[pytest]\nasyncio_default_test_loop_scope = fixture-scope\n", "fixture-scope", None),
        ("[pytest]\nasyncio_debug = maybe\n", "maybe", None),
        ("[pytest]\nasync_mode = auto\n", "async_mode", "asyncio_mode"),
    ],
)
def test_values_that_pytest_asyncio_refuses_are_problems_in_place(text: str, at: str, suggestion: str | None) -> None:
    (problem,) = memory(pytest_ini=text).problems
    assert problem.span is not None
    assert text[slice(*problem.span)] == at
    assert problem.line == 2
    if suggestion is not None:
        assert problem.suggestion == suggestion


@pytest.mark.parametrize(
    ("text", "kind", "suggestion"),
    [
        ('[pytest]\nasyncio_debug = "true"\n', "wrong-type", "true"),
        ("[pytest]\nasyncio_mode = true\n", "wrong-type", None),
        ('[pytest]\nasyncio_mode = "Auto"\n', "invalid-value", '"auto"'),
        ("[pytest]\nasyncio_mode = \n", "syntax-error", None),
    ],
)
def test_toml_problems(text: str, kind: str, suggestion: str | None) -> None:
    (problem,) = memory(pytest_toml=text).problems
    assert (problem.kind, problem.line, problem.suggestion, problem.fatal) == (kind, 2, suggestion, True)


def test_an_unparseable_file_leaves_the_mode_open() -> None:
    config = memory(pyproject="[tool.pytest.ini_options]\nasyncio_mode = \n")
    assert not config.readable
    assert config.asyncio_mode.value is None


def test_plugins_are_blocked_and_unblocked_in_order() -> None:
    config = memory("-p no:asyncio -pno:anyio -p asyncio", pytest_ini="[pytest]\naddopts = -p no:mock -p extra\n")
    assert set(config.blocked_plugins) == {"anyio", "pytest_anyio", "mock", "pytest_mock"}


@pytest.mark.parametrize(("version", "strict"), [((8, 4, 2), True), ((9, 0, 3), False), ((9, 1), True), (None, True)])
def test_strict_markers_in_addopts_by_version(version: tuple[int, ...] | None, strict: bool) -> None:
    config = memory(version=version, pytest_ini="[pytest]\naddopts = --strict-markers\n")
    assert config.strict_markers.value is strict


def test_a_pyproject_without_pytest_options_fixes_the_rootdir_since_8_1() -> None:
    files = Memory({"pyproject.toml": "", "a/tests/setup.py": ""})
    found = [
        find_config(files, ROOT / "a/tests", invocation=Invocation(version)).rootdir
        for version in ((8, 0), (8, 1), None)
    ]
    assert found == [ROOT / "a/tests", ROOT, ROOT]


def test_a_pytest_key_that_is_no_table_is_a_problem() -> None:
    for config in (memory(pytest_toml="pytest = 1\n"), memory(pyproject="[tool]\npytest = 1\n")):
        assert [(problem.kind, problem.fatal) for problem in config.problems] == [("wrong-section", True)]


def test_old_pytest_reads_no_native_toml() -> None:
    texts = {"pytest_toml": '[pytest]\nasyncio_mode = "auto"\n', "pyproject": '[tool.pytest]\nasyncio_mode = "auto"\n'}
    assert memory(**texts).inipath == ROOT / "pytest.toml"
    old = memory(version=(8, 4), **texts)
    assert old.asyncio_mode.value == "strict"
    assert [problem.kind for problem in old.problems] == ["wrong-section"]


@pytest.mark.parametrize(
    "text", ["\0", "[pytest]\n\0=\udc80\n", "[" * 3000, "[pytest]\nx = " + "[" * 5000, "]\r\x0c=", "="]
)
@pytest.mark.parametrize("name", ["pytest_ini", "pytest_toml", "pyproject"])
def test_bad_input_is_a_problem_and_no_crash(name: str, text: str) -> None:
    config = memory(addopts="-k 'open", **{name: text})
    assert "invalid-arguments" in {problem.kind for problem in config.problems}
