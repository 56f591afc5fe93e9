"""A fixture is used like a variable, but the function does not request it.

## What it does
Reports tests and fixtures whose body uses the name of a visible fixture that is neither a parameter nor bound anywhere
else.

## Why is this bad
A fixture is given to functions that have it as a parameter, and to no others. In the module that defines it the name
is the fixture's definition, not its value: `client["status"]` ends in "'FixtureFunctionDefinition' object is not
subscriptable". A fixture of a conftest or of a plugin is no name at all there: a NameError.

## When not to fix
If the name is made in a way that cannot be read.

## Fix safety
Safe: the function fails as it is, and works when the fixture is a parameter. Unsafe for uses in nested functions.

## Versions
All. Before pytest 8.4 the name is a plain function.

## References
- [pytest: requesting fixtures](https://docs.pytest.org/en/stable/how-to/fixtures.html#requesting-fixtures)
"""

import ast
import builtins
from collections.abc import Iterator, Mapping

from loopscope.facts.bodies import Body
from loopscope.facts.outline import FunctionFact, Guard
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.names import add_parameter, binds_anywhere, inner_bodies, place_of_name, requesting
from loopscope.rules.support.related import definition_related
from loopscope.rules.support.uses import uses_value
from loopscope.text.frozen import frozen
from loopscope.workspace.index import index_of
from loopscope.workspace.model import FixtureDef, Scope, TestItem, Unknown

META = Meta(
    "fixture-not-requested",
    Group.FIXTURES,
    Severity.ERROR,
    overlaps=(
        "ruff: F821",
        "pyright: reportUndefinedVariable",
        "pyright: reportIndexIssue",
        "ty: unresolved-reference",
        "ty: not-subscriptable",
    ),
)

# What functions and definitions of fixtures have.
_OF_DEFINITION = ("name",)
_EXPECTING = ("raises", "suppress", "warns", "raises_group", "RaisesGroup", "subtests.test")
_BUILTINS = frozenset(dir(builtins))

_FIXTURE = """\
import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def client():
    return {"status": 200}
"""

_CONFTEST = f"# file: conftest.py\n{_FIXTURE}"

EXAMPLES = (
    Example(
        "A fixture of the same module",
        bad=f"""\
{_FIXTURE}

@pytest.mark.asyncio
async def test_status():
    assert ⟦client⟧["status"] == 200
""",
        good=f"""\
{_FIXTURE}

@pytest.mark.asyncio
async def test_status(client):
    assert client["status"] == 200
""",
        proof=Proof("'FixtureFunctionDefinition' object is not subscriptable"),
    ),
    Example(
        "A fixture of a conftest",
        bad=f"""\
import pytest


@pytest.mark.asyncio
async def test_status(tmp_path):
    response = ⟦client⟧
    assert response["status"] == 200
{_CONFTEST}""",
        good=f"""\
import pytest


@pytest.mark.asyncio
async def test_status(tmp_path, client):
    response = client
    assert response["status"] == 200
{_CONFTEST}""",
        proof=Proof("name 'client' is not defined"),
    ),
)

NEAR_MISSES = (
    NearMiss("a local variable", f"def test():\n    client = 1\n    assert client.real\n{_CONFTEST}"),
    NearMiss(
        "bound twice, by a with, by a loop, by an import",
        f"""\
def test():
    if 1:
        client = 1
    assert client.real
    client = 2
    for tmp_path in [1]:
        assert tmp_path.real
    with open(__file__) as capsys:
        assert capsys.name
    import os as monkeypatch

    assert monkeypatch.name
{_CONFTEST}""",
    ),
    NearMiss("in a comprehension", f"def test():\n    assert [client.real for client in [1]]\n{_CONFTEST}"),
    NearMiss(
        "a nested function", f"def test():\n    def client():\n        return 1\n\n    assert client()\n{_CONFTEST}"
    ),
    NearMiss("a name of the module", f"client = 1\n\n\ndef test():\n    assert client.real\n{_CONFTEST}"),
    NearMiss(
        "a global",
        f"def setup_module():\n    global client\n    client = 1\n\n\ndef test():\n    assert client.real\n{_CONFTEST}",
    ),
    NearMiss("a fixture as an object", f"{_FIXTURE}\n\ndef test():\n    assert client.__name__ and callable(client)\n"),
    NearMiss(
        "a parameter of the function around",
        "def test(client):\n    def status():\n        return client['status']\n\n"
        f"    assert status() == 200\n{_CONFTEST}",
    ),
    NearMiss(
        "an error that is expected",
        "import pytest\n\n\ndef test():\n    with pytest.raises(NameError):\n        print(tmp_path)\n",
    ),
)


