"""What expressions, fixtures and their members are, read from annotations and code."""

import ast
import textwrap
from pathlib import PurePath

import pytest

from loopscope.text.files import Unreadable
from loopscope.workspace.inference.expressions import expression_type
from loopscope.workspace.inference.frames import Frame
from loopscope.workspace.inference.members import fixture_type, member_of, members_of, shown
from loopscope.workspace.model import FixtureDef
from loopscope.workspace.queries import Queries
from rules.world import ROOT, MemoryFiles, snapshot_of

APP = """\
from __future__ import annotations
import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Generic, Optional, Protocol, Self, TypeVar, Union, overload
import nowhere

T = TypeVar("T")
B = TypeVar("B", bound="Base")


class Base:
    label: str
    other: "Client"

    async def inherited(self) -> int: ...
    def me(self: B) -> B: ...
    def chained(self) -> Self: ...


class Client(Base):
    def __init__(self, name: str, inner: Optional[Base] = None):
        self.name = name
        self.inner = inner
        self.lock = asyncio.Lock()
        self.maker = make

    async def get(self) -> Client: ...
    def sync(self): return 1
    @property
    def parent(self) -> Base: ...
    @classmethod
    async def connect(cls): return cls("x")
    async def __aenter__(self): return self
    def __aiter__(self) -> AsyncIterator[Base]: ...


class Maker(Generic[B]):
    def __init__(self, bind=None, kind: type[B] = Base): ...
    def __call__(self) -> B: ...


make_base = Maker(bind=nowhere.engine)
make_client = Maker(bind=nowhere.engine, kind=Client)
make_other = Maker(bind=nowhere.engine, kind=Other)
make_either = Maker(Other, Client)


class Other:
    async def __aenter__(self): return self


class Box(Generic[T]):
    def value(self) -> T: ...
    def __await__(self): return self._open().__await__()
    async def _open(self): return Client("x")


class Loader:
    @overload
    @classmethod
    def load(cls, model: str, expected: None = None) -> Self: ...
    @overload
    @classmethod
    def load(cls, model: str, expected: type[T], *more: int) -> T: ...
    @classmethod
    def load(cls, model, expected=None, *more): return nowhere.thing()

    @overload
    def find(self, key: str) -> Client: ...
    @overload
    def find(self, *, number: int) -> Base: ...
    @overload
    def find(self, key: str, number: int) -> list[Base]: ...
    def find(self, key=None, number=0): return nowhere.thing()

    @overload
    def either(self, key: str) -> Client: ...
    @overload
    def either(self, key: int) -> Base: ...
    def either(self, key): return nowhere.thing()

    @overload
    def hidden(self, key: str) -> Client: ...
    @nowhere.changed
    def hidden(self, key): return nowhere.thing()

    @classmethod
    def first(cls) -> Self: ...


class Loaded(Loader):
    async def call(self) -> int: ...


class Odd:
    def __new__(cls): return object()


async def make() -> Client: ...
def unsure(): return nowhere.thing()
def either(flag) -> Union[Client, Base]: ...
def same(flag): return Client("a") if flag else Client("b")
def pending() -> Coroutine[Any, Any, Client]: ...
def future() -> Awaitable[Client]: ...
def callback() -> Callable[[], Awaitable[Client]]: ...
def wrong() -> int: return make()
def boxed() -> Box[Client]: ...
@asynccontextmanager
async def opened():
    yield Client("x")


shared = Client("x")


class Field:
    def __get__(self, instance, owner): return instance.other


class Meta(type): ...


class Plain:
    client = Client("x")
    field = Field()


class Made(metaclass=Meta):
    client = Client("x")
    stated: Base = Client("x")


class Child(Made):
    other = Client("x")


class Unsure(nowhere.Model):
    client = Client("x")
    async def own(self): return 1


class Below(Unsure):
    def sync(self): return 1


class Twice(Below, Client): ...


class Proxy:
    def __init__(self, find): ...
    def __getattr__(self, name): return nowhere.thing()


proxied: Client = Proxy(make)
bare = Proxy(opened)
made: Base = Client("x")


def optional(function):
    def wrapper(*args):
        try:
            return function(*args)
        except ValueError:
            return None

    async def async_wrapper(*args):
        return await function(*args)

    return async_wrapper if asyncio.iscoroutinefunction(function) else wrapper

def threaded(function):
    async def wrapper(*args):
        return await asyncio.to_thread(function, *args)

    return wrapper

def run(function):
    def wrapper(*args):
        return asyncio.run(function(*args))

    return wrapper


class Call:
    def __init__(self, function): ...
    async def __call__(self, *args): ...


class Sync:
    def __init__(self, function): ...
    def __call__(self, *args): ...


@optional
async def kept() -> Client: ...
@threaded
def in_thread() -> Client: ...
@Call
def called() -> Client: ...
@Sync
async def not_called() -> Client: ...
@run
async def ran() -> Client: ...
"""


