"""The call of a coroutine function whose result is dropped, compared or taken apart instead of awaited.

## What it does
Reports calls that give a coroutine and stand as a statement, are compared, calculated with, iterated or entered, have
an attribute read, are unpacked, are given to `len`, `list`, `isinstance` and their kin, or are stored in a name that is
only used in these ways, until it is assigned anew.
The calls are those of `async def` functions and methods: of this file, of the project, of installed libraries, of
`asyncio`; methods through what a fixture injects, through parameters and variables whose type is certain.
`asyncio.gather(…)` as a statement is reported, too, and so are properties that are `async def` (`request.files` of
Quart) where an async function uses them in these ways.

## Why is this bad
The function never runs. A statement passes silently with "coroutine ... was never awaited", often attributed to
another test; a comparison fails with `assert <coroutine object ...> == 1`.

## When not to fix
If the coroutine is meant to stay unawaited. Calls whose target is not certain are not reported.

## Fix safety
Inserting `await` is safe where the call is a statement of an async function, unsafe elsewhere. In a synchronous test
the fix makes the test async, with its mark where pytest-asyncio asks for one, which is unsafe; elsewhere in
synchronous code there is no fix.

## Versions
All.

## References
- [Python: running and awaiting coroutines](https://docs.python.org/3/library/asyncio-dev.html#detect-never-awaited-coroutines)

"""

import ast
from collections.abc import Iterator
from pathlib import PurePath

from loopscope.facts.bodies import Body, CallSite, Use
from loopscope.facts.outline import FactId
from loopscope.rules.callees import result_of, results_of
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Severity
from loopscope.rules.support.awaitable_properties import await_property, unawaited_properties
from loopscope.rules.support.awaiting import (
    assigned_name,
    attributes_of,
    await_fix,
    call_needs_value,
    in_synchronous_code,
    is_awaited_chain,
    is_taken_apart,
    is_unpacked,
    last_of,
    never_awaited,
    use_safety,
)
from loopscope.rules.support.calls import expects_failure, noted
from loopscope.rules.support.django import EXAMPLE_CONFIG, EXAMPLE_PROJECT
from loopscope.rules.support.expected import expected_statements, wants_coroutine
from loopscope.rules.synchronous import surely_synchronous
from loopscope.workspace.inference.calls import call_at
from loopscope.workspace.inference.frames import Frame
from loopscope.workspace.inference.model import Awaitable, Coroutine, Type
from loopscope.workspace.inference.protocols import has_await, is_read_too_early
from loopscope.workspace.queries import Queries

META = Meta(
    "missing-await",
    Group.AWAITING,
    Severity.ERROR,
    overlaps=("pyright: reportUnusedCoroutine", "mypy: unused-coroutine", "ty: unused-awaitable", "ruff: B018"),
)

_SAVE = """\
import pytest


async def save(value):
    return value

"""

_CLIENT = """\
import pytest
import pytest_asyncio


class Client:
    def __init__(self):
        self.sent = []

    async def __aenter__(self):
        return self

    async def __aexit__(self, *exc):
        self.sent.clear()

    async def send(self, value):
        self.sent.append(value)
        return value


@pytest_asyncio.fixture
async def client():
    async with Client() as client:
        yield client


"""

_REQUEST = """\
import asyncio

import pytest


class Request:
    @property
    async def files(self):
        return {"file": 1}


class Proxy:
    def __getattr__(self, name):
        return getattr(Request(), name)


request: Request = Proxy()


"""

