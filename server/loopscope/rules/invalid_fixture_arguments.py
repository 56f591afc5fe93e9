"""A fixture decorator gets an argument that it does not take.

## What it does
Reports a scope that is given by position, `loop_scope=` for `@pytest.fixture` or for a pytest-asyncio that does not
know it, and keywords that no fixture decorator has.

## Why is this bad
The decorator raises while the module is imported, so that none of its tests run: "fixture() got an unexpected keyword
argument 'loop_scope'", or "'str' object has no attribute '_force_asyncio_fixture'", which says nothing of the cause.

## When not to fix
Never.

## Fix safety
Safe: the scope gets its keyword (and an async fixture that lives longer than a test the loop scope that it needs),
`@pytest.fixture(loop_scope=...)` becomes `@pytest_asyncio.fixture(loop_scope=...)`, and a misspelt keyword is mended.

## Versions
All. `loop_scope` exists since pytest-asyncio 0.24.

## References
- [pytest: `pytest.fixture`](https://docs.pytest.org/en/stable/reference/reference.html#pytest-fixture)
- [pytest-asyncio: decorators](https://pytest-asyncio.readthedocs.io/en/stable/reference/decorators/index.html)
"""

import ast
from collections.abc import Iterator

from loopscope.config.model import closest, did_you_mean
from loopscope.facts.expr import Call, Const, dotted
from loopscope.rules.context import Context, Definition
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.decorators import FIXTURE_DECORATORS, CallUse
from loopscope.rules.support.imports import spelled
from loopscope.text.edit import Edit
from loopscope.text.span import Span
from loopscope.workspace.model import Scope

META = Meta(
    "invalid-fixture-arguments",
    Group.FIXTURES,
    Severity.ERROR,
    overlaps=("ruff: PT002", "pyright: reportCallIssue", "pyright: reportArgumentType", "ty: no-matching-overload"),
    texts=("fixture",),
)

_KEYWORDS = ("scope", "params", "autouse", "ids", "name")
_SCOPES = tuple(scope.value for scope in Scope)
_AUTO = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"
_TEST = """

@pytest.mark.asyncio
async def test_value(value):
    assert value == 1
"""

