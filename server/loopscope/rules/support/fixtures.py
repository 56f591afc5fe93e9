"""Async fixtures that nothing runs, and edits of fixture decorators."""

import ast
import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import NamedTuple

from loopscope.rules.context import Context
from loopscope.rules.model import Related
from loopscope.rules.support.fixture_bodies import decorator_index, is_plain
from loopscope.rules.support.imports import spelled
from loopscope.text.edit import Edit
from loopscope.text.files import Unreadable
from loopscope.text.span import Span
from loopscope.workspace.model import Decorator, FixtureDef, Scope, TestItem, Unknown

_MOST_FILES = 300


class Use(NamedTuple):
    """How tests fare with a fixture: `test` is one that nothing runs it for, and why."""

    test: TestItem
    reason: str

    def related(self, ctx: Context) -> tuple[Related, ...]:
        """The test, unless it is in the checked file."""
        facts = ctx.snapshot.facts(self.test.code_path)
        if self.test.code_path == ctx.path or isinstance(facts, Unreadable) or self.test.id not in facts.layout.defs:
            return ()
        span = facts.layout.defs[self.test.id].name
        return (Related(self.test.code_path, span, f"`{self.test.name}` uses it"),)


def unhandled_use(ctx: Context, fixture: FixtureDef) -> Use | None:
    """A test that uses a plain async fixture of this file, when surely nothing runs it for any test that does."""
    if not is_plain(fixture):
        return None
    found: Use | None = None
    for other, test in users(ctx, fixture):
        decision = other.fixture_runner(fixture, test)
        if isinstance(decision, Unknown) or decision.value is not None:
            return None
        found = found or Use(test, decision.reason)
    return found


def unhandled_in(ctx: Context, test: TestItem) -> Iterator[tuple[FixtureDef, str]]:
    """The function-scoped plain async fixtures that a test requests and that nothing runs for it, with the reason."""
    closure = ctx.closure(test)
    for param in test.function.params:
        chain = closure.chains.get(param.name, ())
        if not chain or param.name in closure.direct:
            continue
        fixture = chain[-1]
        if fixture.decorator is Decorator.PYTEST and fixture.kind.is_async and fixture.scope is Scope.FUNCTION:
            decision = ctx.fixture_runner(fixture, test)
            if not isinstance(decision, Unknown) and decision.value is None:
                yield fixture, decision.reason


def runs_for_async_tests(ctx: Context, fixture: FixtureDef) -> bool:
    """Whether some async test of the file has the fixture run."""
    for test in ctx.tests:
        if not test.function.is_async or ctx.runner_is(test) is None:
            continue
        decision = ctx.fixture_runner(fixture, test)
        if not isinstance(decision, Unknown) and decision.value is not None:
            return True
    return False


def decorator_span(ctx: Context, fixture: FixtureDef) -> Span:
    """Where the decorator stands that makes a fixture, without its `@`; the fixture's name when it is not found."""
    index = decorator_index(fixture)
    spans = ctx.layout.defs[fixture.id]
    return spans.name if index is None else spans.decorators[index]


def to_pytest_asyncio(ctx: Context, fixture: FixtureDef) -> list[Edit] | None:
    """Edits that make `@pytest.fixture` a `@pytest_asyncio.fixture`, with the import."""
    node = _node(ctx, fixture)
    if node is None or fixture.decorator is not Decorator.PYTEST:
        return None
    func = node.func if isinstance(node, ast.Call) else node
    if isinstance(node, ast.Call) and node.args:
        return None
    edits: list[Edit] = []
    name = spelled(ctx, "pytest_asyncio", edits)
    return [*edits, Edit(ctx.span(fixture.id, func), f"{name}.fixture")]


def set_loop_scope(ctx: Context, fixture: FixtureDef, scope: Scope) -> list[Edit] | None:
    """Edits that give a fixture's decorator `loop_scope=`; a plain one becomes pytest-asyncio's first."""
    node = _node(ctx, fixture)
    converted = to_pytest_asyncio(ctx, fixture) if fixture.decorator is Decorator.PYTEST else []
    if node is None or converted is None:
        return None
    text = f'loop_scope="{scope.value}"'
    end = ctx.span(fixture.id, node).end
    if not isinstance(node, ast.Call):
        return [*converted, Edit(Span(end, end), f"({text})")]
    if node.args or any(keyword.arg is None for keyword in node.keywords):
        return None
    if not node.keywords:
        return [*converted, Edit(Span(end - 1, end - 1), text)]
    after = node.keywords[-1]
    for keyword in node.keywords:
        if keyword.arg == "loop_scope":
            return [*converted, Edit(ctx.span(fixture.id, keyword.value), f'"{scope.value}"')]
        after = keyword if keyword.arg == "scope" else after
    end = ctx.span(fixture.id, after.value).end
    return [*converted, Edit(Span(end, end), f", {text}")]


def users(ctx: Context, fixture: FixtureDef) -> Iterator[tuple[Context, TestItem]]:
    """The tests whose closure has this very fixture: of this module, or of those below a conftest."""
    if ctx.path.name != "conftest.py":
        yield from ((ctx, test) for test in ctx.tests if _has(ctx, test, fixture))
        return
    for path in _below(ctx, fixture):
        # Without facts: who uses the fixture, and how, shows in the outlines.
        other = Context(ctx.snapshot, path, "", None)
        yield from ((other, test) for test in other.view.tests if _has(other, test, fixture))


def _below(ctx: Context, fixture: FixtureDef) -> Iterator[PurePath]:
    """The test files below a conftest, those first that mention the fixture."""
    word = re.compile(rf"\b{re.escape(fixture.name)}\b")
    others: list[PurePath] = []
    pending = [ctx.path.parent]
    left = _MOST_FILES
    while pending and left > 0:
        folder = pending.pop()
        for entry in ctx.snapshot.files.entries(folder):
            path = folder / entry.name
            if entry.is_dir:
                if not entry.name.startswith(".") and entry.name not in ("node_modules", "venv", "__pycache__"):
                    pending.append(path)
            elif ctx.snapshot.module(path).role == "test" and entry.name.endswith(".py"):
                left -= 1
                text = ctx.snapshot.files.read(path)
                if not isinstance(text, Unreadable) and fixture.name in text and word.search(text):
                    yield path
                else:
                    others.append(path)
    yield from others


def _has(ctx: Context, test: TestItem, fixture: FixtureDef) -> bool:
    chain = ctx.closure(test).chains.get(fixture.name, ())
    return bool(chain) and chain[-1].path == fixture.path and chain[-1].id == fixture.id


def _node(ctx: Context, fixture: FixtureDef) -> ast.expr | None:
    """The syntax of the decorator, when it is `pytest.fixture` or `pytest_asyncio.fixture` by name."""
    index = decorator_index(fixture)
    definition = ctx.definition(fixture.id)
    return None if index is None or definition is None else definition.decorators[index][1]