def types_of(lines: str) -> list[str | None]:
    """The types of the expressions that stand as statements in an async function, in order."""
    head = "from app import *\nimport app\nimport asyncio\n\n\nasync def f(given: Client):\n"
    text = f"{head}{textwrap.indent(lines, '    ')}\n"
    snapshot = snapshot_of({"app.py": APP, "test_it.py": text})
    facts = snapshot.facts(ROOT / "test_it.py")
    assert not isinstance(facts, Unreadable)
    frame = Frame(snapshot.queries, ROOT / "test_it.py", facts, facts.bodies[0])
    return [shown(expression_type(frame, each.value)) for each in frame.body.statements if isinstance(each, ast.Expr)]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("given", "Client"),
        ("given.get()", "Coroutine[Any, Any, Client]"),
        ("await given.get()", "Client"),
        ("given.inherited()", "Coroutine[Any, Any, int]"),
        ("given.sync()", "int"),
        ("given.parent", "Base"),
        ("given.parent.inherited()", "Coroutine[Any, Any, int]"),
        ("given.me()", "Client"),
        ("given.chained().get()", "Coroutine[Any, Any, Client]"),
        ("given.lock.acquire()", "Coroutine[Any, Any, Any]"),
        ("given.inner.inherited()", "Coroutine[Any, Any, int]"),
        ("given.other.get()", "Coroutine[Any, Any, Client]"),
        ("given.maker()", "Coroutine[Any, Any, Client]"),
        ("given.missing", None),
        ("given.__class__('x').get()", "Coroutine[Any, Any, Client]"),
        ("await Client.connect()", "Client"),
        ("Loaded.first().call()", "Coroutine[Any, Any, int]"),
        ("app.Loaded.first().call()", "Coroutine[Any, Any, int]"),
        ("Loaded.load('x').call()", "Coroutine[Any, Any, int]"),
        ("app.Loaded.load(model='x').call()", "Coroutine[Any, Any, int]"),
        ("Loaded.load('x', Client)", None),
        ("Loaded.load('x', Client, 1)", None),
        ("Loaded.load(*given)", None),
        ("Loaded.load(**given)", None),
        ("Loader.load('x').call()", None),
        ("Loaded().find('x')", "Client"),
        ("Loaded().find(key='x')", "Client"),
        ("Loaded().find(number=1)", "Base"),
        ("Loaded.find(Loaded(), 'x')", "Client"),
        ("Loaded().find(1, 2, 3)", None),
        ("Loaded().find(other=1)", None),
        ("Loaded().either('x')", None),
        ("Loaded().hidden('x')", None),
        ("Odd()", None),
        ("shared.get()", "Coroutine[Any, Any, Client]"),
        ("app.shared.get()", "Coroutine[Any, Any, Client]"),
        ("unsure()", None),
        ("either(1)", None),
        ("same(1)", "Client"),
        ("pending()", "Coroutine[Any, Any, Client]"),
        ("future()", "Awaitable[Client]"),
        ("await future()", "Client"),
        ("callback()()", "Awaitable[Client]"),
        ("wrong()", "Coroutine[Any, Any, Client]"),
        ("boxed().value()", "Client"),
        ("make_base()", "Base"),
        ("make_client()", "Client"),
        ("make_other()", None),
        ("make_other", None),
        ("make_either()", None),
        ("Maker()()", "Base"),
        ("Maker(kind=Client)().get()", "Coroutine[Any, Any, Client]"),
        ("Maker(1, Other)()", None),
        ("await Box()", "Client"),
        ("opened()", "AbstractAsyncContextManager[Client]"),
        ("asyncio.gather(make())", "Awaitable[list]"),
        ("await asyncio.wait_for(make(), 1)", "Client"),
        ("await asyncio.create_task(make())", "Client"),
        ("await asyncio.open_connection()", "tuple[asyncio.StreamReader, asyncio.StreamWriter]"),
        ("(x for x in [])", "Iterator[Any]"),
        ("(await x for x in [])", "AsyncGenerator[Any]"),
        ("Client('x') or given", "Client"),
        ("given if given else None", "Client"),
        ("nowhere_at_all.thing()", None),
        ("Plain().client", "Client"),
        ("Plain().field", None),
        ("Made().client", None),
        ("Child().stated", "Base"),
        ("Child().other", None),
        ("Unsure().client", None),
        ("Below().own()", "Coroutine[Any, Any, int]"),
        ("Below().missing", None),
        ("Twice().get()", None),
        ("proxied.get()", "Coroutine[Any, Any, Client]"),
        ("bare.get()", None),
        ("made.get()", "Coroutine[Any, Any, Client]"),
        ("kept()", "Coroutine[Any, Any, Client]"),
        ("in_thread()", "Coroutine[Any, Any, Any]"),
        ("called()", "Coroutine[Any, Any, Any]"),
        ("not_called()", None),
        ("ran()", None),
    ],
)
def test_expression(expression: str, expected: str | None) -> None:
    assert types_of(expression) == [expected]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("async with opened() as c: c", ["Client"]),
        ("async with Client('x') as c: c", ["Client"]),
        ("async for each in given: each", ["Base"]),
        ("a, b = given, app.Base()\nb", ["Base"]),
        ("x = None\nx = given\nx", ["Client"]),
        ("x = given\nx = app.Base()\nx", ["Base"]),
        ("x = given\ndef inner():\n    nonlocal x\n    x = 1\nx", [None]),
        ("async def inner(): return given\ninner()", ["Coroutine[Any, Any, Client]"]),
        ("x: app.Base = unsure()\nx", [None]),
        ("for x in []: x", [None]),
        ("x = y\ny = x\nx", [None]),
        ("class Own(Client): pass\nOwn\nOwn('x')", ["type[Own]", "Own"]),
        ("class Own(Client): pass\nOwn('x').get()", ["Coroutine[Any, Any, Any]"]),
        ("class Own(Client): pass\nOwn('x').sync()", [None]),
        ("class Own:\n    async def go(self): return 1\nOwn().go()", ["Coroutine[Any, Any, int]"]),
        ("class Own(Client):\n    def get(self): return 1\nOwn('x').get()", ["int"]),
        ("class Own(Client):\n    get = print\nOwn('x').get()", [None]),
        ("class Own(Client):\n    @print\n    async def get(self): pass\nOwn('x').get()", [None]),
        ("class Own(Client):\n    if given:\n        def get(self): pass\nOwn('x').get()", [None]),
        ("class Own(Client):\n    def go(self): self.get = 1\nOwn('x').get()", [None]),
        ("class Own(Client, metaclass=app.Meta): pass\nOwn('x').get()", [None]),
        ("class Own(app.nowhere.Base, Client): pass\nOwn('x').get()", [None]),
        ("class Own(app.Odd): pass\nOwn()", [None]),
        ("class Own(Client):\n    def __new__(cls): return 1\nOwn('x')", [None]),
        ("class Own(Client): pass\nclass Last(Own): pass\nLast('x').get()", ["Coroutine[Any, Any, Any]"]),
        ("class Own:\n    async def go(self): pass\nclass Last(Own): pass\nLast().go()", ["Coroutine[Any, Any, Any]"]),
        ("class Own(Client): pass\nclass Own(Base): pass\nOwn('x')", [None]),
        (
            "class Own(Client):\n    @app.threaded\n    def get(self): pass\nOwn('x').get()",
            ["Coroutine[Any, Any, Any]"],
        ),
        ("class Own(Client):\n    @app.run\n    async def get(self): pass\nOwn('x').get()", [None]),
        ("@app.threaded\ndef inner(): return 1\ninner()", ["Coroutine[Any, Any, Any]"]),
        ("@optional\nasync def inner(): return 1\ninner()", ["Coroutine[Any, Any, int]"]),
        ("@app.Call\ndef inner(): return 1\ninner()", ["Coroutine[Any, Any, Any]"]),
        ("@app.Call('x')\ndef inner(): return 1\ninner()", [None]),
        ("@app.run\nasync def inner(): return 1\ninner()", [None]),
        ("@app.nowhere.thing\nasync def inner(): return 1\ninner()", [None]),
        ("@given.sync\nasync def inner(): return 1\ninner()", [None]),
        ("@app.asynccontextmanager\nasync def inner(): yield given\ninner()", ["AbstractAsyncContextManager[Client]"]),
        ("if given:\n    class Own(Client): pass\nelse:\n    Own = Base\nOwn('x')", [None]),
    ],
)
def test_names(lines: str, expected: list[str | None]) -> None:
    assert types_of(lines) == expected


