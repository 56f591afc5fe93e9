"""Call hierarchy over fixtures, and the way to what a fixture yields or overrides."""

import pytest

from loopscope.features.call_hierarchy import incoming, outgoing, prepare
from loopscope.features.navigation import declarations, implementations
from support.project import Project, project

TEXT = """\
# file: conftest.py
import pytest

@pytest.fixture
def app(): ...

@pytest.fixture
async def client(app):
    if app:
        yield 1
    yield 2
# file: test_a.py
import pytest

pytestmark = pytest.mark.usefixtures("client")

@pytest.fixture
def app(app): return app

@pytest.mark.usefixtures("app")
class TestIt:
    def test_one(self, app, client, request):
        request.getfixturevalue("app")

@pytest.mark.usefixtures("app")
def test_two(client): ...
"""


def at(marker: str) -> Project:
    """The project with the cursor in a piece of the text that stands there once."""
    assert TEXT.count(marker.replace("‸", "")) == 1
    return project(TEXT.replace(marker.replace("‸", ""), marker))


def names(one: Project) -> list[str]:
    return [item.name for item in prepare(one.snapshot, one.path, one.offset)]


@pytest.mark.parametrize(
    ("marker", "expected"),
    [
        ("async def c‸lient", ["client"]),
        ("def te‸st_two", ["test_two"]),
        ("def tes‸t_one", ["TestIt.test_one"]),
        ("return a‸pp", ["app"]),
        ("class Tes‸tIt", []),
    ],
)
def test_prepared_for_fixtures_and_tests(marker: str, expected: list[str]) -> None:
    assert names(at(marker)) == expected


@pytest.mark.parametrize(
    ("marker", "expected"),
    [
        ("def a‸pp()", [("client", 1), ("app", 1)]),
        ("def a‸pp(app)", [("TestIt", 1), ("TestIt.test_one", 2), ("test_two", 1)]),
        ("async def c‸lient", [("test_a.py", 1), ("TestIt.test_one", 1), ("test_two", 1)]),
        ("def te‸st_two", []),
    ],
)
def test_incoming_requests(marker: str, expected: list[tuple[str, int]]) -> None:
    one = at(marker)
    [item] = prepare(one.snapshot, one.path, one.offset)
    found = incoming(one.snapshot, one.search, item)
    assert [(each.item.name, len(each.spans)) for each in found] == expected


@pytest.mark.parametrize(
    ("marker", "expected"),
    [
        ("def tes‸t_one", [("app", "app"), ("client", "client")]),
        ("def te‸st_two", [("client", "client"), ("app", "test_two")]),
        ("async def c‸lient", [("app", "app")]),
    ],
)
def test_outgoing_requests_with_their_places(marker: str, expected: list[tuple[str, str]]) -> None:
    one = at(marker)
    [item] = prepare(one.snapshot, one.path, one.offset)
    found = outgoing(one.snapshot, item)
    shown = [(each.item.name, one.texts[item.path][slice(*span)]) for each in found for span in each.spans]
    assert sorted(shown) == sorted(expected)


def given(one: Project) -> list[str]:
    found = implementations(one.snapshot, one.path, one.offset)
    return [one.texts[each.path][slice(*each.name)] for each in found]


def test_implementation_is_every_yield() -> None:
    one = at("def test_two(c‸lient")
    assert given(one) == ["yield 1", "yield 2"]


def test_implementation_without_yield_is_the_return_or_the_function() -> None:
    one = at("def test_one(self, a‸pp")
    assert given(one) == ["return app"]
    one = at("def a‸pp():")
    assert given(one) == ["app"]


def test_declaration_is_what_is_overridden() -> None:
    one = at("def test_one(self, a‸pp")
    assert [each.path.name for each in declarations(one.snapshot, one.path, one.offset)] == ["conftest.py"]
