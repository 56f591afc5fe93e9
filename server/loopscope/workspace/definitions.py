"""The fixtures that the code of one file defines, wherever they are registered."""

from pathlib import PurePath

from loopscope.facts.outline import FactId
from loopscope.workspace.collection import collect_module
from loopscope.workspace.holders import class_may_define, held_by_class, held_by_module
from loopscope.workspace.index import index_of
from loopscope.workspace.model import FixtureDef, Where
from loopscope.workspace.plugins import roster_of
from loopscope.workspace.project import config_at
from loopscope.workspace.queries import Queries
from loopscope.workspace.visibility import define, folder_level, module_level, nodeid_of, plugin_held
from loopscope.workspace.xunit import module_setup


def defined_in(q: Queries, path: PurePath) -> tuple[FixtureDef, ...]:
    """The fixtures of a file in source order: of its module, of its test classes, of other classes (mixins)."""
    found: dict[FactId, FixtureDef] = {}
    for fixture in _of_module(q, path):
        if fixture.path == path:
            found.setdefault(fixture.id, fixture)
    nodeid = nodeid_of(path, q.get(config_at, path.parent).rootdir)
    collected = {key: names for names, key in q.get(collect_module, path).classes.items()}
    for id_, fact in q.get(index_of, path).classes.items():
        if not class_may_define(q, path, fact):
            continue
        baseid = "::".join((nodeid, *collected.get((path, id_), (fact.id.qualname,))))
        for recipe in q.get(held_by_class, path, id_).recipes:
            if recipe.path == path and recipe.function.id.holder == id_.qualname:
                found.setdefault(recipe.function.id, define(recipe, baseid, Where.CLASS, path, None))
    order = {id_: place for place, id_ in enumerate(q.get(index_of, path).functions)}
    return tuple(sorted(found.values(), key=lambda fixture: order.get(fixture.id, len(order))))


def _of_module(q: Queries, path: PurePath) -> list[FixtureDef]:
    if path.name == "conftest.py":
        level = q.get(folder_level, path.parent)
    else:
        for plugin in q.get(roster_of, path.parent).plugins:
            if plugin.path == path and not plugin.late:
                held = q.get(plugin_held, plugin)
                return [define(recipe, "", plugin.where, path, plugin.dist) for recipe in held.recipes]
        if not q.get(held_by_module, path).recipes and not q.get(module_setup, path):
            # What else the module sees takes a while to find, on a small project most of the time.
            return []
        level = q.get(module_level, path)
    return [fixture for defs in level.defs.values() for fixture in defs]