CONFTEST = """\
from typing import AsyncIterator, Iterator
from unittest.mock import Mock, create_autospec
import pytest
import pytest_asyncio
from contextlib import AsyncExitStack
from app import Base, Client, make, opened, unsure


@pytest_asyncio.fixture
async def plain():
    yield Client("x")

@pytest_asyncio.fixture
async def stated() -> AsyncIterator[Client]:
    yield unsure()

@pytest.fixture
def sync_stated() -> Iterator["Client"]:
    yield unsure()

@pytest_asyncio.fixture
async def entered():
    try:
        async with opened() as client:
            yield client
    finally:
        pass

@pytest_asyncio.fixture
async def stacked():
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(opened())

@pytest_asyncio.fixture
async def awaited():
    return await make()

@pytest.fixture
def other(plain):
    return plain

@pytest.fixture
def factory(plain):
    async def create():
        return plain
    return create

@pytest.fixture
def pair(plain):
    return plain, Base()

@pytest.fixture
def mocked() -> Client:
    return Mock()

@pytest.fixture
def specced() -> Client:
    return create_autospec(Client)

@pytest_asyncio.fixture
async def of_own_class() -> AsyncIterator[Client]:
    class Own(Client):
        def get(self): ...
    yield Own("x")

@pytest.fixture
def of_subclass(of_base: Base) -> Client:
    return of_base

@pytest.fixture
def of_base() -> Base:
    return unsure()

@pytest.fixture
def made_of_base() -> Client:
    return Base()

@pytest.fixture(params=[1])
def chosen(request):
    return request.param

@pytest.fixture
def unknown():
    return unsure()

@pytest.fixture
def renamed_function():
    return Base()
"""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("plain", "Client"),
        ("stated", "Client"),
        ("sync_stated", "Client"),
        ("entered", "Client"),
        ("stacked", "Client"),
        ("awaited", "Client"),
        ("other", "Client"),
        ("pair", "tuple[Client, Base]"),
        ("mocked", "unittest.mock.Mock"),
        ("specced", "unittest.mock.create_autospec"),
        ("chosen", None),
        ("of_own_class", "Own"),
        ("of_subclass", "Client"),
        ("made_of_base", "Base"),
        ("unknown", None),
    ],
)
def test_fixture(name: str, expected: str | None) -> None:
    queries, fixture = fixture_named(name)
    assert shown(fixture_type(queries, fixture)) == expected


