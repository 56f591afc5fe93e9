"""A fixture is called like a function.

## What it does
Reports calls of a fixture by the name of its function, awaited or not.

## Why is this bad
pytest replaces the function by a definition that refuses to be called: 'Fixture "value" called directly'.

## When not to fix
Never: the call always fails. What several places shall call has to be an ordinary function.

## Fix safety
Safe: the function gets the fixture as a parameter, and uses its value instead of the call. There is no fix for calls
with arguments, of generators, or in functions that cannot request the fixture; in nested functions it is unsafe.

## Versions
All.

## References
- [pytest: calling fixtures directly](https://docs.pytest.org/en/stable/deprecations.html#calling-fixtures-directly)
"""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body, CallSite, Use
from loopscope.facts.outline import FunctionFact
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.calls import expects_failure
from loopscope.rules.support.names import add_parameter, binds_anywhere, inner_bodies, place, requesters
from loopscope.text.edit import Edit
from loopscope.text.frozen import frozen
from loopscope.workspace.model import Decorator, FixtureDef, Kind, Scope, TestItem, Unknown
from loopscope.workspace.recipes import Recipe, recipe_of
from loopscope.workspace.values import Function

META = Meta("fixture-called-directly", Group.FIXTURES, Severity.ERROR)

_FIXTURE = """\
import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def value():
    return 1
"""

EXAMPLES = (
    Example(
        "An awaited call",
        bad=f"""\
{_FIXTURE}

@pytest.mark.asyncio
async def test_value():
    assert await ⟦value()⟧ == 1
""",
        good=f"""\
{_FIXTURE}

@pytest.mark.asyncio
async def test_value(value):
    assert value == 1
""",
        proof=Proof('Fixture "value" called directly'),
    ),
    Example(
        "A fixture calls another one",
        bad="""\
import pytest


@pytest.fixture(name="settings")
def make_settings():
    return {"debug": True}


@pytest.fixture
def debug(tmp_path):
    return ⟦make_settings()⟧["debug"]


def test_debug(debug):
    assert debug
""",
        good="""\
import pytest


@pytest.fixture(name="settings")
def make_settings():
    return {"debug": True}


@pytest.fixture
def debug(tmp_path, settings):
    return settings["debug"]


def test_debug(debug):
    assert debug
""",
        proof=Proof('Fixture "settings" called directly', "error"),
    ),
)

NEAR_MISSES = (
    NearMiss(
        "the parameter of that name is called",
        """\
import pytest


@pytest.fixture
def make():
    return lambda: 1


def test_make(make):
    assert make() == 1
""",
    ),
    NearMiss(
        "a local of that name",
        f"{_FIXTURE}\n\ndef test_value():\n    def value():\n        return 1\n\n    assert value() == 1\n",
    ),
    NearMiss(
        "the function behind the fixture",
        """\
import pytest


def make():
    return 1


value = pytest.fixture(make)


def test_value(value):
    assert make() == value
""",
    ),
    NearMiss(
        "an error that is expected",
        f"{_FIXTURE}\n\ndef test_value():\n    with pytest.raises(BaseException):\n        value()\n",
    ),
    NearMiss(
        "the name is bound again",
        "import pytest\n\n\n@pytest.fixture\ndef value():\n    return 1\n\n\ndef value():\n    return 2\n\n\n"
        "def test_value():\n    assert value() == 2\n",
    ),
)


@frozen
class _DirectCall:
    body: Body
    call: CallSite
    recipe: Recipe


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the calls."""
    fixtures = {} if ctx.outline.dynamic else _functions(ctx)
    if ctx.facts is None or not fixtures:
        return
    for body in ctx.facts.bodies:
        for inner in inner_bodies(body):
            for call in inner.calls:
                recipe = fixtures.get(call.name or "") if not call.local_root else None
                span = None if recipe is None else place(ctx, inner, call.node)
                if recipe is None or span is None or expects_failure(inner, call):
                    continue
                message = (
                    f'pytest refuses to call a fixture ("Fixture "{recipe.name}" called directly"): a function has '
                    f"its value as the parameter `{recipe.name}`."
                )
                yield ctx.finding(META, span, message, data=_DirectCall(inner, call, recipe))


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Requests the fixture and uses the parameter instead of the call."""
    data = finding.data
    if not isinstance(data, _DirectCall) or data.call.node.args or data.call.node.keywords:
        return None
    outer = data.body
    while (around := ctx.around(outer)) is not None:
        outer = around
    owner = next((owner for owner, body in requesters(ctx) if body is outer), None)
    used = _value_node(data)
    if owner is None or used is None or not _may_request(ctx, owner, outer, data):
        return None
    edit = add_parameter(ctx, owner.id, data.recipe.name)
    span = place(ctx, data.body, used)
    if edit is None or span is None:
        return None
    # A nested function may never be called, so that the test does pass as it is.
    safety = Safety.SAFE if outer is data.body else Safety.UNSAFE
    return ctx.fix(f"Request `{data.recipe.name}`", safety, [edit, Edit(span, data.recipe.name)])


def _functions(ctx: Context) -> dict[str, Recipe]:
    """The fixtures of the module by their functions' names; only names that it binds just once count."""
    called = {call.name for body in ctx.bodies for call in body.calls if not call.local_root}
    found: dict[str, Recipe] = {}
    for name, bindings in ctx.outline.by_name.items():
        target = bindings[0].target
        if len(bindings) != 1 or not isinstance(target, FunctionFact) or not target.decorators:
            continue
        if name not in called or ctx.is_patched(name):
            continue
        recipe = recipe_of(ctx.queries, Function(ctx.path, target), name, bound=False)
        if isinstance(recipe, Recipe) and recipe.marker.decorator is not Decorator.OTHER:
            found[name] = recipe
    return found


def _value_node(data: _DirectCall) -> ast.expr | None:
    """What the value of the fixture stands for: the call, or the `await` of it."""
    if data.recipe.kind is Kind.FUNCTION and data.call.use is not Use.AWAITED:
        return data.call.node
    if data.recipe.kind is Kind.COROUTINE and isinstance(data.call.parent, ast.Await):
        return data.call.parent
    return None


def _may_request(ctx: Context, owner: TestItem | FixtureDef, outer: Body, data: _DirectCall) -> bool:
    name = data.recipe.name
    if name in outer.bound or binds_anywhere(outer.node, name):
        return False
    if isinstance(owner, TestItem):
        return True
    chain = ctx.requested(owner, name)
    if isinstance(chain, Unknown) or not chain or owner.name in chain[-1].argnames:
        return False
    mine, theirs = owner.scope, chain[-1].scope
    return isinstance(mine, Scope) and isinstance(theirs, Scope) and not mine.wider_than(theirs)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