EXAMPLES = (
    Example(
        "A statement",
        bad=f"""\
{_SAVE}
@pytest.mark.asyncio
async def test_save():
    ⟦save(1)⟧
""",
        good=f"""\
{_SAVE}
@pytest.mark.asyncio
async def test_save():
    await save(1)
""",
        proof=Proof("coroutine 'save' was never awaited", "warning"),
    ),
    Example(
        "A comparison, a stored result, an attribute, the check of a class",
        bad=f"""\
from pathlib import Path

{_SAVE}
@pytest.mark.asyncio
async def test_save():
    result = ⟦save(1)⟧
    assert result == 1
    assert ⟦save(2)⟧ == 2
    assert ⟦save("a")⟧.upper() == "A"
    assert isinstance(⟦save(Path())⟧, Path)
""",
        good=f"""\
from pathlib import Path

{_SAVE}
@pytest.mark.asyncio
async def test_save():
    result = await save(1)
    assert result == 1
    assert await save(2) == 2
    assert (await save("a")).upper() == "A"
    assert isinstance(await save(Path()), Path)
""",
        proof=Proof("assert <coroutine object save"),
    ),
    Example(
        "A name that is used again, also as the name of another function's own",
        bad=f"""\
{_SAVE}
@pytest.mark.asyncio
async def test_save():
    def doubled(result):
        return result * 2

    result = await save(1)
    assert result == 1
    result = ⟦save(2)⟧
    assert result == 2
    assert doubled(2) == 4
""",
        good=f"""\
{_SAVE}
@pytest.mark.asyncio
async def test_save():
    def doubled(result):
        return result * 2

    result = await save(1)
    assert result == 1
    result = await save(2)
    assert result == 2
    assert doubled(2) == 4
""",
        proof=Proof("assert <coroutine object save"),
    ),
    Example(
        "A method of what a fixture injects",
        bad=f"""\
{_CLIENT}@pytest.mark.asyncio
async def test_send(client):
    ⟦client.send(1)⟧
    value = ⟦client.send(2)⟧
    assert value == 2
    first, second = ⟦client.send((3, 4))⟧
""",
        good=f"""\
{_CLIENT}@pytest.mark.asyncio
async def test_send(client):
    await client.send(1)
    value = await client.send(2)
    assert value == 2
    first, second = await client.send((3, 4))
""",
        proof=Proof("assert <coroutine object Client.send"),
    ),
    Example(
        "After the `yield` of a fixture",
        bad="""\
import pytest
import pytest_asyncio


class Client:
    closed = []

    async def aclose(self):
        self.closed.append(1)


@pytest_asyncio.fixture
async def client():
    client = Client()
    yield client
    ⟦client.aclose()⟧


@pytest.mark.asyncio
async def test_client(client):
    assert client.closed == []


def test_closed():
    assert Client.closed == [1]
""",
        good="""\
import pytest
import pytest_asyncio


class Client:
    closed = []

    async def aclose(self):
        self.closed.append(1)


@pytest_asyncio.fixture
async def client():
    client = Client()
    yield client
    await client.aclose()


@pytest.mark.asyncio
async def test_client(client):
    assert client.closed == []


def test_closed():
    assert Client.closed == [1]
""",
        proof=Proof("assert [] == [1]"),
    ),
    Example(
        "In a synchronous test",
        bad="""\
async def check():
    assert 1 + 1 == 2


def test_check():
    ⟦check()⟧
""",
        good="""\
import pytest


async def check():
    assert 1 + 1 == 2


@pytest.mark.asyncio
async def test_check():
    await check()
""",
        proof=Proof("coroutine 'check' was never awaited", "warning"),
    ),
    Example(
        "Futures of asyncio",
        bad="""\
import asyncio

import pytest


@pytest.mark.asyncio
async def test_queue():
    queue = asyncio.Queue()
    ⟦queue.put(1)⟧
    event = asyncio.Event()
    event.set()
    ⟦event.wait()⟧
    assert ⟦asyncio.gather(asyncio.sleep(0, 1))⟧ == [1]
""",
        good="""\
import asyncio

import pytest


@pytest.mark.asyncio
async def test_queue():
    queue = asyncio.Queue()
    await queue.put(1)
    event = asyncio.Event()
    event.set()
    await event.wait()
    assert await asyncio.gather(asyncio.sleep(0, 1)) == [1]
""",
        proof=Proof("assert <_GatheringFuture"),
    ),
    Example(
        "A method of a class that the test defines, inherited",
        bad=f"""\
{_CLIENT}@pytest.mark.asyncio
async def test_send():
    class Twice(Client):
        async def again(self, value):
            ⟦self.send(value)⟧
            ⟦self.send(value)⟧

    client = Twice()
    await client.again(1)
    assert client.sent == [1, 1]
""",
        good=f"""\
{_CLIENT}@pytest.mark.asyncio
async def test_send():
    class Twice(Client):
        async def again(self, value):
            await self.send(value)
            await self.send(value)

    client = Twice()
    await client.again(1)
    assert client.sent == [1, 1]
""",
        proof=Proof("assert [] == [1, 1]"),
    ),
    Example(
        "A method of what `parametrize` gives, by its annotation",
        bad=f"""\
{_CLIENT}@pytest.mark.asyncio
@pytest.mark.parametrize("given", [Client()])
async def test_send(given: Client):
    ⟦given.send(1)⟧
    assert given.sent == [1]
""",
        good=f"""\
{_CLIENT}@pytest.mark.asyncio
@pytest.mark.parametrize("given", [Client()])
async def test_send(given: Client):
    await given.send(1)
    assert given.sent == [1]
""",
        proof=Proof("assert [] == [1]"),
    ),
    Example(
        "Where a warning is expected",
        bad=f"""\
import warnings
{_CLIENT}@pytest.mark.asyncio
async def test_send(client):
    with pytest.warns(UserWarning):
        warnings.warn("old", UserWarning)
        assert ⟦client.send(1)⟧ == 1
        assert ⟦client.send(None)⟧ is None
""",
        good=f"""\
import warnings
{_CLIENT}@pytest.mark.asyncio
async def test_send(client):
    with pytest.warns(UserWarning):
        warnings.warn("old", UserWarning)
        assert await client.send(1) == 1
        assert await client.send(None) is None
""",
        proof=Proof("assert <coroutine object Client.send"),
    ),
    Example(
        "A property that is `async def`",
        bad=f"""\
{_REQUEST}@pytest.fixture
def incoming():
    return Request()


@pytest.mark.asyncio
async def test_files(incoming):
    ⟦incoming.files⟧
    files = ⟦incoming.files⟧
    assert files["file"] == 1
    assert ⟦incoming.files⟧["file"] == 1
    assert ⟦incoming.files⟧.get("file") == 1
    assert ⟦incoming.files⟧ == {{"file": 1}}


@pytest.mark.asyncio
async def test_proxy():
    files = ⟦request.files⟧
    assert len(files) == 1
""",
        good=f"""\
{_REQUEST}@pytest.fixture
def incoming():
    return Request()


@pytest.mark.asyncio
async def test_files(incoming):
    await incoming.files
    files = await incoming.files
    assert files["file"] == 1
    assert (await incoming.files)["file"] == 1
    assert (await incoming.files).get("file") == 1
    assert await incoming.files == {{"file": 1}}


@pytest.mark.asyncio
async def test_proxy():
    files = await request.files
    assert len(files) == 1
""",
        proof=Proof("'coroutine' object is not subscriptable"),
    ),
    Example(
        "A communicator of Django Channels",
        bad=f"""\
import pytest
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.testing import WebsocketCommunicator


@pytest.fixture
def communicator():
    return WebsocketCommunicator(AsyncWebsocketConsumer.as_asgi(), "/ws/")


async def test_connect(communicator):
    connected, _ = ⟦communicator.connect()⟧
    assert connected
    await communicator.disconnect()
{EXAMPLE_PROJECT}""",
        good=f"""\
import pytest
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.testing import WebsocketCommunicator


@pytest.fixture
def communicator():
    return WebsocketCommunicator(AsyncWebsocketConsumer.as_asgi(), "/ws/")


async def test_connect(communicator):
    connected, _ = await communicator.connect()
    assert connected
    await communicator.disconnect()
{EXAMPLE_PROJECT}""",
        proof=Proof("cannot unpack non-iterable coroutine object", requires=("pytest-django", "channels", "daphne")),
        config=EXAMPLE_CONFIG,
    ),
)

