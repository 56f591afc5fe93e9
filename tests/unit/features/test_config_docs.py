"""The keys of configuration: all are documented, and only what the installed versions know is offered."""

from pathlib import PurePath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loopscope.config.catalog import INI_OPTIONS, OTHER_NAMES
from loopscope.features.config_docs import config_docs
from loopscope.features.config_other import OTHER_OPTIONS
from loopscope.features.config_text import config_completions, config_hover
from loopscope.text.source import Source
from loopscope.workspace.environment import Distribution, Environment
from rules.world import ROOT, snapshot_of


def having(**versions: str) -> Environment:
    named = {name.replace("_", "-"): version for name, version in versions.items()}
    found = {name: Distribution(name, version, PurePath("/x")) for name, version in named.items()}
    return Environment(None, "venv", distributions=found)


def test_every_option_of_the_catalogue_is_documented_with_its_choices() -> None:
    plugins = {"pytest_timeout": "2", "pytest_django": "4", "pytest_trio": "1"}
    docs = config_docs(having(pytest="9.2", pytest_asyncio="1.5", anyio="4.16", **plugins))
    assert docs.keys() == INI_OPTIONS.keys() | OTHER_OPTIONS.keys()
    assert OTHER_OPTIONS.keys() <= OTHER_NAMES
    assert all(doc.doc for doc in docs.values())
    chosen = {name: set(option.choices) for name, option in INI_OPTIONS.items() if option.choices}
    assert {name: set(docs[name].values) for name in chosen} == chosen


@pytest.mark.parametrize(
    ("pytest_asyncio", "known"),
    [
        ("0.23.8", {"asyncio_mode"}),
        ("0.24", {"asyncio_mode", "asyncio_default_fixture_loop_scope"}),
        ("0.26", {"asyncio_mode", "asyncio_default_fixture_loop_scope", "asyncio_default_test_loop_scope"}),
    ],
)
def test_keys_of_later_releases_are_not_offered(pytest_asyncio: str, known: set[str]) -> None:
    docs = config_docs(having(pytest="8.3", pytest_asyncio=pytest_asyncio))
    assert {name for name in docs if name.startswith("asyncio")} == known
    assert "xfail_strict" in docs
    assert not {"strict_xfail", "strict", "collect_imported_tests", "anyio_mode"} & docs.keys()


def test_the_value_that_is_called_as_the_fixture_is_new() -> None:
    old, new = (
        config_docs(having(pytest_asyncio=version))["asyncio_default_fixture_loop_scope"].values
        for version in ("1.4", "1.5")
    )
    assert new.keys() - old.keys() == {"fixture-scope"}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends_make_no_difference(end: str) -> None:
    text = f"[pytest]  # ours{end}asyncio_mode = st{end}"
    found = config_completions(snapshot_of({"pytest.ini": text}), ROOT / "pytest.ini", Source(text), len(text.rstrip()))
    assert [(one.label, text[slice(*one.span or (0, 0))]) for one in found] == [("auto", "st"), ("strict", "st")]


@given(
    st.lists(st.sampled_from(["[pytest]", "asyncio_mode", "=", ":", " ", "\n", "\r\n", "\t", "'", '"', "#", "]", "é"])),
    st.integers(0, 60),
)
def test_any_text_has_an_answer_around_the_cursor(pieces: list[str], offset: int) -> None:
    text = "[pytest]\n" + "".join(pieces)
    offset = min(offset, len(text))
    snapshot, path = snapshot_of({"pytest.ini": text}), ROOT / "pytest.ini"
    card = config_hover(snapshot, path, Source(text), offset)
    assert card is None or offset in card.span
    for one in config_completions(snapshot, path, Source(text), offset):
        assert one.span is not None
        assert offset in one.span
        assert "\n" not in text[slice(*one.span)]
