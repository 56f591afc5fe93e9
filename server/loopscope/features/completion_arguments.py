"""Completion of keyword arguments and of their values, where loops and scopes are declared."""

import re
from collections.abc import Iterator

from loopscope.features.arguments import FIXTURES, SCOPES, Argument, arguments_of
from loopscope.features.cursor import CallSyntax
from loopscope.features.proposal import Completion, Sort
from loopscope.features.site import Site

_BACKEND = re.compile(r"[^\n]*\n(?:[ \t]*(?:@[^\n]*|[)\]},][^\n]*|)\n)*[ \t]*(?:async[ \t]+)?def[ \t]+anyio_backend\b")


def argument_names(site: Site) -> Iterator[Completion]:
    """The keyword arguments of a decorator that are not given yet."""
    call = site.cursor.call
    if call is None:
        return
    for index, one in enumerate(_arguments(site)):
        if one.name not in call.keywords and index >= _positional(site, call):
            label = f"{one.name}="
            yield Completion(label, Sort.KEYWORD, label, f"0{index}", documentation=one.doc)


def argument_values(site: Site) -> Iterator[Completion]:
    """The expressions that a keyword argument may be given."""
    for index, value in enumerate(_values(site)):
        yield Completion(value, Sort.VALUE, value, f"{index}", SCOPES.get(value.strip('"'), ""))
    if _is_backends(site):
        names = ", ".join(f'"{backend}"' for backend in _backends(site))
        yield Completion(f"[{names}]", Sort.VALUE, f"[{names}]", "0", "each test once on every backend")


def text_values(site: Site) -> Iterator[Completion]:
    """The texts that the string at the cursor may be."""
    for index, value in enumerate(_values(site)):
        if value.startswith('"'):
            text = value.strip('"')
            yield Completion(text, Sort.VALUE, text, f"{index}", SCOPES.get(text, ""))
    if _is_backends(site):
        for backend in _backends(site):
            yield Completion(backend, Sort.VALUE, backend, backend, "backend of anyio")


def _values(site: Site) -> tuple[str, ...]:
    call = site.cursor.call
    named = (one.values for one in _arguments(site) if call is not None and one.name == call.keyword)
    return next(named, ())


def _arguments(site: Site) -> tuple[Argument, ...]:
    call = site.cursor.call
    if call is None:
        return ()
    return arguments_of(site.canonical(call.callee), site.snapshot.environment_of(site.path))


def _positional(site: Site, call: CallSyntax) -> int:
    """How many arguments of parametrize stand before the cursor; the other decorators take theirs by keyword."""
    return call.index - len(call.keywords) if site.canonical(call.callee).endswith(".parametrize") else 0


def _is_backends(site: Site) -> bool:
    """Whether the value at the cursor is the `params` of the fixture `anyio_backend`."""
    call = site.cursor.call
    if call is None or call.keyword != "params" or site.canonical(call.callee) not in FIXTURES:
        return False
    return _BACKEND.match(site.source.text, site.cursor.offset) is not None


def _backends(site: Site) -> tuple[str, ...]:
    return ("asyncio", "trio") if site.snapshot.environment_of(site.path).has("trio") else ("asyncio",)
