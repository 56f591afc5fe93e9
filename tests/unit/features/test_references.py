"""References and highlights: `⟦…⟧` marks all places that must be found from the cursor, and no others may be."""

import pytest

from loopscope.features.highlight import Access, highlights
from loopscope.features.references import references
from support.project import project

CASES = {
    "doctests and lambdas": """\
import pytest

@pytest.fixture
def ⟦client⟧():
    \'\'\'
    >>> getfixture("⟦cli‸ent⟧") + getfixture( \'⟦client⟧\')
    1
    >>> other("client"), getfixture("client_of")
    \'\'\'

class TestOne:
    "No examples: getfixture('client')"
    @pytest.fixture
    def client(self): return 2

    def test_in_class(self, client):
        r\'\'\' The module's:

        >>> getfixture("⟦client⟧")
        \'\'\'

    test_lambda = lambda self, client: client

class TestOther:
    test_static = staticmethod(lambda ⟦client⟧: ⟦client⟧)

test_it = lambda ⟦client⟧, other=1: ⟦client⟧ or (lambda client: client)
no_test = lambda client: client
""",
    "parameters, reads, nested scopes": """\
import pytest

@pytest.fixture
def ⟦client⟧():
    return 1

def test_one(⟦cli‸ent⟧):
    assert ⟦client⟧
    print(f"{⟦client⟧} {⟦client⟧!r:>{10}} client {{client}}")
    [⟦client⟧ for x in ⟦client⟧]
    [client for client in ⟦client⟧]
    lambda: ⟦client⟧
    lambda client: client

    def inner(a=⟦client⟧):
        return ⟦client⟧

    def shadowed(client):
        return client

    class Local:
        other = ⟦client⟧
        def method(self):
            return ⟦client⟧

    ⟦client⟧ = wrap(⟦client⟧, client=1).client

def test_local():
    client = 2
    return client

def helper(client):
    return client
""",
    "strings": """\
import pytest

pytestmark = pytest.mark.usefixtures("⟦db⟧")

@pytest.fixture
def ⟦d‸b⟧(request):
    return "db"

@pytest.mark.usefixtures("other", '⟦db⟧')
class TestIt:
    pytestmark = [pytest.mark.usefixtures("⟦db⟧")]

    def test_one(self, request):
        request.getfixturevalue("⟦db⟧")
        request.getfixturevalue(argname="⟦db⟧")
        other("db")

@pytest.mark.parametrize("⟦db⟧, x", [(1, 2)], indirect=["⟦db⟧"])
def test_two(⟦db⟧, x): ...

@pytest.mark.parametrize(("x", "⟦db⟧"), [(1, 2)], indirect=True)
def test_three(⟦db⟧, x): ...

@pytest.mark.parametrize("db", [1])
def test_direct(db): assert db
""",
    "overrides are kept apart": """\
# file: conftest.py
import pytest

@pytest.fixture
def ⟦app⟧(): ...

@pytest.fixture
def client(⟦app⟧): ...
# file: test_a.py
import pytest

@pytest.fixture
def app(⟦ap‸p⟧):
    return ⟦app⟧

def test_one(app, client): ...
# file: test_b.py
def test_two(⟦app⟧): ...

class TestIt:
    @pytest.fixture
    def app(self): ...

    def test_three(self, app): ...
""",
    "name= and the name of the function": """\
import pytest

@pytest.fixture(name="⟦app⟧")
def _app(): ...

def test_one(⟦ap‸p⟧):
    app2 = _app
""",
    "imported fixtures": """\
# file: fixtures.py
import pytest

__all__ = ["⟦db⟧"]

@pytest.fixture
def ⟦d‸b⟧(): ...
# file: conftest.py
from fixtures import ⟦db⟧
# file: test_a.py
import fixtures

def test_one(⟦db⟧):
    print(fixtures.⟦db⟧)
""",
    "tests of a base class": """\
# file: base.py
class Base:
    def test_one(self, ⟦db⟧): ...
# file: test_a.py
import pytest
from base import Base

class TestA(Base):
    @pytest.fixture
    def ⟦d‸b⟧(self): ...
# file: test_b.py
import pytest
from base import Base

class TestB(Base):
    @pytest.fixture
    def db(self): ...
""",
    "defined further in": """\
# file: conftest.py
import pytest

@pytest.fixture
def client(⟦app⟧): ...
# file: test_a.py
import pytest

@pytest.fixture
def ⟦ap‸p⟧(): ...

def test_one(client): ...
""",
    "parameters that pytest does not fill": """\
import pytest
from unittest import mock

@pytest.fixture
def ⟦ap‸p⟧(): ...

@pytest.fixture
def client(app=1): return app

def test_default(app=2): assert app

@mock.patch("os.getcwd")
def test_patched(app): assert app
""",
    "configuration": """\
# file: pytest.ini
[pytest]
usefixtures = other ⟦db⟧
# file: conftest.py
import pytest

@pytest.fixture
def ⟦d‸b⟧(): ...
""",
    "made by a call": """\
import pytest

def _make(): ...

⟦app⟧ = pytest.fixture(_make)

def test_one(⟦ap‸p⟧): ...
""",
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES.keys())
def test_all_places_and_no_others(text: str) -> None:
    one = project(text)
    found = references(one.snapshot, one.search, one.path, one.offset)
    assert one.shown((each.path, each.span) for each in found) == one.expected


@pytest.mark.parametrize("text", CASES.values(), ids=CASES.keys())
def test_highlights_are_the_references_in_the_file(text: str) -> None:
    one = project(text)
    found = highlights(one.snapshot, one.path, one.offset)
    here = [place for place in one.expected if place[0] == one.path.name]
    assert one.shown((one.path, each.span) for each in found) == here


@pytest.mark.parametrize(
    "text",
    [
        "def test_one(‸unknown): ...",
        "import pytest\n@pytest.fixture\ndef app(): ...\ndef test():\n    ap‸p = 1\n",
        "import pytest\n@pytest.fixture\ndef app(): ...\n# ap‸p\n",
        "‸",
        "def test_one(request): reques‸t",
    ],
)
def test_nothing_is_found_where_no_fixture_is_meant(text: str) -> None:
    one = project(text)
    assert references(one.snapshot, one.search, one.path, one.offset) == ()


def test_highlights_tell_reads_from_writes() -> None:
    one = project("""\
import pytest

@pytest.fixture
def app(): ...

def test_one(a‸pp):
    app = app
""")
    found = highlights(one.snapshot, one.path, one.offset)
    assert [each.access for each in found] == [Access.WRITE, Access.READ, Access.WRITE, Access.READ]


def test_highlights_of_a_parametrize_name() -> None:
    one = project("""\
import pytest

@pytest.mark.parametrize("⟦x⟧, y", [(1, 2)])
def test_one(⟦‸x⟧, y):
    assert ⟦x⟧

@pytest.mark.parametrize("x", [1])
def test_two(x): ...
""")
    found = highlights(one.snapshot, one.path, one.offset)
    assert one.shown((one.path, each.span) for each in found) == one.expected
