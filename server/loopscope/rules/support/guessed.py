"""Environments that are only guessed: the Python that runs loopscope, for a project that shows none of its own."""

from pathlib import PurePath

from loopscope.facts.outline import Guard, ImportedModule, ImportedName
from loopscope.rules.context import Context
from loopscope.workspace.hooks import conftests_of
from loopscope.workspace.imports import importable
from loopscope.workspace.index import Placed, index_of
from loopscope.workspace.queries import Queries


def is_of_another_project(ctx: Context) -> bool:
    """Whether the environment is guessed, and wrongly: the file, or a conftest of it, imports what is not there."""
    if ctx.environment.kind != "server":
        return False
    files = (ctx.path, *ctx.queries.get(conftests_of, ctx.path.parent))
    return any(ctx.queries.get(_import_fails, path) for path in files)


def _import_fails(q: Queries, path: PurePath) -> bool:
    index = q.get(index_of, path)
    bound = (*index.stars, *(each for placed in index.names.values() for each in placed))
    return any(importable(q, path, module) is False for each in bound if (module := _imported(each)) is not None)


def _imported(placed: Placed) -> str | None:
    if placed.binding.guard is not Guard.ALWAYS:
        return None
    match placed.binding.target:
        case ImportedModule(_, loads):
            return loads
        case ImportedName(module, _):
            return module
        case _:
            return None
