"""Values that must be awaited and are not: which uses show it, and the edits that await them."""

import ast
import re
from collections.abc import Callable
from typing import cast

from loopscope.facts.bodies import Body, CallSite, Use
from loopscope.facts.expr import Const
from loopscope.facts.outline import Assigned
from loopscope.facts.reaching import may_see, parents_of
from loopscope.facts.tree import children
from loopscope.rules.context import Context
from loopscope.rules.model import Fix, Safety
from loopscope.rules.support.calls import await_edits
from loopscope.rules.support.decorators import add_decorator
from loopscope.text.edit import Edit
from loopscope.text.span import Span
from loopscope.workspace.model import Runner, TestItem, Unknown
from loopscope.workspace.mro import mro_of

_OF_COROUTINES = frozenset({"close", "send", "throw"})
_TAKES_VALUES = frozenset(
    {
        "len",
        "int",
        "float",
        "list",
        "tuple",
        "set",
        "dict",
        "sorted",
        "sum",
        "min",
        "max",
        "iter",
        "next",
        "enumerate",
        "reversed",
        "json.loads",
    }
)
_OTHER_CLASS = re.compile(r"(?!.*(?:Corou|Await|Gener|Async|Future|Task|Callable|Hashable|Any))[A-Z]\w*[a-z]\w*")
"""A name that looks like that of a class, and like none that a coroutine or future is an instance of."""
_BUILTIN_CLASSES = frozenset({"str", "bytes", "int", "float", "bool", "list", "dict", "set", "tuple", "frozenset"})
_AS_RESPONSE = frozenset({Use.STATEMENT, Use.ATTRIBUTE, Use.ASSERTED, Use.TESTED, Use.COMPARED})
_SYNC = re.compile(r"(?<!a)sync", re.IGNORECASE)
_ONLY_SYNC = re.compile(r"(?:require|only|needs?|if|unless)s?_sync\b|\bsync_only\b")
_ASSERTION = re.compile(r"assert([A-Z]|_(not_)?(called|awaited)|_any_(call|await)|_has_(calls|awaits))")
_CONSTANT = re.compile(r"[A-Z][A-Z0-9_]+")
_TAKING: frozenset[type[ast.AST]] = frozenset(
    (
        *(ast.Compare, ast.FormattedValue, ast.Attribute, ast.Subscript, ast.For, ast.AsyncFor, ast.comprehension),
        *(ast.BinOp, ast.Call, ast.Assign, ast.withitem),
    )
)
"""What may use something as a value; most expressions stand in others."""
_ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv)


def needs_value(body: Body, node: ast.expr) -> bool:
    """Whether what stands around an expression uses it as a value that no coroutine can be."""
    return takes_value(body, parents_of(body).get(id(node)), node)


def call_needs_value(body: Body, call: CallSite) -> bool:
    """`needs_value` of a call, which knows what holds it; what is looked through there takes no value."""
    parent, node = call.parent, call.node
    if isinstance(parent, ast.Attribute):
        # What nearly all are asked of.
        return parent.value is node and _is_of_values(parent.attr)
    return takes_value(body, parent, node) and any(child is node for child in children(parent))


def takes_value(body: Body, parent: ast.AST | None, node: ast.expr) -> bool:
    """`needs_value` of an expression that `parent` holds."""
    if parent.__class__ not in _TAKING:
        return False
    match parent:
        case ast.Compare(_, [ast.Is() | ast.IsNot()], [ast.Constant()]):
            return True
        case ast.Compare(left, [ast.Is() | ast.IsNot()], [ast.Name(name) | ast.Attribute(_, name)]):
            # A sentinel or member of an enumeration.
            return left is node and _CONSTANT.fullmatch(name) is not None
        case ast.Compare(_, signs):
            return not any(isinstance(sign, ast.Is | ast.IsNot) for sign in signs)
        case ast.FormattedValue():
            return True
        case ast.Attribute(_, attr):
            return _is_of_values(attr)
        case ast.Subscript(value) | ast.For(_, value) | ast.AsyncFor(_, value) | ast.comprehension(_, value):
            return value is node
        case ast.BinOp(_, operator):
            return isinstance(operator, _ARITHMETIC)
        case ast.Call(ast.Name("isinstance"), [first, ast.Name(kind) | ast.Attribute(_, kind)]):
            return first is node and (kind in _BUILTIN_CLASSES or _OTHER_CLASS.fullmatch(kind) is not None)
        case ast.Call(ast.Name(name), [first, *_]):
            return first is node and (name in _TAKES_VALUES and name not in body.bound)
        case ast.Call(ast.Attribute(ast.Name("json"), "loads"), [first]):
            return first is node
        case ast.Assign([ast.Tuple() | ast.List()], value):
            return value is node
        case ast.withitem():
            return True
        case _:
            return False


def _is_of_values(attribute: str) -> bool:
    return not (attribute in _OF_COROUTINES or attribute.startswith(("cr_", "__")))


