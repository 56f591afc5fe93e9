"""`patch` makes an `AsyncMock` for a coroutine function by itself.

## What it does
Reports `new_callable=AsyncMock` in `patch`, `patch.object` and `mocker.patch` where the target is an `async def`.

## Why is this bad
It says what is the default since Python 3.8, and keeps on saying it when the function becomes synchronous: then the
test passes a coroutine where the code has a value.

## When not to fix
If the target is not importable where the patch is read by others, and the class tells them what it is.

## Fix safety
Safe: the same mock is made without the argument.

## Versions
Python 3.8 and later.

## References
- [Python: patch](https://docs.python.org/3/library/unittest.mock.html#unittest.mock.patch)
"""

import ast
from collections.abc import Iterator

from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.patches import Patch, patches, replaced, without_keyword
from loopscope.workspace.targets import is_coroutine_function

META = Meta(
    "redundant-new-callable-asyncmock",
    Group.MOCKS,
    Severity.HINT,
    default=False,
    preset="strict",
    words=("new_callable",),
)

_APP = """\

# file: app.py
async def fetch():
    return "real"


def plain():
    return "real"
"""

EXAMPLES = (
    Example(
        "A coroutine function",
        bad=f"""\
from unittest.mock import AsyncMock, patch

import app
import pytest


@pytest.mark.asyncio
@patch("app.fetch", new_callable=⟦AsyncMock⟧)
async def test_fetch(fetch):
    assert isinstance(fetch, AsyncMock)
    fetch.return_value = "fake"
    assert await app.fetch() == "fake"
{_APP}""",
        good=f"""\
from unittest.mock import AsyncMock, patch

import app
import pytest


@pytest.mark.asyncio
@patch("app.fetch")
async def test_fetch(fetch):
    assert isinstance(fetch, AsyncMock)
    fetch.return_value = "fake"
    assert await app.fetch() == "fake"
{_APP}""",
        proof=Proof("1 passed", "passed", invisible="the same mock is made"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "functions that are synchronous, or not found",
        f"""\
from unittest.mock import AsyncMock, patch


@patch("app.plain", new_callable=AsyncMock)
@patch("nowhere.fetch", new_callable=AsyncMock)
def test_plain(fetch, plain):
    assert isinstance(fetch, AsyncMock)
{_APP}""",
    ),
    NearMiss(
        "another class, or a specified one",
        f"""\
from unittest.mock import AsyncMock, MagicMock, patch


class Recorder(AsyncMock):
    pass


@patch("app.fetch", new_callable=Recorder)
def test_recorder(fetch):
    with patch("app.fetch", new_callable=MagicMock), patch("app.fetch", new_callable=AsyncMock, spec=["x"]):
        pass
{_APP}""",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the class."""
    for patch in patches(ctx):
        factory = patch.argument("new_callable")
        if factory is None or patch.unclear or ast.unparse(factory).rpartition(".")[2] != "AsyncMock":
            continue
        restricted = any(patch.argument(name) is not None for name in ("spec", "spec_set", "autospec", "new"))
        if not restricted and is_coroutine_function(ctx.queries, replaced(ctx, patch)):
            message = "`patch` makes an `AsyncMock` for a coroutine function by itself."
            yield ctx.finding(META, ctx.span(patch.owner, factory), message, data=patch)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Drops the argument."""
    match finding.data:
        case Patch() as patch:
            return ctx.fix("Drop `new_callable`", Safety.SAFE, [without_keyword(ctx, patch, "new_callable")])
        case _:
            return None


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
