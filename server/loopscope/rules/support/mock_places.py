"""Globals of modules that a test replaces by mocks while it calls something."""

import ast
from collections.abc import Iterator
from pathlib import PurePath
from typing import NamedTuple

from loopscope.facts.bodies import Body, CallSite, Use
from loopscope.rules.context import Context
from loopscope.rules.support.certain import surely_runs
from loopscope.rules.support.mock_objects import has_own_parts, is_alone, is_alone_at
from loopscope.rules.support.mock_setups import chain_of
from loopscope.rules.support.mocks import Mock, context_at, fixture_of, mock_at, mock_of, patched_mock, started_patch
from loopscope.rules.support.patches import Patch, meaning, parameter_names, patches, site_of
from loopscope.workspace.imports import find_import
from loopscope.workspace.values import Module


class Place(NamedTuple):
    """The global `name` of the module `path`, what takes its place, and for which lines of the test."""

    path: PurePath
    name: str
    mock: Mock
    patch: Patch
    lines: range
    local: bool
    """Whether the patch stands in the test, or decorates it; else a fixture makes it."""
    variable: str
    """The name that the test has for the mock; empty when it has none."""


def places(ctx: Context, body: Body) -> tuple[Place, ...]:
    """The globals that a test surely replaces."""
    return ctx.remember(f"places {body.id}", lambda: tuple(_places(ctx, body)))


def replaced_at(ctx: Context, body: Body, call: CallSite) -> tuple[Place, ...]:
    """What is replaced while a test makes a call; what is replaced twice is left out."""
    found = [each for each in places(ctx, body) if call.node.lineno in each.lines]
    keys = [(each.path, each.name) for each in found]
    return tuple(each for each, key in zip(found, keys, strict=True) if keys.count(key) == 1)


def _places(ctx: Context, body: Body) -> Iterator[Place]:
    own = [(patch, lines) for patch in patches(ctx) if (lines := _lines(ctx, body, patch)) is not None]
    named = _named(ctx, body) if own else {}
    for patch, lines in own:
        found = _target(ctx, patch)
        mock = None if found is None else _put(ctx, body, patch, named.get(id(patch.node)))
        if found is not None and mock is not None and has_own_parts(mock):
            yield Place(*found, mock, patch, lines, local=True, variable=named.get(id(patch.node), ""))
    for name in parameter_names(body):
        mock = mock_of(ctx, body, name)
        if mock is None or mock.patch is None:
            continue
        fixture = fixture_of(ctx, body, name)
        other = None if fixture is None else context_at(ctx, fixture.path)
        found = None if other is None else _target(other, mock.patch)
        if found is not None and is_alone_at(ctx, body, name):
            yield Place(*found, mock, mock.patch, _whole(body), local=False, variable=name)


def _named(ctx: Context, body: Body) -> dict[int, str]:
    """The names of the test that stand for mocks, by the patch that makes these."""
    mocks = ((name, mock_of(ctx, body, name)) for name in sorted(body.bound))
    return {id(mock.patch.node): name for name, mock in mocks if mock is not None and mock.patch is not None}


def _put(ctx: Context, body: Body, patch: Patch, name: str | None) -> Mock | None:
    """The mock that a patch puts in place, with all that the test sets up on it; None when that is not certain."""
    if name is not None:
        return mock_of(ctx, body, name) if is_alone(body, name) else None
    new = patch.argument("new")
    if new is not None:
        chain = chain_of(new)
        return mock_at(ctx, patch.owner, new) if chain is None or is_alone(body, chain.root, new) else None
    bare = any(
        item.context_expr is patch.node and item.optional_vars is None for each in body.withs for item in each.items
    )
    dropped = any(call.node is patch.node and call.use is Use.STATEMENT for call in body.calls)
    return patched_mock(ctx, patch) if bare or dropped else None


def _lines(ctx: Context, body: Body, patch: Patch) -> range | None:
    """The lines of the test for which a patch holds; None when it is another's, or not certain."""
    if patch.owner in (body.id, body.id._replace(qualname=body.id.holder, nth=0)):
        return _whole(body)
    if patch.owner is not body:
        return None
    for block in body.withs:
        if any(item.context_expr is patch.node for item in block.items):
            return range(block.lineno, (block.end_lineno or block.lineno) + 1)
    starts = [
        call for call in body.calls if (found := started_patch(ctx, body, call.node)) and found.node is patch.node
    ]
    if starts:
        return range(starts[0].node.lineno + 1, _whole(body).stop) if surely_runs(body, starts[0]) else None
    site = site_of(ctx, body, patch.node)
    if not patch.mocker or site is None or not surely_runs(body, site) or "stopall" in ctx.text or ".undo(" in ctx.text:
        return None
    return range(patch.node.lineno + 1, _whole(body).stop)


def _whole(body: Body) -> range:
    return range(body.node.lineno, (body.node.end_lineno or body.node.lineno) + 1)


def _target(ctx: Context, patch: Patch) -> tuple[PurePath, str] | None:
    match patch.kind, patch.node.args:
        case ("patch", [ast.Constant(str() as name), *_]) | ("setattr", [ast.Constant(str() as name), _]):
            owner, _, last = name.rpartition(".")
            path = find_import(ctx.queries, ctx.path, owner) if owner else None
        case _, [node, ast.Constant(str() as last), *_]:
            value = meaning(ctx, patch.owner, node)
            path = value.path if isinstance(value, Module) else None
        case _:
            return None
    return None if path is None else (path, last)
