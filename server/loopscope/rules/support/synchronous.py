"""Which calls surely give nothing to await, told by names alone: that spares most of the inference in plain tests."""

import ast
import builtins
from pathlib import PurePath

from loopscope.facts.expr import Call, Ref
from loopscope.facts.outline import Assigned, Binding
from loopscope.workspace.imports import find_import, is_installed
from loopscope.workspace.index import Placed, index_of
from loopscope.workspace.inference.bindings import How, bindings_of
from loopscope.workspace.inference.frames import Frame
from loopscope.workspace.queries import Queries

_SYNCHRONOUS = frozenset(
    (
        *("addCleanup", "skipTest", "subTest", "raises", "setenv"),
        *("startswith", "endswith", "splitlines", "print", "setattr"),
    )
)
"""Names of methods that no coroutine function and no asynchronous generator has: not worth to be looked up."""

_SYNCHRONOUS_MODULES = frozenset(
    (
        *("argparse", "array", "ast", "base64", "binascii", "bisect", "calendar", "codecs", "collections", "csv"),
        *("datetime", "decimal", "difflib", "email", "errno", "fractions", "gc", "glob", "gzip", "hashlib", "heapq"),
        *("hmac", "html", "http", "inspect", "io", "ipaddress", "json", "linecache", "locale", "logging", "math"),
        *("mimetypes", "numbers", "optparse", "os", "pathlib", "pickle", "pkgutil", "platform", "pprint", "random"),
        *("re", "secrets", "select", "selectors", "shlex", "shutil", "signal", "socket", "socketserver", "sqlite3"),
        *("ssl", "stat", "statistics", "string", "struct", "subprocess", "sys", "sysconfig", "tarfile", "tempfile"),
        *("textwrap", "threading", "time", "timeit", "tokenize", "traceback", "tracemalloc", "urllib", "uuid"),
        *("warnings", "xml", "zipfile", "zlib", "zoneinfo"),
    )
)
"""Modules of the standard library that have, and whose functions and classes make, nothing to await."""

_PLAIN = frozenset(
    ("open", "str", "repr", "int", "float", "bytes", "bytearray", "list", "dict", "set", "tuple", "range")
)
_DATA = (*(ast.Constant, ast.JoinedStr, ast.List, ast.Dict, ast.Set), *(ast.ListComp, ast.DictComp, ast.SetComp))
_DEEPEST = 4
"""So many variables are followed that are given something of each other: also an end for those that go in a circle."""

_BUILTINS = frozenset(dir(builtins)) - {"aiter", "anext", "next", "eval"}


def surely_synchronous(frame: Frame, call: ast.Call, known: dict[str, bool]) -> bool:
    """Whether what is called says by its name that there is nothing to await: that holds for most calls in tests.

    Nothing is looked up for the answer, and no module of the standard library read. `known` is what was found so far
    of names in the function.
    """
    func = call.func
    if isinstance(func, ast.Attribute):
        # `assertEqual` and its kin.
        if func.attr in _SYNCHRONOUS or (func.attr.startswith("assert") and func.attr[6:7].isupper()):
            return True
        root = _root(func)
        if root is None:
            return False
        found = known.get(root)
        if found is None:
            found = known[root] = _is_of_module(frame, root) or _is_plain_variable(frame, root)
        return found
    if not isinstance(func, ast.Name) or func.id in frame.body.bound:
        return False
    if _is_of_module(frame, func.id):
        return True
    return func.id in _BUILTINS and _is_builtin(frame, func.id)


def _is_of_module(frame: Frame, name: str) -> bool:
    """Whether a name stands for a synchronous module of the standard library, or for something of it."""
    canonical = frame.facts.names.get(name)
    return (
        canonical is not None
        and name not in frame.body.bound
        and frame.body.id == frame.body.outermost
        and _is_synchronous_module(frame.q, frame.path, canonical)
    )


def _is_plain_variable(frame: Frame, name: str, depth: int = 0) -> bool:
    """Whether all that a variable is given is plain data, or what such a module makes: `log = logging.getLogger()`."""
    if name in frame.body.bound:
        bindings = bindings_of(frame.body).get(name, ()) if depth < _DEEPEST else ()
        return len(bindings) > 0 and all(
            each.how in (How.VALUE, How.ENTERED)
            and each.node is not None
            and each.annotation is None
            and _is_plain_value(frame, each.node, depth)
            for each in bindings
        )
    match frame.q.get(index_of, frame.path).names.get(name):
        case (Placed(binding=Binding(target=Assigned(Call(Ref(canonical))))),):
            return frame.body.id == frame.body.outermost and _is_synchronous_module(frame.q, frame.path, canonical)
        case _:
            return False


def _is_plain_value(frame: Frame, node: ast.expr, depth: int) -> bool:
    if isinstance(node, _DATA):
        return True
    root = _root(node)
    if root is None:
        return False
    if root in _PLAIN and _is_builtin(frame, root):
        return True
    return _is_of_module(frame, root) or _is_plain_variable(frame, root, depth + 1)


def _is_builtin(frame: Frame, name: str) -> bool:
    """Whether a name of a builtin is that: names that functions around this one bind are not looked at."""
    if name in frame.body.bound or frame.body.id != frame.body.outermost:
        return False
    index = frame.q.get(index_of, frame.path)
    return name not in index.names and not index.stars


def _is_synchronous_module(q: Queries, path: PurePath, canonical: str) -> bool:
    top = canonical.partition(".")[0]
    if top not in _SYNCHRONOUS_MODULES:
        return False
    source = find_import(q, path, top)
    # A project may have a module of that name.
    return source is None or is_installed(q, source)


def _root(node: ast.expr) -> str | None:
    """The name that a chain of attributes and calls begins with."""
    while True:
        if isinstance(node, ast.Attribute):
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            return node.id if isinstance(node, ast.Name) else None