NEAR_MISSES = (
    NearMiss(
        "a fixture that injects a mock, or what is not known",
        f"""\
from unittest.mock import Mock
{_CLIENT}@pytest.fixture
def mocked() -> Client:
    return Mock(spec=Client)


@pytest.fixture
def chosen(request):
    return request.param


@pytest.mark.asyncio
@pytest.mark.parametrize("given", [Mock()])
@pytest.mark.parametrize("stated", [Mock()])
@pytest.mark.parametrize("chosen", [Mock()], indirect=True)
async def test_send(mocked: Client, chosen: Client, given, stated: Client):
    mocked.send(1)
    chosen.send(1)
    given.send(1)
    stated.send(1)
""",
    ),
    NearMiss(
        "the coroutine is handed on",
        f"""\
import asyncio
{_CLIENT}@pytest.mark.asyncio
async def test_send(client):
    task = asyncio.create_task(client.send(1))
    pending = client.send(2)
    assert [await task, await pending] == [1, 2]
    async with asyncio.timeout(1):
        assert await asyncio.wait_for(client.send(3), 1) == 3
""",
    ),
    NearMiss(
        "stored, passed on, returned, known to be a coroutine",
        f"""\
import asyncio
from collections.abc import Coroutine
{_SAVE}
def later():
    return save(0)


@pytest.mark.asyncio
async def test_save():
    first = save(1)
    second = save(2)
    assert await asyncio.gather(first, second) == [1, 2]
    third = save(3)
    third.close()
    fifth = save(5)

    async def finish():
        return await fifth

    assert await finish() == 5
    save(4).close()
    assert isinstance(save(3), Coroutine)
    assert asyncio.iscoroutine(fourth := save(4))
    fourth.close()
    assert await later() == 0
""",
    ),
    NearMiss(
        "replaced by a mock, or another function",
        f"""\
{_SAVE}
@pytest.mark.asyncio
async def test_save(monkeypatch):
    monkeypatch.setattr(f"{{__name__}}.save", lambda value: value)
    save(1)


@pytest.mark.asyncio
async def test_parameter(save=print):
    save(1)


@pytest.mark.asyncio
async def test_local():
    save = print
    save(1)
""",
    ),
    NearMiss(
        "a name that is used again: what its last value gives is not known, or is awaited",
        f"""\
import contextlib
{_CLIENT}
class Quiet:
    def send(self, value):
        return value


@pytest.mark.asyncio
@pytest.mark.parametrize("fails", [True, False])
async def test_send(client, fails):
    used = client
    if fails:
        used = Quiet()
    used.send(1)
    pending = client.send(2)
    assert await pending == 2
    pending = client.send(3)
    await pending
    for each in (Quiet(), Quiet()):
        used = Quiet()
        used.send(4)
        used = each
    used.send(5)
    with contextlib.suppress(ValueError):
        used = client
    used.send(6)
""",
    ),
    NearMiss(
        "a decorator may have made it synchronous",
        """\
import asyncio
import functools


def run(function):
    @functools.wraps(function)
    def wrapper(*args):
        return asyncio.run(function(*args))

    return wrapper


@run
async def save(value):
    return value


def test_save():
    save(1)
    assert save(1) == 1
""",
    ),
    NearMiss(
        "a class that the test defines: what it overrides, decorates or sets itself, or what its base is, is not known",
        f"""\
import functools
{_CLIENT}
def run(function):
    return lambda *args: None


@pytest.mark.asyncio
@pytest.mark.parametrize("base", [Client])
async def test_send(base):
    class Quiet(Client):
        def send(self, value):
            return value

        def again(self):
            self.send(1)

    class Decorated(Client):
        @run
        async def send(self, value):
            return value

        def again(self):
            self.send(1)

    class Set(Client):
        def __init__(self):
            self.send = print
            self.send(1)

    class Assigned(Client):
        send = functools.partialmethod(print)

        def again(self):
            self.send(1)

    class Unknown(base):
        def again(self):
            self.send(1)

        @staticmethod
        def other(self):
            self.send(1)

    for each in (Quiet(), Decorated(), Set(), Assigned()):
        each.send(1)
    Set()
    Quiet().again()
    Decorated().send(1)
    Assigned().send(1)
    Unknown.other(Quiet())
""",
    ),
    NearMiss(
        "just what a coroutine does is expected",
        f"""\
{_SAVE}
@pytest.mark.filterwarnings("ignore")
def test_save():
    with pytest.warns(RuntimeWarning, match="never awaited"):
        save(1)
    with pytest.raises(AttributeError):
        save(1).missing
    with pytest.raises(AssertionError):
        assert save(1) == 1
    with pytest.raises(TypeError):
        first, second = save((1, 2))
    with pytest.raises((ValueError, Exception)):
        save()
""",
    ),
    NearMiss(
        "replaced by name in this test, or in another one that does not put it back",
        f"""\
from unittest.mock import patch
{_CLIENT}
class Other:
    async def close(self):
        return None


@pytest.mark.asyncio
async def test_patched(client):
    with patch.object(Client, "send", print):
        client.send(1)


def test_set():
    setattr(Other, "close", print)


def test_close():
    Other().close()
""",
    ),
    NearMiss(
        "below a decorator that says that the code is for the synchronous twin",
        f"""\
{_SAVE}
def require_sync(function):
    return function


@require_sync
def test_save():
    save(1)
""",
    ),
    NearMiss(
        "code that is translated to synchronous code",
        f"""\
import asyncio
{_SAVE}
IS_SYNC = False


def test_save():
    if IS_SYNC:
        save(1)
    else:
        asyncio.run(save(1))
""",
    ),
    NearMiss(
        "a test that runs in its synchronous translation only",
        f"""\
import pytest
{_SAVE}
def require_sync(function):
    return pytest.mark.skip("asynchronous")(function)


@require_sync
def test_save():
    def later():
        save(1)

    save(1)
    later()
""",
    ),
    NearMiss(
        "code that was translated to synchronous code",
        f"""\
{_SAVE}
IS_SYNC = True


def test_save():
    if IS_SYNC:
        assert save
    else:

        def inner():
            save(1)

        inner()
""",
    ),
    NearMiss(
        "an async generator is no coroutine",
        "async def rows():\n    yield 1\n\n\ndef test_rows():\n    rows()\n",
    ),
    NearMiss(
        "the coroutine of a property is handed on, stored, awaited later, or expected; another property, or decorated",
        f"""\
import functools
import inspect
{_REQUEST}def waited(function):
    return lambda self: asyncio.new_event_loop().run_until_complete


class Other(Request):
    @property
    def files(self):
        return {{"file": 2}}

    @property
    @waited
    async def form(self):
        return 1

    @functools.cached_property
    async def data(self):
        return 1

    @property
    async def rows(self):
        yield 1

    async def later(self):
        return self.files


class Holder:
    kept = None


def taken(coroutine):
    return asyncio.ensure_future(coroutine)


@pytest.mark.asyncio
async def test_right():
    given = Request()
    assert (await given.files)["file"] == 1
    assert await asyncio.gather(given.files, request.files) == [{{"file": 1}}, {{"file": 1}}]
    pending = given.files
    assert asyncio.iscoroutine(pending)
    assert inspect.isawaitable(pending)
    assert await pending == {{"file": 1}}
    first, second = given.files, given.files
    assert await first == await second
    task = taken(given.files)
    await task
    Holder.kept = given.files
    await Holder.kept
    kept = [given.files]
    await kept[0]
    inner = given.files

    async def finish():
        return await inner

    await finish()
    given.files.close()
    closed = given.files
    closed.close()
    other = Other()
    assert other.files == {{"file": 2}}
    assert other.files["file"] == 2
    assert other.form.__name__ == "run_until_complete"
    assert other.form.__self__ is not None
    assert [each async for each in other.rows] == [1]
    assert Request.files.fget is not None
    with pytest.raises(TypeError):
        given.files["file"]
    either = given if other.files else other
    assert either is given


@pytest.mark.asyncio
async def test_comprehension():
    request = [1]
    assert [request.files for request in [Other()]] == [{{"file": 2}}]
    assert [await each.files for each in [Request()]] == [{{"file": 1}}]
    assert (lambda request: request.files["file"])(Other()) == 2
""",
    ),
)


