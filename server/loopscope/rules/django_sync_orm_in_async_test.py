"""Django's synchronous ORM is used in an async test or fixture.

## What it does
Reports calls that ask the database (`Item.objects.create(...)`, `.count()`, `item.save()`) and querysets that are
iterated synchronously, in async tests and fixtures that run on asyncio. The class must be a Django model with the
manager that Django gives it; lazy building of querysets is fine.

## Why is this bad
Django refuses: `SynchronousOnlyOperation: You cannot call this from an async context - use a thread or sync_to_async.`

## When not to fix
Never.

## Fix safety
Unsafe: the async twin is called and awaited (`await Item.objects.acreate(...)`), or the loop becomes `async for`. It
uses another thread and connection: the test needs `django_db(transaction=True)`.

## Versions
The async twins exist since Django 4.1, those of instances since 4.2. Django does not refuse while
`DJANGO_ALLOW_ASYNC_UNSAFE` is set.

## References
- [Django: asynchronous support](https://docs.djangoproject.com/en/stable/topics/async/)
- [pytest-django: async tests](https://pytest-django.readthedocs.io/en/latest/database.html#async-only-tests)
"""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body, CallSite, Use
from loopscope.rules.context import Context
from loopscope.rules.examples import examples_of
from loopscope.rules.model import Finding, Fix, Group, Meta, Rule, Safety, Severity
from loopscope.rules.support.calls import await_edits, expects_failure
from loopscope.rules.support.django import (
    INSTANCE,
    ORM,
    Query,
    QuerySet,
    allows_unsafe,
    held_querysets,
    orm_calls,
)
from loopscope.text.edit import Edit
from loopscope.text.span import Span
from loopscope.workspace.model import Runner

META = Meta("django-sync-orm-in-async-test", Group.DJANGO, Severity.ERROR, texts=ORM)

_RAISED = "SynchronousOnlyOperation"

EXAMPLES, NEAR_MISSES = examples_of(__name__)


_CONSUMERS = frozenset({"list", "tuple", "set", "frozenset", "sorted", "len", "bool", "sum", "max", "min", "dict"})


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the calls and querysets."""
    if not ctx.environment.has("django"):
        return
    for body, what, runner in ctx.async_entries():
        if runner is not Runner.PYTEST_ASYNCIO:
            continue
        for found in orm_calls(ctx, body):
            call = found.call
            if not _asks(found) or call.in_lambda or expects_failure(body, call) or allows_unsafe(ctx):
                continue
            deed = "Iterating this queryset" if isinstance(found, QuerySet) else "This call"
            message = f"{deed} asks the database from an async {what}: Django raises {_RAISED}."
            yield ctx.finding(META, ctx.span(body, call.node), message, data=(body, found))
        for name in held_querysets(ctx, body):
            asking = _first_asks(body, name.id)
            if asking is not None and not expects_failure(body, asking) and not allows_unsafe(ctx):
                message = f"This asks the database for the queryset from an async {what}: Django raises {_RAISED}."
                yield ctx.finding(META, ctx.span(body, asking.node.args[0]), message)


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """The async twin, awaited; or the iteration made async."""
    match finding.data:
        case (Body() as body, Query() as query):
            end = ctx.span(body, query.call.node.func).end
            edits = [
                *await_edits(ctx, body, query.call),
                Edit(Span(end - len(query.method), end), f"a{query.method}"),
            ]
            needs = (4, 2) if query.method in INSTANCE else (4, 1)
            if query.call.in_comprehension or not ctx.environment.at_least("django", *needs):
                return None
            return ctx.fix(f"Use `await …a{query.method}(...)`", Safety.UNSAFE, edits)
        case (Body() as body, QuerySet(call)):
            return _iterated(ctx, body, call)
        case _:
            return None


def _first_asks(body: Body, name: str) -> CallSite | None:
    """The call that asks for the rows of a local queryset, when that is the first use of it: later they are there."""
    reads = sorted(body.reads.get(name, ()), key=lambda read: (read.lineno, read.col_offset))
    calls = (call for call in body.calls if reads and call.node.args == [reads[0]] and not call.node.keywords)
    call = next(calls, None)
    if call is None or call.in_lambda or call.in_comprehension or name in body.inner_reads:
        return None
    return call if isinstance(call.node.func, ast.Name) and call.node.func.id in _CONSUMERS else None


def _asks(found: Query | QuerySet) -> bool:
    """Whether the database is asked at once."""
    if isinstance(found, Query):
        return not found.is_async
    call = found.call
    if call.use is Use.ARGUMENT and isinstance(call.parent, ast.Call):
        func = call.parent.func
        return isinstance(func, ast.Name) and func.id in _CONSUMERS
    return call.use is Use.ITERATED


def _iterated(ctx: Context, body: Body, call: CallSite) -> Fix | None:
    span = ctx.span(body, call.node)
    match call.parent:
        case ast.For() as loop:
            start = ctx.span(body, loop).start
            return ctx.fix("Use `async for`", Safety.UNSAFE, [Edit(Span(start, start), "async ")])
        case ast.comprehension(target=target):
            before = ctx.text[: ctx.span(body, target).start].rstrip()
            if not before.endswith("for"):
                return None
            start = len(before) - len("for")
            return ctx.fix("Use `async for`", Safety.UNSAFE, [Edit(Span(start, start), "async ")])
        case ast.Call(func=ast.Name("list"), args=[argument], keywords=[]) as outer if argument is call.node:
            whole = ctx.span(body, outer)
            edits = [
                Edit(Span(whole.start, span.start), "[item async for item in "),
                Edit(Span(span.end, whole.end), "]"),
            ]
            return ctx.fix("Use an async comprehension", Safety.UNSAFE, edits)
        case _:
            return None


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