def fixture_named(name: str) -> tuple[Queries, FixtureDef]:
    snapshot = snapshot_of({"app.py": APP, "conftest.py": CONFTEST, "test_it.py": ""})
    path: PurePath = ROOT / "conftest.py"
    return snapshot.queries, next(each for each in snapshot.module(path).fixtures if each.name == name)


def test_the_last_definition_counts() -> None:
    text = """\
import pytest
from app import Base

@pytest.fixture
def plain():
    return Base()

def test_it(plain):
    plain
"""
    snapshot = snapshot_of({"app.py": APP, "conftest.py": CONFTEST, "test_it.py": text})
    facts = snapshot.facts(ROOT / "test_it.py")
    assert not isinstance(facts, Unreadable)
    body = next(each for each in facts.bodies if each.node.name == "test_it")
    frame = Frame(snapshot.queries, ROOT / "test_it.py", facts, body)
    statement = body.statements[0]
    assert isinstance(statement, ast.Expr)
    assert shown(expression_type(frame, statement.value)) == "Base"


def test_members() -> None:
    queries, fixture = fixture_named("plain")
    value = fixture_type(queries, fixture)
    found = {each.name: each for each in members_of(queries, value)}
    assert {"get", "inherited", "sync", "parent", "name", "lock"} <= found.keys()
    assert [name for name, each in found.items() if each.must_be_awaited] == ["get", "connect", "inherited", "maker"]
    assert found["sync"].is_callable
    assert not found["name"].is_callable
    assert found["get"].definition == (ROOT / "app.py", found["get"].type.id)
    assert member_of(queries, value, "nothing").type is None


def test_an_edit_of_the_class_changes_the_answer() -> None:
    texts = {"app.py": APP, "conftest.py": CONFTEST, "test_it.py": "x = 1\n"}
    snapshot = snapshot_of(texts)
    fixture = next(each for each in snapshot.module(ROOT / "conftest.py").fixtures if each.name == "plain")
    assert shown(fixture_type(snapshot.queries, fixture)) == "Client"
    assert isinstance(snapshot.files, MemoryFiles)
    edited = {**snapshot.files.texts, ROOT / "app.py": APP.replace("class Client", "class Other")}
    after = snapshot.after([ROOT / "app.py"], MemoryFiles(edited, snapshot.files.disk))
    assert fixture_type(after.queries, fixture) is None
