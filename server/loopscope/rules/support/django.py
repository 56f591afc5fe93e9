"""Calls of Django's ORM in bodies, for models that are surely models."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import NamedTuple

from loopscope.facts.bodies import Body, CallSite
from loopscope.facts.outline import FactId
from loopscope.rules.context import Context
from loopscope.rules.support.calls import bound_value
from loopscope.workspace.hooks import conftests_of
from loopscope.workspace.mro import Link, member, mro_of
from loopscope.workspace.namespace import dereference
from loopscope.workspace.queries import Queries
from loopscope.workspace.values import Class

QUERIES = frozenset(
    {
        "aggregate",
        "bulk_create",
        "bulk_update",
        "contains",
        "count",
        "create",
        "delete",
        "earliest",
        "exists",
        "first",
        "get",
        "get_or_create",
        "in_bulk",
        "last",
        "latest",
        "update",
        "update_or_create",
    }
)
"""Methods of a manager or queryset that ask the database at once; each has an async twin that begins with `a`."""

WRITES = frozenset({"bulk_create", "bulk_update", "create", "delete", "get_or_create", "update", "update_or_create"})
"""Those that may change rows."""

INSTANCE = frozenset({"save", "delete", "refresh_from_db"})
"""Methods of an instance that ask the database; each has an async twin that begins with `a`."""

ORM = (".objects.", *sorted(f".{name}(" for name in INSTANCE))
"""What `orm_calls` looks for: texts of which one that asks the database has one."""

_BUILDERS = frozenset(
    {
        "alias",
        "all",
        "annotate",
        "defer",
        "distinct",
        "exclude",
        "filter",
        "none",
        "only",
        "order_by",
        "prefetch_related",
        "reverse",
        "select_for_update",
        "select_related",
        "using",
        "values",
        "values_list",
    }
)
_UNSAFE = "DJANGO_ALLOW_ASYNC_UNSAFE"
_MODEL_NAMES = frozenset({"django.db.models.Model", "django.db.models.base.Model"})
_MODEL_FILE = ("django", "db", "models", "base.py")

EXAMPLE_PROJECT = """\
# file: settings.py
SECRET_KEY = "x"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
INSTALLED_APPS = ["shop"]
USE_TZ = True
# file: shop/__init__.py
# file: shop/models.py
from django.db import models


class Item(models.Model):
    name = models.CharField(max_length=20)
"""
"""A project with one model, for examples."""

EXAMPLE_CONFIG = """\
[pytest]
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
DJANGO_SETTINGS_MODULE = settings
pythonpath = .
"""
"""Its configuration."""


class Query(NamedTuple):
    """A call that is about rows of a model: `method` is that of the manager, queryset or instance, without an `a`."""

    call: CallSite
    method: str
    is_async: bool


class QuerySet(NamedTuple):
    """A call that gives a queryset, which asks the database once it is iterated."""

    call: CallSite


def orm_calls(ctx: Context, body: Body) -> Iterator[Query | QuerySet]:
    """The calls of a body's own code that are surely of a model's default manager, or of an instance made there."""
    if ".objects." in ctx.text:
        for call in body.calls:
            name = call.name or ""
            model, dot, method = name.rpartition(".objects.")
            if dot and not call.local_root and "." not in method and is_model(ctx, model):
                yield from _followed(body, call, method)
    for call in body.calls:
        name, _, method = (call.name or "").partition(".")
        if call.local_root and _bare(method) in INSTANCE and _is_instance(ctx, body, name):
            yield Query(call, _bare(method), method.startswith("a"))


def held_querysets(ctx: Context, body: Body) -> Iterator[ast.Name]:
    """The local names that are bound once, to a queryset that nothing has asked for yet."""
    for statement in body.statements:
        match statement:
            case ast.Assign([ast.Name(name) as target], value) if bound_value(body, name) is value:
                made = [call for call in body.calls if call.node is value]
                queries = [found for call in made for found in orm_calls(ctx, body) if found.call is call]
                threaded = isinstance(value, ast.Await) and _is_threaded(ctx, body, value.value)
                if threaded or any(isinstance(found, QuerySet) for found in queries):
                    yield target
            case _:
                pass


def _is_threaded(ctx: Context, body: Body, value: ast.expr) -> bool:
    """Whether a call is `sync_to_async(Model.objects.all)()`, or that of another method that builds a queryset."""
    match value:
        case ast.Call(func=ast.Call(args=[ast.Attribute() as given], keywords=[]) as made):
            wrapped = next((call.name for call in body.calls if call.node is made and call.imported), None)
            written, _, method = ast.unparse(given).rpartition(".objects.")
            first, dot, rest = written.partition(".")
            names: Mapping[str, str] = {} if ctx.facts is None else ctx.facts.names
            known = wrapped is not None and wrapped.rpartition(".")[2] in ("sync_to_async", "database_sync_to_async")
            return known and method in _BUILDERS and is_model(ctx, f"{names.get(first, first)}{dot}{rest}")
        case _:
            return False


def is_model(ctx: Context, name: str) -> bool:
    """Whether a name is a class that derives from Django's `Model`, with the manager that Django gives it."""
    return ctx.queries.get(_is_model, ctx.path, name)


def allows_unsafe(ctx: Context) -> bool:
    """Whether the file, a conftest or the configuration may set `DJANGO_ALLOW_ASYNC_UNSAFE`."""
    if _UNSAFE in ctx.text:
        return True
    files = [*ctx.queries.get(conftests_of, ctx.path.parent), *([ctx.config.inipath] if ctx.config.inipath else [])]
    return any(ctx.snapshot.text_mentions(path, (_UNSAFE,)) for path in files)


def _is_model(q: Queries, path: PurePath, name: str) -> bool:
    value = dereference(q, path, name)
    if not isinstance(value, Class):
        return False
    mro = q.get(mro_of, value.path, value.fact.id)
    return any(map(_is_djangos, mro.links)) and member(q, value.path, value.fact.id, "objects") is None


def _is_djangos(link: Link) -> bool:
    if isinstance(link, str):
        return link in _MODEL_NAMES
    path, id_ = link
    return id_ == FactId("Model") and path.parts[-len(_MODEL_FILE) :] == _MODEL_FILE


def _followed(body: Body, call: CallSite, method: str) -> Iterator[Query | QuerySet]:
    """What a chain that begins with a method of the manager ends in."""
    while method in _BUILDERS:
        outer = next((each for each in body.calls if _receiver(each) is call.node), None)
        if outer is None:
            yield QuerySet(call)
            return
        assert isinstance(outer.node.func, ast.Attribute)
        call, method = outer, outer.node.func.attr
    if _bare(method) in QUERIES:
        yield Query(call, _bare(method), method.startswith("a") and method != "aggregate")


def _receiver(call: CallSite) -> ast.expr | None:
    return call.node.func.value if isinstance(call.node.func, ast.Attribute) else None


def _bare(method: str) -> str:
    """The name of a method without the `a` of its async twin."""
    known = QUERIES | INSTANCE
    return method[1:] if method not in known and method[:1] == "a" and method[1:] in known else method


def _is_instance(ctx: Context, body: Body, name: str) -> bool:
    """Whether a local name is bound once, to `Model(...)` or to what a method of its manager gives, awaited or not."""
    value = bound_value(body, name)
    value = value.value if isinstance(value, ast.Await) else value
    made = next((each for each in body.calls if each.node is value), None)
    if made is None or made.name is None or made.local_root:
        return False
    model, dot, method = made.name.rpartition(".objects.")
    if dot:
        return _bare(method) in ("create", "get") and is_model(ctx, model)
    return is_model(ctx, made.name)