@frozen
class _Use:
    owner: TestItem | FixtureDef
    name: str
    nested: bool


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the first use of each name in a function."""
    if ctx.outline.dynamic or any(binding.name == "*" for binding in ctx.outline.bindings):
        return
    owners = requesting(ctx)
    if not owners:
        return
    for body, unbound in ctx.bodies_with("reads of unbound names", _unbound):
        owner = owners.get(body.id)
        if owner is None:
            continue
        visible = _visible(ctx, owner)
        for name in unbound.keys() & visible.keys():
            for inner, load in unbound[name]:
                message = _mistake(ctx, body, inner, load, visible[name])
                span = place_of_name(ctx, inner, load)
                if message is None or span is None or binds_anywhere(body.node, name):
                    continue
                related = definition_related(ctx, visible[name][-1])
                use = _Use(owner, name, nested=inner is not body)
                yield ctx.finding(META, span, message, related=related, data=use)
                break


def _unbound(body: Body) -> Mapping[str, list[tuple[Body, ast.Name]]]:
    """The names that a function of the outline reads, itself or in nested ones, and does not bind; with the reads."""
    found: dict[str, list[tuple[Body, ast.Name]]] = {}
    for inner in inner_bodies(body) if body.id == body.outermost else ():
        for load in inner.loads:
            if load.id not in body.bound and load.id not in _BUILTINS:
                found.setdefault(load.id, []).append((inner, load))
    return found


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Adds the parameter."""
    use = finding.data
    if not isinstance(use, _Use) or _is_too_wide(ctx, use.owner, use.name):
        return None
    edit = add_parameter(ctx, use.owner.id, use.name)
    # A nested function may never be called, so that the test does pass as it is.
    safety = Safety.UNSAFE if use.nested else Safety.SAFE
    return None if edit is None else ctx.fix(f"Request `{use.name}`", safety, [edit])


def _visible(ctx: Context, owner: TestItem | FixtureDef) -> Mapping[str, tuple[FixtureDef, ...]]:
    class_path = owner.class_path if isinstance(owner, TestItem) else tuple(owner.baseid.split("::")[1:])
    return ctx.remember(f"visible in {class_path}", lambda: ctx.view.visible(class_path))


def _mistake(ctx: Context, body: Body, inner: Body, load: ast.Name, chain: tuple[FixtureDef, ...]) -> str | None:
    """The message, when the use surely fails; None otherwise."""
    name = load.id
    bindings = ctx.outline.by_name.get(name, ())
    if _expects_failure(body, load):
        return None
    if not bindings:
        return f"`{name}` is no variable here: a function gets the fixture only as a parameter."
    if len(bindings) != 1 or bindings[0].guard is not Guard.ALWAYS:
        return None
    target = bindings[0].target
    fixture = chain[-1]
    if not isinstance(target, FunctionFact) or fixture.path != ctx.path or fixture.id != target.id:
        return None
    if not _uses_value(inner, load) or _has_attributes(ctx, name):
        return None
    return f"`{name}` is the definition of the fixture here, not its value, which a function gets only as a parameter."


def _expects_failure(body: Body, load: ast.Name) -> bool:
    """Whether a name is read where errors are caught or expected."""
    for inner in inner_bodies(body):
        around = [each for each in inner.statements if isinstance(each, ast.Try | ast.TryStar)]
        catching = {id(call.node) for call in inner.calls if (call.name or "").endswith(_EXPECTING)}
        blocks = [each for each in inner.withs if any(id(item.context_expr) in catching for item in each.items)]
        if any(each.lineno <= load.lineno <= (each.end_lineno or 0) for each in (*around, *blocks)):
            return True
    return False


def _has_attributes(ctx: Context, name: str) -> bool:
    """Whether the module sets attributes of the function."""
    return any(each.startswith(f"{name}.") for each in ctx.queries.get(index_of, ctx.path).names)


def _uses_value(body: Body, load: ast.Name) -> bool:
    """Whether a name is used in a way in which no function or definition of a fixture can be."""
    for statement in body.statements:
        match statement:
            case ast.Assign([ast.Name(alias)], value) if value is load and body.times_bound.get(alias) == 1:
                return any(uses_value(body, each, _OF_DEFINITION) for each in body.loads if each.id == alias)
            case _:
                pass
    return uses_value(body, load, _OF_DEFINITION)


def _is_too_wide(ctx: Context, owner: TestItem | FixtureDef, name: str) -> bool:
    """Whether the owner could not request the fixture: it lives longer, or the fixture needs it."""
    if isinstance(owner, TestItem):
        return False
    chain = ctx.requested(owner, name)
    if isinstance(chain, Unknown) or not chain or owner.name in chain[-1].argnames:
        return True
    mine, theirs = owner.scope, chain[-1].scope
    return not isinstance(mine, Scope) or not isinstance(theirs, Scope) or mine.wider_than(theirs)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
