"""A coroutine inside `pytest.raises` that nothing awaits there raises nothing.

## What it does
Reports, in `with pytest.raises(…):`, `pytest.warns(…)` and unittest's `assertRaises`, calls of coroutine functions that
stand as a statement and are not awaited, and `asyncio.create_task(…)` as the only statement; also the form with a
callable, `pytest.raises(ValueError, fail, 1)`, when that is a coroutine function.

## Why is this bad
The coroutine does not run, and a task runs only later, so nothing is raised: `DID NOT RAISE`. With `pytest.raises`
around other code that raises the same exception, the test passes without what it tests.

## When not to fix
If the call itself is to raise, before there is a coroutine: that needs a plain function. Calls whose target is not
certain are not reported.

## Fix safety
Inserting `await` is safe. Of the form with a callable the fix makes a `with` statement, and of a task that is not kept
an awaited coroutine; both are safe, in async functions only.

## Versions
All.

## References
- [pytest: raises](https://docs.pytest.org/en/stable/reference/reference.html#pytest.raises)
"""

import ast
from collections.abc import Iterator

from loopscope.facts.bodies import Body, CallSite, Use
from loopscope.rules.context import Context
from loopscope.rules.examples import examples_of
from loopscope.rules.model import Finding, Fix, Group, Meta, Rule, Safety, Severity
from loopscope.rules.support.arguments import surely_takes
from loopscope.rules.support.awaiting import await_fix
from loopscope.rules.support.callees import is_coroutine_function, result_of, results_of, type_of
from loopscope.rules.support.constructors import is_harmless
from loopscope.rules.support.expected import expected_statements
from loopscope.rules.support.text import indentation, line_end
from loopscope.text.edit import Edit
from loopscope.workspace.inference.model import Callee, Coroutine

META = Meta(
    "raises-without-await",
    Group.AWAITING,
    Severity.ERROR,
    overlaps=("pyright: reportUnusedCoroutine", "ty: unused-awaitable"),
    words=("raises", "warns", "deprecated_call", "assertRaises", "assertRaisesRegex", "RaisesGroup"),
)


EXAMPLES, NEAR_MISSES = examples_of(__name__)


