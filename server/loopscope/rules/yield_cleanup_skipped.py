"""A failure during setup or cleanup of a fixture skips the cleanup that comes after it.

## What it does
Reports, in fixtures, a step that may raise and whose failure leaves something open: an awaited cleanup that is followed
by the cleanup of something else, and an `await` between opening what is closed after the `yield` and the `yield`.

## Why is this bad
A failing test does not skip what follows `yield`, and neither does Ctrl-C: no `try` is needed for that. But when one
cleanup raises, those below it do not run; and when the setup raises after something was opened, nothing behind the
`yield` runs. What stays open disturbs later tests.

## When not to fix
If the step cannot fail, or the run is over anyway when it does.

## Fix safety
Unsafe: the code moves into `try` and `finally`.

## Versions
All.

## References
- [pytest: safe teardowns](https://docs.pytest.org/en/stable/how-to/fixtures.html#safe-teardowns)
"""

import ast
import re
from collections.abc import Iterator, Sequence

from loopscope.facts.bodies import Body
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.blocks import blocks, own_nodes
from loopscope.rules.support.fixture_bodies import plain_fixtures
from loopscope.rules.support.text import indentation, line_end, line_start
from loopscope.rules.support.wrapping import indented
from loopscope.rules.support.yields import yields_in
from loopscope.text.edit import Edit
from loopscope.text.frozen import frozen
from loopscope.text.span import Span

META = Meta(
    "yield-cleanup-skipped", Group.RESOURCES, Severity.INFORMATION, default=False, preset="strict", words=("yield",)
)

_CLOSES = re.compile(r"\A_?a?(?:close|disconnect|shutdown|stop|terminate|dispose|teardown|cleanup|drop_all|quit)")
_AUTO = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"
_CONNECTION = """\
import pytest


class Connection:
    async def execute(self, statement):
        self.statement = statement

    async def close(self):
        pass

"""
_INVISIBLE = "nothing is skipped until a step raises"

EXAMPLES = (
    Example(
        "Two cleanups",
        bad=f"""\
{_CONNECTION}
@pytest.fixture
async def pair():
    first, second = Connection(), Connection()
    yield first, second
    ⟦await first.close()⟧
    # The other one.
    await second.close()


async def test_pair(pair):
    assert len(pair) == 2
""",
        good=f"""\
{_CONNECTION}
@pytest.fixture
async def pair():
    first, second = Connection(), Connection()
    yield first, second
    try:
        await first.close()
    finally:
        # The other one.
        await second.close()


async def test_pair(pair):
    assert len(pair) == 2
""",
        proof=Proof("", "passed", invisible=_INVISIBLE),
        config=_AUTO,
    ),
    Example(
        "A setup in two steps",
        bad=f"""\
{_CONNECTION}
@pytest.fixture
async def connection():
    connection = Connection()
    ⟦await connection.execute("create table users")⟧
    yield connection
    await connection.close()


async def test_connection(connection):
    assert connection.statement
""",
        good=f"""\
{_CONNECTION}
@pytest.fixture
async def connection():
    connection = Connection()
    try:
        await connection.execute("create table users")
        yield connection
    finally:
        await connection.close()


async def test_connection(connection):
    assert connection.statement
""",
        proof=Proof("", "passed", invisible=_INVISIBLE),
        config=_AUTO,
    ),
    Example(
        "What happens when the setup raises",
        bad="""\
import pytest

connections = []


class Connection:
    async def __aenter__(self):
        connections.append(self)
        return self

    async def __aexit__(self, *exc):
        connections.remove(self)

    async def execute(self, statement):
        raise ConnectionError(statement)

    async def close(self):
        await self.__aexit__()


@pytest.fixture
async def connection():
    connection = await Connection().__aenter__()
    ⟦await connection.execute(
        '''create table
        users'''
    )⟧
    yield connection
    await connection.close()


async def test_connection(connection):
    assert connection


async def test_nothing_is_left():
    assert not connections
""",
        good="""\
import pytest

connections = []


class Connection:
    async def __aenter__(self):
        connections.append(self)
        return self

    async def __aexit__(self, *exc):
        connections.remove(self)
        return True

    async def execute(self, statement):
        raise ConnectionError(statement)


@pytest.fixture
async def connection():
    async with Connection() as connection:
        await connection.execute(
            '''create table
            users'''
        )
    yield connection


async def test_connection(connection):
    assert connection


async def test_nothing_is_left():
    assert not connections
""",
        fixed="",
        proof=Proof("ConnectionError: create table"),
        config=_AUTO,
    ),
)

