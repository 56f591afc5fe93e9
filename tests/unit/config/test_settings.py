"""loopscope's own settings: files, the editor, and what is refused."""

import json
from pathlib import PurePosixPath

import pytest

from loopscope.config.settings import DEFAULT_SETTINGS, Settings, find_settings, settings_from_mapping
from loopscope.config.settings_table import SETTINGS, json_schema
from loopscope.config.toml import TomlFile, parse_toml

from .disk import Memory

ROOT = PurePosixPath("/w")


def from_file(text: str, name: str = "loopscope.toml") -> Settings:
    return find_settings(Memory({name: text}), ROOT / "tests/test_a.py", ROOT)


def test_a_file_gives_values_with_their_place() -> None:
    text = """\
[tool.loopscope]
preset = "strict"
ignore = [
  "a",
  "b", # not "c"
]
respect-noqa = true
[tool.loopscope.per-file-ignores]
"tests/**" = ["x"]
[tool.loopscope.severity]
x = "off"
"""
    found = from_file(text, "pyproject.toml")
    assert found.problems == ()
    assert (found.preset.value, found.preset.origin.describe()) == ("strict", "pyproject.toml line 2")
    assert [(rule.value, rule.origin.line) for rule in found.ignore.value] == [("a", 4), ("b", 5)]
    assert found.respect_noqa.value is True
    assert [rule.value for rule in found.per_file_ignores.value["tests/**"]] == ["x"]
    assert found.severity.value["x"].value == "off"
    assert found.folder == ROOT


def test_the_editor_overrides_the_file_key_by_key() -> None:
    base = from_file('select = ["a"]\nignore = ["b"]\n')
    found = settings_from_mapping({"select": ["c"], "extendSelect": ["d"], "environment": None}, base)
    assert [rule.value for rule in found.select.value] == ["c"]
    assert [rule.value for rule in found.ignore.value] == ["b"]
    assert [rule.value for rule in found.extend_select.value] == ["d"]
    assert found.select.origin.describe() == "editor setting"
    assert found.environment.is_default


def test_defaults_of_the_editor_give_way_to_everything() -> None:
    base = from_file("members-of-all-values = true\n")
    defaults = {"membersOfAllValues": False, "beside": ["pyright"], "hintMark": False, "nonesuch": 1}
    found = settings_from_mapping({"defaults": defaults, "hintMark": True}, base)
    assert found.members_of_all_values.value is True
    assert [tool.value for tool in found.beside.value] == ["pyright"]
    assert found.beside.origin.describe() == "default of the editor"
    assert (found.hint_mark.value, found.hint_mark.origin.describe()) == (True, "editor setting")
    assert [problem.message for problem in found.problems] == ["Unknown loopscope setting `nonesuch`."]
    assert settings_from_mapping({"defaults": None}, base) == base
    assert [one.kind for one in settings_from_mapping({"defaults": 1}).problems] == ["unknown-setting"]


@pytest.mark.parametrize(
    ("text", "at", "message", "suggestion"),
    [
        ("selct = []", "selct", "Unknown loopscope setting `selct`. Did you mean `select`?", "select"),
        ("per_file_ignores = {}", "per_file_ignores", "Unknown", "per-file-ignores"),
        ("zzz = 1", "zzz", "Unknown loopscope setting `zzz`.", None),
        ('select = "a"', '"a"', "`select` expects a list of strings, got 'a'.", None),
        ('select = ["a", 2]', "2", "`select` expects a list of strings, got 2.", None),
        ('preset = "strictt"', '"strictt"', "Did you mean `strict`?", "strict"),
        ('severity = { x = "eror" }', '"eror"', "Did you mean `error`?", "error"),
        ("severity = []", "[]", "`severity` expects a table", None),
        ('beside = ["pyrigt"]', '"pyrigt"', "expects a list of mypy, pyright, ruff, ty, got 'pyrigt'.", "pyright"),
        ("respect-noqa = 1", "1", "`respect-noqa` expects true or false, got 1.", None),
        ("environment = false", "false", "`environment` expects a string, got False.", None),
    ],
)
def test_what_is_refused_is_said_in_place(text: str, at: str, message: str, suggestion: str | None) -> None:
    found = from_file(f"# é😀\n{text}\n")
    (problem,) = found.problems
    assert problem.span is not None
    assert f"# é😀\n{text}\n"[slice(*problem.span)] == at
    assert message in problem.message
    assert (problem.suggestion, problem.line) == (suggestion, 2)
    assert found.select == DEFAULT_SETTINGS.select


@pytest.mark.parametrize("text", ["= 1", "[tool.loopscope", "\0", "x = " + "[" * 5000])
def test_a_broken_file_gives_defaults_and_a_problem(text: str) -> None:
    found = from_file(text)
    assert [problem.kind for problem in found.problems] == ["syntax-error"]
    assert found.select.is_default


def test_the_nearest_file_wins_and_loopscope_toml_before_pyproject() -> None:
    files = Memory(
        {
            "pyproject.toml": '[tool.loopscope]\npreset = "all"\n',
            "a/pyproject.toml": "[project]\n",
            "b/pyproject.toml": '[tool.loopscope]\npreset = "strict"\n',
            "b/loopscope.toml": 'preset = "recommended"\n',
        }
    )
    presets = [find_settings(files, ROOT / name / "test_x.py", ROOT).preset.value for name in ("a", "b")]
    assert presets == ["all", "recommended"]


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_every_setting_has_an_example_that_is_accepted(setting: object) -> None:
    example = getattr(setting, "example")  # noqa: B009 (parametrize gives object)
    name = getattr(setting, "field")  # noqa: B009
    found = from_file(example)
    assert found.problems == ()
    assert not getattr(found, name).is_default
    document = parse_toml(example)
    assert isinstance(document, TomlFile)
    assert settings_from_mapping(document.values).problems == ()


def test_the_schema_is_json_and_names_every_setting() -> None:
    schema = json.loads(json.dumps(json_schema()))
    assert list(schema["properties"]) == [setting.name for setting in SETTINGS]
