"""Asynchronous code asks `request.getfixturevalue` for an async fixture that is not set up yet.

## What it does
Reports `request.getfixturevalue("name")` in async tests and fixtures where the name is, as pytest resolves it there, an
async fixture that nothing else has requested for the test.

## Why is this bad
pytest would have to run the fixture's coroutine in the event loop that is busy running the test. It fails with
"Runner.run() cannot be called from a running event loop", and the fixture's coroutine is never awaited.

## When not to fix
Never. Names that are computed, fixtures that the test has requested by other means as well, and fixtures that an
earlier test may have set up are not reported. For a name that is only known at run time call `getfixturevalue` in a
*synchronous* fixture: at setup no loop is running.

## Fix safety
Safe: the fixture becomes a parameter. Unsafe where the call stands below a condition, or in a fixture whose other tests
would get it too: it is then set up every time.

## Versions
All. "This event loop is already running" with pytest-asyncio <= 1.0.

## References
- [pytest: `getfixturevalue`](https://docs.pytest.org/en/stable/reference/reference.html#pytest.FixtureRequest.getfixturevalue)

"""

import ast
import keyword
from collections.abc import Iterator

from loopscope.facts.bodies import Body, CallSite
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.calls import binding_count, expects_failure, noted
from loopscope.rules.support.fixtures import users
from loopscope.rules.support.names import add_parameter, binds_anywhere, place
from loopscope.rules.support.related import definition_related
from loopscope.rules.support.text import own_lines
from loopscope.text.edit import Edit
from loopscope.text.frozen import frozen
from loopscope.workspace.model import FixtureDef, Runner, Scope, TestItem, Unknown

META = Meta("getfixturevalue-async-fixture", Group.FIXTURES, Severity.ERROR, words=("getfixturevalue",))

_FIXTURE = """\
import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def value():
    return 1

"""
_RUNNERS = (Runner.PYTEST_ASYNCIO, Runner.ANYIO)

_ANYIO_VALUE = """\
import pytest

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
async def value():
    return 1


"""

EXAMPLES = (
    Example(
        "In a test",
        bad=f"""\
{_FIXTURE}
@pytest.mark.asyncio
async def test_value(request):
    assert ⟦request.getfixturevalue("value")⟧ == 1
""",
        good=f"""\
{_FIXTURE}
@pytest.mark.asyncio
async def test_value(value):
    assert value == 1
""",
        proof=Proof("cannot be called from a running event loop", pytest_asyncio=">=1.1"),
    ),
    Example(
        "In an async fixture",
        bad=f"""\
{_FIXTURE}
@pytest_asyncio.fixture
async def double(request, tmp_path):
    value = ⟦request.getfixturevalue("value")⟧
    print(request.scope)
    return 2 * value


@pytest.mark.asyncio
async def test_double(double):
    assert double == 2
""",
        good=f"""\
{_FIXTURE}
@pytest_asyncio.fixture
async def double(request, tmp_path, value):
    print(request.scope)
    return 2 * value


@pytest.mark.asyncio
async def test_double(double):
    assert double == 2
""",
        proof=Proof("cannot be called from a running event loop", "error", pytest_asyncio=">=1.1"),
    ),
    Example(
        "With pytest-asyncio before 1.1",
        bad=f"""\
{_FIXTURE}
@pytest.mark.asyncio
async def test_value(request):
    assert ⟦request.getfixturevalue("value")⟧ == 1
""",
        good=f"""\
{_FIXTURE}
@pytest.mark.asyncio
async def test_value(value):
    assert value == 1
""",
        proof=Proof("This event loop is already running", pytest_asyncio=">=0.23,<1.1"),
    ),
    Example(
        "An async test of anyio",
        bad=f"""\
{_ANYIO_VALUE}async def test_value(request):
    assert ⟦request.getfixturevalue("value")⟧ == 1
""",
        good=f"""\
{_ANYIO_VALUE}async def test_value(value):
    assert value == 1
""",
        proof=Proof("running", requires=("anyio",)),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "a synchronous fixture asks, before the loop runs",
        f"""\
{_FIXTURE}
@pytest.fixture(params=["value"])
def any_value(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def same(request):
    return request.getfixturevalue("value")


@pytest.mark.asyncio
async def test_value(any_value, same):
    assert any_value == same
""",
    ),
    NearMiss(
        "it is set up already",
        f"""\
{_FIXTURE}
@pytest.mark.asyncio
async def test_parameter(request, value):
    assert request.getfixturevalue("value") == 1


@pytest.mark.asyncio
@pytest.mark.usefixtures("value")
async def test_mark(request):
    assert request.getfixturevalue("value") == 1
""",
    ),
    NearMiss(
        "a synchronous fixture",
        """\
import pytest


@pytest.fixture
def value():
    return 1


@pytest.mark.asyncio
async def test_value(request):
    assert request.getfixturevalue("value") == 1
""",
    ),
    NearMiss(
        "an earlier test may have set it up",
        """\
import pytest
import pytest_asyncio


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def value():
    return 1


@pytest.mark.asyncio(loop_scope="module")
async def test_first(value):
    assert value == 1


@pytest.mark.asyncio(loop_scope="module")
async def test_second(request):
    assert request.getfixturevalue("value") == 1
""",
    ),
    NearMiss(
        "the error is expected",
        f"""\
{_FIXTURE}
@pytest.mark.asyncio
async def test_value(request):
    with pytest.raises(RuntimeError):
        request.getfixturevalue("value")
    try:
        request.getfixturevalue("value")
    except RuntimeError:
        pass
""",
    ),
    NearMiss(
        "another request",
        f"""\
{_FIXTURE}
class Request:
    def getfixturevalue(self, name):
        return name


@pytest.mark.asyncio
async def test_value():
    request = Request()
    assert request.getfixturevalue("value") == "value"
""",
    ),
)


