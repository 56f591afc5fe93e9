"""Tasks that a function starts, what becomes of them, and what runs in them."""

import ast
from collections.abc import Sequence
from typing import NamedTuple, cast

from loopscope.facts.bodies import Body, CallSite, Use
from loopscope.facts.outline import FactId, FunctionFact
from loopscope.rules.context import Context
from loopscope.rules.support.blocks import runs_for_ever
from loopscope.rules.support.calls import append_to_block, binding_count, expects_failure, loop_method
from loopscope.text.edit import Edit
from loopscope.text.span import Span

STARTERS = frozenset({"asyncio.create_task", "asyncio.ensure_future"})
"""The functions that start a task which nobody else awaits."""

_KEEPS = frozenset({"asynccontextmanager", "staticmethod", "classmethod"})
_ONLY_LOOKS = frozenset({"done", "cancelled", "get_name", "set_name", "get_coro"})


class Started(NamedTuple):
    """A task that an async function starts: the call, and the local name that alone holds it; None when dropped."""

    call: CallSite
    name: str | None


def started(body: Body) -> Sequence[Started]:
    """The tasks that an async function drops, or keeps in a name that is bound just once."""
    if not body.is_async:
        return ()
    found = body.notes.get("started tasks")
    if found is None:
        found = body.notes["started tasks"] = tuple(
            [
                task
                for call in body.calls
                if call.use in (Use.STATEMENT, Use.ASSIGNED) and _starts(body, call)
                if (task := _started(body, call)) is not None
            ]
        )
    # The key is used here only.
    return cast("Sequence[Started]", found)


def abandoned(ctx: Context, body: Body) -> list[Started]:
    """The tasks that nobody awaits, cancels or asks for their result: dropped, or only looked at (`task.done()`).

    None of a function that a decorator hands to somebody else, such as a workflow engine: its loop may keep them.
    """
    tasks = started(body)
    if not tasks or _is_handed_on(ctx, body):
        return []
    return [
        task
        for task in tasks
        if not (task.call.name in STARTERS and ctx.is_patched(task.call.name))
        if task.name is None or only_looked_at(body, task.name)
    ]


def _is_handed_on(ctx: Context, body: Body) -> bool:
    """Whether a function, or one around it, is neither test nor fixture and has a decorator that may register it."""
    ours = {each.id for each in ctx.own_tests} | {each.id for each in ctx.own_fixtures}
    around: Body | None = body
    while around is not None:
        names = [ast.unparse(each).rpartition(".")[2] for each in around.node.decorator_list]
        if around.id not in ours and any(name not in _KEEPS for name in names):
            return True
        around = ctx.around(around)
    return False


def only_looked_at(body: Body, name: str) -> bool:
    """Whether all reads of a local name are of methods that neither await nor end a task."""
    looks = {
        id(call.node.func.value)
        for call in body.calls
        if isinstance(call.node.func, ast.Attribute) and call.node.func.attr in _ONLY_LOOKS
    }
    return name not in body.inner_reads and all(id(load) in looks for load in body.reads.get(name, ()))


def runs(ctx: Context, body: Body, task: Started) -> Body | None:
    """The coroutine function of this file that a task runs; None when that is not certain."""
    args = task.call.node.args
    inner = next((call for call in body.calls if args and call.node is args[0]), None)
    return None if inner is None else function_named(ctx, body, inner.name, imported=inner.imported)


def function_named(ctx: Context, body: Body, name: str | None, *, imported: bool = False) -> Body | None:
    """The undecorated function of this file that a plain name stands for in a body; None when that is not certain."""
    if ctx.facts is None or name is None or imported or "." in name or ctx.is_patched(name):
        return None
    around: Body | None = body
    while around is not None:
        if name in around.bound:
            nested = [inner for inner in around.nested if inner.node.name == name]
            certain = len(nested) == 1 and binding_count(around, name) == 1 and not nested[0].node.decorator_list
            return nested[0] if certain else None
        around = ctx.around(around)
    match [binding.target for binding in ctx.outline.bindings if binding.name == name]:
        case [FunctionFact(FactId() as id_, decorators=())]:
            return ctx.facts.body(id_)
        case _:
            return None


def last_assertion(body: Body) -> ast.Assert | None:
    """The assertion that a function ends with, so that nobody else can notice when it fails."""
    if any(isinstance(statement, ast.Try) and statement.handlers for statement in body.statements):
        return None
    block = body.node.body
    while isinstance(block[-1], ast.With | ast.AsyncWith):
        block = block[-1].body
    return block[-1] if isinstance(block[-1], ast.Assert) else None


def await_at_end(ctx: Context, body: Body, task: Started) -> list[Edit] | None:
    """Edits that keep a task and await it at the end of its block; None where that is not plain."""
    running = runs(ctx, body, task)
    if running is not None and runs_for_ever(running):
        return None
    edits = keep(ctx, body, task)
    awaited = append_to_block(ctx, body, task.call.statement, f"await {task.name or 'task'}")
    return None if edits is None or awaited is None else [*edits, awaited]


def keep(ctx: Context, body: Body, task: Started) -> list[Edit] | None:
    """Edits that give a dropped task a name, `task`; none for one that has its own, None where the name is taken."""
    if task.name is not None:
        return []
    if "task" in body.bound or "task" in body.reads:
        return None
    start = ctx.span(body, task.call.statement).start
    return [Edit(Span(start, start), "task = ")]


def _starts(body: Body, call: CallSite) -> bool:
    known = call.name in STARTERS and not call.local_root
    return (known or loop_method(body, call, "create_task")) and not call.in_lambda and not expects_failure(body, call)


def _started(body: Body, call: CallSite) -> Started | None:
    match call.statement:
        case ast.Expr(value) if value is call.node:
            return Started(call, None)
        case ast.Assign([ast.Name(name)], value) if value is call.node and binding_count(body, name) == 1:
            return Started(call, name)
        case _:
            return None
