"""What `unknown-fixture` leaves alone."""

from loopscope.rules.model import NearMiss

NEAR_MISSES = (
    NearMiss(
        "a module that is skipped where a library is not installed",
        """\
import pytest

try:
    import nowhere
except ImportError:
    pytest.skip("not installed", allow_module_level=True)


def test_value(client_of_nowhere):
    assert nowhere
""",
    ),
    NearMiss(
        "a module that needs a library",
        """\
import pytest

nowhere = pytest.importorskip("nowhere")


def test_value(client_of_nowhere):
    assert nowhere
""",
    ),
    NearMiss(
        "given by parametrize",
        'import pytest\n\n\n@pytest.mark.parametrize("number", [1])\ndef test_number(number):\n    assert number\n',
    ),
    NearMiss(
        "supplied by a decorator",
        'from unittest import mock\n\n\n@mock.patch("os.getcwd")\ndef test_folder(getcwd):\n    assert getcwd\n',
    ),
    NearMiss(
        "given by a mark that a function makes",
        """\
import helpers

pytestmark = helpers.setup(1)


def test_number(client):
    assert client == 1


# file: test_class.py
import helpers


class TestMore:
    pytestmark = [helpers.setup(2)]

    def test_number(self, client):
        assert client == 2


@helpers.setup(3)
class TestDecorated:
    def test_number(self, client):
        assert client == 3


@helpers.setup(4)
def test_decorated(client):
    assert client == 4
# file: helpers.py
import pytest


def setup(number):
    return pytest.mark.parametrize("number", [number])
# file: conftest.py
import pytest


@pytest.fixture
def client(number):
    return number
""",
    ),
    NearMiss(
        "supplied by respx",
        """\
import respx


@respx.mock
def test_bare(respx_mock):
    assert respx_mock.routes is not None


@respx.mock(base_url="https://example.org")
def test_configured(respx_mock):
    assert respx_mock.routes is not None
""",
        config="[pytest]\naddopts = -p no:respx\n",
        requires=("respx",),
    ),
    NearMiss(
        "a copy of a fixture",
        """\
from copy import copy

import pytest


@pytest.fixture
def client():
    return object()


other_client = copy(client)


def test_clients(client, other_client):
    assert client is not other_client
""",
    ),
    NearMiss(
        "registered by a decorator of a class, as polyfactory's",
        """\
from factories import register_fixture


@register_fixture
class PersonFactory:
    pass


def test_person(person_factory):
    assert person_factory is PersonFactory
# file: factories.py
import inspect

import pytest


def register_fixture(factory):
    def person_factory():
        return factory

    inspect.stack()[1][0].f_globals["person_factory"] = pytest.fixture(person_factory)
    return factory
""",
    ),
    NearMiss(
        "made by a function",
        """\
import factories
import pytest

database = factories.made("database", scope="module")


def local_fixture():
    @pytest.fixture
    def made():
        return 1

    return made


local = local_fixture()
page = factories.page("index.html")
example = factories.example("index")


@pytest.fixture
def connected(database, local):
    return database


def test_connected(connected, local, page, example):
    assert connected and page and example
# file: factories.py
import pytest


def made(name, scope):
    @pytest.fixture(scope=scope)
    def create():
        return name

    return create


def documented(function):
    return function


@documented
def page(path):
    @pytest.fixture
    def open_page():
        return path

    return open_page


def example(name):
    return page(f"{name}.html")
""",
    ),
    NearMiss(
        "given by a decorator that only a newer Python can read",
        """\
import pytest


@pytest.mark.parametrize("given, other", [(t"{1!r}", 1)])
def test_value(given, other):
    assert given


class TestOther:
    @pytest.mark.parametrize(
        "given",
        [t"{1!r}"],
    )
    def test_value(self, given):
        assert given
""",
    ),
    NearMiss(
        "a program that calls its functions itself",
        """\
def test_greeting(name):
    print("hello", name)


if __name__ == "__main__":
    test_greeting("you")
""",
    ),
    NearMiss(
        "a program whose condition is the other way round",
        """\
def test_greeting(name):
    print("hello", name)


if "__main__" == __name__:
    test_greeting("you")
""",
    ),
    NearMiss(
        "a parameter with a default",
        "def test_number(number=1):\n    assert number\n",
    ),
    NearMiss(
        "a skipped test",
        'import pytest\n\n\n@pytest.mark.skip("later")\ndef test_future(time_machine):\n    pass\n',
    ),
    NearMiss(
        "a fixture of a base class that only subclasses complete",
        """\
import pytest


class Base:
    @pytest.fixture
    def client(self, app):
        return app


class TestOne(Base):
    @pytest.fixture
    def app(self):
        return 1

    def test_client(self, client):
        assert client == 1
""",
    ),
    NearMiss(
        "given by pytest_generate_tests",
        """\
def pytest_generate_tests(metafunc):
    metafunc.parametrize("number", [1])


def test_number(number):
    assert number == 1
""",
    ),
    NearMiss(
        "given by pytest_generate_tests under a name that it computes",
        """\
def pytest_generate_tests(metafunc):
    for name in metafunc.fixturenames:
        if name.endswith("_number"):
            metafunc.parametrize(name, [1])


def test_number(first_number):
    assert first_number == 1
""",
    ),
    NearMiss(
        "given by a helper of pytest_generate_tests",
        """\
def give(metafunc):
    metafunc.parametrize("number", [1])


def pytest_generate_tests(metafunc):
    give(metafunc)


def test_number(number):
    assert number == 1
""",
    ),
)
