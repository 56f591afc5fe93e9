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

from loopscope.facts.questions import fixture_decorator
from loopscope.rules.context import Context
from loopscope.rules.examples import examples_of
from loopscope.rules.model import Finding, Fix, Group, Meta, Rule, Safety, Severity
from loopscope.rules.support.imports import spelled
from loopscope.rules.support.names import rename_parameter
from loopscope.rules.support.related import definition_related
from loopscope.rules.support.scopes import narrow_backend, too_narrow
from loopscope.rules.support.text import without_item
from loopscope.rules.support.wrapping import under
from loopscope.text.edit import Edit
from loopscope.text.frozen import frozen
from loopscope.text.span import Span
from loopscope.workspace.model import FixtureDef, Scope, Unknown, Where

_INSTALLED = (Where.PYTEST, Where.PLUGIN)

META = Meta("fixture-scope-mismatch", Group.LOOPS, Severity.ERROR)


EXAMPLES, NEAR_MISSES = examples_of(__name__)


@frozen
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
