"""Requests of HTTP clients in bodies: which library sends them, and where to."""

import ast
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from loopscope.facts.bodies import Body, CallSite
from loopscope.rules.context import Context
from loopscope.rules.support.calls import binding_count, bound_value

_METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "request", "stream"})
_LIBRARIES = ("httpx", "httpx2", "requests", "aiohttp")
_CLIENTS = {
    "httpx.AsyncClient": "httpx",
    "httpx.Client": "httpx",
    "httpx2.AsyncClient": "httpx2",
    "httpx2.Client": "httpx2",
    "aiohttp.ClientSession": "aiohttp",
    "aiohttp.client.ClientSession": "aiohttp",
    "requests.Session": "requests",
    "requests.session": "requests",
}
_HARMLESS = frozenset(
    {"auth", "cookies", "follow_redirects", "headers", "http2", "params", "raise_for_status", "timeout", "verify"}
)
_RESERVED = (".test", ".invalid", ".localhost", ".local", ".internal", ".example", ".lan", ".arpa", ".onion")


class Request(NamedTuple):
    """One request: the library that sends it, the method, and the URL, when that is a literal."""

    call: CallSite
    library: str
    method: str
    url: str | None


def requests_in(ctx: Context, body: Body) -> Iterator[Request]:
    """The requests of a body's own code that go out as they are: of functions, and of clients made there.

    Clients that are given a transport, a connector, an application or the like are left out.
    """
    if not any(library in ctx.text for library in _LIBRARIES):
        return
    for call in body.calls:
        owner, _, method = (call.name or "").rpartition(".")
        if method not in _METHODS or not owner or call.in_lambda:
            continue
        library = _library(body, owner) if call.local_root else _of_function(owner)
        if library is not None:
            yield Request(call, library, method, _url(call.node, method))


def is_public(url: str) -> bool:
    """Whether a URL leads to a host of the internet, by its name: no address, no reserved or local name."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    named = "." in host and not host.replace(".", "").isdigit() and ":" not in host
    return url.startswith(("http://", "https://")) and named and not host.endswith(_RESERVED)


def entered(body: Body, name: str) -> ast.expr | None:
    """What a name is bound to by the one `with … as name`."""
    if binding_count(body, name) != 1:
        return None
    for block in body.withs:
        for item in block.items:
            if isinstance(item.optional_vars, ast.Name) and item.optional_vars.id == name:
                return item.context_expr
    return None


def _of_function(owner: str) -> str | None:
    return owner if owner in _LIBRARIES and owner != "aiohttp" else None


def _library(body: Body, name: str) -> str | None:
    """The library of the client that a local name surely is: made in the body, without a transport."""
    value = bound_value(body, name) or entered(body, name)
    made = next((call for call in body.calls if call.node is value), None)
    if made is None or made.local_root or made.name not in _CLIENTS:
        return None
    plain = not made.node.args and all(keyword.arg in _HARMLESS for keyword in made.node.keywords)
    return _CLIENTS[made.name] if plain else None


def _url(node: ast.Call, method: str) -> str | None:
    """The literal URL of a request."""
    place = 1 if method in ("request", "stream") else 0
    given = node.args[place] if len(node.args) > place else None
    given = given or next((keyword.value for keyword in node.keywords if keyword.arg == "url"), None)
    return given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else None
