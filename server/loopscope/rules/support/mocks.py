"""Which names in a function are mocks, of which kind, and what the function sets up on them."""

import ast
import re
from collections.abc import Iterable
from enum import Enum
from pathlib import PurePath

from loopscope.facts.bodies import Body
from loopscope.facts.outline import FactId
from loopscope.facts.part import Part
from loopscope.facts.reading import dotted_name
from loopscope.rules.context import Context
from loopscope.rules.support.calls import binding_count
from loopscope.rules.support.mock_setups import SetUp, bound_expression, chain_of, set_ups, told_by
from loopscope.rules.support.names import own_parameter
from loopscope.rules.support.patches import (
    Owner,
    Patch,
    injected,
    meaning,
    mock_function,
    parameter_names,
    patch_of,
    replaced,
    site_of,
)
from loopscope.text.files import Unreadable
from loopscope.text.frozen import frozen, replace
from loopscope.workspace.hooks import conftests_of
from loopscope.workspace.index import index_of
from loopscope.workspace.inference.instances import setters
from loopscope.workspace.model import FixtureDef, Unknown
from loopscope.workspace.mro import member, mro_of
from loopscope.workspace.queries import Queries
from loopscope.workspace.targets import attribute, is_coroutine_function
from loopscope.workspace.values import Class, Value

CALL_ASSERTIONS = (
    "assert_called",
    "assert_called_once",
    "assert_called_with",
    "assert_called_once_with",
    "assert_any_call",
    "assert_has_calls",
    "assert_not_called",
)
"""The assertions that every mock has."""

AWAIT_ASSERTIONS = (
    "assert_awaited",
    "assert_awaited_once",
    "assert_awaited_with",
    "assert_awaited_once_with",
    "assert_any_await",
    "assert_has_awaits",
    "assert_not_awaited",
)
"""The assertions that only an `AsyncMock` has."""

DATA = frozenset(
    {
        "side_effect",
        "called",
        "call_count",
        "call_args",
        "call_args_list",
        "mock_calls",
        "method_calls",
        "await_count",
        "await_args",
        "await_args_list",
        "configure_mock",
        "attach_mock",
        "reset_mock",
        "mock_add_spec",
        "spy_return",
        "spy_exception",
    }
)
"""Attributes of a mock that are no mocks themselves, beside its assertions."""

_NOT_SET_UP = frozenset(
    {"spec", "spec_set", "autospec", "wraps", "name", "unsafe", "new", "new_callable", "create", "instance", "parent"}
)
_WORDS = ("Mock", "mocker", "patch", "create_autospec")
_SIGNS = re.compile(r"mocker\b|\b(?:(?:NonCallable)?(?:Async|Magic)?Mock|patch|create_autospec)\b")
"""Those words alone: not `MockServer`, `dispatch` or `monkeypatch`."""
_RESTRICTING = frozenset({"spec", "spec_set", "autospec", "wraps"})


class Kind(Enum):
    """The class of a mock."""

    ASYNC = "AsyncMock"
    MAGIC = "MagicMock"
    PLAIN = "Mock"


@frozen(eq=False)
class Mock:
    """A mock: its kind (None: decided by what it replaces, which is not known) and all that is set up on it.

    `bare` says that nothing restricts its attributes: each one not set up is a mock of the same kind. Otherwise `spec`
    is the class that it imitates, where that is known.
    """

    kind: Kind | None
    bare: bool
    made: ast.Call
    set_ups: tuple[SetUp, ...]
    spec: Class | None = None
    patch: Patch | None = None

    def set_up(self, *path: str) -> SetUp | None:
        """The last thing set up at a path; None when nothing is."""
        return next((each for each in reversed(self.set_ups) if each.path == path), None)


def has_mocks(ctx: Context) -> bool:
    """Whether the file, or a conftest above it, says anything of mocks."""
    if ctx.facts is not None and ctx.facts.looked_at("says something of mocks", _signs).found:
        return True
    conftests = conftests_of(ctx.queries, ctx.path.parent)
    return any(ctx.queries.mentions(each, _WORDS) and ctx.queries.get(_has_signs, each) for each in conftests)


def _signs(part: Part) -> list[Part]:
    return [part] if _says_signs(part.chunk.text) else []


