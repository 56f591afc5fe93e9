"""Two plugins want the same asynchronous test, and pytest-asyncio wins.

## What it does
Reports tests that are marked for anyio or pytest-trio, or decorated for pytest-twisted, and that pytest-asyncio takes:
by auto mode, or by an `asyncio` mark on the same test. Also tests and fixtures of pytest-asyncio that await a
`Deferred` of Twisted, and `anyio_mode = auto` together with `asyncio_mode = auto`.

## Why is this bad
pytest-asyncio runs such a test on asyncio. A test that anyio was to run on trio passes without having been on trio; a
test of trio or Twisted fails.

## When not to fix
anyio tests whose `anyio_backend` can only be asyncio are not reported: they run on asyncio either way.

## Fix safety
Unsafe: the mark is deleted, or a mode set to strict, which changes who runs the tests.

## Versions
All versions that have modes (pytest-asyncio >= 0.17). anyio warns of two auto modes itself.

## References
- [anyio: using AnyIO's pytest plugin](https://anyio.readthedocs.io/en/stable/testing.html)
- [pytest-asyncio: test discovery modes](https://pytest-asyncio.readthedocs.io/en/stable/concepts.html#test-discovery-modes)

"""

import re
from collections.abc import Iterator
from pathlib import PurePath

from loopscope.config.model import Origin
from loopscope.config.pytest_config import AsyncioMode
from loopscope.facts.bodies import Use
from loopscope.facts.expr import dotted
from loopscope.rules.context import Context
from loopscope.rules.examples import examples_of
from loopscope.rules.model import CheckedFiles, Finding, Fix, Group, Meta, Rule, Safety, Severity
from loopscope.rules.support.marks import MarkUse, delete_mark, marks_of
from loopscope.rules.support.related import origin_related
from loopscope.text.edit import Edit
from loopscope.text.files import Unreadable
from loopscope.text.span import Span
from loopscope.workspace.model import Decision, FixtureDef, Runner, TestItem, Unknown

META = Meta("conflicting-async-plugins", Group.RUNNERS, Severity.WARNING, files=CheckedFiles.ALL)

_TRIO = re.compile(r"\btrio\b")
_DECORATORS = ("pytest_twisted.ensureDeferred", "pytest_twisted.inlineCallbacks")
_DEFERREDS = frozenset(
    (
        "twisted.internet.task.deferLater",
        "twisted.internet.threads.deferToThread",
        "twisted.internet.defer.succeed",
        "twisted.internet.defer.gatherResults",
        "twisted.internet.defer.DeferredList",
        "twisted.internet.defer.Deferred",
    )
)
_PLUGINS = {"anyio": "anyio", "trio": "pytest-trio"}

EXAMPLES, NEAR_MISSES = examples_of(__name__)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the marks and decorators, and at the mode of anyio."""
    if ctx.facts is None:
        yield from _modes(ctx)
        return
    if not ctx.plugin_enabled("asyncio"):
        return
    for mark in marks_of(ctx) if "anyio" in ctx.text or ".trio" in ctx.text else ():
        plugin = _PLUGINS.get(mark.name)
        if plugin is not None and ctx.plugin_enabled(mark.name):
            for test in ctx.own_tests:
                if _is_below(mark, test) and (mark.name == "trio" or _may_be_trio(ctx, test)):
                    found = _taken(ctx, test, plugin, mark.span)
                    if found is not None:
                        yield found
                        break
    if "pytest_twisted" in ctx.text and _auto(ctx) is not None:
        for test in ctx.own_tests:
            for place, expr in enumerate(test.function.decorators):
                if test.function.is_async and dotted(expr) in _DECORATORS:
                    span = ctx.layout.defs[test.id].decorators[place]
                    yield _in_auto_mode(ctx, span, "pytest-twisted")
    yield from _deferreds(ctx)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Deletes the asyncio mark, or sets a mode to strict."""
    match finding.data:
        case MarkUse() as mark:
            edits = delete_mark(mark)
            return None if edits is None else ctx.fix("Delete the asyncio mark", Safety.UNSAFE, edits)
        case Origin(path=PurePath() as path, span=Span() as span):
            pass
        case _:
            return None
    text = ctx.snapshot.files.read(path)
    start = -1 if isinstance(text, Unreadable) else text.find("auto", span.start, span.end)
    if start < 0:
        return None
    edit = Edit(Span(start, start + len("auto")), "strict")
    return Fix("Set the mode to strict", Safety.UNSAFE, {path: (edit,)}, preferred=False)


