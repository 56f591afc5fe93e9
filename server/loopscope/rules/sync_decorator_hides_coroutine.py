"""A decorator wraps an asynchronous test in a `def`: nobody sees that it must be awaited.

## What it does
Reports decorators of the project on `async def` tests that return a synchronous wrapper, which calls the test and hands
the coroutine on, or drops it.

## Why is this bad
pytest-asyncio takes a test when it is a coroutine function. The wrapper is none, in auto mode and with the mark alike,
so pytest fails the test, or skips it. A wrapper that drops the coroutine makes a test that always passes.

## When not to fix
If something else awaits what the wrapper returns. Decorators that run the coroutine themselves, that look at what they
decorate, or whose source is not in the project are not reported.

## Fix safety
Unsafe: the wrapper becomes `async def` and awaits the call, for everything else that the decorator decorates too.

## Versions
pytest >= 8.4 fails the test, older ones skip it.

## References
- [Python: `inspect.iscoroutinefunction`](https://docs.python.org/3/library/inspect.html#inspect.iscoroutinefunction)
"""

from collections.abc import Iterator
from pathlib import PurePath

from loopscope.facts.bodies import Use
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Related, Rule, Safety, Severity
from loopscope.rules.support.wrappers import Wrapper, hiding_wrapper
from loopscope.text.edit import Edit
from loopscope.text.files import Unreadable
from loopscope.text.span import Span
from loopscope.workspace.hooks import runner_hook

META = Meta("sync-decorator-hides-coroutine", Group.MARKS, Severity.ERROR, texts=("async def",))

_AUTO = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"

EXAMPLES = (
    Example(
        "A decorator that tries again",
        bad="""\
import functools


def retry(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        for _ in range(3):
            try:
                return function(*args, **kwargs)
            except ConnectionError:
                pass

    return wrapper


@⟦retry⟧
async def test_value():
    assert 1 + 1 == 2
""",
        good="""\
import functools


def retry(function):
    @functools.wraps(function)
    async def wrapper(*args, **kwargs):
        for _ in range(3):
            try:
                return await function(*args, **kwargs)
            except ConnectionError:
                pass

    return wrapper


@retry
async def test_value():
    assert 1 + 1 == 2
""",
        proof=Proof("async def functions are not natively supported"),
        config=_AUTO,
    ),
    Example(
        "The coroutine is dropped",
        bad="""\
import functools

import pytest


def repeat(times):
    def decorator(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            for _ in range(times):
                function(*args, **kwargs)

        return wrapper

    return decorator


@pytest.mark.asyncio
@⟦repeat(times=2)⟧
async def test_value():
    assert 1 + 1 == 2
""",
        good="""\
import functools

import pytest


def repeat(times):
    def decorator(function):
        @functools.wraps(function)
        async def wrapper(*args, **kwargs):
            for _ in range(times):
                await function(*args, **kwargs)

        return wrapper

    return decorator


@pytest.mark.asyncio
@repeat(times=2)
async def test_value():
    assert 1 + 1 == 2
""",
        proof=Proof("coroutine 'test_value' was never awaited", "passed"),
    ),
)

_TEST = "\n\n@pytest.mark.asyncio\n@decorated\nasync def test_value():\n    assert True\n"

NEAR_MISSES = (
    NearMiss(
        "the wrapper runs the coroutine",
        f"""\
import asyncio
import functools

import pytest


def decorated(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return asyncio.run(function(*args, **kwargs))

    return wrapper
{_TEST}""",
    ),
    NearMiss(
        "the wrapper is asynchronous",
        f"""\
import functools

import pytest


def decorated(function):
    @functools.wraps(function)
    async def wrapper(*args, **kwargs):
        return await function(*args, **kwargs)

    return wrapper
{_TEST}""",
    ),
    NearMiss(
        "the decorator looks at what it decorates",
        f"""\
import functools
import inspect

import pytest


def decorated(function):
    if inspect.iscoroutinefunction(function):
        return function

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper
{_TEST}""",
    ),
    NearMiss(
        "the coroutine is kept",
        f"""\
import asyncio
import functools

import pytest


def decorated(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        coroutine = function(*args, **kwargs)
        asyncio.run(coroutine)

    return wrapper
{_TEST}""",
    ),
    NearMiss(
        "a synchronous test",
        """\
import functools


def decorated(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


@decorated
def test_value():
    assert True
""",
    ),
    NearMiss(
        "decorators of libraries",
        """\
from unittest import mock

import pytest


@pytest.mark.asyncio
@mock.patch("os.getcwd")
async def test_value(getcwd):
    assert getcwd
""",
    ),
    NearMiss(
        "a hook of the project awaits what tests return",
        """\
import functools


def decorated(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


@decorated
async def test_value():
    assert True
# file: conftest.py
import asyncio


def pytest_pyfunc_call(pyfuncitem):
    asyncio.run(pyfuncitem.obj())
    return True
""",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the decorators."""
    for test in ctx.own_tests:
        if not test.function.is_async or test.function.yields or test.is_unittest or not test.function.decorators:
            continue
        found = hiding_wrapper(ctx.queries, ctx.path, test.function)
        if found is None or ctx.view.roster.unknown is not None:
            continue
        marks = [mark.name for mark in ctx.view.marks(test)]
        if runner_hook(ctx.queries, ctx.path.parent, marks) is not None:
            continue
        if all(call.use is Use.STATEMENT for call in found.calls):
            effect = "which drops the coroutine: it always passes, without having run"
        else:
            fate = "fails" if ctx.environment.at_least("pytest", 8, 4) else "skips"
            effect = f"and nobody awaits the coroutine that it returns: pytest {fate} it"
        message = f"The decorator makes the test the synchronous `{found.body.node.name}`, {effect}."
        span = ctx.layout.defs[test.id].decorators[found.decorator]
        yield ctx.finding(META, span, message, related=_related(ctx, found), data=found)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Makes the wrapper asynchronous, and awaits the call in it."""
    found = finding.data
    facts = ctx.snapshot.facts(found.path) if isinstance(found, Wrapper) else None
    if not isinstance(found, Wrapper) or facts is None or isinstance(facts, Unreadable):
        return None
    start = facts.span(found.body, found.body.node).start
    edits = [Edit(Span(start, start), "async ")]
    for call in found.calls:
        begin = facts.span(found.body, call.node).start
        edits.append(Edit(Span(begin, begin), "await "))
    return Fix("Make the wrapper asynchronous", Safety.UNSAFE, {found.path: tuple(edits)})


def _related(ctx: Context, found: Wrapper) -> tuple[Related, ...]:
    path: PurePath = found.path
    facts = ctx.snapshot.facts(path)
    if isinstance(facts, Unreadable):
        return ()
    return (Related(path, facts.span(found.body, found.body.node), "The synchronous wrapper"),)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
