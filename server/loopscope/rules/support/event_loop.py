"""The `event_loop` fixture of pytest-asyncio before 1.0: who requests it, who redefines it."""

import ast
import re
from collections.abc import Iterator
from pathlib import PurePath

from loopscope.facts.outline import FactId
from loopscope.rules.context import Context
from loopscope.rules.model import Finding
from loopscope.rules.support.imports import spelled
from loopscope.rules.support.text import without_item
from loopscope.text.edit import Edit
from loopscope.text.files import Unreadable
from loopscope.text.span import Span
from loopscope.workspace.model import Closure, FixtureDef, Unknown

NAME = "event_loop"
_WORD = re.compile(rf"\b{NAME}\b")
_MOST_FILES = 2000


def requests(ctx: Context, *, removed: bool) -> Iterator[tuple[FactId, Span]]:
    """Async tests and fixtures of this file that request pytest-asyncio's fixture, with the span of the parameter.

    With `removed` any that request it while nothing defines it.
    """
    if NAME not in ctx.text:
        return
    for test in ctx.own_tests:
        closure = ctx.closure(test)
        span = ctx.param_span(test.id, NAME)
        if span is None or test.is_unittest:
            continue
        if (_is_missing(closure) and removed) or (test.function.is_async and not removed and _is_plugins(closure)):
            yield test.id, span
    for fixture in ctx.own_fixtures:
        span = ctx.param_span(fixture.id, NAME)
        if span is None or fixture.name == NAME:
            continue
        found = ctx.requested(fixture, NAME)
        if isinstance(found, Unknown):
            continue
        if (not found and removed) or (found and fixture.kind.is_async and not removed and _plugins_own(found[-1])):
            yield fixture.id, span


def overrides(ctx: Context) -> Iterator[FixtureDef]:
    """Redefinitions in this file that nobody requests by name, as far as the files below show."""
    for fixture in ctx.own_fixtures:
        if fixture.name != NAME or fixture.autouse is not False or not _makes_loop(ctx, fixture):
            continue
        if not _is_used(ctx, fixture):
            yield fixture


def replace_parameter(ctx: Context, finding: Finding) -> list[Edit] | None:
    """Edits that use `asyncio.get_running_loop()` instead of the parameter; None where that is not clear."""
    match finding.data:
        case FactId() as id_:
            body = None if ctx.facts is None else ctx.facts.body(id_)
        case _:
            return None
    if body is None or not body.is_async or any(_WORD.search(ast.unparse(inner.node)) for inner in body.nested):
        return None
    arguments = [*body.node.args.posonlyargs, *body.node.args.args, *body.node.args.kwonlyargs]
    if body.node.args.defaults or body.node.args.kw_defaults or body.node.args.vararg or body.node.args.posonlyargs:
        return None
    index = next((place for place, argument in enumerate(arguments) if argument.arg == NAME), None)
    if index is None:
        return None
    edits: list[Edit] = []
    reads = [load for load in body.loads if load.id == NAME]
    if reads:
        name = spelled(ctx, "asyncio", edits)
        edits += [Edit(ctx.span(body, load), f"{name}.get_running_loop()") for load in reads]
    spans = [ctx.span(body, argument) for argument in arguments]
    return [Edit(without_item(ctx.text, spans, index), ""), *edits]


def _is_missing(closure: Closure) -> bool:
    return NAME in closure.missing


def _is_plugins(closure: Closure) -> bool:
    chain = closure.chains.get(NAME, ())
    return bool(chain) and _plugins_own(chain[-1]) and NAME not in closure.direct


def _plugins_own(fixture: FixtureDef) -> bool:
    return fixture.dist is not None and fixture.dist.startswith("pytest-asyncio ")


def _makes_loop(ctx: Context, fixture: FixtureDef) -> bool:
    body = None if ctx.facts is None else ctx.facts.body(fixture.id)
    return body is not None and any((call.name or "").endswith("new_event_loop") for call in body.calls)


def _is_used(ctx: Context, fixture: FixtureDef) -> bool:
    """Whether the name stands anywhere else in the file, or in a file that sees a conftest's fixture."""
    whole = ctx.layout.defs[fixture.id].whole
    if _WORD.search(ctx.text[: whole.start]) or _WORD.search(ctx.text[whole.end :]):
        return True
    if ctx.path.name != "conftest.py":
        return False
    left = _MOST_FILES
    pending = [ctx.path.parent]
    while pending:
        folder = pending.pop()
        for entry in ctx.snapshot.files.entries(folder):
            path = folder / entry.name
            if entry.is_dir:
                if not entry.name.startswith(".") and entry.name not in ("node_modules", "venv", "__pycache__"):
                    pending.append(path)
            elif entry.name.endswith(".py") and path != ctx.path:
                left -= 1
                if left < 0 or _mentions(ctx, path):
                    return True
    return False


def _mentions(ctx: Context, path: PurePath) -> bool:
    text = ctx.snapshot.files.read(path)
    return isinstance(text, Unreadable) or _WORD.search(text) is not None
