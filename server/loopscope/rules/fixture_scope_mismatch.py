"""A fixture requests another one that does not live as long.

## What it does
Reports fixtures of a wide scope (class, module, package, session) with a parameter that is, for a test that uses them,
a fixture of a narrower scope. Overrides count as pytest resolves them.

## Why is this bad
The first test that uses the fixture ends in an error: "ScopeMismatch: You tried to access the function scoped fixture
settings with a session scoped request object".

## When not to fix
Never: the fixture cannot be set up. Scopes that are computed, and fixtures that no test uses, are not reported.

## Fix safety
Unsafe: the pytest-mock fixture of the right scope is requested instead of `mocker`, `tmp_path_factory` instead of
`tmp_path`; otherwise the wide fixture gets the narrower scope, and is set up more often. Widening the other fixture may
be what you want instead. For `monkeypatch` use `with pytest.MonkeyPatch.context() as monkeypatch:`; there is no fix.

## Versions
All.

## References
- [pytest: fixture scopes](https://docs.pytest.org/en/stable/how-to/fixtures.html#fixture-scopes)
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from loopscope.facts.questions import fixture_decorator
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.imports import spelled
from loopscope.rules.support.names import rename_parameter
from loopscope.rules.support.related import definition_related
from loopscope.rules.support.scopes import narrow_backend, too_narrow
from loopscope.rules.support.text import without_item
from loopscope.rules.support.wrapping import under
from loopscope.text.edit import Edit
from loopscope.text.span import Span
from loopscope.workspace.model import FixtureDef, Scope, Unknown, Where

_INSTALLED = (Where.PYTEST, Where.PLUGIN)

META = Meta("fixture-scope-mismatch", Group.LOOPS, Severity.ERROR)

_NARROW = """\
import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def settings():
    return {}

"""

_TEST = """

@pytest.mark.asyncio
async def test_app(app):
    assert app == {}
"""

EXAMPLES = (
    Example(
        "A fixture of the session needs one of the function",
        bad=f"""\
{_NARROW}
@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def app(⟦settings⟧):
    return settings
{_TEST}""",
        good=f"""\
{_NARROW}
@pytest_asyncio.fixture(scope="function", loop_scope="session")
async def app(settings):
    return settings
{_TEST}""",
        proof=Proof(
            "ScopeMismatch: You tried to access the function scoped fixture settings", "error", pytest_asyncio=">=0.24"
        ),
    ),
    Example(
        "`mocker` in a wide fixture",
        bad="""\
import os

import pytest


@pytest.fixture(scope="module")
def folder(⟦mocker⟧):
    mocker.patch("os.getcwd", return_value="/tmp")


def test_folder(folder):
    assert os.getcwd() == "/tmp"
""",
        good="""\
import os

import pytest


@pytest.fixture(scope="module")
def folder(module_mocker):
    module_mocker.patch("os.getcwd", return_value="/tmp")


def test_folder(folder):
    assert os.getcwd() == "/tmp"
""",
        proof=Proof(
            "ScopeMismatch: You tried to access the function scoped fixture mocker", "error", requires=("pytest-mock",)
        ),
    ),
    Example(
        "`tmp_path` in a wide fixture",
        bad="""\
import pytest


@pytest.fixture(scope="session")
def data(⟦tmp_path⟧):
    return tmp_path / "data.txt"


def test_data(data):
    assert data.name == "data.txt"
""",
        good="""\
import pytest


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    return tmp_path_factory.mktemp("data") / "data.txt"


def test_data(data):
    assert data.name == "data.txt"
""",
        proof=Proof("ScopeMismatch: You tried to access the function scoped fixture tmp_path", "error"),
    ),
    Example(
        "`monkeypatch` in a wide fixture",
        bad="""\
import os

import pytest
import pytest_asyncio


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def settings(⟦monkeypatch⟧):
    # For all tests of the module.
    monkeypatch.setenv("APP_DEBUG", "1")
    yield os.environ


def test_settings(settings):
    assert settings["APP_DEBUG"] == "1"
""",
        good="""\
import os

import pytest
import pytest_asyncio


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def settings():
    # For all tests of the module.
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("APP_DEBUG", "1")
        yield os.environ


