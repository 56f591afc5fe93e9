"""Django's synchronous test client is used in an async test, or the asynchronous one is not awaited.

## What it does
Reports requests of pytest-django's fixtures `client` and `admin_client` in async tests that may use the database,
log-ins with them in any async test, and calls of `async_client` that are not awaited.

## Why is this bad
The view runs where an event loop runs: one that asks the database raises `SynchronousOnlyOperation: You cannot call
this from an async context`, an async one `RuntimeError: You cannot use AsyncToSync in the same thread as an async event
loop`.

## When not to fix
If the view is synchronous and never asks the database.

## Fix safety
Unsafe: the test requests `async_client` and awaits its calls. Awaiting `async_client` is safe.

## Versions
`async_client` exists since pytest-django 4.0; `alogin` and `aforce_login` since Django 5.0.

## References
- [pytest-django: async_client](https://pytest-django.readthedocs.io/en/latest/helpers.html#async-client-django-test-asyncclient)
- [Django: testing asynchronous code](https://docs.djangoproject.com/en/stable/topics/testing/tools/#testing-asynchronous-code)

"""

from collections.abc import Iterator

from loopscope.facts.bodies import Body, CallSite
from loopscope.facts.outline import FactId
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.awaiting import is_response_lost
from loopscope.rules.support.calls import await_edits, binding_count, expects_failure
from loopscope.rules.support.django import EXAMPLE_CONFIG, EXAMPLE_PROJECT, allows_unsafe
from loopscope.rules.support.names import rename_parameter
from loopscope.text.edit import Edit
from loopscope.text.span import Span
from loopscope.workspace.model import Runner, TestItem

META = Meta("django-sync-client-in-async-test", Group.DJANGO, Severity.ERROR, texts=("client.",))

_PROJECT = EXAMPLE_PROJECT.replace("USE_TZ = True\n", 'ALLOWED_HOSTS = ["*"]\nROOT_URLCONF = "shop.urls"\n')
_URLS = """\
# file: shop/urls.py
from django.http import HttpResponse
from django.urls import path

from shop.models import Item


def count(request):
    return HttpResponse(Item.objects.count())


async def hello(request):
    return HttpResponse("hello")


urlpatterns = [path("count/", count), path("hello/", hello)]
"""
_REQUIRES = ("pytest-django",)

EXAMPLES = (
    Example(
        "A view that asks the database",
        bad=f"""\
import pytest


@pytest.mark.django_db(transaction=True)
async def test_count(client):
    response = ⟦client.get("/count/")⟧
    assert response.content == b"0"
{_PROJECT}{_URLS}""",
        good=f"""\
import pytest


@pytest.mark.django_db(transaction=True)
async def test_count(async_client):
    response = await async_client.get("/count/")
    assert response.content == b"0"
{_PROJECT}{_URLS}""",
        proof=Proof("You cannot call this from an async context", requires=_REQUIRES),
        config=EXAMPLE_CONFIG,
    ),
    Example(
        "Not awaited",
        bad=f"""\
async def test_hello(async_client):
    response = ⟦async_client.get("/hello/")⟧
    assert response.content == b"hello"
{_PROJECT}{_URLS}""",
        good=f"""\
async def test_hello(async_client):
    response = await async_client.get("/hello/")
    assert response.content == b"hello"
{_PROJECT}{_URLS}""",
        proof=Proof("'coroutine' object has no attribute 'content'", requires=_REQUIRES),
        config=EXAMPLE_CONFIG,
    ),
)

