"""`httpx.AsyncClient(app=...)`: httpx 0.28 has no argument `app` any more.

## What it does
Reports `app=` in calls of `httpx.AsyncClient` and `httpx.Client`, where httpx is 0.28 or newer.

## Why is this bad
The call is a `TypeError`.

## When not to fix
If the project also runs with an older httpx that has no `ASGITransport`, which is older than 0.14.

## Fix safety
Safe: `transport=httpx.ASGITransport(app=...)` is what the argument stood for.

## Versions
httpx >= 0.28. In 0.27 the argument is deprecated.

## References
- [httpx: changelog of 0.28](https://github.com/encode/httpx/blob/master/CHANGELOG.md)
"""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body, CallSite
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.calls import noted
from loopscope.rules.support.imports import spelled
from loopscope.text.edit import Edit
from loopscope.text.span import Span

META = Meta("httpx-app-argument", Group.VERSIONS, Severity.ERROR, overlaps=("pyright: reportCallIssue",))

_TRANSPORTS = {"httpx.AsyncClient": "ASGITransport", "httpx.Client": "WSGITransport"}
_APP = """\
async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})
"""

EXAMPLES = (
    Example(
        "An application",
        bad=f"""\
import httpx
import pytest


{_APP}

@pytest.mark.asyncio
async def test_app():
    async with httpx.AsyncClient(⟦app⟧=app, base_url="http://test") as client:
        assert (await client.get("/")).status_code == 204
""",
        good=f"""\
import httpx
import pytest


{_APP}

@pytest.mark.asyncio
async def test_app():
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as client:
        assert (await client.get("/")).status_code == 204
""",
        proof=Proof("got an unexpected keyword argument 'app'", requires=("httpx",)),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "by its transport",
        f"""\
import httpx
import pytest


{_APP}

@pytest.mark.asyncio
async def test_app():
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as client:
        assert client
""",
        requires=("httpx",),
    ),
    NearMiss(
        "a client of the project",
        """\
import pytest


class AsyncClient:
    def __init__(self, app):
        self.app = app


@pytest.mark.asyncio
async def test_app():
    assert AsyncClient(app=1).app == 1
""",
        requires=("httpx",),
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the names of the arguments."""
    if "httpx" not in ctx.text or "app=" not in ctx.text:
        return
    installed = ctx.environment.version_of("httpx")
    if installed is None or installed < (0, 28):
        return
    for body in ctx.bodies:
        for call in noted(body, "httpx app", _with_app):
            if call.name is not None and not ctx.is_patched(call.name):
                start = ctx.span(body, _app(call)).start
                message = (
                    f"httpx 0.28 and newer take `transport=httpx.{_TRANSPORTS[call.name]}(app=...)` instead of `app=`."
                )
                yield ctx.finding(META, Span(start, start + len("app")), message, data=(body, call))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Wraps the application into the transport."""
    match finding.data:
        case (Body() as body, CallSite(name=str() as name) as call):
            edits: list[Edit] = []
            module = spelled(ctx, "httpx", edits)
            span = ctx.span(body, _app(call))
            opened = f"transport={module}.{_TRANSPORTS[name]}("
            edits += [Edit(Span(span.start, span.start), opened), Edit(Span(span.end, span.end), ")")]
            return ctx.fix("Pass it as a transport", Safety.SAFE, edits)
        case _:
            return None


def _with_app(body: Body) -> list[CallSite]:
    return [
        call
        for call in body.calls
        if call.name in _TRANSPORTS and call.imported and any(each.arg == "app" for each in call.node.keywords)
    ]


def _app(call: CallSite) -> ast.keyword:
    return next(each for each in call.node.keywords if each.arg == "app")


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
