"""A blocking call in an asynchronous test or fixture stops the event loop.

## What it does
Reports `time.sleep`, requests of `requests`, `urllib`, `urllib3` and synchronous httpx (functions, and clients made
there), `socket.create_connection` and waiting `subprocess` calls in the own body of an async test or fixture.

## Why is this bad
While the call blocks, no task of the loop runs: background work does not progress, timeouts do not fire, and a server
in the same loop cannot answer the request.

## When not to fix
If blocking the loop is what the test is about. Calls are not reported where the function is patched in the file, or a
library that replaces the network (`responses`, `requests_mock`, `vcr`, ...) is used. Opening a file is not reported:
nothing of a test waits for that noticeably.

## Fix safety
`await asyncio.sleep(...)` for `time.sleep(...)` is safe: it waits as long, and lets the loop run. `asyncio.to_thread`
for the others is unsafe. No fix where the test may run on trio.

## Versions
All.

## References
- [Python: running blocking code](https://docs.python.org/3/library/asyncio-dev.html#running-blocking-code)
"""

import ast
import re
from collections.abc import Iterator

from loopscope.facts.bodies import Body, CallSite
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.calls import await_edits, expects_failure
from loopscope.rules.support.http import Request, requests_in
from loopscope.rules.support.imports import add_import, local_name
from loopscope.text.edit import Edit
from loopscope.workspace.model import Runner

META = Meta(
    "blocking-call-in-async-test",
    Group.BLOCKING,
    Severity.WARNING,
    default=False,
    preset="recommended",
    overlaps=("ruff: ASYNC210", "ruff: ASYNC212", "ruff: ASYNC221", "ruff: ASYNC222", "ruff: ASYNC251"),
    words=("sleep", "urlopen", "system", "subprocess", "requests", "httpx"),
)

_SERVER = """\
@pytest_asyncio.fixture
async def url():
    async def answer(reader, writer):
        await reader.readuntil(b"\\r\\n\\r\\n")
        writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    server.close()


"""