_NEVER = frozenset({"append", "extend", "print", "setattr", "setdefault", "raises", "fail", "skip", "setenv"})
"""Functions that are no coroutine functions, most of them of builtin types: not worth to be looked up."""


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the calls."""
    for body, _ in ctx.bodies_with("may miss an await", lambda body: _gather_statements(body) or _dropped(body)):
        for call, message in (*_gathered(body), *_not_run(ctx, body), *_read_early(ctx, body)):
            if _is_dropped(body, call) and not (_is_expected(body, call) or in_synchronous_code(ctx, body, call.node)):
                yield ctx.finding(META, ctx.span(body, call.node), message, data=(body, call))
    for body, node in unawaited_properties(ctx):
        if not in_synchronous_code(ctx, body, node):
            message = f"`{node.attr}` is an `async def` property: what it gives must be awaited."
            yield ctx.finding(META, ctx.span(body, node), message, data=(body, node))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Inserts `await`; a synchronous test becomes async with it."""
    match finding.data:
        case (Body() as body, CallSite() as call):
            return await_fix(ctx, body, call, use_safety(call))
        case (Body() as body, ast.Attribute() as node):
            return await_property(ctx, body, node)
        case _:
            return None


def _gathered(body: Body) -> Iterator[tuple[CallSite, str]]:
    for call in noted(body, "gathered", _gather_statements):
        yield (
            call,
            "Without `await` nothing waits for what `asyncio.gather` starts: its results and exceptions are lost.",
        )