def _deferreds(ctx: Context) -> Iterator[Finding]:
    """Deferreds that tests and fixtures of pytest-asyncio await."""
    for body, what, runner in ctx.async_entries() if "twisted" in ctx.text else ():
        for call in body.calls if runner is Runner.PYTEST_ASYNCIO else ():
            if call.use is Use.AWAITED and call.imported and call.name in _DEFERREDS:
                message = f"pytest-asyncio runs this {what}, and asyncio cannot await a `Deferred`."
                yield ctx.finding(META, ctx.span(body, call.node), message)


def _modes(ctx: Context) -> Iterator[Finding]:
    asyncio, anyio = ctx.config.asyncio_mode, ctx.config.anyio_mode
    origin = anyio.origin
    if asyncio.value != "auto" or anyio.value != "auto" or origin.path != ctx.path or origin.span is None:
        return
    if ctx.view.roster.has("asyncio") and ctx.view.roster.has("anyio"):
        message = "pytest-asyncio is in auto mode too: it takes the tests from anyio, and anyio warns of it."
        yield ctx.finding(META, origin.span, message, data=origin)


def _taken(ctx: Context, test: TestItem, plugin: str, span: Span) -> Finding | None:
    """The finding for a test of another plugin that pytest-asyncio takes: at its own asyncio mark, or at `span`."""
    if not test.function.is_async or ctx.runner_is(test) is not Runner.PYTEST_ASYNCIO:
        return None
    own = [mark for mark in marks_of(ctx) if mark.name == "asyncio" and _is_below(mark, test)]
    if own:
        message = f"This mark takes the test from {plugin}: pytest-asyncio runs it on asyncio."
        return ctx.finding(META, own[0].span, message, data=own[0])
    return _in_auto_mode(ctx, span, plugin) if _auto(ctx) is not None else None


def _in_auto_mode(ctx: Context, span: Span, plugin: str) -> Finding:
    mode = _auto(ctx)
    reason = "" if mode is None else f" ({mode.reason})"
    message = f"pytest-asyncio is in auto mode{reason} and takes this test from {plugin}: it runs on asyncio."
    related = () if mode is None else origin_related(mode.origin, "The mode is set here")
    return ctx.finding(META, span, message, related=related, data=None if mode is None else mode.origin)


def _auto(ctx: Context) -> Decision[AsyncioMode] | None:
    mode = ctx.mode()
    return None if isinstance(mode, Unknown) or mode.value != "auto" else mode


def _is_below(mark: MarkUse, test: TestItem) -> bool:
    if mark.on_function:
        return mark.owner == test.id
    holder = "" if mark.owner is None else mark.owner.qualname
    return not holder or f"{test.id.qualname}.".startswith(f"{holder}.")


def _may_be_trio(ctx: Context, test: TestItem) -> bool:
    """Whether anyio would run a test on trio as well: by its own backends, or by those of the project."""
    closure = ctx.closure(test)
    chain: tuple[FixtureDef, ...] = closure.chains.get("anyio_backend", ())
    if not chain or "anyio_backend" in closure.direct or not ctx.environment.has("trio"):
        return False
    if chain[-1].dist is not None:
        return chain[-1].dist.startswith("anyio ")
    facts = ctx.snapshot.facts(chain[-1].path)
    if isinstance(facts, Unreadable) or chain[-1].id not in facts.layout.defs:
        return False
    text = ctx.snapshot.files.read(chain[-1].path)
    whole = facts.layout.defs[chain[-1].id].whole
    return not isinstance(text, Unreadable) and _TRIO.search(text, whole.start, whole.end) is not None


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
