"""An async fixture given a wider scope, and the loop of that scope."""

import ast
from collections.abc import Iterator

from loopscope.rules.context import Context
from loopscope.rules.model import Fix, Safety
from loopscope.rules.support.fixture_bodies import decorator_index
from loopscope.rules.support.fixtures import to_pytest_asyncio
from loopscope.text.edit import Edit
from loopscope.text.span import Span
from loopscope.workspace.model import Decorator, FixtureDef, Runner, Scope, Unknown

_OFFERED = (Scope.MODULE, Scope.SESSION)


def widened(ctx: Context, offset: int) -> Iterator[Fix]:
    """The fixture of pytest-asyncio at an offset (decorators and header) with each wider scope.

    None that is narrower than that of a fixture that it requests, and none for methods, which get another instance.
    """
    fixture = _at_header(ctx, offset)
    if fixture is None or not _is_run(ctx, fixture) or not ctx.environment.at_least("pytest-asyncio", 0, 24):
        return
    for scope in _OFFERED:
        if isinstance(fixture.scope, Scope) and scope.wider_than(fixture.scope) and _may_have(ctx, fixture, scope):
            edits = _edits(ctx, fixture, scope)
            if edits is not None:
                title = f"Give `{fixture.name}` the scope `{scope.value}` and its loop"
                yield ctx.fix(title, Safety.UNSAFE, edits)


def _at_header(ctx: Context, offset: int) -> FixtureDef | None:
    id_ = ctx.layout.at(offset)
    fixture = next((each for each in ctx.own_fixtures if each.id == id_), None)
    definition = None if id_ is None or fixture is None else ctx.definition(id_)
    if definition is None or not definition.node.body or definition.id.holder:
        return None
    return fixture if offset < definition.placed.span(definition.node.body[0]).start else None


def _is_run(ctx: Context, fixture: FixtureDef) -> bool:
    runner = ctx.fixture_runner(fixture) if fixture.kind.is_async else None
    return runner is not None and not isinstance(runner, Unknown) and runner.value is Runner.PYTEST_ASYNCIO


def _may_have(ctx: Context, fixture: FixtureDef, scope: Scope) -> bool:
    """Whether all that a fixture requests surely lives as long as `scope`."""
    for name in fixture.argnames:
        if name == "request":
            continue
        found = ctx.requested(fixture, name)
        if isinstance(found, Unknown) or not found:
            return False
        if any(isinstance(each.scope, Unknown) or scope.wider_than(each.scope) for each in found):
            return False
    return True


def _edits(ctx: Context, fixture: FixtureDef, scope: Scope) -> list[Edit] | None:
    index, definition = decorator_index(fixture), ctx.definition(fixture.id)
    plain = fixture.decorator is Decorator.PYTEST
    converted = to_pytest_asyncio(ctx, fixture) if plain else []
    if index is None or definition is None or converted is None:
        return None
    node = definition.decorators[index][1]
    end = ctx.span(fixture.id, node).end
    if not isinstance(node, ast.Call):
        given = f'(scope="{scope.value}", loop_scope="{scope.value}")'
        return [*converted, Edit(Span(end, end), given)]
    if node.args or any(keyword.arg is None for keyword in node.keywords):
        return None
    values = {keyword.arg: ctx.span(fixture.id, keyword.value) for keyword in node.keywords}
    edits = [Edit(values[name], f'"{scope.value}"') for name in ("scope", "loop_scope") if name in values]
    more = ", ".join(f'{name}="{scope.value}"' for name in ("scope", "loop_scope") if name not in values)
    if more and values:
        after = max(span.end for span in values.values())
        edits.append(Edit(Span(after, after), f", {more}"))
    elif more:
        edits.append(Edit(Span(end - 1, end - 1), more))
    return [*converted, *edits]
