"""What mocks and the functions that replace others give when they are called: something to await, or not."""

import ast
from pathlib import PurePath

from loopscope.facts.bodies import Body
from loopscope.facts.outline import FactId
from loopscope.rules.context import Context
from loopscope.rules.support.callees import gives_coroutine
from loopscope.rules.support.calls import bound_value
from loopscope.rules.support.mocks import Kind, Mock, mock_at
from loopscope.rules.support.patches import Owner, meaning, mock_function, site_of
from loopscope.workspace.mro import member
from loopscope.workspace.queries import Queries
from loopscope.workspace.targets import class_doubt, is_coroutine_function, referred
from loopscope.workspace.values import Class, Function, Value

_PLAIN = (
    ast.Constant,
    ast.Dict,
    ast.List,
    ast.Tuple,
    ast.Set,
    ast.JoinedStr,
    ast.ListComp,
    ast.DictComp,
    ast.SetComp,
    ast.Compare,
)
_FUTURES = frozenset({"asyncio.Future", "asyncio.gather", "asyncio.ensure_future", "asyncio.create_task"})
_BUILTINS = frozenset({"dict", "list", "tuple", "set", "str", "bytes", "int", "float", "bool", "len", "object", "iter"})
_PLAIN_TYPES = frozenset({"None", "str", "int", "float", "bool", "bytes", "dict", "list", "tuple", "set", "frozenset"})
_DEEPEST = 5


def is_future(ctx: Context, owner: Owner, node: ast.expr) -> bool:
    """Whether an expression surely is a new future or task: `asyncio.Future()`, `loop.create_future()` and such."""
    site = site_of(ctx, owner, node)
    if site is None:
        return False
    if site.imported and site.name in _FUTURES:
        return True
    return isinstance(site.node.func, ast.Attribute) and site.node.func.attr == "create_future"


def is_coroutine(ctx: Context, owner: Owner, node: ast.expr) -> bool:
    """Whether an expression surely is a new coroutine: the call of a coroutine function or of an `AsyncMock`."""
    site = site_of(ctx, owner, node)
    if site is None:
        return False
    if isinstance(owner, Body) and gives_coroutine(ctx, owner, site):
        return True
    made = mock_function(ctx, owner, site)
    found = None if made is not None else mock_at(ctx, owner, site.node.func)
    return found is not None and found.kind is Kind.ASYNC


def origin(owner: Owner, node: ast.expr) -> ast.expr:
    """The expression that a local name, bound once, stands for; any other expression as it is."""
    for _ in range(_DEEPEST):
        value = bound_value(owner, node.id) if isinstance(node, ast.Name) and isinstance(owner, Body) else None
        if value is None:
            break
        node = value
    return node


def is_awaitable(ctx: Context, owner: Owner, node: ast.expr) -> bool | None:
    """Whether the value of an expression can be awaited; None when that is not certain."""
    found = mock_at(ctx, owner, node)
    if found is not None:
        # `spec` may make a mock awaitable; nothing else does.
        return False if found.bare and not _sets_await(found) else None
    node = origin(owner, node)
    if isinstance(node, _PLAIN):
        return False
    if is_future(ctx, owner, node) or is_coroutine(ctx, owner, node):
        return True
    site = site_of(ctx, owner, node)
    if site is None or site.name is None or site.local_root:
        return None
    if not site.imported and site.name in _BUILTINS:
        return False
    return _is_instance(ctx, referred(ctx.queries, ctx.path, site.name))


def call_gives_awaitable(ctx: Context, owner: Owner, node: ast.expr) -> bool | None:
    """Whether what an expression is gives something to await when it is called; None when that is not certain."""
    found = mock_at(ctx, owner, node)
    if found is not None:
        return mock_gives_awaitable(found)
    node = origin(owner, node)
    if isinstance(node, ast.Lambda):
        return is_awaitable(ctx, owner, node.body)
    return _of_function(ctx, owner, node) if isinstance(node, ast.Name | ast.Attribute) else None


def makes_async_generator(ctx: Context, body: Body, value: ast.expr) -> bool:
    """Whether an expression surely calls an undecorated function that is an asynchronous generator."""
    if not isinstance(value, ast.Call):
        return False
    name = value.func.id if isinstance(value.func, ast.Name) else ""
    nested = [inner for inner in body.nested if inner.node.name == name]
    if nested:
        return len(nested) == 1 and nested[0].is_async and bool(nested[0].yields)
    found = meaning(ctx, body, value.func)
    return isinstance(found, Function) and found.fact.is_async and found.fact.yields and not found.fact.decorators


