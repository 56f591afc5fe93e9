"""What becomes of calls in bodies, and edits of calls."""

import ast
from collections.abc import Callable
from typing import TypeVar, cast

from loopscope.facts.bodies import Body, CallSite, Use
from loopscope.rules.context import Context
from loopscope.rules.support.text import indentation, line_end, line_stop
from loopscope.text.edit import Edit
from loopscope.text.span import Span

T = TypeVar("T")

_EXPECTING = frozenset(
    {
        "raises",
        "assertRaises",
        "assertRaisesRegex",
        "assertWarns",
        "warns",
        "deprecated_call",
        "suppress",
        "RaisesGroup",
    }
)
_RUNNING_LOOP = frozenset({"asyncio.get_running_loop", "asyncio.get_event_loop"})
_LOOP = _RUNNING_LOOP | {"asyncio.new_event_loop"}
_BARE = frozenset(Use) - {Use.ATTRIBUTE, Use.AWAITED, Use.OTHER}


def noted(body: Body, key: str, compute: Callable[[Body], T]) -> T:
    """What `compute` finds in a body, remembered with the body: it must follow from the body alone."""
    found = body.notes.get(key)
    if found is None:
        found = body.notes[key] = compute(body)
    # A key is used with one `compute` only.
    return cast("T", found)


def expects_failure(body: Body, call: CallSite) -> bool:
    """Whether a call stands below a `with` that expects or swallows exceptions (`pytest.raises`, `suppress`)."""
    return expects_failure_at(body, call.node)


def expects_failure_at(body: Body, node: ast.expr) -> bool:
    """Whether an expression stands below a `with` that expects or swallows exceptions."""
    return any(_holds(block, node) and any(_expects(item.context_expr) for item in block.items) for block in body.withs)


def failure_is_expected(ctx: Context, body: Body, node: ast.expr) -> bool:
    """`expects_failure_at`; a nested function may be called wherever the functions around it expect exceptions."""
    around = ctx.around(body)
    if expects_failure_at(body, node):
        return True
    while around is not None:
        if any(_expects(item.context_expr) for block in around.withs for item in block.items):
            return True
        around = ctx.around(around)
    return False


def await_edits(ctx: Context, body: Body, call: CallSite) -> list[Edit]:
    """Edits that await a call, in brackets where precedence asks for them."""
    span = ctx.span(body, call.node)
    if call.use in _BARE:
        return [Edit(Span(span.start, span.start), "await ")]
    return [Edit(Span(span.start, span.start), "(await "), Edit(Span(span.end, span.end), ")")]


def only_compared(body: Body, call: CallSite) -> bool:
    """Whether a call's value is given to one name, bound once, that is only compared by value or never read."""
    match call.statement:
        case ast.Assign([ast.Name(name)], value) if value is call.node:
            pass
        case _:
            return False
    if not all(id(load) in body.asserted_operands for load in body.reads.get(name, ())):
        return False
    return binding_count(body, name) == 1 and name not in body.inner_reads


def loop_method(body: Body, call: CallSite, name: str, *, running: bool = False) -> bool:
    """Whether a call is `name` of `asyncio.get_running_loop()`, or of a local name bound once to it.

    `running` leaves out the loops that `asyncio.new_event_loop()` makes.
    """
    func = call.node.func
    if not isinstance(func, ast.Attribute) or func.attr != name:
        return False
    makers = _RUNNING_LOOP if running else _LOOP
    loops = [site for site in body.calls if site.name in makers and not site.local_root]
    match func.value:
        case ast.Call() as inner:
            return any(site.node is inner for site in loops)
        case ast.Name(local) if local in body.bound:
            values = [site.node for site in loops]
            return binding_count(body, local) == 1 and any(
                isinstance(statement, ast.Assign)
                and statement.value in values
                and any(isinstance(target, ast.Name) and target.id == local for target in statement.targets)
                for statement in body.statements
            )
        case _:
            return False


def append_to_block(ctx: Context, body: Body, statement: ast.stmt, text: str) -> Edit | None:
    """The edit that adds a line at the end of the block that holds a statement; None where it ends by jumping."""
    block = block_of(body.node, statement)
    start = ctx.span(body, statement).start
    indent = indentation(ctx.text, start)
    if block is None or indent is None or isinstance(block[-1], ast.Return | ast.Raise | ast.Continue | ast.Break):
        return None
    end = ctx.span(body, block[-1]).end
    stop = line_stop(ctx.text, end)
    if ctx.text[end:stop].lstrip().startswith(";"):
        return None
    return Edit(Span(stop, stop), f"{line_end(ctx.text)}{indent}{text}")


def binding_count(body: Body, name: str) -> int:
    """How often a name is bound in the own body, parameters included."""
    return body.times_bound.get(name, 0)


def bound_value(body: Body, name: str) -> ast.expr | None:
    """The expression that a local name is bound to, when it is bound just once, by a plain assignment."""
    value = body.assigned.get(name)
    return value if value is not None and binding_count(body, name) == 1 else None


def block_of(node: ast.AST, statement: ast.stmt) -> list[ast.stmt] | None:
    """The block of a function, or of any node, that holds a statement; None when none does."""
    for name in node._fields:
        inner = _list(getattr(node, name, None))
        if any(each is statement for each in inner):
            return [each for each in inner if isinstance(each, ast.stmt)]
        for each in inner:
            if isinstance(each, ast.stmt | ast.ExceptHandler | ast.match_case):
                found = block_of(each, statement)
                if found is not None:
                    return found
    return None


def _expects(expr: ast.expr) -> bool:
    func = expr.func if isinstance(expr, ast.Call) else expr
    name = func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""
    return name in _EXPECTING


def _holds(block: ast.With | ast.AsyncWith, node: ast.expr) -> bool:
    first = block.body[0]
    begins = (first.lineno, first.col_offset) <= (node.lineno, node.col_offset)
    return begins and (node.lineno, node.col_offset) <= (block.end_lineno or 0, block.end_col_offset or 0)


def _list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []
