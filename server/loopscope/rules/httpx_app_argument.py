"""`httpx.AsyncClient` is given `app=`, which httpx no longer takes.

## What it does
Reports `app=` of `httpx.AsyncClient` and `httpx.Client` where the installed httpx is 0.28 or newer.

## Why is this bad
`TypeError: AsyncClient.__init__() got an unexpected keyword argument 'app'`.

## When not to fix
Never.

## Fix safety
Safe: the application is given to `httpx.ASGITransport` (`httpx.WSGITransport` for `httpx.Client`), which is what `app=`
did.

## Versions
httpx 0.27 deprecated the argument, 0.28 removed it.

## References
- [httpx: changelog](https://github.com/encode/httpx/blob/master/CHANGELOG.md#0280-28th-november-2024)
- [httpx: ASGI transport](https://www.python-httpx.org/advanced/transports/#asgi-transport)
"""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body, CallSite
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.calls import expects_failure
from loopscope.rules.support.imports import spelled
from loopscope.text.edit import Edit
from loopscope.text.span import Span

META = Meta(
    "httpx-app-argument",
    Group.VERSIONS,
    Severity.ERROR,
    overlaps=("mypy: call-arg", "pyright: reportCallIssue"),
    texts=("app=",),
)

_AUTO = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"
_APP = """\
async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


"""

EXAMPLES = (
    Example(
        "In a test",
        bad=f"""\
import httpx


{_APP}async def test_app():
    async with httpx.AsyncClient(⟦app=app⟧, base_url="http://test") as client:
        assert (await client.get("/")).status_code == 204
""",
        good=f"""\
import httpx


{_APP}async def test_app():
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as client:
        assert (await client.get("/")).status_code == 204
""",
        proof=Proof("got an unexpected keyword argument 'app'", requires=("httpx",)),
        config=_AUTO,
    ),
    Example(
        "In a fixture",
        bad=f"""\
import pytest_asyncio
from httpx import AsyncClient


{_APP}@pytest_asyncio.fixture
async def client():
    async with AsyncClient(base_url="http://test", ⟦app=app⟧) as client:
        yield client


async def test_app(client):
    assert (await client.get("/")).status_code == 204
""",
        good=f"""\
import httpx
import pytest_asyncio
from httpx import AsyncClient


{_APP}@pytest_asyncio.fixture
async def client():
    async with AsyncClient(base_url="http://test", transport=httpx.ASGITransport(app=app)) as client:
        yield client


async def test_app(client):
    assert (await client.get("/")).status_code == 204
""",
        proof=Proof("got an unexpected keyword argument 'app'", "error", requires=("httpx",)),
        config=_AUTO,
    ),
)

NEAR_MISSES = (
    NearMiss(
        "a transport",
        "import httpx\n\n\nasync def test_app(app):\n"
        '    transport = httpx.ASGITransport(app=app, client=("1.2.3.4", 1))\n'
        "    async with httpx.AsyncClient(transport=transport):\n        pass\n",
        config=_AUTO,
        requires=("httpx",),
    ),
    NearMiss(
        "another client",
        "from client import AsyncClient\n\n\nasync def test_app(app):\n"
        "    async with AsyncClient(app=app):\n        pass\n",
        config=_AUTO,
        requires=("httpx",),
    ),
    NearMiss(
        "the failure is expected",
        "import httpx\nimport pytest\n\n\nasync def test_app(app):\n    with pytest.raises(TypeError):\n"
        "        httpx.AsyncClient(app=app)\n",
        config=_AUTO,
        requires=("httpx",),
    ),
    NearMiss(
        "httpx is not installed",
        "import httpx\n\n\nasync def test_app(app):\n    httpx.AsyncClient(app=app)\n",
        config=_AUTO,
    ),
)

_TRANSPORTS = {"httpx.AsyncClient": "ASGITransport", "httpx.Client": "WSGITransport"}


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the arguments."""
    if "httpx" not in ctx.text or "app=" not in ctx.text or ctx.environment.version_of("httpx") is None:
        return
    if not ctx.environment.at_least("httpx", 0, 28):
        return
    for body in ctx.bodies:
        for call in body.calls:
            app = _app(call)
            if app is not None and not call.local_root and not expects_failure(body, call):
                message = "httpx 0.28 and newer take no `app=`: the call raises TypeError."
                yield ctx.finding(META, _span(ctx, body, app), message, data=(body, call, app))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """The transport that `app=` made."""
    match finding.data:
        case (Body() as body, CallSite() as call, ast.keyword() as app) if call.name in _TRANSPORTS:
            if any(each.arg in ("transport", None) for each in call.node.keywords):
                return None
            edits: list[Edit] = []
            name = f"{spelled(ctx, 'httpx', edits)}.{_TRANSPORTS[call.name]}"
            given = ctx.source(ctx.span(body, app.value))
            edits.append(Edit(finding.span, f"transport={name}(app={given})"))
            return ctx.fix(f"Use `{_TRANSPORTS[call.name]}`", Safety.SAFE, edits)
        case _:
            return None


def _app(call: CallSite) -> ast.keyword | None:
    if call.name not in _TRANSPORTS:
        return None
    return next((keyword for keyword in call.node.keywords if keyword.arg == "app"), None)


def _span(ctx: Context, body: Body, app: ast.keyword) -> Span:
    end = ctx.span(body, app.value).end
    return Span(ctx.text.rindex("app", 0, ctx.span(body, app.value).start), end)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
