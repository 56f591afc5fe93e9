"""What `unknown-fixture` finds."""

from loopscope.rules.model import Example, Proof

_CONFTEST = """\
# file: conftest.py
import pytest_asyncio


@pytest_asyncio.fixture
async def database():
    return 1
"""
_ITSELF = '\n\nif __name__ == "__main__":\n    pytest.main([__file__])\n'

EXAMPLES = (
    Example(
        "A hook that gives other names",
        bad="""\
def pytest_generate_tests(metafunc):
    if "number" in metafunc.fixturenames:
        metafunc.parametrize("number", [1])


def test_number(number, ⟦tpm_path⟧):
    assert number == 1
""",
        good="""\
def pytest_generate_tests(metafunc):
    if "number" in metafunc.fixturenames:
        metafunc.parametrize("number", [1])


def test_number(number, tmp_path):
    assert number == 1
""",
        proof=Proof("fixture 'tpm_path' not found", "error"),
    ),
    Example(
        "A misspelt parameter",
        bad=f"""\
import pytest


@pytest.mark.asyncio
async def test_database(⟦databse⟧):
    assert databse == 1
{_ITSELF}{_CONFTEST}""",
        good=f"""\
import pytest


@pytest.mark.asyncio
async def test_database(database):
    assert database == 1
{_ITSELF}{_CONFTEST}""",
        proof=Proof("fixture 'databse' not found", "error"),
    ),
    Example(
        "A misspelt name in `usefixtures`",
        bad=f"""\
import pytest


@pytest.mark.usefixtures(⟦"data_base"⟧)
def test_database():
    pass
{_CONFTEST}""",
        good=f"""\
import pytest


@pytest.mark.usefixtures("database")
def test_database():
    pass
{_CONFTEST}""",
        proof=Proof("fixture 'data_base' not found", "error"),
    ),
    Example(
        "A fixture requests what is not there",
        bad="""\
from unittest import main as run

import pytest


@pytest.fixture
def settings():
    return {}


@pytest.fixture
def app(⟦seting⟧):
    return seting


def test_app(app):
    assert app == {}


if "__main__" == __name__:
    run()
""",
        good="""\
from unittest import main as run

import pytest


@pytest.fixture
def settings():
    return {}


@pytest.fixture
def app(settings):
    return settings


def test_app(app):
    assert app == {}


if "__main__" == __name__:
    run()
""",
        proof=Proof("fixture 'seting' not found", "error"),
    ),
    Example(
        "The fixture of a plugin that is not installed",
        bad="""\
import pytest


@pytest.mark.asyncio
async def test_index(⟦httpx_mock⟧):
    httpx_mock.add_response(text="index")
""",
        good="""\
import pytest


@pytest.mark.asyncio
async def test_index(monkeypatch):
    monkeypatch.setenv("INDEX", "index")
""",
        fixed="",
        proof=Proof("fixture 'httpx_mock' not found", "error"),
    ),
)
