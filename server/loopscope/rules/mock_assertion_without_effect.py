"""An assertion of a mock that asserts nothing: not called, misspelt, or of another kind of mock.

## What it does
Reports `mock.assert_awaited_once` without a call, `assert mock.assert_awaited`, misspelt assertions of mocks
(`mock.awaited_once_with(1)`, `assert mock.awaited`), and `assert_awaited…` of a mock that is no `AsyncMock`.

## Why is this bad
A mock answers any attribute with another mock, and a method is always true: the test passes whatever was called. What
begins like `assert…` and is none fails with "is not a valid assertion", since Python 3.12 also `called_once_with` and
its kin.

## When not to fix
If the mock imitates something that really has such an attribute: give it a `spec`, and the rule is silent.

## Fix safety
Safe: the assertion becomes real, so the test may begin to fail. Where its arguments are missing, the fix calls the one
that takes none, and where the mock is no `AsyncMock`, the one about calls; both are unsafe. Where more than one
assertion may be meant an editor offers each, and the nearest is an unsafe fix.

## Versions
All; the message says what the project's Python does.

## References
- [Python: assertions of `AsyncMock`](https://docs.python.org/3/library/unittest.mock.html#unittest.mock.AsyncMock.assert_awaited)

"""

import ast
import difflib
from collections.abc import Iterator
from typing import NamedTuple, cast

from loopscope.facts.bodies import Body
from loopscope.rules.context import Context
from loopscope.rules.examples import examples_of
from loopscope.rules.model import Finding, Fix, Group, Meta, Rule, Safety, Severity
from loopscope.rules.support.mocks import AWAIT_ASSERTIONS, CALL_ASSERTIONS, Kind, Mock, mock_at
from loopscope.rules.support.spelling import nearest
from loopscope.text.edit import Edit
from loopscope.text.span import Span

META = Meta(
    "mock-assertion-without-effect",
    Group.MOCKS,
    Severity.ERROR,
    overlaps=("ruff: PGH005", "ruff: B018"),
    words=("Mock", "AsyncMock", "MagicMock", "mock", "mocker", "patch", *CALL_ASSERTIONS, *AWAIT_ASSERTIONS),
)

EXAMPLES, NEAR_MISSES = examples_of(__name__)

_CORE = frozenset({"called", "calls", "call", "awaited", "awaits", "await"})
_WORDS = _CORE | {
    "assert",
    "asserted",
    "has",
    "have",
    "not",
    "any",
    "once",
    "with",
    "only",
    "never",
    "was",
    "is",
    "been",
}
_WORDS_OF_ASSERTIONS = {"never": "not", "was": "", "is": "", "been": "", "have": "has", "only": "once"}
_OF_MOCKS = frozenset({"called", *CALL_ASSERTIONS, *AWAIT_ASSERTIONS})
_REFUSED = ("assert", "assret", "asert", "aseert", "assrt")
_REFUSED_LATER = frozenset(name.removeprefix("assert_") for name in CALL_ASSERTIONS)
_WITHOUT_ARGUMENTS = frozenset(
    {
        "assert_called",
        "assert_called_once",
        "assert_not_called",
        "assert_awaited",
        "assert_awaited_once",
        "assert_not_awaited",
    }
)
_LESS = {
    "assert_called_with": "assert_called",
    "assert_called_once_with": "assert_called_once",
    "assert_any_call": "assert_called",
    "assert_has_calls": "assert_called",
    "assert_awaited_with": "assert_awaited",
    "assert_awaited_once_with": "assert_awaited_once",
    "assert_any_await": "assert_awaited",
    "assert_has_awaits": "assert_awaited",
}
_CLOSE_ENOUGH = 0.7


class _Site(NamedTuple):
    """An attribute that should assert something, and the statement that it stands in."""

    body: Body
    attribute: ast.Attribute
    whole: ast.stmt
    called: bool


class _Mistake(NamedTuple):
    """What may be meant, the nearest first; `clear` when that is much nearer than the next."""

    site: _Site
    meant: tuple[str, ...]
    clear: bool = True


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the attributes."""
    for body in ctx.bodies:
        for site in _sites(body):
            found = _judged(ctx, site)
            if found is not None:
                mistake, message = found
                yield ctx.finding(META, ctx.span(body, site.attribute), message, data=mistake)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Calls the assertion that is meant."""
    match finding.data:
        case _Mistake(site, (meant, *_), clear):
            edits = _edits(ctx, site, meant)
        case _:
            return None
    written = site.attribute.attr
    weaker = written != meant and written in (*CALL_ASSERTIONS, *AWAIT_ASSERTIONS)
    safety = Safety.UNSAFE if weaker or not clear else Safety.SAFE
    return None if edits is None else ctx.fix(f"Call `{meant}`", safety, edits)


def others(ctx: Context, finding: Finding) -> Iterator[Fix]:
    """Calls another assertion that may be meant."""
    match finding.data:
        case _Mistake(site, (_, *more)):
            for meant in more:
                edits = _edits(ctx, site, meant)
                if edits is not None:
                    yield ctx.fix(f"Call `{meant}`", Safety.UNSAFE, edits)
        case _:
            pass