@frozen
class _Ask:
    owner: TestItem | FixtureDef
    body: Body
    call: CallSite
    name: str


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the calls."""
    if ctx.facts is None:
        return
    owners: list[TestItem | FixtureDef] = [test for test in ctx.own_tests if _runs(ctx, test)]
    owners += [fixture for fixture in ctx.own_fixtures if fixture.kind.is_async]
    for owner in owners:
        body = ctx.facts.body(owner.id)
        for call in () if body is None else noted(body, "getfixturevalue", _asks):
            found = None if body is None else _wanted(ctx, owner, call)
            span = None if body is None else place(ctx, body, call.node)
            if body is None or found is None or span is None:
                continue
            raised = (
                "Runner.run() cannot be called from a running event loop"
                if ctx.environment.at_least("pytest-asyncio", 1, 1)
                else "This event loop is already running"
            )
            message = (
                f"`{found.name}` is an async fixture, and the event loop that would set it up is running this "
                f'{"test" if isinstance(owner, TestItem) else "fixture"}: "{raised}". Request it as a parameter.'
            )
            data = _Ask(owner, body, call, found.name)
            yield ctx.finding(META, span, message, related=definition_related(ctx, found), data=data)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Requests the fixture by parameter."""
    ask = finding.data
    if not isinstance(ask, _Ask) or keyword.iskeyword(ask.name) or not ask.name.isidentifier():
        return None
    body, node = ask.body, ask.body.node
    edits: list[Edit] = []
    match ask.call.statement:
        case ast.Assign([ast.Name(ask.name)], value) if value is ask.call.node and ask.call.statement in node.body:
            # The name is bound by the parameter from now on.
            lines = own_lines(ctx.text, ctx.span(body, ask.call.statement))
            if binding_count(body, ask.name) != 1 or lines is None or len(node.body) == 1:
                return None
            edits.append(Edit(lines, ""))
        case _:
            if binds_anywhere(node, ask.name) or any(load.id == ask.name for load in body.loads):
                return None
            edits.append(Edit(finding.span, ask.name))
    request = ctx.param_span(ask.owner.id, "request")
    if request is not None and len(body.reads["request"]) == 1 and "request" not in body.inner_reads:
        edits.append(Edit(request, ask.name))
    elif (added := add_parameter(ctx, ask.owner.id, ask.name)) is not None:
        edits.append(added)
    else:
        return None
    safe = isinstance(ask.owner, TestItem) and ask.call.statement in node.body
    return ctx.fix(f"Request `{ask.name}` as a parameter", Safety.SAFE if safe else Safety.UNSAFE, edits)


def _asks(body: Body) -> list[CallSite]:
    """The calls of `request.getfixturevalue` with a literal name, where no exception of them is caught."""
    caught = [
        inner
        for statement in body.statements
        if isinstance(statement, ast.Try | ast.TryStar) and statement.handlers
        for inner in statement.body
    ]
    return [
        call
        for call in body.calls
        if call.name == "request.getfixturevalue"
        and call.local_root
        and not call.in_lambda
        and len(call.node.args) == 1
        and binding_count(body, "request") == 1
        and not any(inner.lineno <= call.node.lineno <= (inner.end_lineno or 0) for inner in caught)
        and not expects_failure(body, call)
    ]


def _wanted(ctx: Context, owner: TestItem | FixtureDef, call: CallSite) -> FixtureDef | None:
    """The async fixture that a call asks for, when it surely is not set up by then."""
    match call.node.args[0]:
        case ast.Constant(str() as name):
            pass
        case _:
            return None
    if ctx.param_span(owner.id, "request") is None:
        return None
    test = owner if isinstance(owner, TestItem) else _unprepared(ctx, owner, name)
    if test is None or name in ctx.closure(test).names:
        return None
    chain = ctx.view.chain(name, test.class_path)
    if isinstance(chain, Unknown) or not chain or not chain[-1].kind.is_async:
        return None
    runner = ctx.fixture_runner(chain[-1], test)
    if isinstance(runner, Unknown) or runner.value not in _RUNNERS:
        return None
    return chain[-1] if chain[-1].scope is Scope.FUNCTION or _is_never_set_up(ctx, chain[-1]) else None


def _unprepared(ctx: Context, owner: FixtureDef, name: str) -> TestItem | None:
    """A test of this file that uses a fixture and does not request that name."""
    for other, test in users(ctx, owner) if ctx.path.name != "conftest.py" else ():
        if _runs(other, test) and name not in other.closure(test).names:
            runner = other.fixture_runner(owner, test)
            if not isinstance(runner, Unknown) and runner.value in _RUNNERS:
                return test
    return None


def _is_never_set_up(ctx: Context, fixture: FixtureDef) -> bool:
    """Whether a fixture ends with its module at the latest, and no test of the module requests it."""
    if fixture.scope not in (Scope.CLASS, Scope.MODULE):
        return False
    return not any(fixture.name in ctx.closure(test).names for test in ctx.tests)


def _runs(ctx: Context, test: TestItem) -> bool:
    return test.function.is_async and not test.is_unittest and ctx.runner_is(test) in _RUNNERS


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