def test_settings(settings):
    assert settings["APP_DEBUG"] == "1"
""",
        proof=Proof(
            "ScopeMismatch: You tried to access the function scoped fixture monkeypatch",
            "error",
            pytest_asyncio=">=0.24",
        ),
    ),
    Example(
        "`caplog` in a wide fixture",
        bad="""\
import logging

import pytest


@pytest.fixture(scope="module", autouse=True)
def quiet(⟦caplog⟧):
    caplog.set_level(logging.ERROR)


def test_level():
    assert logging.getLogger().level == logging.ERROR
""",
        good="""\
import logging

import pytest


@pytest.fixture(scope="function", autouse=True)
def quiet(caplog):
    caplog.set_level(logging.ERROR)


def test_level():
    assert logging.getLogger().level == logging.ERROR
""",
        proof=Proof("ScopeMismatch: You tried to access the function scoped fixture caplog", "error"),
    ),
    Example(
        "anyio's backend lives for a module",
        bad="""\
import pytest


@pytest.fixture(scope="session")
async def ⟦value⟧():
    return 1


@pytest.mark.anyio
async def test_value(value):
    assert value == 1
""",
        good="""\
import pytest


@pytest.fixture(scope="session")
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="session")
async def value():
    return 1


@pytest.mark.anyio
async def test_value(value):
    assert value == 1
""",
        fixed="",
        proof=Proof(
            "ScopeMismatch: You tried to access the module scoped fixture anyio_backend", "error", requires=("anyio",)
        ),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "a decorator passes the arguments",
        """\
import pytest
from nowhere import with_cluster


@pytest.fixture
def client():
    return 1


@pytest.fixture(scope="module")
@with_cluster(client=True)
async def sample(client):
    yield client
""",
    ),
    NearMiss(
        "the narrow one is overridden by a wide one, nearer",
        """\
import pytest


@pytest.fixture(scope="session")
def settings():
    return {}


@pytest.fixture(scope="session")
def app(settings):
    return settings


def test_app(app):
    assert app == {}
# file: conftest.py
import pytest


@pytest.fixture
def settings():
    return {"debug": True}
""",
    ),
    NearMiss(
        "each test overrides what the base class needs",
        """\
import pytest


class Base:
    @pytest.fixture
    def settings(self):
        return None

    @pytest.fixture(scope="class")
    def app(self, settings):
        return settings


class TestOne(Base):
    @pytest.fixture(scope="class")
    def settings(self):
        return {}

    def test_app(self, app):
        assert app == {}
""",
    ),
    NearMiss(
        "a computed scope",
        """\
import pytest


def scope_of(fixture_name, config):
    return "function"


@pytest.fixture(scope=scope_of)
def app(tmp_path):
    return tmp_path


def test_app(app):
    assert app
