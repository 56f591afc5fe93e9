"""Which names in a function are mocks, of which kind, and what the function sets up on them."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePath
from typing import NamedTuple, cast

from loopscope.facts.bodies import Body
from loopscope.facts.outline import FactId
from loopscope.facts.reading import dotted_name
from loopscope.rules.context import Context
from loopscope.rules.support.calls import binding_count
from loopscope.rules.support.names import inner_bodies
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
from loopscope.workspace.model import FixtureDef, Unknown
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
_RESTRICTING = frozenset({"spec", "spec_set", "autospec", "wraps"})


class Kind(Enum):
    """The class of a mock."""

    ASYNC = "AsyncMock"
    MAGIC = "MagicMock"
    PLAIN = "Mock"


class SetUp(NamedTuple):
    """One `mock.a.b = value`; `path` is `("a", "b")`, value None where it is not written as an expression."""

    path: tuple[str, ...]
    value: ast.expr | None
    ctx: Context
    owner: Owner
    """What the value's names are those of: a function, or a decorated definition."""


@dataclass(frozen=True, slots=True, eq=False)
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


def mock_of(ctx: Context, body: Body, name: str) -> Mock | None:
    """The mock that a name in a body stands for; None when it is no mock, or not certain."""
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
    chain = dotted_name(node)
    if chain is None or not isinstance(owner, Body):
        return None
    found = mock_of(ctx, owner, chain[0])
    for name in chain[1].split(".")[1:]:
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
    below = tuple(each._replace(path=each.path[1:]) for each in mock.set_ups if each.path[0] == name and each.path[1:])
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
    if name == "return_value" or mock.spec is None:
        return None
    answer = is_coroutine_function(ctx.queries, attribute(ctx.queries, mock.spec, name))
    if answer is None:
        return None
    kind = Kind.ASYNC if answer else Kind.PLAIN if mock.kind is Kind.PLAIN else Kind.MAGIC
    return Mock(kind, True, mock.made, below)


def _mock_of(ctx: Context, body: Body, name: str) -> Mock | None:
    around: Body | None = body
    while around is not None and name not in around.bound:
        around = ctx.around(around)
    if around is None or binding_count(around, name) != 1:
        return None
    own = _set_ups(ctx, around).get(name, ())
    made = _bound(ctx, around, name)
    if made is None:
        return None
    return Mock(made.kind, made.bare, made.made, (*made.set_ups, *own), made.spec, made.patch)


def _bound(ctx: Context, body: Body, name: str) -> Mock | None:
    value = body.assigned.get(name)
    if value is not None:
        return mock_at(ctx, body, value)
    for block in body.withs:
        for item in block.items:
            if isinstance(item.optional_vars, ast.Name) and item.optional_vars.id == name:
                site = site_of(ctx, body, item.context_expr)
                patch = None if site is None else patch_of(ctx, body, site)
                return None if patch is None or patch.mocker else patched_mock(ctx, patch)
    if name not in parameter_names(body):
        return None
    patch = injected(ctx, body, name)
    if patch is not None:
        return patched_mock(ctx, patch)
    return _of_fixture(ctx, body, name)


def _made(ctx: Context, owner: Owner, node: ast.Call) -> Mock | None:
    """The mock that a call makes."""
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
    return Mock(kind, not any(keyword.arg is None for keyword in node.keywords), node, _given(ctx, owner, node))


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
    return tuple(
        SetUp(("*",) if keyword.arg is None else (keyword.arg,), keyword.value, ctx, owner)
        for keyword in node.keywords
        if keyword.arg not in _NOT_SET_UP
    )


def _of_fixture(ctx: Context, body: Body, name: str) -> Mock | None:
    """The mock that a fixture hands over to a parameter."""
    fixture = _fixture(ctx, body, name)
    other = None if fixture is None else context_at(ctx, fixture.path)
    inner = None if fixture is None or other is None or other.facts is None else other.facts.body(fixture.id)
    if other is None or inner is None or (fixture is not None and fixture.has_params):
        return None
    values = [each.value for each in (*inner.returns, *inner.yields)]
    if len(values) != 1 or values[0] is None or any(isinstance(each, ast.YieldFrom) for each in inner.yields):
        return None
    return mock_at(other, inner, values[0])


def _fixture(ctx: Context, body: Body, name: str) -> FixtureDef | None:
    for test in ctx.own_tests:
        if test.id == body.id:
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


def _set_ups(ctx: Context, body: Body) -> Mapping[str, tuple[SetUp, ...]]:
    """What a function, and those nested in it, set on attributes of local names."""
    key = f"set ups {body.id}"
    return ctx.remember(key, lambda: _gathered(ctx, body))


def _gathered(ctx: Context, body: Body) -> Mapping[str, tuple[SetUp, ...]]:
    found: dict[str, list[SetUp]] = {}
    for inner in inner_bodies(body):
        for name, path, value in _written(inner):
            found.setdefault(name, []).append(SetUp(path, value, ctx, inner))
    return {name: tuple(set_ups) for name, set_ups in found.items()}


def _written(body: Body) -> list[tuple[str, tuple[str, ...], ast.expr | None]]:
    if "set ups" not in body.notes:
        body.notes["set ups"] = list(_assignments(body)) + list(_settings(body))
    return cast("list[tuple[str, tuple[str, ...], ast.expr | None]]", body.notes["set ups"])


def _assignments(body: Body) -> Iterator[tuple[str, tuple[str, ...], ast.expr | None]]:
    for statement in body.statements:
        match statement:
            case ast.Assign(targets, value) if any(not isinstance(each, ast.Name) for each in targets):
                given: ast.expr | None = value
            case ast.AnnAssign(target, _, given) | ast.AugAssign(target, _, given):
                targets = [target]
            case _:
                continue
        for node in targets:
            chain = dotted_name(node)
            if chain is not None and chain[1]:
                yield chain[0], tuple(chain[1].split(".")[1:]), given


def _settings(body: Body) -> Iterator[tuple[str, tuple[str, ...], ast.expr | None]]:
    """What calls set: `setattr(mock, "name", …)`, `patch.object(mock, "name")`, `mock.configure_mock(…)` and such."""
    for call in body.calls:
        match call.node:
            case ast.Call(ast.Name("setattr") | ast.Attribute(_, "setattr" | "object"), [owner, name, *_]):
                chain = dotted_name(owner)
                literal = name.value if isinstance(name, ast.Constant) else "*"
                if chain is not None:
                    yield chain[0], (*chain[1].split(".")[1:], str(literal)), None
            case ast.Call(ast.Attribute(owner, "configure_mock" | "attach_mock" | "mock_add_spec")):
                chain = dotted_name(owner)
                if chain is not None:
                    yield chain[0], (*chain[1].split(".")[1:], "*"), None
            case _:
                pass
