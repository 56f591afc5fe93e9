"""What installed libraries make at run time: stubs beside sources, lazy imports, `__getattr__`, known decorators."""

import ast
import textwrap
from collections.abc import Mapping

import pytest

from loopscope.text.files import Unreadable
from loopscope.workspace.environment import Environment
from loopscope.workspace.inference.expressions import expression_type
from loopscope.workspace.inference.frames import Frame
from loopscope.workspace.inference.members import shown
from rules.world import ROOT, snapshot_of

SITE = ROOT / "site-packages"
INSTALLED = Environment(ROOT, "virtual environment", site_packages=(SITE,), search_path=(SITE,))

LIBRARY = {
    "stubbed/__init__.py": """\
from .core import made, unstated
Client = made("Client")
Other = made("Other")
nothing = unstated()
""",
    "stubbed/__init__.pyi": """\
from .core import Base
class Client(Base):
    async def get(self) -> int: ...
    def __getattr__(self, name: str) -> Base: ...
    def __getitem__(self, name: str) -> Base: ...
""",
    "stubbed/core.py": "class Base:\n    fetch = made()\ndef made(name): return type(name, (), {})\n",
    "stubbed/core.pyi": """\
from asyncio import Future
class Base:
    known: int
    async def fetch(self) -> str: ...
    def later(self) -> Future[str]: ...
""",
    "lazy/__init__.py": """\
from typing import TYPE_CHECKING
from .imports import lazy_import
if TYPE_CHECKING:
    from .client import connect
lazy_import(globals(), {"connect": ".client"})
""",
    "lazy/imports.py": "def lazy_import(namespace, aliases): ...\n",
    "lazy/client.py": "async def connect() -> int: ...\n",
    "aiofiles/__init__.py": "from .threadpool import open\n",
    "aiofiles/base.py": """\
class AsyncBase:
    def __init__(self, file, loop, executor):
        self._file = file
class AiofilesContextManager:
    def __await__(self): return (yield from self._coro.__await__())
    async def __aenter__(self): return await self
    async def __aexit__(self, *exc): ...
""",
    "aiofiles/threadpool/__init__.py": """\
from ..base import AiofilesContextManager
def open(file, mode="r"): return AiofilesContextManager(file)
""",
    "aiofiles/threadpool/text.py": """\
from ..base import AsyncBase
from .utils import delegate_to_executor, proxy_method_directly, proxy_property_directly
@delegate_to_executor("read", "readable")
@proxy_method_directly("fileno", "readable")
@proxy_property_directly("name")
class AsyncTextIOWrapper(AsyncBase): ...
""",
    "aiofiles/threadpool/binary.py": """\
from ..base import AsyncBase
from .utils import delegate_to_executor, proxy_method_directly
@delegate_to_executor("read")
@proxy_method_directly("readable")
class AsyncBufferedIOBase(AsyncBase): ...
""",
    "grpc/__init__.py": "class Channel:\n    def unary_unary(self, method): return print\n",
    "grpc/aio/__init__.py": "from ._channel import Channel\n",
    "grpc/aio/_channel.py": """\
class Call:
    def __await__(self): ...
class Callable:
    def __call__(self, request) -> Call: ...
class Channel:
    def unary_unary(self, method) -> Callable: ...
""",
}
OWN = """\
class GreeterStub:
    def __init__(self, channel):
        self.SayHello = channel.unary_unary("/Greeter/SayHello")
        self.other = channel
class Own:
    def __init__(self): self.set = 1
    declared: int
    def __getattr__(self, name): return Own()
    def __getitem__(self, index): return self
    async def run(self): return 1
class Unsure(Own, nowhere.Thing): ...
class Proxy:
    def __getattr__(self, name): return getattr(self.inner, name)
"""


def types_of(lines: str, texts: Mapping[str, str] = LIBRARY) -> list[str | None]:
    """The types of the expressions that stand as statements in an async function, in order."""
    head = "import aiofiles, grpc.aio, lazy, nowhere, stubbed\nfrom own import *\n\n\nasync def f(mode):\n"
    text = f"{head}{textwrap.indent(lines, '    ')}\n"
    installed = {f"site-packages/{name}": each for name, each in texts.items()}
    snapshot = snapshot_of({**installed, "own.py": OWN, "test_it.py": text}, installed=INSTALLED)
    facts = snapshot.facts(ROOT / "test_it.py")
    assert not isinstance(facts, Unreadable)
    frame = Frame(snapshot.queries, ROOT / "test_it.py", facts, facts.bodies[0])
    found = (expression_type(frame, each.value) for each in frame.body.statements if isinstance(each, ast.Expr))
    return [shown(each) for each in found]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("stubbed.Client().get()", "Coroutine[Any, Any, int]"),
        ("stubbed.Client().fetch()", "Coroutine[Any, Any, str]"),
        ("stubbed.Client().later()", "Awaitable[str]"),
        ("stubbed.Client().anything.fetch()", "Coroutine[Any, Any, str]"),
        ("stubbed.Client()['a'].fetch()", "Coroutine[Any, Any, str]"),
        ("stubbed.Client()[0].fetch()", "Coroutine[Any, Any, str]"),
        ("stubbed.Client()._private", None),
        ("stubbed.Client().known", "int"),
        ("stubbed.Other()", None),
        ("stubbed.nothing", None),
        ("GreeterStub(grpc.aio.Channel()).SayHello(mode)", "Call"),
        ("GreeterStub(grpc.Channel()).SayHello(mode)", None),
        ("GreeterStub(mode).SayHello(mode)", None),
        ("GreeterStub(grpc.aio.Channel()).other", None),
        ("lazy.connect()", "Coroutine[Any, Any, int]"),
        ("Own().anything.run()", "Coroutine[Any, Any, int]"),
        ("Own()[mode].run()", "Coroutine[Any, Any, int]"),
        ("Own().set", "int"),
        ("Own().declared", "int"),
        ("Unsure().anything", None),
        ("Proxy().anything", None),
        ("async with aiofiles.open('a') as file: file.read()", "Coroutine[Any, Any, Any]"),
        ("async with aiofiles.open('a') as file: file.readable()", "Coroutine[Any, Any, Any]"),
        ("async with aiofiles.open('a') as file: file.fileno()", "object"),
        ("async with aiofiles.open('a') as file: file.name", None),
        ("async with aiofiles.open('a', 'rb') as file: file.readable()", "object"),
        ("async with aiofiles.open('a', mode='rb') as file: file.read()", "Coroutine[Any, Any, Any]"),
        ("async with aiofiles.open('a', mode) as file: file", None),
        ("file = await aiofiles.open('a')\nfile.read()", "Coroutine[Any, Any, Any]"),
    ],
)
def test_expression(lines: str, expected: str | None) -> None:
    assert types_of(lines) == [expected]


def test_what_a_project_imports_for_type_checkers_only_is_not_there() -> None:
    own = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from lazy.client import connect\n"
    snapshot = snapshot_of(
        {"own.py": own, "test_it.py": "import own\ndef f():\n    own.connect\n"}, installed=INSTALLED
    )
    facts = snapshot.facts(ROOT / "test_it.py")
    assert not isinstance(facts, Unreadable)
    frame = Frame(snapshot.queries, ROOT / "test_it.py", facts, facts.bodies[0])
    statement = frame.body.statements[0]
    assert isinstance(statement, ast.Expr)
    assert expression_type(frame, statement.value) is None
