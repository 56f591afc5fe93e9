"""What `blocking-call-in-async-test` finds, and what it leaves alone."""

from loopscope.rules.model import Example, NearMiss, Proof

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