def _gather_statements(body: Body) -> list[CallSite]:
    return [
        call
        for call in body.calls
        if call.name == "asyncio.gather" and call.use is Use.STATEMENT and not call.local_root and not call.in_lambda
    ]


def _not_run(ctx: Context, body: Body) -> Iterator[tuple[CallSite, str]]:
    """The calls that give coroutines which do not run, and futures compared in place of their results."""
    for call, found in results_of(ctx, body, _dropped, Awaitable, Coroutine):
        shown = ast.unparse(call.node.func)
        if isinstance(found, Coroutine):
            yield call, f"`{shown}` is a coroutine function: without `await` this call does not run it."
        elif call.use is Use.COMPARED and not _is_tested_for_none(call):
            yield call, f"`{shown}` gives a future: without `await` it is compared, not its result."
        elif call.use is Use.ASSIGNED and is_taken_apart(body, call):
            yield call, f"`{shown}` gives a future, whose result is not there before it is awaited."


def _is_tested_for_none(call: CallSite) -> bool:
    match call.parent:
        case ast.Compare(_, signs):
            return any(isinstance(sign, ast.Is | ast.IsNot) for sign in signs)
        case _:
            return True


def _read_early(ctx: Context, body: Body) -> Iterator[tuple[CallSite, str]]:
    """The calls of whose values an attribute is read that only what they give once awaited has."""
    if not _dropped(body):
        return
    for place, attribute in ctx.queries.get(_attributes_read_early, ctx.path, body.id):
        call = body.calls[place]
        if result_of(ctx, body, call) is not None:
            yield call, f"What `{ast.unparse(call.node.func)}` gives has no `{attribute}` before it is awaited."


