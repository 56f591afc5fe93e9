"""The hook `pytest_asyncio_loop_factories` (pytest-asyncio >= 1.4): who implements it, and what it gives."""

import ast
from pathlib import PurePath

from loopscope.facts.bodies import Body
from loopscope.facts.outline import FactId
from loopscope.rules.context import Context
from loopscope.workspace.hooks import conftests_of
from loopscope.workspace.model import Where
from loopscope.workspace.queries import Queries

HOOK = "pytest_asyncio_loop_factories"


def implementations(ctx: Context) -> tuple[PurePath, ...]:
    """The conftests and plugins, other than pytest-asyncio, that mention the hook."""
    plugins = [
        each.path for each in ctx.view.roster.plugins if each.name != "asyncio" and each.where is not Where.PYTEST
    ]
    paths = dict.fromkeys((*ctx.queries.get(conftests_of, ctx.path.parent), *plugins))
    return tuple(path for path in paths if ctx.queries.mentions(path, (HOOK,)))


def factory_names(ctx: Context) -> tuple[str, ...] | None:
    """The names of the factories, when one hook gives them as the literal keys of a dict; None when that is not so."""
    found = implementations(ctx)
    return ctx.queries.get(_names_in, found[0]) if len(found) == 1 else None


def returned_value(body: Body) -> ast.expr | None:
    """What a hook returns, when that is one expression."""
    match body.returns:
        case [ast.Return(ast.expr() as value)]:
            return value
        case _:
            return None


def _names_in(q: Queries, path: PurePath) -> tuple[str, ...] | None:
    facts = q.facts(path)
    body = None if facts is None else facts.body(FactId(HOOK))
    value = None if body is None else returned_value(body)
    if not isinstance(value, ast.Dict):
        return None
    names = [key.value for key in value.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
    return tuple(names) if len(names) == len(value.keys) else None