EXAMPLES = (
    Example(
        "time.sleep",
        bad="""\
import asyncio
import time

import pytest


async def worker(done):
    done.append(True)


@pytest.mark.asyncio
async def test_worker():
    done = []
    task = asyncio.create_task(worker(done))
    ⟦time.sleep(0.02)⟧
    assert done
    await task
""",
        good="""\
import asyncio
import time

import pytest


async def worker(done):
    done.append(True)


@pytest.mark.asyncio
async def test_worker():
    done = []
    task = asyncio.create_task(worker(done))
    await asyncio.sleep(0.02)
    assert done
    await task
""",
        proof=Proof("assert []"),
    ),
    Example(
        "A server in the same event loop",
        bad=f"""\
import asyncio
import urllib.request

import pytest
import pytest_asyncio


{_SERVER}@pytest.mark.asyncio
async def test_answer(url):
    response = ⟦urllib.request.urlopen(url, timeout=0.5)⟧
    assert response.status == 200
""",
        good=f"""\
import asyncio
import urllib.request

import pytest
import pytest_asyncio


{_SERVER}@pytest.mark.asyncio
async def test_answer(url):
    response = await asyncio.to_thread(urllib.request.urlopen, url, timeout=0.5)
    assert response.status == 200
""",
        proof=Proof("TimeoutError: timed out"),
    ),
    Example(
        "A synchronous client",
        bad=f"""\
import asyncio

import httpx
import pytest
import pytest_asyncio


{_SERVER}@pytest.mark.asyncio
async def test_answer(url):
    with httpx.Client(timeout=0.5) as client:
        response = ⟦client.get(url)⟧
    assert response.text == "ok"
""",
        good=f"""\
import asyncio

import httpx
import pytest
import pytest_asyncio


{_SERVER}@pytest.mark.asyncio
async def test_answer(url):
    async with httpx.AsyncClient(timeout=0.5) as client:
        response = await client.get(url)
    assert response.text == "ok"
""",
        fixed=f"""\
import asyncio

import httpx
import pytest
import pytest_asyncio


{_SERVER}@pytest.mark.asyncio
async def test_answer(url):
    with httpx.Client(timeout=0.5) as client:
        response = await asyncio.to_thread(client.get, url)
    assert response.text == "ok"
""",
        proof=Proof("httpx.ReadTimeout: timed out", requires=("httpx",)),
    ),
    Example(
        "subprocess",
        bad="""\
import subprocess
import sys

import pytest


@pytest.mark.asyncio
async def test_process():
    done = ⟦subprocess.run([sys.executable, "-c", ""], check=False)⟧
    assert done.returncode == 0
""",
        good="""\
import asyncio
import subprocess
import sys

import pytest


@pytest.mark.asyncio
async def test_process():
    done = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", ""], check=False)
    assert done.returncode == 0
""",
        proof=Proof("", "passed", invisible="nothing else runs in this loop, so nobody is kept waiting"),
    ),
    Example(
        "A test of anyio, which may run on trio",
        bad="""\
import time

import pytest


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.mark.anyio
async def test_worker():
    ⟦time.sleep(0.01)⟧
""",
        good="""\
import time

import anyio
import pytest


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.mark.anyio
async def test_worker():
    await anyio.sleep(0.01)
""",
        fixed="",
        proof=Proof("", "passed", invisible="nothing else runs in this loop, so nobody is kept waiting"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "in a thread, in a nested function, in a synchronous test",
        """\
import asyncio
import time

import pytest


@pytest.mark.asyncio
async def test_worker():
    def work():
        time.sleep(0.01)

    await asyncio.to_thread(work)
    await asyncio.to_thread(time.sleep, 0.01)
    await asyncio.to_thread(lambda: time.sleep(0.01))


def test_sync():
    time.sleep(0.01)


@pytest.mark.asyncio
async def test_threads_may_run():
    time.sleep(0)
""",
    ),
    NearMiss(
        "patched",
        """\
import time

import pytest


@pytest.mark.asyncio
async def test_worker(monkeypatch):
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    time.sleep(10)
""",
    ),
    NearMiss(
        "clients that send nothing, or do not block",
        """\
import httpx
import pytest


@pytest.mark.asyncio
async def test_worker():
    transport = httpx.MockTransport(lambda request: httpx.Response(200))
    with httpx.Client(transport=transport) as client:
        assert client.get("http://local").status_code == 200
    async with httpx.AsyncClient(transport=transport) as other:
        assert (await other.get("http://local")).status_code == 200
    async with httpx.AsyncClient() as third:
        with pytest.raises(httpx.UnsupportedProtocol):
            await third.get("local")
""",
        requires=("httpx",),
    ),
    NearMiss(
        "asyncio's own functions",
        "import asyncio\n\nimport pytest\n\n\n"
        "@pytest.mark.asyncio\nasync def test_worker():\n    await asyncio.sleep(0)\n",
    ),
)

_ON_ASYNCIO = frozenset({Runner.PYTEST_ASYNCIO, Runner.UNITTEST})
_HTTP = ("get", "post", "put", "patch", "delete", "head", "options", "request")
_PROCESSES = ("run", "call", "check_call", "check_output", "getoutput", "getstatusoutput")
_BLOCKING = frozenset(
    {
        "time.sleep",
        "urllib.request.urlopen",
        "urllib3.request",
        "os.system",
        "socket.create_connection",
        *(f"subprocess.{name}" for name in _PROCESSES),
        *(f"{library}.{name}" for library in ("requests", "httpx", "httpx2") for name in _HTTP),
    }
)
_NETWORK = frozenset({"requests", "httpx", "httpx2", "urllib", "urllib3", "socket"})
_REPLACED = re.compile(r"\b(?:responses|requests_mock|respx|vcr\w*|httpretty|pook|httpx_mock|pytest_httpx|betamax)\b")


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the calls."""
    for body, what, runner in ctx.async_entries():
        sent = {
            id(each.call): f"{each.library}.{each.method}" for each in requests_in(ctx, body) if _is_sync(body, each)
        }
        for call in body.calls:
            name = sent.get(id(call)) or (call.name if not call.local_root else None)
            if name is None or not (id(call) in sent or name in _BLOCKING):
                continue
            if (
                call.in_lambda
                or _is_instant(call)
                or expects_failure(body, call)
                or ctx.is_patched(name)
                or _is_replaced(ctx, name)
            ):
                continue
            shown = ast.unparse(call.node.func) if call.local_root else name
            message = f"`{shown}` blocks the event loop: nothing else of this {what} runs meanwhile."
            # Under trio, or anyio which may run it there, asyncio's functions fail.
            data = (body, call) if runner in _ON_ASYNCIO else None
            yield ctx.finding(META, ctx.span(body, call.node), message, data=data)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """`await asyncio.sleep(...)`, or `await asyncio.to_thread(function, ...)`."""
    match finding.data:
        case (Body() as body, CallSite() as call) if not call.in_comprehension:
            pass
        case _:
            return None
    asyncio_name, imports = local_name(ctx, "asyncio"), list[Edit]()
    if asyncio_name is None:
        asyncio_name, imports = "asyncio", add_import(ctx, "asyncio")
    func = ctx.span(body, call.node.func)
    edits = [*await_edits(ctx, body, call), *imports]
    if call.name == "time.sleep":
        title = "Use `await asyncio.sleep(...)`"
        return ctx.fix(title, Safety.SAFE, [*edits, Edit(func, f"{asyncio_name}.sleep")])
    start = ctx.text.index("(", func.end) + 1
    more = ", " if call.node.args or call.node.keywords else ""
    edits += [
        Edit(func, f"{asyncio_name}.to_thread"),
        Edit(func._replace(start=start, end=start), _text(ctx, body, call) + more),
    ]
    return ctx.fix("Run it in a thread", Safety.UNSAFE, edits)


def _text(ctx: Context, body: Body, call: CallSite) -> str:
    span = ctx.span(body, call.node.func)
    return ctx.text[span.start : span.end]


def _is_sync(body: Body, request: Request) -> bool:
    """Whether a request is one of a client made here that blocks."""
    if not request.call.local_root or request.library == "aiohttp":
        return False
    made = {call.name for call in body.calls if not call.local_root}
    return request.library == "requests" or made.isdisjoint({f"{request.library}.AsyncClient"})


def _is_instant(call: CallSite) -> bool:
    """`time.sleep(0)` lets other threads run, no more."""
    match call.node.args:
        case [ast.Constant(0)]:
            return call.name == "time.sleep"
        case _:
            return False


def _is_replaced(ctx: Context, name: str) -> bool:
    """Whether a library that answers in the network's place is at work in the file."""
    return name.partition(".")[0] in _NETWORK and _REPLACED.search(ctx.text) is not None


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