""",
    ),
    NearMiss(
        "`request` fits every scope",
        "import pytest\n\n\n@pytest.fixture(scope='session')\n"
        "def app(request):\n    return request.scope\n\n\ndef test(app):\n    assert app\n",
    ),
    NearMiss(
        "a narrow fixture may need a wide one",
        "import pytest\n\n\n@pytest.fixture\n"
        "def app(tmp_path_factory):\n    return tmp_path_factory\n\n\ndef test(app):\n    assert app\n",
    ),
)


@dataclass(frozen=True, slots=True)
class _Mismatch:
    fixture: FixtureDef
    needed: FixtureDef
    implied: bool = False


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the parameters, or at the name of a fixture that anyio runs."""
    for fixture in ctx.own_fixtures:
        if fixture.scope is Scope.FUNCTION or isinstance(fixture.scope, Unknown):
            continue
        # A decorator that passes arguments of its own may take them out of the signature.
        for name in fixture.argnames if fixture.supplied is None else ():
            span = ctx.param_span(fixture.id, name)
            needed = None if span is None or name == "request" else too_narrow(ctx, fixture, name)
            if span is not None and needed is not None:
                yield _finding(ctx, span, _Mismatch(fixture, needed), _advice(needed, fixture.scope))
        needed = (
            narrow_backend(ctx, fixture) if fixture.kind.is_async and "anyio_backend" not in fixture.argnames else None
        )
        if needed is not None:
            advice = f" Define an `anyio_backend` of the {fixture.scope.value} scope."
            yield _finding(ctx, ctx.name_span(fixture.id), _Mismatch(fixture, needed, implied=True), advice)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Requests the substitute for the right scope, or narrows the fixture."""
    data = finding.data
    if not isinstance(data, _Mismatch) or data.implied or not isinstance(data.fixture.scope, Scope):
        return None
    wide, needed = data.fixture.scope.value, data.needed
    match needed.name if needed.where in _INSTALLED else "":
        case "mocker":
            edits = rename_parameter(ctx, data.fixture.id, "mocker", f"{wide}_mocker")
            return None if edits is None else ctx.fix(f"Request `{wide}_mocker`", Safety.UNSAFE, edits)
        case "tmp_path":
            made = f'tmp_path_factory.mktemp("{data.fixture.name}")'
            edits = rename_parameter(ctx, data.fixture.id, "tmp_path", "tmp_path_factory", made)
            # Each call makes another folder.
            if edits is None or len(edits) != 2:
                return None
            return ctx.fix("Request `tmp_path_factory`", Safety.UNSAFE, edits)
        case "monkeypatch":
            edits = _own_monkeypatch(ctx, data.fixture)
            title = "Make a `MonkeyPatch` for this scope"
            return None if edits is None else ctx.fix(title, Safety.UNSAFE, edits)
        case _:
            return _narrowed(ctx, data.fixture, needed)


def _finding(ctx: Context, span: Span, data: _Mismatch, advice: str) -> Finding:
    fixture, needed = data.fixture, data.needed
    scopes = [each.value for each in (fixture.scope, needed.scope) if isinstance(each, Scope)]
    message = (
        f"The {scopes[0]} scoped fixture `{fixture.name}` cannot use the {scopes[-1]} scoped fixture `{needed.name}`."
        f"{advice}"
    )
    return ctx.finding(META, span, message, related=definition_related(ctx, needed), data=data)


def _advice(needed: FixtureDef, wide: Scope) -> str:
    if needed.where not in _INSTALLED:
        return ""
    return {
        "mocker": f" Use `{wide.value}_mocker`.",
        "tmp_path": " Use `tmp_path_factory`.",
        "tmpdir": " Use `tmp_path_factory`.",
        "monkeypatch": " Use `with pytest.MonkeyPatch.context() as monkeypatch:`.",
    }.get(needed.name, "")


def _own_monkeypatch(ctx: Context, fixture: FixtureDef) -> list[Edit] | None:
    """Edits that put the body of a generator below `with pytest.MonkeyPatch.context()`, without the parameter."""
    body = None if ctx.facts is None else ctx.facts.body(fixture.id)
    if body is None or not body.yields:
        return None
    arguments = [*body.node.args.args, *body.node.args.kwonlyargs]
    place = next((index for index, each in enumerate(arguments) if each.arg == "monkeypatch"), None)
    if place is None or body.node.args.defaults or body.node.args.posonlyargs or body.node.args.vararg:
        return None
    statements = body.node.body
    if isinstance(statements[0], ast.Expr) and isinstance(statements[0].value, ast.Constant):
        statements = statements[1:]
    imports: list[Edit] = []
    header = f"with {spelled(ctx, 'pytest', imports)}.MonkeyPatch.context() as monkeypatch"
    moved = under(ctx, body, statements, header) if statements else None
    if moved is None:
        return None
    removal = without_item(ctx.text, [ctx.span(body, each) for each in arguments], place)
    return [*imports, Edit(removal, ""), *moved]


def _narrowed(ctx: Context, fixture: FixtureDef, needed: FixtureDef) -> Fix | None:
    definition = ctx.definition(fixture.id)
    if definition is None or not isinstance(needed.scope, Scope):
        return None
    scope = needed.scope.value
    for expr, node in definition.decorators:
        if fixture_decorator(expr) is None or not isinstance(node, ast.Call):
            continue
        for keyword in node.keywords:
            if keyword.arg == "scope":
                edit = Edit(ctx.span(fixture.id, keyword.value), f'"{scope}"')
                return ctx.fix(f'Give `{fixture.name}` the scope "{scope}"', Safety.UNSAFE, [edit])
    return None


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