def mock_gives_awaitable(mock: Mock) -> bool | None:
    """Whether a mock gives something to await when it is called; None when that is not certain."""
    if mock.kind is Kind.ASYNC:
        return True
    if mock.kind is None or not mock.bare or mock.set_up("*") is not None:
        return None
    effect, result = mock.set_up("side_effect"), mock.set_up("return_value")
    if effect is not None:
        function = None if effect.value is None else origin(effect.owner, effect.value)
        if isinstance(function, ast.Lambda | ast.Name | ast.Attribute):
            return call_gives_awaitable(effect.ctx, effect.owner, function)
        return None
    if result is not None:
        return None if result.value is None else is_awaitable(result.ctx, result.owner, result.value)
    return (
        None
        if any(each.path[:1] == ("return_value",) and each.path[1:2] == ("__await__",) for each in mock.set_ups)
        else False
    )


def _sets_await(mock: Mock) -> bool:
    return mock.set_up("__await__") is not None or mock.set_up("*") is not None


def _is_instance(ctx: Context, value: Value | None) -> bool | None:
    """False for a class of the project whose instances surely cannot be awaited."""
    if not isinstance(value, Class):
        return None
    q, key = ctx.queries, (value.path, value.fact.id)
    doubt = q.get(class_doubt, *key) is not None or q.get(member, *key, "__await__") is not None
    return None if doubt or value.fact.bases else False


def _of_function(ctx: Context, owner: Owner, node: ast.Name | ast.Attribute) -> bool | None:
    """The same for a function of this file, by what it returns."""
    nested = _nested(ctx, owner) if isinstance(owner, Body) else ()
    inner = next((each for each in nested if isinstance(node, ast.Name) and each.node.name == node.id), None)
    if inner is None:
        value = meaning(ctx, owner, node)
        answer = is_coroutine_function(ctx.queries, value)
        if answer is not False:
            return answer
        if not isinstance(value, Function) or value.path != ctx.path or ctx.facts is None:
            return None
        inner = ctx.facts.body(value.fact.id)
    if inner is None or inner.node.decorator_list:
        return None
    if inner.is_async or inner.yields:
        return inner.is_async and not inner.yields
    # One that returns nothing may be there to fail, or not to be called at all.
    answers = {None if each.value is None else is_awaitable(ctx, inner, each.value) for each in inner.returns}
    return answers.pop() if len(answers) == 1 else None


def _nested(ctx: Context, body: Body) -> tuple[Body, ...]:
    around: Body | None = body
    found: tuple[Body, ...] = ()
    while around is not None:
        found += around.nested
        around = ctx.around(around)
    return found


def gives_plain_value(q: Queries, value: Value | None) -> bool:
    """Whether what a patch replaces is a synchronous function whose result surely cannot be awaited.

    Its annotation says so, or every `return` does; one that returns nothing must do something else than raise.
    """
    if not isinstance(value, Function) or is_coroutine_function(q, value) is not False:
        return False
    returns = value.fact.returns
    if returns is not None:
        return _is_plain_type(returns)
    return q.get(_returns_plain_values, value.path, value.fact.id)


def _is_plain_type(annotation: str) -> bool:
    """Whether an annotation names plain types only: `dict[str, int] | None`, and no `Awaitable[...]` beside them."""
    try:
        node = ast.parse(annotation.strip("\"' "), mode="eval").body
    except (SyntaxError, ValueError):
        return False
    while isinstance(node, ast.BinOp):
        if not _is_plain_type(ast.unparse(node.right)):
            return False
        node = node.left
    node = node.value if isinstance(node, ast.Subscript) else node
    return ast.unparse(node) in _PLAIN_TYPES


def _returns_plain_values(q: Queries, path: PurePath, id_: FactId) -> bool:
    facts = q.facts(path)
    body = None if facts is None else facts.body(id_)
    if body is None or body.yields:
        return False
    if any(each.value is not None and not _is_plain(each.value) for each in body.returns):
        return False
    return bool(body.returns) or _acts(body)


def _is_plain(node: ast.expr) -> bool:
    """Whether an expression surely is nothing to await; text that something is added to stays text."""
    match node:
        case ast.BinOp(left, ast.Add() | ast.Mod(), right):
            return any(isinstance(each, ast.JoinedStr) or _is_text(each) for each in (left, right))
        case _:
            return isinstance(node, _PLAIN)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _acts(body: Body) -> bool:
    """Whether a function is more than a stub."""
    return any(not isinstance(each, ast.Expr | ast.Pass | ast.Raise) for each in body.statements)
