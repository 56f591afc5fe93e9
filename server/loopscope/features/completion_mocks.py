"""Completion of what a mock has, behind its dot: assertions by what they are worth for its kind, and attributes."""

import ast
import re
from collections.abc import Iterator
from keyword import iskeyword

from loopscope.engine.run import context_of
from loopscope.facts.bodies import Body
from loopscope.features.completion_fixtures import function_around
from loopscope.features.proposal import Completion, Sort
from loopscope.features.site import Site
from loopscope.rules.support.mocks import AWAIT_ASSERTIONS, CALL_ASSERTIONS, Kind, mock_at
from loopscope.text.files import Unreadable

_SAYS = {
    "assert_awaited": "awaited at least once",
    "assert_awaited_once": "awaited exactly once",
    "assert_awaited_with": "the last await was with these arguments",
    "assert_awaited_once_with": "awaited exactly once, with these arguments",
    "assert_any_await": "some await was with these arguments",
    "assert_has_awaits": "awaited with these calls, in order",
    "assert_not_awaited": "never awaited",
    "assert_called": "called at least once",
    "assert_called_once": "called exactly once",
    "assert_called_with": "the last call was with these arguments",
    "assert_called_once_with": "called exactly once, with these arguments",
    "assert_any_call": "some call was with these arguments",
    "assert_has_calls": "called with these calls, in order",
    "assert_not_called": "never called",
}
_WITHOUT_ARGUMENTS = frozenset(
    name for name, says in _SAYS.items() if says.endswith(("once", "never called", "awaited"))
)
_OF_ALL = {
    "return_value": "what a call gives",
    "side_effect": "an exception to raise, results one by one, or a function to call",
    "called": "whether it was called",
    "call_count": "how often it was called",
    "call_args": "the arguments of the last call",
    "call_args_list": "the arguments of all calls",
    "reset_mock": "forget all calls",
}
_OF_ASYNC = {
    "await_count": "how often it was awaited",
    "await_args": "the arguments of the last await",
    "await_args_list": "the arguments of all awaits",
}
_VALUE_WANTED = re.compile(r".*(?:\b(?:assert|if|while|not|and|or|return)[ \t]|[=(,\[])[ \t]*\Z")
_AWAITED = re.compile(r".*\bawait[ \t]+\Z")


def mock_members(site: Site) -> Iterator[Completion]:
    """The assertions and attributes of the mock whose dot the cursor is behind; nothing for what may be no mock."""
    chain = site.cursor.dotted
    text = site.source.text
    line = text[: site.cursor.word.start].rpartition("\n")[2].removesuffix(".").rstrip()
    before = line.removesuffix(chain)
    if (
        not all(part.isidentifier() and not iskeyword(part) for part in chain.split("."))
        or before == line
        or _AWAITED.match(before)
    ):
        return
    kind = _kind(site, chain)
    if kind is None:
        return
    first = "1" if _VALUE_WANTED.match(before) else "0"
    called = text.startswith("(", site.cursor.word.end)
    if kind is Kind.ASYNC:
        yield from _assertions(AWAIT_ASSERTIONS, f"{first}0", "", called=called)
    doubt = " · even without `await`" if kind is Kind.ASYNC else ""
    yield from _assertions(CALL_ASSERTIONS, f"{first}1", doubt, called=called)
    attributes = {**(_OF_ASYNC if kind is Kind.ASYNC else {}), **_OF_ALL}
    for number, (name, says) in enumerate(attributes.items()):
        yield Completion(name, Sort.ATTRIBUTE, name, f"05{number:02}", f"{kind.value} · {says}")


def _assertions(names: tuple[str, ...], rank: str, doubt: str, *, called: bool) -> Iterator[Completion]:
    for number, name in enumerate(names):
        text = f"{name}()" if name in _WITHOUT_ARGUMENTS and not called else name
        yield Completion(name, Sort.METHOD, text, f"{rank}{number:02}", f"{_SAYS[name]}{doubt}")


def _kind(site: Site, chain: str) -> Kind | None:
    """The kind of the mock that a dotted name is at the cursor."""
    owner = function_around(site)
    body = None if owner is None else site.facts.body(owner)
    ctx = context_of(site.snapshot, site.path)
    if body is None or isinstance(ctx, Unreadable):
        return None
    found = mock_at(ctx, _innermost(site, body), ast.parse(chain, mode="eval").body)
    return None if found is None else found.kind


def _innermost(site: Site, body: Body) -> Body:
    """The nested function that holds the cursor, or the function itself."""
    for inner in body.nested:
        if site.cursor.offset in site.facts.span(inner, inner.node):
            return _innermost(site, inner)
    return body