def _has_signs(q: Queries, path: PurePath) -> bool:
    text = q.files.read(path)
    return not isinstance(text, Unreadable) and _says_signs(text)


def _says_signs(text: str) -> bool:
    # Most texts have none of the words: that is seen at once.
    return any(word in text for word in _WORDS) and _SIGNS.search(text) is not None


def mock_of(ctx: Context, body: Body, name: str) -> Mock | None:
    """The mock that a name in a body stands for; None when it is no mock, or not certain.

    Also of an item of a literal, `senders["first"]`, and of what a method finds on its first parameter, `self.sender`.
    """
    known = ctx.remember("mocks", dict[tuple[FactId, str], Mock | None])
    key = (body.id, name)
    if key not in known:
        # Names that stand for each other are none.
        known[key] = None
        known[key] = _mock_of(ctx, body, name)
    return known[key]


def mock_at(ctx: Context, owner: Owner, node: ast.expr) -> Mock | None:
    """The mock that an expression is: a name, a chain of attributes of one, or the call that makes one."""
    if isinstance(node, ast.Call):
        return _made(ctx, owner, node)
    chain = chain_of(node)
    if chain is None or not isinstance(owner, Body):
        return None
    found, path = mock_of(ctx, owner, chain.root), chain.path
    if found is None and path:
        found, path = mock_of(ctx, owner, f"{chain.root}.{path[0]}"), path[1:]
    for name in path:
        found = None if found is None else child(ctx, found, name)
    return found


def kind_at(ctx: Context, owner: Owner, node: ast.expr) -> Kind | None:
    """The kind of `mock_at`; None when it is no mock, or not certain."""
    found = mock_at(ctx, owner, node)
    return None if found is None else found.kind


def child(ctx: Context, mock: Mock, name: str) -> Mock | None:
    """The mock that an attribute of a mock is (`_get_child_mock`), or what is set up for it, when that is a mock."""
    if name in DATA or name in CALL_ASSERTIONS or name in AWAIT_ASSERTIONS or mock.set_up("*"):
        return None
    below = _below(mock.set_ups, name)
    given = mock.set_up(name)
    if given is not None:
        made = None if given.value is None else mock_at(given.ctx, given.owner, given.value)
        return None if made is None else Mock(made.kind, made.bare, made.made, (*made.set_ups, *below), made.spec)
    if name in ("__aenter__", "__aexit__", "__anext__"):
        kind = None if mock.kind is Kind.PLAIN else Kind.ASYNC
        return None if kind is None else Mock(kind, mock.bare, mock.made, below)
    if name.startswith("__") or mock.kind is None:
        return None
    if mock.spec is not None:
        return _of_spec(ctx, mock, name, below)
    return Mock(mock.kind, True, mock.made, below) if mock.bare else None


def imitated(ctx: Context, owner: Owner, node: ast.Call) -> Value | None:
    """What a mock is made to look like: the value of `spec`, `spec_set` or the first argument of `create_autospec`."""
    given = [keyword.value for keyword in node.keywords if keyword.arg in ("spec", "spec_set")]
    return meaning(ctx, owner, (given or node.args)[0]) if given or node.args else None


def _of_spec(ctx: Context, mock: Mock, name: str, below: tuple[SetUp, ...]) -> Mock | None:
    """An attribute of a mock that imitates a class: an `AsyncMock` where the class has a coroutine function."""
    if mock.spec is None:
        return None
    if name == "return_value":
        # What calling it gives is not restricted, unlike that of `create_autospec`.
        is_free = mock.kind is not Kind.ASYNC and "autospec" not in ast.unparse(mock.made.func)
        return Mock(mock.kind, True, mock.made, below) if is_free else None
    answer = is_coroutine_function(ctx.queries, attribute(ctx.queries, mock.spec, name))
    if answer is None:
        return None
    kind = Kind.ASYNC if answer else Kind.PLAIN if mock.kind is Kind.PLAIN else Kind.MAGIC
    return Mock(kind, True, mock.made, below)


