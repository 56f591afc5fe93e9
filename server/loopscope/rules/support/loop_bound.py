"""Fixtures that hand over an object which belongs to one event loop."""

import ast
from pathlib import PurePath

from loopscope.facts.bodies import Body
from loopscope.facts.outline import FactId
from loopscope.rules.context import Context
from loopscope.rules.support.calls import bound_value, loop_method
from loopscope.workspace.model import FixtureDef
from loopscope.workspace.queries import Queries

_BOUND = {
    "asyncio.create_task": "a task",
    "asyncio.ensure_future": "a task",
    "asyncio.Future": "a future",
    "asyncio.gather": "a future",
    "asyncio.Queue": "a queue",
    "asyncio.PriorityQueue": "a queue",
    "asyncio.LifoQueue": "a queue",
    "asyncio.Event": "an event",
    "asyncio.Lock": "a lock",
    "asyncio.Condition": "a condition",
    "asyncio.Semaphore": "a semaphore",
    "asyncio.BoundedSemaphore": "a semaphore",
    "asyncio.start_server": "a server",
    "asyncio.start_unix_server": "a server",
    "asyncio.create_subprocess_exec": "a subprocess",
    "asyncio.create_subprocess_shell": "a subprocess",
    "aiohttp.ClientSession": "a client session",
    "asyncpg.connect": "a connection",
    "asyncpg.create_pool": "a connection pool",
}
_OF_LOOP = {"create_task": "a task", "create_future": "a future", "run_in_executor": "a future"}


def loop_bound_value(ctx: Context, fixture: FixtureDef) -> str | None:
    """What a fixture yields or returns, in words, when that belongs to the loop it was made in; None otherwise."""
    return ctx.queries.get(_handed_over, fixture.path, fixture.id)


def _handed_over(q: Queries, path: PurePath, id_: FactId) -> str | None:
    found = q.function(path, id_)
    if found is None:
        return None
    _, body = found
    values = [node.value for node in body.yields if isinstance(node, ast.Yield)] or [
        node.value for node in body.returns
    ]
    kinds = {_kind(body, value) for value in values if value is not None}
    return kinds.pop() if len(kinds) == 1 else None


def _kind(body: Body, value: ast.expr) -> str | None:
    match value:
        case ast.Tuple(items) | ast.List(items):
            # Of several objects, any that belongs to the loop.
            return next((kind for each in items if (kind := _kind(body, each)) is not None), None)
        case ast.Name(name):
            return _of_context(body, name) or _of_value(body, bound_value(body, name))
        case _:
            return _of_value(body, value)


def _of_value(body: Body, value: ast.expr | None) -> str | None:
    if isinstance(value, ast.Await):
        value = value.value
    call = next((site for site in body.calls if site.node is value), None)
    if call is None:
        return None
    if not call.local_root and call.name in _BOUND:
        return _BOUND[call.name]
    match call.node.func:
        case ast.Attribute(_, name) if name in _OF_LOOP and loop_method(body, call, name):
            return _OF_LOOP[name]
        case _:
            return None


def _of_context(body: Body, name: str) -> str | None:
    """What `async with ... as name` binds."""
    for block in body.withs:
        for item in block.items:
            if isinstance(item.optional_vars, ast.Name) and item.optional_vars.id == name:
                return _of_value(body, item.context_expr)
    return None
