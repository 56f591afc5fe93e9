"""The code under test, as far as the imports of a test file name it."""

from collections.abc import Iterator
from pathlib import PurePath

from loopscope.facts.outline import ImportedModule, ImportedName
from loopscope.rules.context import Context
from loopscope.workspace.imports import is_installed
from loopscope.workspace.index import index_of
from loopscope.workspace.mro import mro_of
from loopscope.workspace.namespace import dereference
from loopscope.workspace.queries import Queries
from loopscope.workspace.values import Class, Expression, Function, Module


def imported_code(ctx: Context) -> frozenset[PurePath]:
    """The files of the project that define what a file imports, and those of the bases of imported classes."""
    return ctx.remember("imported code", lambda: ctx.queries.get(_imported_code, ctx.path))


def is_asked_for(ctx: Context, name: str) -> bool:
    """Whether the code under test asks whether something is of the class of that name: `isinstance(found, Name)`."""
    files = [each for each in imported_code(ctx) if ctx.queries.mentions(each, ("isinstance(",))]
    return any(ctx.queries.mentions(each, (f", {name})",)) for each in files)


def _imported_code(q: Queries, path: PurePath) -> frozenset[PurePath]:
    names = q.get(index_of, path).names.items()
    imported = [
        name
        for name, placed in names
        if any(isinstance(each.binding.target, ImportedModule | ImportedName) for each in placed)
    ]
    found = {each for name in imported for each in _files_of(q, path, name)}
    return frozenset(each for each in found if not is_installed(q, each))


def _files_of(q: Queries, path: PurePath, name: str) -> Iterator[PurePath]:
    match dereference(q, path, name):
        case Class(home, fact):
            yield from (base for base, _ in q.get(mro_of, home, fact.id).classes)
        case Function(home) | Expression(home) | Module(_, home) if home is not None:
            yield home
        case _:
            pass