def _mock_of(ctx: Context, body: Body, name: str) -> Mock | None:
    start = name.partition(".")[0].partition("[")[0]
    around: Body | None = body
    while around is not None and start not in around.bound:
        around = ctx.around(around)
    if around is None or binding_count(around, start) != 1:
        return None
    holder, _, attribute_name = name.rpartition(".")
    # The key of an item may hold dots of its own.
    if holder.isidentifier():
        return _held(ctx, around, holder, attribute_name)
    made = _bound(ctx, around, name)
    if made is None:
        return None
    own = set_ups(ctx, around, name)
    return Mock(made.kind, made.bare, made.made, (*made.set_ups, *own), made.spec, made.patch)


def _bound(ctx: Context, body: Body, name: str) -> Mock | None:
    parameters = parameter_names(body)
    value = None if name in parameters else bound_expression(body, name)
    if value is not None:
        return mock_at(ctx, body, value)
    for block in body.withs:
        for item in block.items:
            if isinstance(item.optional_vars, ast.Name) and item.optional_vars.id == name:
                site = site_of(ctx, body, item.context_expr)
                patch = None if site is None else patch_of(ctx, body, site)
                return None if patch is None or patch.mocker else patched_mock(ctx, patch)
    if name not in parameters or name == own_parameter(body):
        return None
    patch = injected(ctx, body, name)
    if patch is not None:
        return patched_mock(ctx, patch)
    return _of_fixture(ctx, body, name)


def _made(ctx: Context, owner: Owner, node: ast.Call) -> Mock | None:
    """The mock that a call makes."""
    started = started_patch(ctx, owner, node)
    if started is not None:
        return patched_mock(ctx, started)
    site = site_of(ctx, owner, node)
    known = None if site is None else mock_function(ctx, owner, site)
    if site is None or known is None:
        return None
    patch = patch_of(ctx, owner, site)
    if patch is not None:
        # `patch(…)` itself is no mock; what `mocker.patch(…)` returns is.
        return patched_mock(ctx, patch) if patch.mocker else None
    match known:
        case "AsyncMock":
            kind = Kind.ASYNC
        case "MagicMock" | "NonCallableMagicMock":
            kind = Kind.MAGIC
        case "Mock" | "NonCallableMock":
            kind = Kind.PLAIN
        case "async_stub" | "stub" if site.local_root:
            # With a spec of a function: it has no attributes of its own.
            return Mock(Kind.ASYNC if known == "async_stub" else Kind.MAGIC, False, node, ())
        case "create_autospec":
            spec = imitated(ctx, owner, node)
            is_instance = any(keyword.arg == "instance" for keyword in node.keywords)
            return Mock(Kind.MAGIC, False, node, (), spec if is_instance and isinstance(spec, Class) else None)
        case _:
            return None
    if any(keyword.arg in _RESTRICTING for keyword in node.keywords) or node.args:
        spec = imitated(ctx, owner, node)
        return Mock(kind, False, node, _given(ctx, owner, node), spec if isinstance(spec, Class) else None)
    told = _given(ctx, owner, node)
    return Mock(kind, not any("*" in each.path for each in told), node, told)


def started_patch(ctx: Context, owner: Owner, node: ast.Call) -> Patch | None:
    """The patch that `patcher.start()` puts in place, `patcher` being a local name."""
    match node:
        case ast.Call(ast.Attribute(ast.Name(name), "start"), [], []) if isinstance(owner, Body):
            made = bound_expression(owner, name)
            site = site_of(ctx, owner, made) if made is not None else None
            patch = None if site is None else patch_of(ctx, owner, site)
            return None if patch is None or patch.mocker else patch
        case _:
            return None


def patched_mock(ctx: Context, patch: Patch) -> Mock | None:
    """The mock that a patch puts in place; None where it puts something else, or that is not certain."""
    if patch.unclear or patch.kind == "setattr":
        return None
    new, factory = patch.argument("new"), patch.argument("new_callable")
    if new is not None:
        return mock_at(ctx, patch.owner, new)
    restricted = any(patch.argument(name) is not None for name in _RESTRICTING)
    set_ups = _given(ctx, patch.owner, patch.node)
    if factory is not None:
        name = dotted_name(factory) or ("", "")
        last = f"{name[0]}{name[1]}".rpartition(".")[2]
        kinds = {kind.value: kind for kind in Kind}
        return Mock(kinds[last], not restricted, patch.node, set_ups, None, patch) if last in kinds else None
    answer = is_coroutine_function(ctx.queries, replaced(ctx, patch))
    kind = None if answer is None else Kind.ASYNC if answer else Kind.MAGIC
    return Mock(kind, not restricted, patch.node, set_ups, None, patch)