EXAMPLES = (
    Example(
        "The scope by position",
        bad=f"""\
import pytest
import pytest_asyncio


@pytest_asyncio.fixture(⟦"module"⟧)
async def value():
    return 1
{_TEST}""",
        good=f"""\
import pytest
import pytest_asyncio


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def value():
    return 1
{_TEST}""",
        proof=Proof("'str' object has no attribute '_force_asyncio_fixture'", "error", pytest_asyncio=">=0.24"),
    ),
    Example(
        "`loop_scope` for `pytest.fixture`",
        bad="""\
import pytest


@pytest.fixture(scope="module", ⟦loop_scope⟧="module")
async def value():
    return 1


async def test_value(value):
    assert value == 1
""",
        good="""\
import pytest
import pytest_asyncio


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def value():
    return 1


async def test_value(value):
    assert value == 1
""",
        proof=Proof("got an unexpected keyword argument 'loop_scope'", "error", pytest_asyncio=">=0.24"),
        config=_AUTO,
    ),
    Example(
        "`loop_scope` before pytest-asyncio 0.24",
        bad=f"""\
import pytest
import pytest_asyncio


@pytest_asyncio.fixture(scope="module", ⟦loop_scope⟧="module")
async def value():
    return 1
{_TEST}""",
        good=f"""\
import pytest
import pytest_asyncio


@pytest_asyncio.fixture(scope="module")
async def value():
    return 1
{_TEST}""",
        proof=Proof("got an unexpected keyword argument 'loop_scope'", "error", pytest_asyncio=">=0.23,<0.24"),
        config="[pytest]\nasyncio_mode = strict\n",
    ),
    Example(
        "A misspelt keyword",
        bad="""\
import pytest


@pytest.fixture(⟦autous⟧=True)
def value():
    return 1


def test_value(value):
    assert value == 1
""",
        good="""\
import pytest


@pytest.fixture(autouse=True)
def value():
    return 1


def test_value(value):
    assert value == 1
""",
        proof=Proof("got an unexpected keyword argument 'autous'", "error"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "every keyword that there is",
        """\
import pytest
import pytest_asyncio


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=[1], autouse=True, ids=["one"], name="value")
async def make_value(request):
    return request.param


@pytest.fixture(scope="module", params=[1], autouse=True, ids=["one"], name="other")
def make_other(request):
    return request.param
""",
    ),
    NearMiss(
        "a decorator of the project's own",
        """\
import pytest


def fixture(scope, loop_scope=None):
    return pytest.fixture(scope=scope)


@fixture("module", loop_scope="module")
def value():
    return 1
""",
    ),
    NearMiss(
        "the function itself, and computed keywords",
        """\
import pytest

ARGUMENTS = {"scope": "module"}


def make():
    return 1


value = pytest.fixture(make)


@pytest.fixture(**ARGUMENTS)
def other():
    return 1
""",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the arguments."""
    for definition in ctx.definitions:
        for expr, node in definition.decorators if definition.is_function else ():
            if isinstance(expr, Call) and isinstance(node, ast.Call) and dotted(expr) in FIXTURE_DECORATORS:
                yield from _invalid(ctx, definition, CallUse(expr, node, definition.placed, ctx.text))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Names the argument, uses the decorator that knows it, or mends the keyword."""
    match finding.data:
        case (str() as old, str() as new, Edit() as edit) if old:
            return ctx.fix(f"Use `{new}`", Safety.SAFE, [edit])
        case CallUse() as use if ctx.plugin_enabled("asyncio"):
            edits: list[Edit] = []
            name = spelled(ctx, "pytest_asyncio", edits)
            edits.append(Edit(use.placed.span(use.node.func), f"{name}.fixture"))
            return ctx.fix("Use `@pytest_asyncio.fixture`", Safety.SAFE, edits)
        case Span() as removal:
            return ctx.fix("Delete it", Safety.SAFE, [Edit(removal, "")])
        case _:
            return None


def _invalid(ctx: Context, definition: Definition, use: CallUse) -> Iterator[Finding]:
    plain = dotted(use.call) == "pytest.fixture"
    loops = not plain and ctx.environment.at_least("pytest-asyncio", 0, 24)
    match use.call.args:
        case (Const(str() as scope),):
            data = _named(use, scope, isinstance(definition.node, ast.AsyncFunctionDef) and loops)
            message = "A fixture decorator takes no positional scope: importing this module is an error."
            yield ctx.finding(META, use.arg_span(0), message, data=data)
        case _:
            pass
    known = (*_KEYWORDS, "loop_scope") if loops else _KEYWORDS
    for keyword in use.node.keywords:
        if keyword.arg is None or keyword.arg in (*known, "fixture_function"):
            continue
        key = use.key_span(keyword.arg)
        mended: object = None
        message = (
            f"Importing this module is an error: \"fixture() got an unexpected keyword argument '{keyword.arg}'\"."
        )
        if keyword.arg == "loop_scope" and plain:
            message += " Only `pytest_asyncio.fixture` has it."
            mended = use if ctx.environment.at_least("pytest-asyncio", 0, 24) else None
        elif keyword.arg == "loop_scope":
            message += " It exists since pytest-asyncio 0.24."
            mended = use.keyword_removal("loop_scope")
        else:
            near = closest(keyword.arg, known)
            message += did_you_mean(near)
            mended = None if near is None else (keyword.arg, near, Edit(key, near))
        yield ctx.finding(META, key, message, data=mended)


def _named(use: CallUse, scope: str, loops: bool) -> tuple[str, str, Edit] | None:
    """What a positional scope becomes; None when it is none, or given by keyword as well."""
    if scope not in _SCOPES or use.call.keyword("scope") is not None:
        return None
    shown = use.text[use.arg_span(0).start : use.arg_span(0).end]
    text = f"scope={shown}"
    if loops and scope != Scope.FUNCTION.value and use.call.keyword("loop_scope") is None:
        text += f", loop_scope={shown}"
    return scope, text, Edit(use.arg_span(0), text)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
