"""What `fixture-scope-mismatch` finds, and what it leaves alone."""

from loopscope.rules.model import Example, NearMiss, Proof

_NARROW = """\
import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def settings():
    return {}

"""

_TEST = """

@pytest.mark.asyncio
async def test_app(app):
    assert app == {}
"""

EXAMPLES = (
    Example(
        "A fixture of the session needs one of the function",
        bad=f"""\
{_NARROW}
@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def app(⟦settings⟧):
    return settings
{_TEST}""",
        good=f"""\
{_NARROW}
@pytest_asyncio.fixture(scope="function", loop_scope="session")
async def app(settings):
    return settings
{_TEST}""",
        proof=Proof(
            "ScopeMismatch: You tried to access the function scoped fixture settings", "error", pytest_asyncio=">=0.24"
        ),
    ),
    Example(
        "`mocker` in a wide fixture",
        bad="""\
import os

import pytest


@pytest.fixture(scope="module")
def folder(⟦mocker⟧):
    mocker.patch("os.getcwd", return_value="/tmp")


def test_folder(folder):
    assert os.getcwd() == "/tmp"
""",
        good="""\
import os

import pytest


@pytest.fixture(scope="module")
def folder(module_mocker):
    module_mocker.patch("os.getcwd", return_value="/tmp")


def test_folder(folder):
    assert os.getcwd() == "/tmp"
""",
        proof=Proof(
            "ScopeMismatch: You tried to access the function scoped fixture mocker", "error", requires=("pytest-mock",)
        ),
    ),
    Example(
        "`tmp_path` in a wide fixture",
        bad="""\
import pytest


@pytest.fixture(scope="session")
def data(⟦tmp_path⟧):
    return tmp_path / "data.txt"


def test_data(data):
    assert data.name == "data.txt"
""",
        good="""\
import pytest


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    return tmp_path_factory.mktemp("data") / "data.txt"


def test_data(data):
    assert data.name == "data.txt"
""",
        proof=Proof("ScopeMismatch: You tried to access the function scoped fixture tmp_path", "error"),
    ),
    Example(
        "`monkeypatch` in a wide fixture",
        bad="""\
import os

import pytest
import pytest_asyncio


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def settings(⟦monkeypatch⟧):
    # For all tests of the module.
    monkeypatch.setenv("APP_DEBUG", "1")
    yield os.environ


def test_settings(settings):
    assert settings["APP_DEBUG"] == "1"
""",
        good="""\
import os

import pytest
import pytest_asyncio


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def settings():
    # For all tests of the module.
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("APP_DEBUG", "1")
        yield os.environ


def test_settings(settings):
    assert settings["APP_DEBUG"] == "1"
""",
        proof=Proof(
            "ScopeMismatch: You tried to access the function scoped fixture monkeypatch",
            "error",
            pytest_asyncio=">=0.24",
        ),
    ),
    Example(
        "`caplog` in a wide fixture",
        bad="""\
import logging

import pytest


@pytest.fixture(scope="module", autouse=True)
def quiet(⟦caplog⟧):
    caplog.set_level(logging.ERROR)


def test_level():
    assert logging.getLogger().level == logging.ERROR
""",
        good="""\
import logging

import pytest


@pytest.fixture(scope="function", autouse=True)
def quiet(caplog):
    caplog.set_level(logging.ERROR)


def test_level():
    assert logging.getLogger().level == logging.ERROR
""",
        proof=Proof("ScopeMismatch: You tried to access the function scoped fixture caplog", "error"),
    ),
    Example(
        "anyio's backend lives for a module",
        bad="""\
import pytest


@pytest.fixture(scope="session")
async def ⟦value⟧():
    return 1


@pytest.mark.anyio
async def test_value(value):
    assert value == 1
""",
        good="""\
import pytest


@pytest.fixture(scope="session")
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="session")
async def value():
    return 1


@pytest.mark.anyio
async def test_value(value):
    assert value == 1
""",
        fixed="",
        proof=Proof(
            "ScopeMismatch: You tried to access the module scoped fixture anyio_backend", "error", requires=("anyio",)
        ),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "a decorator passes the arguments",
        """\
import pytest
from nowhere import with_cluster


@pytest.fixture
def client():
    return 1


@pytest.fixture(scope="module")
@with_cluster(client=True)
async def sample(client):
    yield client
""",
    ),
    NearMiss(
        "the narrow one is overridden by a wide one, nearer",
        """\
import pytest


@pytest.fixture(scope="session")
def settings():
    return {}


@pytest.fixture(scope="session")
def app(settings):
    return settings


def test_app(app):
    assert app == {}
# file: conftest.py
import pytest


@pytest.fixture
def settings():
    return {"debug": True}
""",
    ),
    NearMiss(
        "each test overrides what the base class needs",
        """\
import pytest


class Base:
    @pytest.fixture
    def settings(self):
        return None

    @pytest.fixture(scope="class")
    def app(self, settings):
        return settings


class TestOne(Base):
    @pytest.fixture(scope="class")
    def settings(self):
        return {}

    def test_app(self, app):
        assert app == {}
""",
    ),
    NearMiss(
        "a computed scope",
        """\
import pytest


def scope_of(fixture_name, config):
    return "function"


@pytest.fixture(scope=scope_of)
def app(tmp_path):
    return tmp_path


def test_app(app):
    assert app
""",
    ),
    NearMiss(
        "`request` fits every scope",
        "import pytest\n\n\n@pytest.fixture(scope='session')\n"
        "def app(request):\n    return request.scope\n\n\ndef test(app):\n    assert app\n",
    ),
    NearMiss(
        "a narrow fixture may need a wide one",
        "import pytest\n\n\n@pytest.fixture\n"
        "def app(tmp_path_factory):\n    return tmp_path_factory\n\n\ndef test(app):\n    assert app\n",
    ),
)
