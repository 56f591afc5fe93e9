"""What `sync-mock-for-async-function` finds, and what it leaves alone."""

from loopscope.rules.model import Example, NearMiss, Proof

_APP = """\

# file: app.py
async def fetch(url):
    return {"url": url}


async def load():
    return await fetch("u")
"""

EXAMPLES = (
    Example(
        "A synchronous mock",
        bad=f"""\
from unittest.mock import MagicMock, Mock, patch

import app
import pytest


@pytest.mark.asyncio
async def test_new():
    with patch("app.fetch", ⟦MagicMock(return_value={{"url": "x"}})⟧):
        assert (await app.load())["url"] == "x"


@pytest.mark.asyncio
@patch("app.fetch", new_callable=⟦Mock⟧, return_value={{"url": "x"}})
async def test_new_callable(fetch):
    assert (await app.load())["url"] == "x"
{_APP}""",
        good=f"""\
from unittest.mock import AsyncMock, MagicMock, Mock, patch

import app
import pytest


@pytest.mark.asyncio
async def test_new():
    with patch("app.fetch", AsyncMock(return_value={{"url": "x"}})):
        assert (await app.load())["url"] == "x"


@pytest.mark.asyncio
@patch("app.fetch", return_value={{"url": "x"}})
async def test_new_callable(fetch):
    assert (await app.load())["url"] == "x"
{_APP}""",
        proof=Proof("object dict can't be used in 'await' expression"),
    ),
    Example(
        "A lambda",
        bad=f"""\
from unittest.mock import AsyncMock, patch

import app
import pytest


@pytest.mark.asyncio
async def test_lambda(monkeypatch):
    monkeypatch.setattr("app.fetch", ⟦lambda url: {{"url": "x"}}⟧)
    assert (await app.load())["url"] == "x"


@pytest.mark.asyncio
@patch("app.fetch", new=⟦lambda url: {{"url": "x"}}⟧)
async def test_decorated():
    assert (await app.load())["url"] == "x"
{_APP}""",
        good=f"""\
from unittest.mock import AsyncMock, patch

import app
import pytest


@pytest.mark.asyncio
async def test_lambda(monkeypatch):
    monkeypatch.setattr("app.fetch", AsyncMock(return_value={{"url": "x"}}))
    assert (await app.load())["url"] == "x"


@pytest.mark.asyncio
@patch("app.fetch", new=AsyncMock(return_value={{"url": "x"}}))
async def test_decorated():
    assert (await app.load())["url"] == "x"
{_APP}""",
        proof=Proof("object dict can't be used in 'await' expression"),
    ),
    Example(
        "Functions that use their arguments",
        bad=f"""\
from unittest.mock import AsyncMock, patch

import app
import pytest


@pytest.mark.asyncio
async def test_lambda(monkeypatch):
    monkeypatch.setattr("app.fetch", ⟦lambda url: {{"url": url}}⟧)
    assert (await app.load())["url"] == "u"


@pytest.mark.asyncio
async def test_function(monkeypatch):
    def fake(url):
        return {{"url": "x"}}

    monkeypatch.setattr(app, "fetch", ⟦fake⟧)
    assert (await app.load())["url"] == "x"
{_APP}""",
        good=f"""\
from unittest.mock import AsyncMock, patch

import app
import pytest


@pytest.mark.asyncio
async def test_lambda(monkeypatch):
    monkeypatch.setattr("app.fetch", AsyncMock(side_effect=lambda url: {{"url": url}}))
    assert (await app.load())["url"] == "u"


@pytest.mark.asyncio
async def test_function(monkeypatch):
    async def fake(url):
        return {{"url": "x"}}

    monkeypatch.setattr(app, "fetch", fake)
    assert (await app.load())["url"] == "x"
{_APP}""",
        proof=Proof("object dict can't be used in 'await' expression"),
    ),
    Example(
        "Through `mocker`, a method",
        bad="""\
import app
import jobs
import pytest


@pytest.mark.asyncio
async def test_method(mocker):
    mocker.patch.object(app.Client, "get", ⟦mocker.MagicMock()⟧)
    await app.Client().load()


@pytest.mark.asyncio
async def test_elsewhere(mocker):
    mocker.patch("app.Client.put", ⟦mocker.MagicMock()⟧)
    await jobs.run()


# file: app.py
class Client:
    async def get(self):
        return 1

    async def put(self):
        return 1

    async def load(self):
        return await self.get()


# file: jobs.py
import app


async def run():
    await app.Client().put()
""",
        good="""\
import app
import jobs
import pytest


@pytest.mark.asyncio
async def test_method(mocker):
    mocker.patch.object(app.Client, "get", mocker.AsyncMock())
    await app.Client().load()


@pytest.mark.asyncio
async def test_elsewhere(mocker):
    mocker.patch("app.Client.put", mocker.AsyncMock())
    await jobs.run()


# file: app.py
class Client:
    async def get(self):
        return 1

    async def put(self):
        return 1

    async def load(self):
        return await self.get()


# file: jobs.py
import app


async def run():
    await app.Client().put()
""",
        proof=Proof("object MagicMock can't be used in 'await' expression", requires=("pytest-mock",)),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "what gives something to await",
        f"""\
import asyncio
from unittest.mock import AsyncMock, MagicMock, Mock, patch

import app
import decorators
import pytest


async def fake(url):
    return {{"url": url}}


def later(url):
    return fake(url)


async def test_fetch(mocker, monkeypatch):
    mocker.patch("app.fetch", return_value={{}})
    mocker.patch("app.fetch", new_callable=AsyncMock)
    mocker.patch("app.fetch", side_effect=fake)
    mocker.patch("app.fetch", MagicMock(side_effect=fake))
    mocker.patch("app.fetch", MagicMock(spec=app.fetch))
    mocker.patch("app.fetch", Mock(return_value=fake("x")))
    monkeypatch.setattr(app, "fetch", fake)
    monkeypatch.setattr(app, "fetch", later)
    monkeypatch.setattr(app, "fetch", lambda url: fake(url))
    future = asyncio.Future()
    monkeypatch.setattr(app, "fetch", lambda url: future)
    fetch = MagicMock()
    fetch.return_value = future
    with patch.object(app, "fetch", fetch), patch("app.fetch", autospec=True):
        pass


@patch("app.fetch", new_callable=MagicMock)
@decorators.adding(1)
async def test_told_below_another_decorator(one, fetch):
    fetch.return_value = asyncio.ensure_future(fake("x"))
    assert await app.load() == 1


async def test_told_in_a_block():
    with patch("app.fetch", new_callable=MagicMock) as fetch:
        fetch.return_value = fake("x")
        assert await app.load() == 1
    with patch("app.fetch", MagicMock()) as fetch, pytest.raises(OSError):
        fetch.side_effect = OSError("x")
        await app.load()
{_APP}""",
    ),
    NearMiss(
        "functions that are synchronous, or may be",
        """\
from unittest.mock import MagicMock, patch

import app


def test_plain():
    with patch("app.plain", MagicMock()), patch("app.wrapped", MagicMock()), patch("nowhere.f", MagicMock()):
        app.plain()
    with patch("app.rows", MagicMock(return_value=[])), patch("app.opened", MagicMock()):
        pass


# file: app.py
import contextlib
from nowhere import run


def plain():
    return 1


@run
async def wrapped():
    return 1


async def rows():
    yield 1


@contextlib.asynccontextmanager
async def opened():
    yield 1
""",
    ),
    NearMiss(
        "what is replaced is called, and never awaited",
        """\
from unittest.mock import MagicMock, patch

import app


def test_steps():
    with patch("app.step", new_callable=MagicMock, return_value={}) as step, patch("app.other", lambda: {}):
        assert app.run() == {}
    assert step.called


def test_never():
    def fail(url):
        raise AssertionError("called")

    with patch("app.fetch", fail):
        pass


# file: app.py
async def step():
    return {}


async def other():
    return {}


async def fetch(url):
    return {}


async def load():
    return await fetch("u")


def run():
    return step()
""",
    ),
    NearMiss(
        "what would await it is replaced, too",
        f"""\
import asyncio
from unittest.mock import Mock, patch

import app


def test_main():
    with patch("app.load", Mock()), patch.object(asyncio, "new_event_loop") as loop:
        app.main()
    loop.return_value.run_until_complete.assert_called_once()
{_APP}

async def twice():
    return await load(), await load()


def main():
    import asyncio

    asyncio.new_event_loop().run_until_complete(load())
""",
    ),
    NearMiss(
        "asserted that it is not called",
        f"""\
from unittest.mock import MagicMock, patch

import app


async def test_fetch():
    fetch = MagicMock()
    with patch("app.fetch", fetch):
        pass
    fetch.assert_not_called()
{_APP}""",
    ),
)
