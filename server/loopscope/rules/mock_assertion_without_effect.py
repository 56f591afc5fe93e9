"""An assertion of a mock that asserts nothing: not called, misspelt, or of another kind of mock.

## What it does
Reports `mock.assert_awaited_once` without a call, `assert mock.assert_awaited`, misspelt assertions of mocks
(`mock.awaited_once_with(1)`, `assert mock.awaited`), and `assert_awaited…` of a mock that is no `AsyncMock`.

## Why is this bad
A mock answers any attribute with another mock, and a method is always true: the test passes whatever was called. What
begins like `assert…` and is none fails with "is not a valid assertion", since Python 3.12 also `called_once_with` and
its kin.

## When not to fix
If the mock imitates something that really has such an attribute: give it a `spec`, and the rule is silent.

## Fix safety
Safe: the assertion becomes real, so the test may begin to fail. Where its arguments are missing, the fix calls the one
that takes none, and where the mock is no `AsyncMock`, the one about calls; both are unsafe. Where more than one
assertion may be meant there is no fix.

## Versions
All; the message says what the project's Python does.

## References
- [Python: assertions of `AsyncMock`](https://docs.python.org/3/library/unittest.mock.html#unittest.mock.AsyncMock.assert_awaited)

"""

import ast
import difflib
from collections.abc import Iterator
from typing import NamedTuple, cast

from loopscope.facts.bodies import Body
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.mocks import AWAIT_ASSERTIONS, CALL_ASSERTIONS, Kind, Mock, mock_at
from loopscope.text.edit import Edit
from loopscope.text.span import Span

META = Meta(
    "mock-assertion-without-effect",
    Group.MOCKS,
    Severity.ERROR,
    overlaps=("ruff: PGH005", "ruff: B018"),
    words=("Mock", "AsyncMock", "MagicMock", "mock", "mocker", "patch", *CALL_ASSERTIONS, *AWAIT_ASSERTIONS),
)

_NOTIFY = """\
from unittest.mock import AsyncMock

import pytest


async def notify(sender, text):
    if text:
        await sender.send(text)

"""

