"""Whether a call surely gives a coroutine: what is followed, and where a doubt keeps it silent."""

import pytest

from loopscope.rules.context import Context
from loopscope.rules.support.callees import gives_coroutine
from loopscope.text.files import Unreadable
from rules.world import ROOT, snapshot_of

API = """\
import functools


async def fetch(): ...
def plain(): ...
async def rows():
    yield 1
async def twice(): ...
def twice(): ...


class Base:
    async def inherited(self): ...
    async def overridden(self): ...


class Client(Base):
    async def get(self): ...
    def overridden(self): ...
    @property
    async def value(self): ...
    @staticmethod
    async def make(): ...
    @functools.lru_cache
    async def cached(self): ...


class Odd(Client):
    def __new__(cls):
        return object()


def wrapped(function):
    return function


@wrapped
async def decorated(): ...
"""

HEAD = """\
import asyncio
from asyncio import sleep as pause
import api
from api import Client, Odd, fetch, plain, rows, twice, decorated
from package import exported
"""

CASES = [
    ("fetch()", True),
    ("api.fetch()", True),
    ("plain()", False),
    ("rows()", False),
    ("twice()", False),
    ("decorated()", True),
    ("exported()", True),
    ("asyncio.sleep(1)", True),
    ("pause(1)", True),
    ("asyncio.gather()", False),
    ("asyncio.create_task(1)", False),
    ("unknown()", False),
    ("print()", False),
    ("Client.make()", True),
    ("client = Client()\n    client.get()", True),
    ("client = Client()\n    client.inherited()", True),
    ("client = Client()\n    client.overridden()", False),
    ("client = Client()\n    client.cached()", True),
    ("client = Client()\n    client.missing()", False),
    ("client = Client()\n    client = plain()\n    client.get()", False),
    ("client = Odd()\n    client.get()", False),
    ("fetch = plain\n    fetch()", False),
    ("async def inner(): ...\n    inner()", True),
    ("def inner(): ...\n    inner()", False),
    ("async def inner():\n        yield\n    inner()", False),
    ("async def inner(): ...\n    inner = plain\n    inner()", False),
    ("for fetch in (): ...\n    fetch()", False),
    ("monkeypatch.setattr(api, 'fetch', plain)\n    fetch()", False),
    ("api.fetch = plain\n    fetch()", False),
    ("given()", False),
    ("given.get()", False),
]


def answer(function: str, files: dict[str, str] | None = None) -> bool:
    texts = {
        "api.py": API,
        "package/__init__.py": "from .deep import exported\n",
        "package/deep.py": "async def exported(): ...\n",
        "conftest.py": "",
        "test_example.py": f"{HEAD}\n\n{function}",
        **(files or {}),
    }
    snapshot = snapshot_of(texts)
    facts = snapshot.facts(ROOT / "test_example.py")
    assert not isinstance(facts, Unreadable)
    ctx = Context(snapshot, ROOT / "test_example.py", texts["test_example.py"], facts)
    body = next(each for each in ctx.bodies if each.node.name == "test_it")
    return gives_coroutine(ctx, body, max(body.calls, key=lambda call: (call.node.lineno, -call.node.col_offset)))


@pytest.mark.parametrize(("lines", "expected"), CASES)
def test_callee(lines: str, expected: bool) -> None:
    assert answer(f"async def test_it(given, monkeypatch):\n    {lines}\n") is expected


METHODS = """\
class TestIt(Base):
    async def helper(self): ...
    def sync(self): ...
    @classmethod
    async def on_class(cls): ...
    {decorator}
    async def test_it({first}):
        {call}
"""


@pytest.mark.parametrize(
    ("call", "first", "decorator", "base", "expected"),
    [
        ("self.helper()", "self", "", "api.Base", True),
        ("self.sync()", "self", "", "api.Base", False),
        ("self.inherited()", "self", "", "api.Base", True),
        ("self.inherited()", "self", "", "nowhere.Base", False),
        ("self.helper()", "self", "", "nowhere.Base", True),
        ("cls.on_class()", "cls", "@classmethod", "api.Base", True),
        ("self.helper()", "self", "@staticmethod", "api.Base", False),
        ("other.helper()", "self, other", "", "api.Base", False),
        ("self.helper = 1; self.helper()", "self", "", "api.Base", False),
        ("self = 1; self.helper()", "self", "", "api.Base", False),
    ],
)
def test_methods(call: str, first: str, decorator: str, base: str, expected: bool) -> None:
    decorated = METHODS.format(call=call, first=first, decorator=decorator).replace("(Base)", f"({base})")
    assert answer(f"import nowhere\n{decorated}") is expected