def _given(ctx: Context, owner: Owner, node: ast.Call) -> tuple[SetUp, ...]:
    """What the keyword arguments of a mock set up."""
    told = told_by([keyword for keyword in node.keywords if keyword.arg not in _NOT_SET_UP])
    return tuple(SetUp(path, value, ctx, owner) for path, value in told)


def _held(ctx: Context, body: Body, own: str, name: str) -> Mock | None:
    """The mock that a method finds on its first parameter, which one statement of its class sets, in this file."""
    arguments = [*body.node.args.posonlyargs, *body.node.args.args]
    facts = ctx.queries.get(index_of, ctx.path).class_named(body.id.holder) if body.id.holder else None
    if facts is None or not arguments or arguments[0].arg != own:
        return None
    key = (ctx.path, facts.id)
    if ctx.queries.get(mro_of, *key).unknown or ctx.queries.get(member, *key, name) is not None:
        return None
    found = list(setters(ctx.queries, *key, name))
    if len(found) != 1 or found[0][0].path != ctx.path:
        return None
    frame, statement, its_own = found[0]
    value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
    made = None if value is None else mock_at(ctx, frame.body, value)
    told: list[SetUp] = []
    for each in ctx.bodies:
        if each.id.holder == body.id.holder:
            more = _below(set_ups(ctx, each, its_own), name)
            if more and each.id not in (frame.body.id, body.id) and not each.node.name.startswith("test"):
                return None
            told += more if each.id in (frame.body.id, body.id) else ()
    return None if made is None else replace(made, set_ups=(*made.set_ups, *told))


def _below(given: Iterable[SetUp], name: str) -> tuple[SetUp, ...]:
    return tuple(each._replace(path=each.path[1:]) for each in given if each.path[0] == name and each.path[1:])


def _of_fixture(ctx: Context, body: Body, name: str) -> Mock | None:
    """The mock that a fixture hands over to a parameter."""
    fixture = fixture_of(ctx, body, name)
    other = None if fixture is None else context_at(ctx, fixture.path)
    found = None if fixture is None or other is None else value_of_fixture(other, fixture)
    return None if other is None or found is None else mock_at(other, *found)


def value_of_fixture(ctx: Context, fixture: FixtureDef) -> tuple[Body, ast.expr] | None:
    """The function of a fixture of a file, and the only expression that it returns or yields."""
    inner = None if ctx.facts is None else ctx.facts.body(fixture.id)
    if inner is None or fixture.has_params:
        return None
    values = [each.value for each in (*inner.returns, *inner.yields)]
    if len(values) != 1 or values[0] is None or any(isinstance(each, ast.YieldFrom) for each in inner.yields):
        return None
    return inner, values[0]


def fixture_of(ctx: Context, body: Body, name: str) -> FixtureDef | None:
    """The fixture that pytest passes for a parameter of a test or fixture; None when that is not certain."""
    if name == own_parameter(body):
        return None
    test = ctx.own_test(body.id)
    if test is not None:
        closure = ctx.closure(test)
        chain = closure.chains.get(name, ())
        return chain[-1] if chain and name not in closure.direct and name not in closure.unknown else None
    for fixture in ctx.own_fixtures:
        if fixture.id == body.id:
            found = ctx.requested(fixture, name)
            return None if isinstance(found, Unknown) or not found else found[-1]
    return None


def context_at(ctx: Context, path: PurePath) -> Context | None:
    """Another file of the same snapshot; None when it cannot be read."""
    return ctx if path == ctx.path else ctx.remember(f"context {path}", lambda: _read(ctx, path))


def _read(ctx: Context, path: PurePath) -> Context | None:
    facts, text = ctx.snapshot.facts(path), ctx.snapshot.files.read(path)
    if isinstance(facts, Unreadable) or isinstance(text, Unreadable):
        return None
    return Context(ctx.snapshot, path, text, facts)
