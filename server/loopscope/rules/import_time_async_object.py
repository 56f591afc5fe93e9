"""A lock, queue or client made at import is shared by tests that run on different event loops.

## What it does
Reports module-level `asyncio.Lock()`, `Queue()`, `Event()`, `Condition()`, `Semaphore()` and the like, and
`httpx.AsyncClient()`, of test files when two or more tests of pytest-asyncio with a loop each use the name (await what
the client does).

## Why is this bad
The first test that has to wait binds the object to its loop. In the next one it raises "is bound to a different event
loop"; a client's kept connections raise "Event loop is closed". What one test leaves in a queue, the next one gets.

## When not to fix
If no test ever waits for it. Tests that share a loop (`loop_scope="module"`) are not reported.

## Fix safety
No fix: make it in a fixture.

## Versions
Python >= 3.10; older ones bind the object when it is made.

## References
- [Python: asyncio synchronization primitives](https://docs.python.org/3/library/asyncio-sync.html)
"""

import ast
from collections.abc import Callable, Iterator

from loopscope.facts.bodies import Body, Use
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Group, Meta, NearMiss, Proof, Related, Rule, Severity
from loopscope.rules.support.tasks import function_named
from loopscope.workspace.model import Runner, Scope, TestItem, Unknown

META = Meta(
    "import-time-async-object",
    Group.LOOPS,
    Severity.WARNING,
    words=(
        "Lock",
        "Event",
        "Condition",
        "Semaphore",
        "BoundedSemaphore",
        "Queue",
        "LifoQueue",
        "PriorityQueue",
        "AsyncClient",
    ),
)

_USE = """\


async def use(lock):
    async with lock:
        await asyncio.sleep(0.001)


"""

_URL = """\


@pytest.fixture(scope="module")
def url():
    import http.server
    import threading

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()

"""

EXAMPLES = (
    Example(
        "A lock",
        bad=f"""\
import asyncio

import pytest

lock = ⟦asyncio.Lock()⟧
{_USE}@pytest.mark.asyncio
async def test_one():
    await asyncio.gather(use(lock), use(lock))


@pytest.mark.asyncio
async def test_two():
    await asyncio.gather(use(lock), use(lock))
""",
        good=f"""\
import asyncio

import pytest


@pytest.fixture
def lock():
    return asyncio.Lock()
{_USE}@pytest.mark.asyncio
async def test_one(lock):
    await asyncio.gather(use(lock), use(lock))


@pytest.mark.asyncio
async def test_two(lock):
    await asyncio.gather(use(lock), use(lock))
""",
        fixed="",
        proof=Proof("is bound to a different event loop"),
    ),
    Example(
        "What is left in a queue",
        bad="""\
import asyncio

import pytest

queue = ⟦asyncio.Queue()⟧


def send(item):
    queue.put_nowait(item)


@pytest.mark.asyncio
async def test_send():
    send("left over")


@pytest.mark.asyncio
async def test_empty():
    assert queue.empty()
""",
        good="""\
import asyncio

import pytest


@pytest.fixture
def queue():
    return asyncio.Queue()


@pytest.mark.asyncio
async def test_send(queue):
    queue.put_nowait("left over")


@pytest.mark.asyncio
async def test_empty(queue):
    assert queue.empty()
""",
        fixed="",
        proof=Proof("<Queue"),
    ),
    Example(
        "A client that keeps its connections",
        bad=f"""\
import httpx
import pytest

client = ⟦httpx.AsyncClient()⟧
{_URL}
@pytest.mark.asyncio
async def test_one(url):
    assert (await client.get(url)).text == "ok"


@pytest.mark.asyncio
async def test_two(url):
    assert (await client.get(url)).text == "ok"
""",
        good=f"""\
import httpx
import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def client():
    async with httpx.AsyncClient() as client:
        yield client
{_URL}
@pytest.mark.asyncio
async def test_one(client, url):
    assert (await client.get(url)).text == "ok"


@pytest.mark.asyncio
async def test_two(client, url):
    assert (await client.get(url)).text == "ok"
""",
        fixed="",
        proof=Proof("Event loop is closed", requires=("httpx",)),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "one test, or a parameter of the same name",
        f"""\
import asyncio

import pytest

lock = asyncio.Lock()
{_USE}@pytest.fixture(name="lock")
def _lock():
    return asyncio.Lock()


@pytest.mark.asyncio
async def test_one(lock):
    await use(lock)


@pytest.mark.asyncio
async def test_two(lock):
    await use(lock)


@pytest.mark.asyncio
async def test_three():
    await use(globals()["lock"])
""",
    ),
    NearMiss(
        "a client that only builds requests",
        """\
import httpx
import pytest

client = httpx.AsyncClient()


@pytest.mark.asyncio
async def test_one():
    assert client.build_request("GET", "http://local")


@pytest.mark.asyncio
async def test_two():
    assert client.build_request("PUT", "http://local")
""",
        requires=("httpx",),
    ),
    NearMiss(
        "tests that share a loop, synchronous tests",
        """\
import asyncio

import pytest

queue = asyncio.Queue()


@pytest.mark.asyncio(loop_scope="module")
async def test_one():
    await queue.put(1)


@pytest.mark.asyncio(loop_scope="module")
async def test_two():
    assert await queue.get() == 1


def test_three():
    assert queue.empty()


def test_four():
    assert queue.empty()
""",
        pytest_asyncio=">=0.24",
    ),
)

