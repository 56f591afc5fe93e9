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
from loopscope.rules.examples import examples_of
from loopscope.rules.model import Finding, Fix, Group, Meta, Rule, Safety, Severity
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


EXAMPLES, NEAR_MISSES = examples_of(__name__)


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
