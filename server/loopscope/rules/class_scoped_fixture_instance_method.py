"""A wide fixture sets attributes of `self`, which is not the instance that the tests get.

## What it does
Reports `self.name = ...` in fixtures of the scope class or wider that are methods, where a test of the class that uses
the fixture reads `self.name` and nothing else sets it.

## Why is this bad
pytest makes a new instance of the class for each test, and runs a class-scoped fixture once, on an instance of its own.
What it sets there is lost: "'TestThing' object has no attribute 'name'".

## When not to fix
Never. Attributes that the class, another method, or a base class may set are not reported.

## Fix safety
Unsafe: the fixture becomes a class method that sets attributes of the class, which outlive the fixture. Without the
scope the fixture would set them for each test.

## Versions
All. pytest >= 9.1 warns of each such method: "Class-scoped fixtures defined as instance methods are deprecated".

## References
- [pytest: class-scoped fixture as instance method](https://docs.pytest.org/en/stable/deprecations.html#class-scoped-fixture-as-instance-method)

"""

import ast
import re
from collections.abc import Iterator

from loopscope.facts.bodies import Body
from loopscope.facts.outline import FactId
from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Fix, Group, Meta, NearMiss, Proof, Rule, Safety, Severity
from loopscope.rules.support.fixture_bodies import plain_fixtures
from loopscope.rules.support.names import inner_bodies, rename_parameter
from loopscope.rules.support.text import line_end, line_start
from loopscope.text.edit import Edit
from loopscope.text.span import Span
from loopscope.workspace.model import FixtureDef, Scope, TestItem
from loopscope.workspace.mro import class_fact, member

META = Meta("class-scoped-fixture-instance-method", Group.FIXTURES, Severity.ERROR, texts=("fixture",))

_DEF = re.compile(r"([ \t]*)(?:async[ \t]+)?def\b")
_AUTO = "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"

EXAMPLES = (
    Example(
        "An async fixture of the class",
        bad="""\
import pytest_asyncio


class TestThing:
    @pytest_asyncio.fixture(scope="class", loop_scope="class", autouse=True)
    async def connect(self):
        ⟦self.connected⟧ = True
        yield

    async def test_connected(self):
        assert self.connected
""",
        good="""\
import pytest_asyncio


class TestThing:
    @pytest_asyncio.fixture(scope="class", loop_scope="class", autouse=True)
    @classmethod
    async def connect(cls):
        cls.connected = True
        yield

    async def test_connected(self):
        assert self.connected
""",
        proof=Proof("object has no attribute 'connected'", pytest_asyncio=">=0.26"),
        config=_AUTO,
    ),
    Example(
        "A synchronous one",
        bad="""\
import pytest


class TestThing:
    @pytest.fixture(scope="class", autouse=True)
    def load(self):
        ⟦self.rows⟧ = [1, 2]

    def test_rows(self):
        assert self.rows == [1, 2]
""",
        good="""\
import pytest


class TestThing:
    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def load(cls):
        cls.rows = [1, 2]

    def test_rows(self):
        assert self.rows == [1, 2]
""",
        proof=Proof("object has no attribute 'rows'"),
        config=_AUTO,
    ),
)

