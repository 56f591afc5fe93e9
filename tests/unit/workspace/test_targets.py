"""What dotted targets name, and whether that is a coroutine function."""

from pathlib import PurePath

import pytest

from loopscope.workspace.targets import (
    attribute,
    is_coroutine_function,
    referred,
    target,
)
from loopscope.workspace.values import Class, Function
from rules.world import ROOT, snapshot_of

TEXTS = {
    "test_example.py": "from app import client as c\nfrom app.client import Client\nlocal = 1\n",
    "app/__init__.py": "from app.client import fetch\n",
    "app/client.py": """\
import asyncio
import functools
from abc import ABC, abstractmethod
from contextlib import asynccontextmanager
from dataclasses import dataclass
import nowhere


async def fetch(): ...
def plain(): ...
async def rows():
    yield 1
@asynccontextmanager
async def session():
    yield 1


def traced(function):
    @functools.wraps(function)
    async def wrapper(*args):
        return await function(*args)
    return wrapper


def run(function):
    def wrapper(*args):
        return asyncio.run(function(*args))
    return wrapper


@traced
async def kept(): ...
@run
async def changed(): ...


class Base(ABC):
    async def inherited(self): ...
    @abstractmethod
    async def abstract(self): ...
    def close(self): ...


@dataclass
class Client(Base):
    async def get(self): ...
    @classmethod
    async def connect(cls): ...
    @property
    async def value(self): ...
    def close(self): ...


class Doubtful(nowhere.Base):
    async def own(self): ...


class Doubted(Doubtful): ...


class Either(nowhere.Base, Doubtful): ...


class Odd(Base):
    def __getattribute__(self, name):
        return name
""",
}
Q = snapshot_of(TEXTS).queries
HERE: PurePath = ROOT / "test_example.py"


@pytest.mark.parametrize(
    ("dotted", "expected"),
    [
        ("app.client.fetch", True),
        ("app.fetch", True),
        ("app.client.plain", False),
        ("app.client.rows", False),
        ("app.client.session", False),
        ("app.client.kept", True),
        ("app.client.changed", None),
        ("app.client.Client", False),
        ("app.client.Client.get", True),
        ("app.client.Client.connect", True),
        ("app.client.Client.inherited", True),
        ("app.client.Client.abstract", True),
        ("app.client.Client.close", False),
        ("app.client.Client.value", None),
        ("app.client.Client.missing", None),
        ("app.client.Doubtful.own", True),
        ("app.client.Doubted.own", True),
        ("app.client.Either.own", None),
        ("app.client.Odd.inherited", None),
        ("asyncio.sleep", True),
        ("asyncio.gather", False),
        ("app.client.asyncio.sleep", True),
        ("asyncio.Queue.get", True),
        ("asyncio.Queue.get_nowait", False),
        ("app.missing", None),
        ("nowhere.fetch", None),
        ("local.get", None),
        ("not a name", None),
        ("", None),
    ],
)
def test_target(dotted: str, expected: bool | None) -> None:
    assert is_coroutine_function(Q, target(Q, HERE, dotted)) is expected


def test_definitions_are_the_real_ones() -> None:
    found = target(Q, HERE, "app.fetch")
    assert isinstance(found, Function)
    assert (found.path, found.fact.name) == (ROOT / "app/client.py", "fetch")
    owner = target(Q, HERE, "app.client.Client")
    assert isinstance(owner, Class)
    inherited = attribute(Q, owner, "inherited")
    assert isinstance(inherited, Function)
    assert inherited.fact.id.qualname == "Base.inherited"


def test_names_of_the_file() -> None:
    assert is_coroutine_function(Q, referred(Q, HERE, "app.client.Client.inherited")) is True
    assert is_coroutine_function(Q, referred(Q, HERE, "Client.close")) is False
    assert is_coroutine_function(Q, referred(Q, HERE, "local.get")) is None
