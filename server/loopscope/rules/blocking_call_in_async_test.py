"""A blocking call in an asynchronous test or fixture stops the event loop.

## What it does
Reports `time.sleep`, `requests`, `urllib.request.urlopen`, synchronous httpx functions and waiting `subprocess` calls
in the own body of an async test or fixture.

## Why is this bad
While the call blocks, no task of the loop runs: background work does not progress, timeouts do not fire, and a server
in the same loop cannot answer the request.

## When not to fix
If blocking the loop is what the test is about. Calls are not reported where the function is patched in the file, or a
library that replaces the network (`responses`, `requests_mock`, `vcr`, ...) is used.

## Fix safety
`await asyncio.sleep(...)` for `time.sleep(...)` is safe: it waits as long, and lets the loop run. `asyncio.to_thread`
for the others is unsafe.

## Versions
All.

## References
- [Python: running blocking code](https://docs.python.org/3/library/asyncio-dev.html#running-blocking-code)
"""

import re
from collections.abc import Iterator

from loopscope.facts.bodies import Body, CallSite
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.calls import await_edits, expects_failure
from loopscope.rules.support.imports import add_import, local_name
from loopscope.text.edit import Edit

META = Meta(
    "blocking-call-in-async-test",
    Group.BLOCKING,
    Severity.WARNING,
    overlaps=("ruff: ASYNC210", "ruff: ASYNC221", "ruff: ASYNC251"),
    words=("sleep", "urlopen", "system", "subprocess", "requests", "httpx"),
)

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
        "asyncio's own functions",
        "import asyncio\n\nimport pytest\n\n\n"
        "@pytest.mark.asyncio\nasync def test_worker():\n    await asyncio.sleep(0)\n",
    ),
)

_HTTP = ("get", "post", "put", "patch", "delete", "head", "options", "request")
_BLOCKING = frozenset(
    {
        "time.sleep",
        "urllib.request.urlopen",
        "os.system",
        *(f"subprocess.{name}" for name in ("run", "call", "check_call", "check_output", "getoutput")),
        *(f"{library}.{name}" for library in ("requests", "httpx") for name in _HTTP),
    }
)
_REPLACED = re.compile(r"\b(?:responses|requests_mock|respx|vcr\w*|httpretty|pook|httpx_mock|pytest_httpx|betamax)\b")


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the calls."""
    for body, what, _ in ctx.async_entries():
        for call in body.calls:
            if call.name not in _BLOCKING or call.local_root or call.in_lambda or expects_failure(body, call):
                continue
            if ctx.is_patched(call.name) or _is_replaced(ctx, call.name):
                continue
            message = f"`{call.name}` blocks the event loop: nothing else of this {what} runs meanwhile."
            yield ctx.finding(META, ctx.span(body, call.node), message, data=(body, call))


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


def _is_replaced(ctx: Context, name: str) -> bool:
    """Whether a library that answers in the network's place is at work in the file."""
    return name.partition(".")[0] in ("requests", "httpx", "urllib") and _REPLACED.search(ctx.text) is not None


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
