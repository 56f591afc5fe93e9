"""Context managers whose object is of no use once their block has ended."""

import ast
import re
from pathlib import PurePath

from loopscope.facts.bodies import Body
from loopscope.facts.expr import dotted
from loopscope.facts.outline import FactId
from loopscope.rules.context import Context
from loopscope.rules.support.calls import bound_value
from loopscope.workspace.circles import Cycle
from loopscope.workspace.imports import is_installed
from loopscope.workspace.mro import member
from loopscope.workspace.namespace import dereference
from loopscope.workspace.queries import Queries
from loopscope.workspace.values import Class, Function

CLOSING = frozenset(
    {
        "aiofiles.open",
        "aiohttp.ClientSession",
        "aiohttp.test_utils.TestClient",
        "aiohttp.test_utils.TestServer",
        "aiosqlite.connect",
        "asyncio.start_server",
        "asyncio.start_unix_server",
        "asyncpg.create_pool",
        "contextlib.AsyncExitStack",
        "grpc.aio.insecure_channel",
        "grpc.aio.secure_channel",
        "httpx.AsyncClient",
        "httpx2.AsyncClient",
        "psycopg.AsyncConnection.connect",
        "psycopg_pool.AsyncConnectionPool",
        "websockets.connect",
        "websockets.serve",
    }
)
"""What closes for good at the end of `async with`. Sessions of SQLAlchemy and clients of redis open again by
themselves."""

_CLOSES = re.compile(r"clos|disconnect|shutdown|stop|terminat|dispose|cancel|kill|quit", re.IGNORECASE)
_ENDS = "contextlib.asynccontextmanager"


def closes(ctx: Context, body: Body, expr: ast.expr) -> bool:
    """Whether the block of `async with expr` surely closes what it hands over: known clients, servers and files, and
    the classes and `asynccontextmanager` functions of the project that do so."""
    name = _opened(body, expr)
    return name is not None and not ctx.is_patched(name) and ctx.queries.get(_closes, ctx.path, name)


def _opened(body: Body, expr: ast.expr) -> str | None:
    """The name of what an expression, or the value of a local name, calls."""
    value = bound_value(body, expr.id) if isinstance(expr, ast.Name) else expr
    if isinstance(value, ast.Await):
        value = value.value
    call = next((site for site in body.calls if site.node is value), None)
    return None if call is None or call.local_root else call.name


def _closes(q: Queries, path: PurePath, name: str) -> bool:
    if name in CLOSING:
        return True
    match dereference(q, path, name):
        case Class(home, fact):
            leave = member(q, home, fact.id, "__aexit__")
            return isinstance(leave, Function) and _body_closes(q, leave.path, leave.fact.id)
        case Function(home, fact) if [dotted(each) for each in fact.decorators] == [_ENDS]:
            return _body_closes(q, home, fact.id)
        case _:
            return False


def _body_closes(q: Queries, path: PurePath, id_: FactId) -> bool:
    """Whether a function of the project closes something where it surely ends: `__aexit__`, or what follows `yield`."""
    facts = None if is_installed(q, path) else q.facts(path)
    body = None if facts is None else facts.body(id_)
    if body is None:
        return False
    after = body.yields[0].lineno if body.yields else 0
    for node in body.statements:
        match node:
            case ast.Assign([ast.Attribute(ast.Name("self"), attribute)]) if _CLOSES.search(attribute):
                return True
            case ast.Expr(ast.Await(ast.Call(ast.Attribute(_, attribute)))) | ast.Expr(
                ast.Call(ast.Attribute(_, attribute))
            ):
                if node.lineno > after and _CLOSES.search(attribute):
                    return True
            case ast.AsyncWith(items) if after > node.lineno:
                names = (_opened(body, item.context_expr) for item in items)
                if any(name is not None and _inner_closes(q, path, name) for name in names):
                    return True
            case _:
                pass
    return False


def _inner_closes(q: Queries, path: PurePath, name: str) -> bool:
    try:
        return q.get(_closes, path, name)
    except Cycle:
        return False
