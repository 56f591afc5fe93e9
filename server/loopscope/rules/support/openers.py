"""Clients, servers and connections that somebody has to close."""

import ast
from typing import NamedTuple

from loopscope.facts.bodies import Body, CallSite
from loopscope.facts.tree import descendants
from loopscope.rules.context import Context


class Opener(NamedTuple):
    """What a call opens: in words, how it is closed, which keywords leave the closing to others.

    `awaited` says that the call must be awaited to give the object; `entered` that `async with` closes it.
    """

    what: str
    close: str
    awaited: bool = False
    entered: bool = True
    lent: frozenset[str] = frozenset()


_HTTPX = Opener("client", "await {}.aclose()", lent=frozenset({"transport", "app", "mounts"}))
_SERVER = Opener("server", "{}.close()", awaited=True)
_STREAMS = Opener("connection", "writer.close()", awaited=True, entered=False)

_OPENERS = {
    "aiohttp.ClientSession": Opener(
        "client session", "await {}.close()", lent=frozenset({"connector", "connector_owner"})
    ),
    "httpx.AsyncClient": _HTTPX,
    "httpx2.AsyncClient": _HTTPX,
    "asyncio.start_server": _SERVER,
    "asyncio.start_unix_server": _SERVER,
    "asyncio.open_connection": _STREAMS,
    "asyncio.open_unix_connection": _STREAMS,
}

OPENING = tuple(dict.fromkeys(name.rpartition(".")[2] for name in _OPENERS))
"""Texts of which one that opens any of them has one."""

_CLOSING = frozenset(
    {"abort_clients", "aclose", "close", "close_clients", "detach", "shutdown", "stop", "terminate", "wait_closed"}
)


def opener_of(ctx: Context, body: Body, value: ast.expr | None) -> tuple[CallSite, Opener] | None:
    """The call, and what it opens, when an expression gives an object that nobody else closes; None otherwise."""
    awaited = isinstance(value, ast.Await)
    node = value.value if isinstance(value, ast.Await) else value
    call = next((site for site in body.calls if site.node is node), None)
    if call is None or call.local_root or not call.imported or call.name not in _OPENERS:
        return None
    opener = _OPENERS[call.name]
    keywords = {keyword.arg for keyword in call.node.keywords}
    if opener.awaited is not awaited or None in keywords or opener.lent & keywords or ctx.is_patched(call.name):
        return None
    return call, opener


def is_looked_at(body: Body, load: ast.Name) -> bool:
    """Whether a name is read only to call a method that closes nothing, to read an attribute, or in an assertion."""
    for node in (node for statement in body.statements for node in descendants(statement)):
        match node:
            case ast.Attribute(value, attribute, ast.Load()) if value is load:
                return attribute not in _CLOSING and not attribute.startswith("_")
            case ast.Assert(value) | ast.Assert(ast.Compare(value)) | ast.Assert(ast.UnaryOp(ast.Not(), value)):
                if value is load:
                    return True
            case _:
                pass
    return False