_STARTS = frozenset({"asyncio.create_task", "asyncio.ensure_future"})


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the calls."""
    for body, tasks in ctx.bodies_with("tasks in raises", _tasks):
        for call in tasks:
            message = "The task runs after this block: nothing is raised here unless it is awaited inside."
            yield ctx.finding(META, ctx.span(body, call.node), message, data=(body, call))
    for body, call, _ in results_of(ctx, _expected_calls, Coroutine):
        for block, _, wrong_arguments in (each for each in expected_statements(body) if each.call is call):
            if _is_task(body, block, call) or _makes_more(ctx, body, block, call):
                continue
            if _may_raise_first(ctx, body, call) or (wrong_arguments and not _raises_nothing(ctx, body, call)):
                continue
            shown = ast.unparse(call.node.func)
            message = f"`{shown}` is a coroutine function: without `await` nothing runs, so nothing is raised."
            yield ctx.finding(META, ctx.span(body, call.node), message, data=(body, call))
    for body, calls in ctx.bodies_with("raises callable", _with_callable):
        for call in calls:
            given = call.node.args[1]
            inner = next(
                (site for site in body.calls if isinstance(given, ast.Lambda) and site.node is given.body), None
            )
            found = result_of(ctx, body, inner) if inner is not None else None
            if isinstance(found, Coroutine) or (inner is None and is_coroutine_function(ctx, body, given)):
                message = "This gives a coroutine that `pytest.raises` does not await: nothing runs or is raised."
                yield ctx.finding(META, ctx.span(body, call.node), message, data=(body, call))


def _tasks(body: Body) -> list[CallSite]:
    if not body.is_async or all(call.name not in _STARTS for call in body.calls):
        return []
    return [
        call
        for block, call, wrong_arguments in expected_statements(body)
        if not wrong_arguments and _is_task(body, block, call)
    ]


def _expected_calls(body: Body) -> list[CallSite]:
    return [each.call for each in expected_statements(body)]


def fix(ctx: Context, finding: Finding) -> Fix | None:
    """Awaits the coroutine."""
    match finding.data:
        case (Body() as body, CallSite() as call):
            pass
        case _:
            return None
    if call in _with_callable(body):
        return _with_statement(ctx, body, call)
    if call.name in _STARTS and not call.local_root:
        if not body.is_async or not isinstance(call.node.args[0], ast.Call) or len(call.node.args) != 1:
            return None
        inner = ctx.source(ctx.span(body, call.node.args[0]))
        return ctx.fix("Await the coroutine", Safety.SAFE, [Edit(ctx.span(body, call.node), f"await {inner}")])
    return await_fix(ctx, body, call, Safety.SAFE)


def _raises_nothing(ctx: Context, body: Body, call: CallSite) -> bool:
    """Whether a call surely fits what it calls, and nothing is called for its arguments."""
    given = (*call.node.args, *(keyword.value for keyword in call.node.keywords))
    computed = any(isinstance(each, ast.Call) for value in given for each in ast.walk(value))
    return not computed and surely_takes(ctx, type_of(ctx, body, call.node.func), call.node)


def _is_task(body: Body, block: ast.With | ast.AsyncWith, call: CallSite) -> bool:
    if call.name not in _STARTS or call.local_root or not body.is_async or not call.node.args:
        return False
    inner: ast.stmt | None = block
    # Leaving an `async with` around the task may await it.
    while isinstance(inner, ast.With):
        others = [each for each in inner.body if not _is_docstring(each)]
        inner = others[0] if len(others) == 1 else None
    return inner is call.statement


def _may_raise_first(ctx: Context, body: Body, call: CallSite) -> bool:
    """Whether a synchronous function is called that does something before it hands a coroutine on."""
    callee = type_of(ctx, body, call.node.func)
    function = ctx.queries.function(callee.path, callee.id) if isinstance(callee, Callee) else None
    if function is None or function[1].is_async:
        return False
    return len([each for each in function[1].statements if not _is_docstring(each)]) > 1


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _makes_more(ctx: Context, body: Body, block: ast.With | ast.AsyncWith, call: CallSite) -> bool:
    """Whether something else may raise at once: what gives the function, or a class that is called for an argument.

    Where the block goes on to await something, the statement is not the one that is expected to raise.
    """
    node = call.node
    given = (*node.args, *(keyword.value for keyword in node.keywords))
    if any(isinstance(each, ast.Call) for each in ast.walk(node.func)):
        return True
    inner = [each for value in given for each in ast.walk(value) if isinstance(each, ast.Call)]
    made = [each for each in inner if ast.unparse(each.func).rpartition(".")[2][:1].isupper()]
    return not (
        all(is_harmless(ctx.queries, type_of(ctx, body, each.func)) for each in made) or _awaits_after(block, call)
    )


def _awaits_after(block: ast.With | ast.AsyncWith, call: CallSite) -> bool:
    later = [each for each in block.body if each.lineno > (call.statement.end_lineno or 0)]
    return any(isinstance(each, ast.Expr) and isinstance(each.value, ast.Await) for each in later)


def _with_callable(body: Body) -> list[CallSite]:
    return [
        call
        for call in body.calls
        if call.name == "pytest.raises"
        and not call.local_root
        and len(call.node.args) > 1
        and not any(isinstance(each, ast.Starred) for each in call.node.args)
        and not ast.unparse(call.node.args[0]).endswith(("TypeError", "Exception"))
    ]


def _with_statement(ctx: Context, body: Body, call: CallSite) -> Fix | None:
    """`pytest.raises(Error, function, …)` as a `with` statement."""
    statement = call.statement
    if not body.is_async or not isinstance(statement, ast.Expr) or call.use not in (Use.STATEMENT, Use.AWAITED):
        return None
    span = ctx.span(body, statement)
    indent = indentation(ctx.text, span.start)
    if indent is None or (call.node.keywords and any(keyword.arg == "match" for keyword in call.node.keywords)):
        return None
    expected, given, *rest = call.node.args
    parts = [*(ctx.source(ctx.span(body, each)) for each in rest)]
    parts += [ctx.source(ctx.span(body, keyword)) for keyword in call.node.keywords]
    inner = (
        ctx.source(ctx.span(body, given.body))
        if isinstance(given, ast.Lambda)
        else f"{ctx.source(ctx.span(body, given))}({', '.join(parts)})"
    )
    func = ctx.source(ctx.span(body, call.node.func))
    step = "\t" if indent.startswith("\t") else "    "
    head = f"with {func}({ctx.source(ctx.span(body, expected))}):"
    text = f"{head}{line_end(ctx.text)}{indent}{step}await {inner}"
    return ctx.fix("Await inside a `with` statement", Safety.SAFE, [Edit(span, text)])


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check, fix)
