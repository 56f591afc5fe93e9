"""The two readers against their judges: iniconfig and tomllib; names against pytest's matching."""

import shlex
import tomllib
from pathlib import Path

import pytest
from _pytest.pathlib import fnmatch_ex as judge_fnmatch
from hypothesis import given, settings
from hypothesis import strategies as st
from iniconfig import IniConfig, ParseError

from loopscope.config.document import SyntaxProblem
from loopscope.config.ini import parse_ini
from loopscope.config.patterns import fnmatch_ex, matches_prefix_or_glob
from loopscope.config.toml import TomlFile, parse_toml
from loopscope.config.words import split_words

INI_LINES = [
    "[a]",
    "[b] # c",
    "[a",
    " [x]",
    "k = v",
    "k2: v = w",
    "k3 =",
    "  more ; x",
    "\t",
    "# c",
    "junk",
    "é=😀",
    "[]",
]
TOML_VALUES = [
    '"a"',
    "'b\\'",
    '"\\"]"',
    '"""\nx"" \\"""""',
    "'''q''''",
    "1_0",
    "1979-05-27 07:32:00",
    "true",
    "{}",
    "[]",
]


@settings(max_examples=400)
@given(st.lists(st.sampled_from(INI_LINES), max_size=7), st.sampled_from(["\n", "\r\n", "\r", "\x0c\n"]))
def test_ini_texts_are_read_as_iniconfig_reads_them(lines: list[str], end: str) -> None:
    text = end.join(lines)
    found = parse_ini(text)
    try:
        wanted = IniConfig("x", data=text)
    except ParseError:
        assert isinstance(found, SyntaxProblem)
        return
    assert not isinstance(found, SyntaxProblem)
    assert {name: {key: e.value for key, e in s.entries.items()} for name, s in found.items()} == wanted.sections
    for section in found.values():
        for key, entry in section.entries.items():
            assert text[slice(*entry.located.key)].strip() == key
            for piece in entry.located.pieces:
                part = entry.value[piece.offset : piece.offset + piece.length]
                assert text[piece.start : piece.start + piece.length] == part


def values(depth: int = 2) -> st.SearchStrategy[str]:
    """TOML values as texts."""
    plain = st.sampled_from(TOML_VALUES)
    if depth == 0:
        return plain
    inner = values(depth - 1)
    array = st.lists(inner, max_size=3).map(lambda items: "[ # ]\n" + ",\n # x\n".join(items) + "\n]")
    table = st.lists(inner, max_size=2).map(
        lambda items: "{" + ", ".join(f"k{i}.'x' = {v}" for i, v in enumerate(items)) + "}"
    )
    return st.one_of(plain, array, table)


def single_line(text: str) -> bool:
    try:
        tomllib.loads(text)
    except ValueError:
        return False
    return True


@settings(max_examples=300)
@given(st.lists(values(), max_size=5), st.sampled_from(["\n", "\r\n"]))
def test_every_key_of_a_toml_text_is_located(found: list[str], end: str) -> None:
    parts = [f"[ t{i} . \"u.\\u0061\" ] # [x]\n'key {i}' = {value}  # = c\n" for i, value in enumerate(found)]
    text = "".join(part for part in parts if single_line(part)).replace("\n", end)
    document = parse_toml(text)
    assert isinstance(document, TomlFile)
    for name, table in document.values.items():
        assert isinstance(table, dict)
        for key, value in table["u.a"].items():
            located = document.located(name, "u.a", key)
            assert located is not None
            assert text[slice(*located.key)] == f"'{key}'"
            assert tomllib.loads(f"v = {text[slice(*located.value)]}")["v"] == value
            if isinstance(value, list):
                elements = [tomllib.loads(f"v = {text[slice(*item.value)]}")["v"] for item in located.items]
                assert elements == value
            if isinstance(value, str):
                for piece in located.pieces:
                    assert text[piece.start : piece.start + piece.length] == value


@settings(max_examples=300)
@given(st.text(alphabet="ab '\"\\\n\t#;é=", max_size=14))
def test_words_are_split_as_shlex_splits_them(text: str) -> None:
    try:
        wanted = shlex.split(text)
    except ValueError:
        with pytest.raises(ValueError, match="No"):
            split_words(text)
        return
    words = split_words(text)
    assert [word.text for word in words] == wanted
    assert [shlex.split(text[word.start : word.end]) for word in words] == [[word] for word in wanted]


@given(
    st.sampled_from(["test_*.py", "*_test.py", "tests/*.py", "/w/tests/*", "**/test_a.py", "[!x]*.py", "T*", "./x"]),
    st.sampled_from(["/w/tests/test_a.py", "/w/x_test.py", "tests/test_a.py", "/T.py", "x.py"]),
)
def test_globs_match_as_in_pytest(pattern: str, path: str) -> None:
    assert fnmatch_ex(pattern, Path(path)) == judge_fnmatch(pattern, path)


@pytest.mark.parametrize(
    ("name", "options", "matches"),
    [
        ("test_a", ("test",), True),
        ("a_test", ("test",), False),
        ("a_test", ("*_test",), True),
        ("anything", ("",), True),
        ("check", ("c?eck",), True),
        ("Check", ("check*",), False),
        ("x", (), False),
    ],
)
def test_names_match_by_prefix_or_glob(name: str, options: tuple[str, ...], matches: bool) -> None:
    assert matches_prefix_or_glob(name, options) is matches