_PRIMITIVES = ("Lock", "Event", "Condition", "Semaphore", "BoundedSemaphore", "Queue", "LifoQueue", "PriorityQueue")
_NAMES = frozenset({*(f"asyncio.{name}" for name in _PRIMITIVES), "httpx.AsyncClient", "httpx2.AsyncClient"})
_SHARED = 2
"""The fewest tests that share something."""


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the calls that make the object."""
    if ctx.facts is None:
        return
    for call in ctx.facts.module_calls:
        match call.statement:
            case ast.Assign([ast.Name(name)], value) if value is call.node and call.name in _NAMES:
                pass
            case _:
                continue
        if any(each.arg in ("transport", "app", "mounts") for each in call.node.keywords) or _is_rebound(ctx, name):
            continue
        used = _requests if "AsyncClient" in call.name else _reads
        users = [test for test in ctx.own_tests if _uses(ctx, test, name, used) and _has_own_loop(ctx, test)]
        if len(users) >= _SHARED:
            message = (
                f"`{name}` is shared by {len(users)} tests, each on an event loop of its own: it belongs to the loop "
                "of the first one that waits for it."
            )
            spans = [ctx.name_span(test.id) for test in users[:2]]
            related = tuple(Related(ctx.path, span, "This test uses it") for span in spans)
            yield ctx.finding(META, ctx.span(call, call.node), message, related=related)


def _is_rebound(ctx: Context, name: str) -> bool:
    """Whether more than one statement binds the name, or a function declares it global."""
    bound = sum(binding.name == name for binding in ctx.outline.bindings)
    return bound != 1 or ctx.is_patched(name) or f"global {name}" in ctx.text


def _uses(ctx: Context, test: TestItem, name: str, used: Callable[[Body, str], bool]) -> bool:
    body = None if ctx.facts is None or not test.function.is_async else ctx.facts.body(test.id)
    if body is None:
        return False
    called = (function_named(ctx, body, call.name, imported=call.imported) for call in body.calls)
    return used(body, name) or any(each is not None and used(each, name) for each in called)


def _reads(body: Body, name: str) -> bool:
    return name in body.reads and name not in body.bound


def _requests(body: Body, name: str) -> bool:
    """Whether a function awaits what a client does."""
    return _reads(body, name) and any(
        call.use is Use.AWAITED
        and isinstance(call.node.func, ast.Attribute)
        and isinstance(call.node.func.value, ast.Name)
        and call.node.func.value.id == name
        for call in body.calls
    )


def _has_own_loop(ctx: Context, test: TestItem) -> bool:
    scope = ctx.test_loop_scope(test)
    is_run = ctx.runner_is(test) is Runner.PYTEST_ASYNCIO
    return is_run and not isinstance(scope, Unknown) and scope.value is Scope.FUNCTION


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check)