def never_awaited(body: Body, call: CallSite, is_value: Callable[[ast.expr], bool]) -> bool:
    """Whether a call's value is given to one name that is then only used as no coroutine can be, or never.

    Where the first use is of that sort, and right below in the same block, no other use matters. Reads that surely see
    what another assignment gives do not count. What is unpacked at once is not awaited either. `is_value` tells of
    other reads whether they are of that sort.
    """
    if is_unpacked(call):
        return True
    name = assigned_name(call)
    if name is None or name in body.inner_reads:
        return False
    loads = may_see(body, call.statement, name)
    if all(needs_value(body, load) or is_tested(body, load) for load in loads):
        return True
    first = min(loads, key=lambda load: (load.lineno, load.col_offset))
    if _is_below(body, call.statement, first) and (_fails(body, first) or is_value(first)):
        return True
    return all(needs_value(body, load) or is_tested(body, load) or is_value(load) for load in loads)


def _fails(body: Body, node: ast.expr) -> bool:
    """Whether an expression is used as no coroutine can be, other than that its identity is asked for."""
    match parents_of(body).get(id(node)):
        case ast.Compare(_, [ast.Is() | ast.IsNot()]):
            return False
        case _:
            return needs_value(body, node)


def _is_below(body: Body, statement: ast.stmt, load: ast.Name) -> bool:
    """Whether a read stands below a statement, in one of the same block."""
    around = parents_of(body)
    inner: ast.AST = load
    while not isinstance(inner, ast.stmt):
        if isinstance(inner, ast.Lambda | ast.IfExp | ast.BoolOp):
            return False
        inner = around[id(inner)]
    holder = around.get(id(statement))
    blocks: list[list[ast.AST]] = [value for value in vars(holder).values() if isinstance(value, list)]
    return any(statement in block and inner in block[block.index(statement) + 1 :] for block in blocks)


def is_response_lost(body: Body, call: CallSite) -> bool:
    """Whether a coroutine is used as the response it would give: at once, or by a name of which attributes are read.

    Given to a name otherwise, it may be awaited later.
    """
    match call.statement:
        case ast.Assign([ast.Name(name)], value) if value is call.node:
            reads = body.reads.get(name, ())
            taken = {id(node.value) for node in ast.walk(body.node) if isinstance(node, ast.Attribute)}
            return bool(reads) and all(id(read) in taken for read in reads)
        case _:
            return call.use in _AS_RESPONSE


def attributes_of(body: Body, call: CallSite) -> list[str]:
    """The attributes that are read of a call's value, or of the one name that it is given to."""
    if isinstance(call.parent, ast.Attribute):
        return [call.parent.attr]
    name = assigned_name(call)
    loads = may_see(body, call.statement, name) if name is not None else []
    holders = [parents_of(body).get(id(load)) for load in loads]
    return [each.attr for each in holders if isinstance(each, ast.Attribute)]


def is_taken_apart(body: Body, call: CallSite) -> bool:
    """Whether a call's value is given to one name that is then only measured or indexed, as no future can be."""
    name = assigned_name(call)
    if name is None or name in body.inner_reads:
        return False
    loads = may_see(body, call.statement, name)
    return bool(loads) and all(_takes_apart(parents_of(body).get(id(load)), load) for load in loads)


def _takes_apart(parent: ast.AST | None, node: ast.expr) -> bool:
    match parent:
        case ast.Subscript(value) | ast.Call(ast.Name("len"), [value]):
            return value is node
        case _:
            return False


def assigned_name(call: CallSite) -> str | None:
    """The one name that a call's value is assigned to."""
    match call.statement:
        case ast.Assign([ast.Name(name)], value) | ast.AnnAssign(ast.Name(name), _, value) if value is call.node:
            return name
        case _:
            return None


def is_unpacked(call: CallSite) -> bool:
    """Whether a call's value is unpacked into several targets: `a, b = call()`."""
    match call.statement:
        case ast.Assign([ast.Tuple() | ast.List()], value):
            return value is call.node
        case _:
            return False


def last_of(call: CallSite) -> str:
    """The last name of what is called; empty when it has none."""
    func = call.node.func
    return func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""


def is_assertion(call: CallSite) -> bool:
    """Whether a method is called that has the name of an assertion of unittest or its mocks: none is asynchronous."""
    name = call.node.func.attr if isinstance(call.node.func, ast.Attribute) else ""
    return name.startswith("assert") and _ASSERTION.match(name) is not None


def is_tested(body: Body, node: ast.expr) -> bool:
    """Whether the truth of a value is asked for: by `assert` or `if`, under `not`, `and`, `or`."""
    around = parents_of(body)
    inner: ast.AST = node
    parent = around.get(id(inner))
    while isinstance(parent, ast.UnaryOp | ast.BoolOp):
        if isinstance(parent, ast.UnaryOp) and not isinstance(parent.op, ast.Not):
            return False
        inner, parent = parent, around.get(id(parent))
    return isinstance(parent, ast.Assert | ast.If | ast.While) and parent.test is inner