def _attributes_read_early(q: Queries, path: PurePath, id_: FactId) -> tuple[tuple[int, str], ...]:
    """The calls by their places, with the attributes."""
    function = q.function(path, id_)
    if function is None:
        return ()
    facts, body = function
    frame = Frame(q, path, facts, body)
    dropped = {id(call) for call in _dropped(body)}
    return tuple(
        (place, early)
        for place, call in enumerate(body.calls)
        if id(call) in dropped and not surely_synchronous(frame, call.node)
        # Most of what is given is not.
        if has_await(q, value := q.get(call_at, path, id_, place))
        if (early := _read_of(q, value, attributes_of(body, call))) is not None
    )


def _read_of(q: Queries, value: Type | None, attributes: list[str]) -> str | None:
    return next((each for each in attributes if is_read_too_early(q, value, each)), None)


def _is_expected(body: Body, call: CallSite) -> bool:
    """Whether another rule reports a call, or the test may expect just what this call does without `await`."""
    if not expects_failure(body, call):
        return False
    return any(each.call is call for each in expected_statements(body)) or wants_coroutine(body, call)


def _is_dropped(body: Body, call: CallSite) -> bool:
    return never_awaited(body, call) if call.use is Use.ASSIGNED else not is_awaited_chain(body, call)


def _dropped(body: Body) -> list[CallSite]:
    """The calls whose value nothing awaits, as far as is quickly seen."""
    return noted(body, "dropped", _find_dropped)


def _find_dropped(body: Body) -> list[CallSite]:
    handed_on = frozenset(each.value.id for each in body.awaits if isinstance(each.value, ast.Name))
    return [
        call
        for call in body.calls
        if not call.in_lambda and not call.in_comprehension and _may_be_dropped(body, call, handed_on)
    ]


def _may_be_dropped(body: Body, call: CallSite, awaited: frozenset[str]) -> bool:
    match call.use:
        case Use.STATEMENT:
            return last_of(call) not in _NEVER and not last_of(call).startswith("assert")
        case Use.ASSIGNED:
            if is_unpacked(call):
                return True
            name = assigned_name(call)
            return name is not None and name not in awaited and name not in body.inner_reads
        case Use.WITH | Use.ASYNC_WITH | Use.ITERATED | Use.ASYNC_ITERATED:
            return True
        case Use.COMPARED | Use.ATTRIBUTE | Use.ARGUMENT | Use.OTHER:
            return not last_of(call).startswith("assert") and call_needs_value(body, call)
        case _:
            return False


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