NEAR_MISSES = (
    NearMiss(
        "a synchronous test, a view without database, and a coroutine that is handed on",
        f"""\
import asyncio

import pytest


@pytest.mark.django_db
def test_sync(client):
    assert client.get("/count/").content == b"0"


async def test_no_database(client):
    assert client.get("/hello/").status_code == 200


async def test_both(async_client):
    await asyncio.gather(async_client.get("/hello/"), async_client.get("/hello/"))
    later = async_client.get("/hello/")
    assert (await later).status_code == 200
{_PROJECT}{_URLS}""",
        config=EXAMPLE_CONFIG,
        requires=_REQUIRES,
    ),
    NearMiss(
        "another fixture of that name",
        f"""\
import pytest


class Client:
    def get(self, path):
        return path


@pytest.fixture
def client():
    return Client()


@pytest.mark.django_db(transaction=True)
async def test_path(client):
    assert client.get("/x/") == "/x/"
{_PROJECT}{_URLS}""",
        config=EXAMPLE_CONFIG,
        requires=_REQUIRES,
    ),
)

_REQUESTS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "trace", "generic"})
_LOGINS = frozenset({"login", "force_login", "logout"})
_SYNC = ("client", "admin_client")
_DATABASE = frozenset({"db", "transactional_db", "django_user_model", "admin_user"})


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the calls."""
    if ctx.facts is None or not ctx.environment.has("pytest-django"):
        return
    for test in ctx.own_tests:
        body = ctx.facts.body(test.id) if test.function.is_async else None
        if body is None or ctx.runner_is(test) is not Runner.PYTEST_ASYNCIO or allows_unsafe(ctx):
            continue
        for call, name, method in _client_calls(ctx, body, test):
            if call.in_lambda or expects_failure(body, call):
                continue
            span = ctx.span(body, call.node)
            if name == "async_client" and is_response_lost(body, call) and method in _REQUESTS:
                yield ctx.finding(META, span, f"`async_client.{method}` is async: await it.", data=(body, call))
            elif name != "async_client" and (method in _LOGINS or (method in _REQUESTS and _has_database(ctx, test))):
                message = f"`{name}.{method}` runs synchronous code of Django on the event loop, which Django refuses."
                yield ctx.finding(META, span, message, data=(body, test.id, name))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """`await`; or `async_client` in place of `client`, with all its calls awaited."""
    match finding.data:
        case (Body() as body, CallSite() as call):
            return ctx.fix("Insert `await`", Safety.SAFE, await_edits(ctx, body, call))
        case (Body() as body, FactId() as id_, "client"):
            return _with_async_client(ctx, body, id_)
        case _:
            return None


def _client_calls(ctx: Context, body: Body, test: TestItem) -> Iterator[tuple[CallSite, str, str]]:
    """The calls of methods of pytest-django's clients that are parameters of a test."""
    for name in (*_SYNC, "async_client"):
        calls = [call for call in body.calls if call.local_root and (call.name or "").startswith(f"{name}.")]
        if not calls or binding_count(body, name) != 1:
            continue
        chain = ctx.closure(test).chains.get(name, ())
        if chain and (chain[-1].dist or "").startswith("pytest-django "):
            yield from ((call, name, (call.name or "").partition(".")[2]) for call in calls)


def _has_database(ctx: Context, test: TestItem) -> bool:
    marked = any(mark.name == "django_db" for mark in ctx.view.marks(test))
    return marked or bool(_DATABASE & frozenset(ctx.closure(test).names))


def _with_async_client(ctx: Context, body: Body, id_: FactId) -> Fix | None:
    calls = [call for call in body.calls if call.local_root and (call.name or "").startswith("client.")]
    methods = {(call.name or "").partition(".")[2] for call in calls}
    only_called = len(body.reads.get("client", ())) == len(calls) and "client" not in body.inner_reads
    if not only_called or not methods <= _REQUESTS | _LOGINS or any(call.in_comprehension for call in calls):
        return None
    if methods & _LOGINS and not ctx.environment.at_least("django", 5, 0):
        return None
    edits = rename_parameter(ctx, id_, "client", "async_client")
    if edits is None:
        return None
    for call in calls:
        edits += await_edits(ctx, body, call)
        method = (call.name or "").partition(".")[2]
        if method in _LOGINS:
            start = ctx.span(body, call.node.func).end - len(method)
            edits.append(Edit(Span(start, start), "a"))
    return ctx.fix("Use `async_client`", Safety.UNSAFE, edits)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
