"""The fixtures that the code of one file defines, wherever they are registered."""

from pathlib import PurePath

from loopscope.facts.outline import ClassFact, FactId
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
    for id_, fact in q.get(index_of, path).classes.items():
        held = q.get(held_by_class, path, id_).recipes if class_may_define(q, path, fact) else ()
        recipes = [each for each in held if each.path == path and each.function.id.holder == id_.qualname]
        # Which class it is to pytest is known when all tests of the file are: that takes a while.
        baseid = "::".join((nodeid, *_class_path(q, path, fact))) if recipes else ""
        for recipe in recipes:
            found.setdefault(recipe.function.id, define(recipe, baseid, Where.CLASS, path, None))
    order = {id_: place for place, id_ in enumerate(q.get(index_of, path).functions)}
    return tuple(sorted(found.values(), key=lambda fixture: order.get(fixture.id, len(order))))


def _class_path(q: Queries, path: PurePath, fact: ClassFact) -> tuple[str, ...]:
    """The names under which pytest collects a class of a file, the last ones when there are several."""
    found = [names for names, key in q.get(collect_module, path).classes.items() if key == (path, fact.id)]
    return found[-1] if found else (fact.id.qualname,)


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
