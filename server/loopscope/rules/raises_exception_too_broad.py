"""`pytest.raises(Exception)` passes for any exception, that of a mistake in the test included.

## What it does
Reports `with pytest.raises(Exception)` and `BaseException` without `match=` in asynchronous tests.

## Why is this bad
A wrong argument, a missing `await` or a renamed attribute raises as well: TypeError, RuntimeError, AttributeError. The
test passes and says nothing. On the other hand `Exception` does not catch the `CancelledError` of a cancelled task.

## When not to fix
If any exception will do, or the caught one is looked at (not reported when it has a name).

## Fix safety
No fix: which exception is meant is not known.

## Versions
All.

## References
- [ruff: assert-raises-exception](https://docs.astral.sh/ruff/rules/assert-raises-exception/)
"""

from collections.abc import Iterator

from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Group, Meta, NearMiss, Proof, Rule, Severity
from loopscope.rules.support.raises import full_name, raises_blocks

META = Meta(
    "raises-exception-too-broad",
    Group.EXCEPTIONS,
    Severity.INFORMATION,
    default=False,
    preset="strict",
    overlaps=("ruff: B017", "ruff: PT011"),
    texts=("Exception)",),
)

EXAMPLES = (
    Example(
        "The wrong exception",
        bad="""\
import pytest


async def fetch(url):
    raise ConnectionError(url)


@pytest.mark.asyncio
async def test_fetch():
    with pytest.raises(⟦Exception⟧):
        await fetch()
""",
        good="""\
import pytest


async def fetch(url):
    raise ConnectionError(url)


@pytest.mark.asyncio
async def test_fetch():
    with pytest.raises(ConnectionError):
        await fetch("local")
""",
        fixed="",
        proof=Proof("", "passed", invisible="the TypeError of the call satisfies the test"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "matched, or looked at",
        """\
import pytest


async def fetch(url):
    raise ConnectionError(url)


@pytest.mark.asyncio
async def test_fetch():
    with pytest.raises(Exception, match="local"):
        await fetch("local")
    with pytest.raises(Exception) as info:
        await fetch("local")
    assert info.type is ConnectionError
""",
    ),
    NearMiss(
        "another exception, a synchronous test",
        """\
import pytest


class Exception(ValueError):
    pass


def test_value():
    with pytest.raises(BaseException):
        int("x")


@pytest.mark.asyncio
async def test_fetch():
    with pytest.raises(Exception):
        raise Exception
""",
    ),
)

_BROAD = frozenset({"Exception", "BaseException"})


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the exception types."""
    own = {binding.name for binding in ctx.outline.bindings}
    for body, _, _ in ctx.async_entries():
        for raises in raises_blocks(body):
            if raises.call.node.keywords or raises.block.items[0].optional_vars is not None:
                continue
            for each in raises.expected:
                name = full_name(ctx, body, each)
                if name in _BROAD and name not in own:
                    message = f"Any mistake in this block raises `{name}`, too: the test passes whatever goes wrong."
                    yield ctx.finding(META, ctx.span(body, each), message)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check)
