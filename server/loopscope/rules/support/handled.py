"""What tests and other fixtures do with the value of a fixture."""

from collections.abc import Iterator
from pathlib import PurePath

from loopscope.rules.context import Context
from loopscope.rules.support.openers import is_looked_at
from loopscope.workspace.model import FixtureDef
from loopscope.workspace.queries import Queries

_MOST_FILES = 300


def only_looked_at(ctx: Context, fixture: FixtureDef) -> bool:
    """Whether nobody closes the value of a fixture, or hands it on: each function that requests a fixture of that name,
    in its file or below its conftest, only calls methods of it that close nothing.

    False also where there are too many files to look at.
    """
    paths = [ctx.path]
    if ctx.path.name == "conftest.py":
        for path in _files(ctx, ctx.path.parent):
            paths.append(path)
            if len(paths) > _MOST_FILES:
                return False
    return all(ctx.queries.get(_looked_at_in, path, fixture.name) for path in paths)


def _looked_at_in(q: Queries, path: PurePath, name: str) -> bool:
    facts = q.facts(path) if q.mentions(path, (name,)) else None
    if facts is None:
        return True
    if q.mentions(path, ("getfixturevalue",)):
        return False
    for body in facts.bodies:
        arguments = (*body.node.args.posonlyargs, *body.node.args.args, *body.node.args.kwonlyargs)
        if any(argument.arg == name for argument in arguments) and (
            name in body.inner_reads or not all(is_looked_at(body, load) for load in body.reads.get(name, ()))
        ):
            return False
    return True


def _files(ctx: Context, folder: PurePath) -> Iterator[PurePath]:
    for entry in ctx.snapshot.files.entries(folder):
        path = folder / entry.name
        if entry.is_dir:
            if not entry.name.startswith(".") and entry.name not in ("node_modules", "venv", "__pycache__"):
                yield from _files(ctx, path)
        elif path.suffix == ".py" and path != ctx.path:
            yield path
