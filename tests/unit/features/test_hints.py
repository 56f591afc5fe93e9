"""Inlay hints, lenses, tokens and workspace symbols."""

import pytest

from loopscope.features.inlay import HintKind, hints
from loopscope.features.lenses import LensKind, lenses, uses
from loopscope.features.tokens import fixture_tokens
from loopscope.features.workspace_symbols import matches, workspace_symbols
from loopscope.text.span import Span
from support.project import Project, project

AUTO = "# file: pytest.ini\n[pytest]\nasyncio_mode = auto\n"
TEXT = """\
# file: conftest.py
import pytest

@pytest.fixture
def app(): ...
# file: test_a.py
import pytest
import pytest_asyncio

pytestmark = pytest.mark.asyncio(loop_scope="module")
‸
@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def own(): ...

@pytest.fixture
def app(⟦app⟧): return ⟦app⟧

async def test_one(⟦app⟧, x=1): ...

@pytest.mark.asyncio
async def test_two(): ...

@pytest.mark.parametrize("own", [1])
def test_three(own): ...
"""


def labels(one: Project, *kinds: HintKind) -> list[tuple[str, str]]:
    text = one.texts[one.path]
    found = hints(one.snapshot, one.path, Span(0, len(text)), kinds or frozenset(HintKind))
    assert all(hint.tooltip for hint in found)
    return [(text[: hint.offset].rsplit(" ", 1)[1], hint.label) for hint in found]


def test_hints_where_the_loop_or_the_mark_is_not_in_sight() -> None:
    assert labels(project(TEXT)) == [
        ("own", "loop: session"),
        ("test_one", "asyncio: the module"),
        ("test_one", "loop: module"),
    ]


def test_hints_of_auto_mode() -> None:
    text = "# file: test_a.py\nimport pytest\n‸\n@pytest.fixture\nasync def fix(): ...\nasync def test_x(): ...\n"
    assert labels(project(AUTO + text)) == [("fix", "asyncio: auto"), ("test_x", "asyncio: auto")]
    assert labels(project(text)) == []


def test_each_kind_of_hint_can_be_off() -> None:
    one = project(TEXT)
    assert labels(one, HintKind.MARK) == [("test_one", "asyncio: the module")]
    assert labels(one, HintKind.LOOP_SCOPE) == [("own", "loop: session"), ("test_one", "loop: module")]


def test_hints_in_the_asked_span_only() -> None:
    one = project(TEXT)
    start = one.texts[one.path].index("async def test_one")
    assert [hint.kind for hint in hints(one.snapshot, one.path, Span(0, start))] == [HintKind.LOOP_SCOPE]


def test_hints_of_the_values_that_fixtures_give() -> None:
    text = """\
# file: conftest.py
import pytest, pytest_asyncio
from collections.abc import AsyncIterator, Generator, Awaitable

@pytest_asyncio.fixture
async def agen() -> AsyncIterator["Client"]: yield 1

@pytest_asyncio.fixture
async def coro() -> "dict[str, int]": ...

@pytest.fixture
def gen() -> Generator[int, None, None]: yield 1

@pytest.fixture
def plain() -> Awaitable[int]: ...

@pytest.fixture
async def never() -> int: ...

@pytest.fixture
def alias() -> Thing: yield 1

@pytest.fixture
def bare(): ...
# file: test_a.py
import pytest
‸
@pytest.fixture
def mine(gen, plain: int): ...

@pytest.mark.parametrize("coro", [1])
def test_one(agen, coro, gen, never, alias, bare): ...

def test_two(coro, mine, gen=1): ...
"""
    one = project(text)
    found = hints(one.snapshot, one.path, Span(0, len(one.texts[one.path])), [HintKind.VALUE_TYPE])
    lines = [(one.texts[one.path][: hint.offset].rpartition("\n")[2], hint.label) for hint in found]
    assert lines == [
        ("def mine(gen", ": int"),
        ("def test_one(agen", ": Client"),
        ("def test_one(agen, coro, gen", ": int"),
        ("def test_one(agen, coro, gen, never, alias", ": int"),
        ("def test_two(coro", ": dict[str, int]"),
    ]


def test_hints_of_the_values_that_the_code_of_fixtures_tells() -> None:
    text = """\
# file: conftest.py
import asyncio
from unittest.mock import AsyncMock
import pytest, pytest_asyncio
from nowhere import unknown

class Client:
    async def get(self) -> int: ...

@pytest_asyncio.fixture
async def client():
    client = Client()
    yield client

@pytest.fixture
def sender(): return AsyncMock()

@pytest.fixture
def maker():
    async def make(name): return Client()
    return make

@pytest.fixture
def pending(client): return client.get()

@pytest.fixture
def nothing(): yield

@pytest.fixture
def either(request): return 1 if request else "1"

@pytest.fixture
def other(): return unknown()
# file: test_a.py
‸
async def test_it(client, sender, maker, pending, nothing, either, other): ...
"""
    one = project(text)
    found = hints(one.snapshot, one.path, Span(0, len(one.texts[one.path])), [HintKind.VALUE_TYPE])
    assert [hint.label for hint in found] == [
        ": Client",
        ": AsyncMock",
        ": Callable[..., Coroutine[Any, Any, Client]]",
        ": Coroutine[Any, Any, int]",
        ": None",
    ]


def test_lenses_of_fixtures_and_tests() -> None:
    one = project(TEXT)
    text = one.texts[one.path]
    found = [(text[slice(*lens.span)], lens.kind, lens.title) for lens in lenses(one.snapshot, one.path)]
    assert found == [
        ("own", LensKind.USES, ""),
        ("own", LensKind.LOOP, "session loop"),
        ("app", LensKind.USES, ""),
        ("app", LensKind.OVERRIDES, "overrides conftest.py"),
        ("test_one", LensKind.LOOP, "module loop"),
    ]


@pytest.mark.parametrize(("name", "title"), [("own", "autouse · 0 uses"), ("app", "1 use")])
def test_uses_are_counted_when_asked_for(name: str, title: str) -> None:
    one = project(TEXT)
    lens = next(each for each in lenses(one.snapshot, one.path) if one.texts[one.path][slice(*each.span)] == name)
    resolved = uses(one.snapshot, one.search, one.path, lens.span)
    assert resolved is not None
    assert resolved.title == title


def test_tokens_are_what_gets_a_fixture() -> None:
    one = project(TEXT)
    assert one.shown((one.path, span) for span in fixture_tokens(one.snapshot, one.path)) == one.expected


def test_symbols_best_match_first_with_details() -> None:
    one = project(TEXT)
    found = workspace_symbols(one.snapshot, one.texts, "O")
    assert [(each.name, each.detail, each.container) for each in found] == [
        ("own", "function · loop: session · async · autouse", "test_a.py"),
        ("test_one", "pytest-asyncio · loop: module", "test_a.py"),
        ("test_two", "pytest-asyncio · loop: function", "test_a.py"),
    ]


@pytest.mark.parametrize(
    ("name", "query", "found"),
    [("test_one", "tone", True), ("test_one", "ENO", False), ("x", "", True), ("", "x", False), ("TestIt", "ti", True)],
)
def test_letters_match_in_order(name: str, query: str, found: bool) -> None:
    assert matches(name, query) is found