NEAR_MISSES = (
    NearMiss(
        "for each test",
        """\
import pytest


class TestThing:
    @pytest.fixture(autouse=True)
    def load(self):
        self.rows = [1, 2]

    def test_rows(self):
        assert self.rows == [1, 2]
""",
    ),
    NearMiss(
        "attributes of the class",
        """\
import pytest


class TestThing:
    @pytest.fixture(scope="class", autouse=True)
    def load(self, request):
        request.cls.rows = [1, 2]
        type(self).size = 2

    def test_rows(self):
        assert self.rows == [1, 2]
""",
    ),
    NearMiss(
        "the class has a value of its own",
        """\
import pytest


class TestThing:
    rows = ()

    @pytest.fixture(scope="class", autouse=True)
    def load(self):
        self.rows = [1, 2]

    def test_rows(self):
        assert self.rows == ()
""",
    ),
    NearMiss(
        "another method sets it, or it need not be there",
        """\
import pytest


class TestThing:
    @pytest.fixture(scope="class", autouse=True)
    def load(self):
        self.rows = [1, 2]
        self.size = 2
        self.unread = 3

    def setup_method(self):
        self.rows = []

    def test_rows(self):
        assert self.rows == []
        assert getattr(self, "size", None) is None
""",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the attributes."""
    for fixture, body in plain_fixtures(ctx):
        holder = fixture.id.holder
        if not holder or not isinstance(fixture.scope, Scope) or fixture.scope is Scope.FUNCTION:
            continue
        owner = class_fact(ctx.queries, ctx.path, FactId(holder))
        me = body.node.args.args[0].arg if body.node.args.args else ""
        if not me or owner is None or owner.bases or any(map(_binds_otherwise, body.node.decorator_list)):
            continue
        for name, target in _stored(body, me).items():
            test = _reader(ctx, fixture, holder, name)
            if test is None or member(ctx.queries, ctx.path, owner.id, name) is not None:
                continue
            if _is_set_elsewhere(ctx, body, name) or re.search(rf"""["']{name}["']""", ctx.text):
                continue
            message = (
                f"`{test.name}` runs on another instance than this {fixture.scope.value}-scoped fixture, and has no "
                f"`{name}`: set it on the class."
            )
            yield ctx.finding(META, ctx.span(body, target), message, data=fixture)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Makes the fixture a class method."""
    fixture = finding.data
    if not isinstance(fixture, FixtureDef) or ctx.facts is None:
        return None
    body = ctx.facts.body(fixture.id)
    edits = None if body is None else rename_parameter(ctx, fixture.id, body.node.args.args[0].arg, "cls")
    at = line_start(ctx.text, ctx.name_span(fixture.id).start)
    word = _DEF.match(ctx.text, at)
    if edits is None or word is None:
        return None
    edits = [Edit(Span(at, at), f"{word[1]}@classmethod{line_end(ctx.text)}"), *edits]
    return ctx.fix("Make it a class method", Safety.UNSAFE, edits)


def _stored(body: Body, me: str) -> dict[str, ast.Attribute]:
    """The first place at which each attribute of the first parameter is set."""
    found: dict[str, ast.Attribute] = {}
    for statement in body.statements:
        targets: list[ast.expr] = []
        match statement:
            case ast.Assign():
                targets += statement.targets
            case ast.AnnAssign(_, _, ast.expr()):
                targets.append(statement.target)
            case _:
                pass
        for target in targets:
            if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == me:
                found.setdefault(target.attr, target)
    return found


def _reader(ctx: Context, fixture: FixtureDef, holder: str, name: str) -> TestItem | None:
    """A test of the class that uses the fixture and reads an attribute of its instance."""
    for test in ctx.own_tests:
        body = None if ctx.facts is None or test.id.holder != holder else ctx.facts.body(test.id)
        if body is None or not body.node.args.args or test.is_unittest:
            continue
        chain = ctx.closure(test).chains.get(fixture.name, ())
        if chain and chain[-1].id == fixture.id and chain[-1].path == ctx.path:
            me = body.node.args.args[0].arg
            if any(_is_attribute(node, me, name) for each in body.statements for node in ast.walk(each)):
                return test
    return None


def _is_set_elsewhere(ctx: Context, body: Body, name: str) -> bool:
    """Whether another function of the file sets an attribute of that name on anything."""
    for other in ctx.bodies:
        if other.outermost == body.id:
            continue
        for each in inner_bodies(other):
            for node in (node for statement in each.statements for node in ast.walk(statement)):
                if isinstance(node, ast.Attribute) and node.attr == name and isinstance(node.ctx, ast.Store):
                    return True
    return False


def _is_attribute(node: ast.AST, me: str, name: str) -> bool:
    match node:
        case ast.Attribute(ast.Name(owner), attribute, ast.Load()):
            return owner == me and attribute == name
        case _:
            return False


def _binds_otherwise(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("classmethod", "staticmethod")


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