def _edits(ctx: Context, site: _Site, meant: str) -> list[Edit] | None:
    attribute = ctx.span(site.body, site.attribute)
    name = Span(attribute.end - len(site.attribute.attr), attribute.end)
    if ctx.source(name) != site.attribute.attr:
        return None
    edits: list[Edit] = []
    start = ctx.span(site.body, site.whole).start
    if isinstance(site.whole, ast.Assert):
        if ctx.text[start : attribute.start].split() != ["assert"] or site.whole.msg is not None:
            return None
        edits.append(Edit(Span(start, attribute.start), ""))
    if site.attribute.attr != meant:
        edits.append(Edit(name, meant))
    if not site.called:
        edits.append(Edit(Span(attribute.end, attribute.end), "()"))
    return edits


def _sites(body: Body) -> list[_Site]:
    """The attributes whose value is dropped or asserted, and whose name looks like an assertion."""
    if "assertion sites" not in body.notes:
        body.notes["assertion sites"] = list(_find_sites(body))
    return cast("list[_Site]", body.notes["assertion sites"])


def _find_sites(body: Body) -> Iterator[_Site]:
    for statement in body.statements:
        if isinstance(statement, ast.Expr):
            node = statement.value
        elif isinstance(statement, ast.Assert):
            node = statement.test
        else:
            continue
        called = isinstance(node, ast.Call)
        if isinstance(node, ast.Call):
            node = node.func
        if isinstance(node, ast.Attribute) and _looks_like_one(node.attr, called=called):
            yield _Site(body, node, statement, called)


def _looks_like_one(name: str, *, called: bool) -> bool:
    if name in CALL_ASSERTIONS:
        # Of all mocks: nothing is wrong with its call.
        return not called
    return name in AWAIT_ASSERTIONS or _is_misspelt(name)


def _is_misspelt(name: str) -> bool:
    words = name.split("_")
    if name in _OF_MOCKS or (len(words) == 1 and name != "awaited"):
        return False
    if name.startswith(_REFUSED):
        return bool(difflib.get_close_matches(name, _OF_MOCKS, 1, _CLOSE_ENOUGH))
    return _WORDS.issuperset(words) and not _CORE.isdisjoint(words)


def _judged(ctx: Context, site: _Site) -> tuple[_Mistake, str] | None:
    """The mistake, and what is wrong; None when nothing is."""
    name = site.attribute.attr
    real = name in CALL_ASSERTIONS or name in AWAIT_ASSERTIONS
    if real and not site.called:
        meant = name if name in _WITHOUT_ARGUMENTS else _LESS.get(name)
        message = f"`{name}` is not called: this asserts nothing, and passes always."
        return _Mistake(site, () if meant is None else (meant,)), message
    mock = mock_at(ctx, site.body, site.attribute.value)
    if mock is None or not mock.bare or mock.set_up(name) is not None or mock.set_up("*") is not None:
        return None
    if isinstance(site.whole, ast.Assert) and real:
        return None
    if real:
        if mock.kind not in (Kind.MAGIC, Kind.PLAIN):
            return None
        called = name.replace("awaited", "called").replace("await", "call")
        return _Mistake(site, (called,)), f"A `{mock.kind.value}` has no `{name}`: only an `AsyncMock` is awaited."
    return _misspelt(ctx, mock, site)


def _misspelt(ctx: Context, mock: Mock, site: _Site) -> tuple[_Mistake, str]:
    name = site.attribute.attr
    names = (*CALL_ASSERTIONS, *(() if mock.kind in (Kind.MAGIC, Kind.PLAIN) else AWAIT_ASSERTIONS))
    said = _said(name)
    left_out = _WITHOUT_ARGUMENTS if _has_arguments(site.whole) else ()
    near = nearest(said, [each for each in names if ("_not_" in each) is ("_not_" in said) and each not in left_out])
    hint = f": `{near.names[0]}` is meant" if near.clear else ""
    mistake = _Mistake(site, near.names, near.clear)
    version = ctx.environment.python_version
    if name.startswith(_REFUSED) or (name in _REFUSED_LATER and version is not None and version >= (3, 12)):
        return mistake, f'`{name}` fails ("is not a valid assertion"){hint}.'
    return mistake, f"`{name}` is no assertion of mocks: it makes another mock, and passes always{hint}."


def _has_arguments(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(ast.Call() as call) | ast.Assert(ast.Call() as call):
            return bool(call.args or call.keywords)
        case _:
            return False


def _said(name: str) -> str:
    """A misspelt assertion in the words of those that there are."""
    first, _, rest = name.partition("_")
    if rest and nearest(first, ("assert", "asserted")).names:
        name = rest
    words = [_WORDS_OF_ASSERTIONS.get(each, each) for each in name.split("_")]
    return "_".join(["assert", *(each for each in words if each)])


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix, others)
