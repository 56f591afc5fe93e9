"""After any edits of any files, all that is said of open files is what a fresh process says of the same texts."""

import random
from pathlib import PurePath

import pytest

from loopscope.config.settings import settings_from_mapping
from loopscope.engine.run import check_file
from loopscope.engine.selection import select
from loopscope.facts.outline import Outline
from loopscope.features.inlay import hints
from loopscope.features.lenses import lenses
from loopscope.features.symbols import symbols
from loopscope.features.tokens import fixture_tokens
from loopscope.rules.model import Finding
from loopscope.text.span import Span
from loopscope.workspace.snapshot import Snapshot
from rules.world import ROOT, MemoryFiles, environment, snapshot_of, split_files
from unit.workspace.edits import edited

EVERY_RULE = settings_from_mapping({"select": ["all"]})
SELECTION = select(EVERY_RULE)
PROJECT = split_files(
    """
# file: pytest.ini
[pytest]
asyncio_mode = strict
# file: conftest.py
import asyncio
import pytest
import pytest_asyncio
from unittest.mock import AsyncMock

from app import Client, connect
from helper import *

pytest_plugins = ["plugin"]


@pytest.fixture
def plain(request):
    return 1


@pytest_asyncio.fixture
async def client():
    async with connect() as c:
        yield c


@pytest.fixture
def service(client):
    service = Client()
    service.get = AsyncMock()
    return service


@pytest.fixture(scope="session")
def made():
    return make_client()
# file: plugin.py
import pytest


@pytest.fixture(scope="module")
async def from_plugin():
    return 1


def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytest.mark.slow)
# file: app.py
import asyncio
import contextlib
from dataclasses import dataclass

@dataclass
class Item:
    name: str
    async def save(self): ...

class Base:
    async def close(self):
        await asyncio.sleep(1)
    def sync(self):
        return 2
    async def __aenter__(self):
        return self
    async def __aexit__(self, *exc):
        await self.close()

class Client(Base):
    def __init__(self):
        self.items = [Item("a")]
    async def get(self, url):
        return await self.fetch(url)
    async def fetch(self, url):
        return Item(url)
    def stream(self):
        return agen()
    @property
    def item(self):
        return self.items[0]

@contextlib.asynccontextmanager
async def connect():
    client = Client()
    yield client
    await client.close()

async def agen():
    yield 1

def even(n):
    return odd(n - 1)

def odd(n):
    return even(n - 1)

def create() -> Client:
    return Client()
# file: helper.py
from app import Client, create, agen
import asyncio

def make_client():
    return create()

async def wait(n=1):
    await asyncio.sleep(n)
    return n

def start():
    return wait()

def loop_forever():
    return start()

class Mixin:
    async def helper(self):
        return await wait()
    def test_mixed(self, plain):
        self.helper()
# file: pkg/__init__.py
# file: pkg/conftest.py
import pytest
from helper import make_client

@pytest.fixture
def plain(plain):
    return make_client()

@pytest.fixture(autouse=True)
async def always(client):
    yield
# file: pkg/test_one.py
import asyncio
import pytest
import time
from unittest.mock import AsyncMock, Mock, patch
from app import Client, create, connect, even
from helper import Mixin, wait, start
from . import test_two

pytestmark = pytest.mark.asyncio


async def test_get(client, service):
    client.get("/")
    await service.get("/")
    start()
    service.get.assert_called_once()


async def test_wait(plain):
    plain.close()
    await plain.sync()
    time.sleep(1)
    for x in plain.stream():
        pass


class TestThing(Mixin):
    @pytest.fixture
    async def own(self, client):
        return client

    async def test_method(self, own):
        own.get("x")
        item = await own.get("x")
        item.save()

    def test_sync(self, own, monkeypatch):
        wait()
        monkeypatch.setattr(Client, "get", Mock())

    async def test_even(self):
        even(2)
        with patch("app.Client.fetch") as fetch:
            fetch.return_value = 1
            await Client().get("x")
# file: pkg/test_two.py
import unittest
import pytest
from helper import *
from pkg.test_one import TestThing as Other


@pytest.fixture(scope="module")
def wide(client):
    return client


def test_made(made, wide):
    made.get("/")
    assert made.get("/")


async def test_never(from_plugin): ...


class TestCase(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.client = create()

    def test_in(self):
        self.client.get("x")

    async def test_out(self):
        self.client.get("x")
        await self.client.items[0].save()


class TestOther(Other):
    def test_more(self, own): own.close()
"""
)
OPENED = frozenset(ROOT / name for name in ("conftest.py", "pkg/test_one.py", "pkg/test_two.py"))


class Outlines:
    """Outlines by text, for all snapshots of a test."""

    def __init__(self) -> None:
        self.known: dict[str, Outline] = {}

    def get(self, text: str) -> Outline | None:
        return self.known.get(text)

    def put(self, text: str, outline: Outline) -> None:
        self.known[text] = outline


def files_of(texts: dict[str, str]) -> MemoryFiles:
    installed = snapshot_of({}).files
    assert isinstance(installed, MemoryFiles)
    return MemoryFiles({ROOT / name: text for name, text in texts.items()}, installed.disk)


def fresh(files: MemoryFiles, outlines: Outlines, *, whole: bool = False) -> Snapshot:
    opened = () if whole else OPENED
    return Snapshot(files, [ROOT], lambda _: environment(), lambda _: EVERY_RULE, outlines, whole=whole, edited=opened)


def found(snapshot: Snapshot, path: PurePath) -> list[tuple[object, ...]]:
    report = check_file(snapshot, path, SELECTION)
    assert report.errors == ()
    return [shown(each) for each in report.findings]


def shown(finding: Finding) -> tuple[object, ...]:
    return finding.rule, finding.span, finding.message, finding.severity, finding.related, finding.tags


def said(snapshot: Snapshot, path: PurePath) -> list[object]:
    text = snapshot.files.read(path)
    whole = Span(0, len(text) if isinstance(text, str) else 0)
    told = symbols(snapshot, path), hints(snapshot, path, whole), fixture_tokens(snapshot, path)
    return [*told, lenses(snapshot, path)]


@pytest.mark.parametrize("seed", range(3))
def test_any_edits_of_any_files(seed: int) -> None:
    rng = random.Random(seed)
    texts = dict(PROJECT)
    outlines = Outlines()
    session = fresh(files_of(texts), outlines)
    for step in range(50):
        changes = edited(rng, texts, PROJECT)
        texts = {name: text for name, text in {**texts, **changes}.items() if text is not None}
        session = session.after([ROOT / name for name in changes], files_of(texts))
        names = [name for name in sorted(texts) if name.endswith(".py")]
        # Some are looked at in between, and what is not is no less stale.
        for name in rng.sample(names, 2):
            found(session, ROOT / name)
        if step % 3 == 2:
            name = rng.choice(names)
            one = fresh(session.files, outlines, whole=rng.random() < 0.3)
            assert found(session, ROOT / name) == found(one, ROOT / name), (step, name)
            assert said(session, ROOT / name) == said(one, ROOT / name), (step, name)