def is_awaited_chain(body: Body, call: CallSite) -> bool:
    """Whether the chain of attributes and calls that begins with a call ends in an `await`: `await get().json()`."""
    return outer_await(body, call) is not None


def outer_await(body: Body, call: CallSite) -> ast.Await | None:
    """The `await` that a chain of attributes, calls and subscripts ends in, which begins with a call."""
    return _chains(body).get(id(call.node))


def _chains(body: Body) -> dict[int, ast.Await]:
    """The `await`s of a function by the `id` of each expression that what they await goes on from."""
    found = body.notes.get("awaited chains")
    if found is None:
        chains: dict[int, ast.Await] = {}
        for each in body.awaits:
            node = each.value
            while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
                node = node.func if isinstance(node, ast.Call) else node.value
                chains[id(node)] = each
        found = body.notes["awaited chains"] = chains
    # The key is used here only.
    return cast("dict[int, ast.Await]", found)


def in_synchronous_code(ctx: Context, body: Body, node: ast.expr) -> bool:
    """Whether code stands below `if IS_SYNC:`, or a decorator such as `@require_sync`, in code with a synchronous twin.

    So does a function with a decorator such as `@require_sync`. Of a file that is the synchronous twin itself
    (`IS_SYNC = True`), what stands under `else:` never runs.
    """
    around: Body | None = body
    inner: ast.AST = node
    while around is not None:
        if any(_ONLY_SYNC.search(ast.unparse(each)) for each in around.node.decorator_list):
            return True
        if any(_is_for_sync(ctx, block, inner) for block in around.statements if isinstance(block, ast.If)):
            return True
        if any(_SYNC.search(ast.unparse(each)) for each in around.node.decorator_list):
            return True
        inner, around = around.node, ctx.around(around)
    return False


def _is_for_sync(ctx: Context, block: ast.If, node: ast.AST) -> bool:
    if not _SYNC.search(ast.unparse(block.test)):
        return False
    negated = isinstance(block.test, ast.UnaryOp)
    sync, other = (block.orelse, block.body) if negated else (block.body, block.orelse)
    name = block.test.operand if isinstance(block.test, ast.UnaryOp) else block.test
    always = isinstance(name, ast.Name) and any(
        isinstance(each.target, Assigned) and each.target.value == Const(True)
        for each in ctx.outline.by_name.get(name.id, ())
    )
    return any(_holds(statement, node) for statement in (*sync, *(other if always else ())))


def _holds(statement: ast.stmt, node: ast.AST) -> bool:
    line = getattr(node, "lineno", 0)
    return statement.lineno <= line <= (statement.end_lineno or 0)


def await_fix(ctx: Context, body: Body, call: CallSite, safety: Safety) -> Fix | None:
    """Inserts `await` in an async function; makes a synchronous test async with it, which is unsafe."""
    if call.in_lambda:
        return None
    edits = await_edits(ctx, body, call)
    if body.is_async:
        return ctx.fix("Insert `await`", safety, edits)
    more = async_edits(ctx, body)
    return None if more is None else ctx.fix("Make the test async and insert `await`", Safety.UNSAFE, [*more, *edits])


def async_edits(ctx: Context, body: Body) -> list[Edit] | None:
    """Edits that make a synchronous test `async`, with its mark where nothing else makes pytest-asyncio run it.

    None for what is no test, and where nothing would run it then.
    """
    test = test_of(ctx, body)
    if test is None or body.is_async or body.yields:
        return None
    start = ctx.span(body, body.node).start
    if not ctx.text.startswith("def", start):
        return None
    edits = [Edit(Span(start, start), "async ")]
    if test.is_unittest:
        return edits if ctx.runner_is(test) is Runner.UNITTEST and _is_async_case(ctx, test) else None
    mode = ctx.mode()
    marked = any(mark.name in ("asyncio", "anyio", "trio") for mark in ctx.view.marks(test))
    if marked or (not isinstance(mode, Unknown) and mode.value == "auto" and ctx.plugin_enabled("asyncio")):
        return edits
    if not ctx.plugin_enabled("asyncio"):
        return None
    mark = add_decorator(ctx, test.id, ("pytest", "mark.asyncio"))
    if mark is None:
        return None
    *imports, decorator = mark
    if decorator.span.start == start:
        return [*imports, Edit(decorator.span, f"{decorator.text}async ")]
    return [*mark, *edits]


def test_of(ctx: Context, body: Body) -> TestItem | None:
    """The test whose function a body is of; None for helpers, fixtures and nested functions."""
    return ctx.own_test(body.id) if body.id == body.outermost else None


def _is_async_case(ctx: Context, test: TestItem) -> bool:
    classes = ctx.view.collected.classes.get(test.class_path)
    if classes is None:
        return False
    return "unittest.IsolatedAsyncioTestCase" in ctx.queries.get(mro_of, *classes).names


def use_safety(call: CallSite) -> Safety:
    """How safe it is to await a call where it stands: as a statement it was meant to run."""
    return Safety.SAFE if call.use in (Use.STATEMENT, Use.ASSERTED) else Safety.UNSAFE