EXAMPLES = (
    Example(
        "Not called",
        bad=f"""\
{_NOTIFY}
@pytest.mark.asyncio
async def test_notify():
    sender = AsyncMock()
    await notify(sender, "hello")
    ⟦sender.send.assert_awaited_once⟧
    assert ⟦sender.send.assert_awaited⟧
    ⟦sender.send.assert_awaited_once_with⟧
""",
        good=f"""\
{_NOTIFY}
@pytest.mark.asyncio
async def test_notify():
    sender = AsyncMock()
    await notify(sender, "hello")
    sender.send.assert_awaited_once()
    sender.send.assert_awaited()
    sender.send.assert_awaited_once()
""",
        proof=Proof("", "passed", invisible="the test passes whether or not the mock was awaited"),
    ),
    Example(
        "Misspelt",
        bad=f"""\
{_NOTIFY}
@pytest.mark.asyncio
async def test_notify(mocker):
    sender = mocker.AsyncMock()
    await notify(sender, "hello")
    ⟦sender.send.awaited_once_with⟧("hello")
    assert ⟦sender.send.awaited⟧
""",
        good=f"""\
{_NOTIFY}
@pytest.mark.asyncio
async def test_notify(mocker):
    sender = mocker.AsyncMock()
    await notify(sender, "hello")
    sender.send.assert_awaited_once_with("hello")
    sender.send.assert_awaited()
""",
        proof=Proof("1 passed, 1 warning", "passed", requires=("pytest-mock",)),
    ),
    Example(
        "An assertion that the mock does not have",
        bad="""\
from unittest.mock import MagicMock


def test_notify():
    sender = MagicMock()
    sender.send("hello")
    ⟦sender.send.assert_awaited_once⟧()
""",
        good="""\
from unittest.mock import MagicMock


def test_notify():
    sender = MagicMock()
    sender.send("hello")
    sender.send.assert_called_once()
""",
        proof=Proof("'assert_awaited_once' is not a valid assertion"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "attributes that mocks have, and those of a spec",
        """\
from unittest.mock import AsyncMock, Mock


class Order:
    awaited = True

    def called_once_with(self, value):
        return value


async def test_order():
    order = AsyncMock(spec=Order)
    order.called_once_with(1)
    assert order.awaited
    other = Mock(awaited=True)
    other.not_called = True
    assert other.awaited
    assert other.not_called
    assert other.send.called is False
    assert not other.send.called
    assert other.send.call_count == 0
""",
    ),
    NearMiss(
        "objects that are no mocks",
        """\
class Route:
    awaited = True

    def called_once_with(self, value):
        return value

    async def assert_called(self):
        return None


async def test_route(mocker):
    route = Route()
    route.called_once_with(1)
    assert route.awaited
    await route.assert_called()
""",
    ),
    NearMiss(
        "an async part of a synchronous mock",
        """\
from unittest.mock import AsyncMock, MagicMock


async def test_send():
    client = MagicMock()
    client.send = AsyncMock()
    await client.send()
    client.send.assert_awaited_once()
    async with client:
        pass
    client.__aenter__.assert_awaited_once()
""",
    ),
    NearMiss(
        "passed on, not asserted",
        """\
from unittest.mock import AsyncMock


async def test_send():
    client = AsyncMock()
    checks = [client.assert_not_awaited, client.assert_not_called]
    for check in checks:
        check()
    callback = client.assert_not_awaited
    callback()
    client.call()
    client.on.called_back()
""",
    ),
)

_CORE = frozenset({"called", "calls", "call", "awaited", "awaits", "await"})
_WORDS = _CORE | {
    "assert",
    "asserted",
    "has",
    "have",
    "not",
    "any",
    "once",
    "with",
    "only",
    "never",
    "was",
    "is",
    "been",
}
_OF_MOCKS = frozenset({"called", *CALL_ASSERTIONS, *AWAIT_ASSERTIONS})
_REFUSED = ("assert", "assret", "asert", "aseert", "assrt")
_REFUSED_LATER = frozenset(name.removeprefix("assert_") for name in CALL_ASSERTIONS)
_WITHOUT_ARGUMENTS = frozenset(
    {
        "assert_called",
        "assert_called_once",
        "assert_not_called",
        "assert_awaited",
        "assert_awaited_once",
        "assert_not_awaited",
    }
)
_LESS = {
    "assert_called_with": "assert_called",
    "assert_called_once_with": "assert_called_once",
    "assert_any_call": "assert_called",
    "assert_has_calls": "assert_called",
    "assert_awaited_with": "assert_awaited",
    "assert_awaited_once_with": "assert_awaited_once",
    "assert_any_await": "assert_awaited",
    "assert_has_awaits": "assert_awaited",
}
_CLOSE_ENOUGH = 0.7


class _Site(NamedTuple):
    """An attribute that should assert something, and the statement that it stands in."""

    body: Body
    attribute: ast.Attribute
    whole: ast.stmt
    called: bool


class _Mistake(NamedTuple):
    site: _Site
    meant: str | None


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the attributes."""
    for body in ctx.bodies:
        for site in _sites(body):
            found = _judged(ctx, site)
            if found is not None:
                meant, message = found
                yield ctx.finding(META, ctx.span(body, site.attribute), message, data=_Mistake(site, meant))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Calls the assertion that is meant."""
    match finding.data:
        case _Mistake(site, str() as meant):
            pass
        case _:
            return None
    attribute = ctx.span(site.body, site.attribute)
    name = Span(attribute.end - len(site.attribute.attr), attribute.end)
    if ctx.source(name) != site.attribute.attr:
        return None
    edits: list[Edit] = []
    start = ctx.span(site.body, site.whole).start
    if isinstance(site.whole, ast.Assert):
        if ctx.text[start : attribute.start].split() != ["assert"] or site.whole.msg is not None:
            return None
        edits.append(Edit(Span(start, attribute.start), ""))
    if site.attribute.attr != meant:
        edits.append(Edit(name, meant))
    if not site.called:
        edits.append(Edit(Span(attribute.end, attribute.end), "()"))
    written = site.attribute.attr
    weaker = written != meant and written in (*CALL_ASSERTIONS, *AWAIT_ASSERTIONS)
    return ctx.fix(f"Call `{meant}`", Safety.UNSAFE if weaker else Safety.SAFE, edits)


def _sites(body: Body) -> list[_Site]:
    """The attributes whose value is dropped or asserted, and whose name looks like an assertion."""
    if "assertion sites" not in body.notes:
        body.notes["assertion sites"] = [
            site for statement in body.statements for site in _of(body, statement) if _looks_like_one(site)
        ]
    return cast("list[_Site]", body.notes["assertion sites"])


def _of(body: Body, statement: ast.stmt) -> Iterator[_Site]:
    match statement:
        case ast.Expr(ast.Attribute() as node) | ast.Assert(ast.Attribute() as node):
            yield _Site(body, node, statement, called=False)
        case ast.Expr(ast.Call(ast.Attribute() as node)) | ast.Assert(ast.Call(ast.Attribute() as node)):
            yield _Site(body, node, statement, called=True)
        case _:
            pass


def _looks_like_one(site: _Site) -> bool:
    name = site.attribute.attr
    if name in CALL_ASSERTIONS or name in AWAIT_ASSERTIONS:
        return True
    return _is_misspelt(name)


def _is_misspelt(name: str) -> bool:
    words = name.split("_")
    if name in _OF_MOCKS or (len(words) == 1 and name != "awaited"):
        return False
    if name.startswith(_REFUSED):
        return bool(difflib.get_close_matches(name, _OF_MOCKS, 1, _CLOSE_ENOUGH))
    return _WORDS.issuperset(words) and not _CORE.isdisjoint(words)


def _judged(ctx: Context, site: _Site) -> tuple[str | None, str] | None:
    """The assertion that is meant, where that is certain, and what is wrong; None when nothing is."""
    name = site.attribute.attr
    real = name in CALL_ASSERTIONS or name in AWAIT_ASSERTIONS
    if real and not site.called:
        return (
            name if name in _WITHOUT_ARGUMENTS else _LESS.get(name),
            f"`{name}` is not called: this asserts nothing, and passes always.",
        )
    mock = mock_at(ctx, site.body, site.attribute.value)
    if mock is None or not mock.bare or mock.set_up(name) is not None or mock.set_up("*") is not None:
        return None
    if isinstance(site.whole, ast.Assert) and real:
        return None
    if real:
        if name in CALL_ASSERTIONS or mock.kind not in (Kind.MAGIC, Kind.PLAIN):
            return None
        meant = name.replace("awaited", "called").replace("await", "call")
        return meant, f"A `{mock.kind.value}` has no `{name}`: only an `AsyncMock` is awaited."
    return _misspelt(ctx, mock, name)


def _misspelt(ctx: Context, mock: Mock, name: str) -> tuple[str | None, str]:
    names = (*CALL_ASSERTIONS, *(() if mock.kind in (Kind.MAGIC, Kind.PLAIN) else AWAIT_ASSERTIONS))
    close = difflib.get_close_matches(f"assert_{name.removeprefix('assert_')}", names, 1, _CLOSE_ENOUGH)
    meant = close[0] if close else None
    hint = f": `{meant}` is meant" if meant is not None else ""
    version = ctx.environment.python_version
    if name.startswith(_REFUSED) or (name in _REFUSED_LATER and version is not None and version >= (3, 12)):
        return meant, f'`{name}` fails ("is not a valid assertion"){hint}.'
    return meant, f"`{name}` is no assertion of mocks: it makes another mock, and passes always{hint}."


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