NEAR_MISSES = (
    NearMiss(
        "one cleanup, in one or two steps",
        """\
import asyncio

import pytest


@pytest.fixture
async def server():
    server = await asyncio.start_server(print, "127.0.0.1", 0)
    yield server
    server.close()
    await server.wait_closed()
    print("closed")
""",
        config=_AUTO,
    ),
    NearMiss(
        "nested",
        """\
import pytest


@pytest.fixture
async def pair(make):
    first, second = make(), make()
    try:
        yield first, second
    finally:
        try:
            await first.close()
        finally:
            await second.close()
""",
        config=_AUTO,
    ),
    NearMiss(
        "the setup is guarded",
        """\
import pytest


@pytest.fixture
async def thing(make):
    async with make() as thing:
        await thing.prepare()
        yield thing


@pytest.fixture
async def other(make):
    other = make()
    try:
        await other.prepare()
        yield other
    finally:
        await other.close()
""",
        config=_AUTO,
    ),
    NearMiss(
        "nothing is closed afterwards",
        """\
import pytest


@pytest.fixture
async def thing(make):
    thing = make()
    await thing.prepare()
    yield thing
    print(thing)
""",
        config=_AUTO,
    ),
)


@frozen
class _Step:
    """`guarded` belong below `try`, `last` below `finally`."""

    body: Body
    guarded: Sequence[ast.stmt]
    last: Sequence[ast.stmt]


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the steps that may raise."""
    for _, body in plain_fixtures(ctx):
        for node in body.yields[:1] if len(body.yields) == 1 else ():
            yield from _in_setup(ctx, body)
            for block in blocks(body.node.body):
                after = [each for each in block if each.lineno > (node.end_lineno or node.lineno)]
                yield from _in_cleanup(ctx, body, after)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Puts what is left into `finally`."""
    step = finding.data
    if not isinstance(step, _Step):
        return None
    first, last = indented(ctx, step.body, step.guarded), indented(ctx, step.body, step.last)
    start = ctx.span(step.body, step.guarded[0]).start
    indent = indentation(ctx.text, start)
    if first is None or last is None or indent is None:
        return None
    end = line_end(ctx.text)
    at, middle = line_start(ctx.text, start), ctx.span(step.body, step.guarded[-1]).end
    comments = _comment_lines(ctx, Span(middle, ctx.span(step.body, step.last[0]).start))
    unit = first[0].text
    return ctx.fix(
        "Use `try` and `finally`",
        Safety.UNSAFE,
        [
            Edit(Span(at, at), f"{indent}try:{end}"),
            *first,
            Edit(Span(middle, middle), f"{end}{indent}finally:"),
            *(Edit(Span(place, place), unit) for place in comments),
            *last,
        ],
    )


def _in_cleanup(ctx: Context, body: Body, after: list[ast.stmt]) -> Iterator[Finding]:
    """The first awaited cleanup of a block with that of something else behind it."""
    for index, statement in enumerate(after):
        mine = _closed(statement)
        rest = after[index + 1 :]
        others = {other for each in rest if (other := _closed(each)) is not None} - {mine}
        if mine is None or not others or not any(isinstance(node, ast.Await) for node in own_nodes([statement])):
            continue
        message = f"When this raises, `{min(others)}` is not closed: put the rest into `finally`."
        yield ctx.finding(META, ctx.span(body, statement), message, data=_Step(body, [statement], rest))
        return


def _in_setup(ctx: Context, body: Body) -> Iterator[Finding]:
    """The first `await` between opening what is closed after the `yield`, and the `yield`."""
    block = body.node.body
    place = next((index for index, each in enumerate(block) if any(True for _ in yields_in(each))), None)
    if place is None or not isinstance(block[place], ast.Expr):
        return
    closed = {name for each in block[place + 1 :] if (name := _closed(each)) is not None}
    for index, statement in enumerate(block[:place]):
        match statement:
            case ast.Assign([ast.Name(name)], ast.Call() | ast.Await()) if name in closed:
                between = block[index + 1 : place]
            case _:
                continue
        for each in between:
            # What is caught does not leave the fixture.
            caught = isinstance(each, ast.Try | ast.TryStar) and each.handlers
            if not caught and any(isinstance(node, ast.Await) for node in own_nodes([each])):
                message = f"When this raises, `{name}` is not closed: what follows `yield` does not run then."
                data = _Step(body, block[index + 1 : place + 1], block[place + 1 :])
                yield ctx.finding(META, ctx.span(body, each), message, data=data)
                return


def _closed(statement: ast.stmt) -> str | None:
    """What a statement closes, as text."""
    match statement:
        case ast.Expr(ast.Await(ast.Call(ast.Attribute(owner, name)))) | ast.Expr(ast.Call(ast.Attribute(owner, name))):
            return ast.unparse(owner) if _CLOSES.match(name) else None
        case _:
            return None


def _comment_lines(ctx: Context, span: Span) -> Iterator[int]:
    """Where the lines begin of the comments between two statements."""
    for match in re.finditer(r"^[ \t]*#", ctx.text[: span.end], re.MULTILINE):
        if match.start() > span.start:
            yield match.start()


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
