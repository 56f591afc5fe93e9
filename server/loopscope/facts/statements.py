"""Meet the statements of a function: one small function per node type, looked up by type."""

import ast
from collections.abc import Callable, Iterable
from typing import Any

from loopscope.facts.bodies import Use
from loopscope.facts.expressions import arguments_of, bind, call, defaults, expression, expressions
from loopscope.facts.met import Function, Walk
from loopscope.facts.scan import captures, is_main_guard

# Members of an enum are slow to look up.
STATEMENT, ASSERTED, TESTED, RETURNED = Use.STATEMENT, Use.ASSERTED, Use.TESTED, Use.RETURNED
ASSIGNED, WITH, ASYNC_WITH, ITERATED = Use.ASSIGNED, Use.WITH, Use.ASYNC_WITH, Use.ITERATED
ASYNC_ITERATED, OTHER = Use.ASYNC_ITERATED, Use.OTHER


def block(w: Walk, statements: Iterable[ast.stmt]) -> None:
    """Meet statements in source order. Raises `RecursionError` for code that is nested too deep for Python's stack."""
    for statement in statements:
        w.statements.append(statement)
        w.statement = statement
        handler = _STATEMENTS.get(type(statement))
        if handler is not None:
            handler(w, statement)


def _def(w: Walk, node: Function) -> None:
    w.bound.add(node.name)
    w.binds.append(node.name)
    w.nested.append((w.prefix + node.name, node))
    expressions(w, node.decorator_list, OTHER, node)
    expressions(w, defaults(node.args), OTHER, node)
    for argument in arguments_of(node.args):
        if argument.annotation is not None:
            expression(w, argument.annotation, OTHER, node)
    if node.returns is not None:
        expression(w, node.returns, OTHER, node)


def _class(w: Walk, node: ast.ClassDef) -> None:
    w.bound.add(node.name)
    w.binds.append(node.name)
    expressions(w, node.decorator_list, OTHER, node)
    expressions(w, node.bases, OTHER, node)
    for keyword in node.keywords:
        expression(w, keyword.value, OTHER, node)
    before = w.prefix, w.bound, w.hidden
    w.bound = set()
    w.prefix, w.hidden = f"{w.prefix}{node.name}.", (*w.hidden, w.bound)
    walruses = len(w.walruses)
    block(w, node.body)
    del w.walruses[walruses:]
    w.prefix, w.bound, w.hidden = before


def _expression(w: Walk, node: ast.Expr) -> None:
    value = node.value
    if type(value) is ast.Call:
        call(w, value, STATEMENT, node)
    else:
        expression(w, value, STATEMENT, node)


def _assign(w: Walk, node: ast.Assign) -> None:
    expression(w, node.value, ASSIGNED, node)
    for target in node.targets:
        bind(w, target)


def _annotated(w: Walk, node: ast.AnnAssign) -> None:
    if node.value is not None:
        expression(w, node.value, ASSIGNED, node)
    bind(w, node.target)


def _augmented(w: Walk, node: ast.AugAssign) -> None:
    if isinstance(node.target, ast.Name):
        w.loads.append(node.target)
    expression(w, node.value, ASSIGNED, node)
    bind(w, node.target)


def _assert(w: Walk, node: ast.Assert) -> None:
    expression(w, node.test, ASSERTED, node)
    if node.msg is not None:
        expression(w, node.msg, OTHER, node)


def _return(w: Walk, node: ast.Return) -> None:
    w.returns.append(node)
    if node.value is not None:
        expression(w, node.value, RETURNED, node)


def _raise(w: Walk, node: ast.Raise) -> None:
    for value in (node.exc, node.cause):
        if value is not None:
            expression(w, value, OTHER, node)


def _delete(w: Walk, node: ast.Delete) -> None:
    for target in node.targets:
        bind(w, target)


def _if(w: Walk, node: ast.If) -> None:
    while True:
        expression(w, node.test, TESTED, node)
        if is_main_guard(node.test):
            # Never true when pytest imports the module: bindings count, calls do not happen.
            count = len(w.calls)
            block(w, node.body)
            del w.calls[count:]
        else:
            block(w, node.body)
        # A chain of `elif` is as deep as it is long.
        if len(node.orelse) != 1 or type(node.orelse[0]) is not ast.If:
            break
        node = node.orelse[0]
        w.statements.append(node)
        w.statement = node
    if node.orelse:
        block(w, node.orelse)


def _while(w: Walk, node: ast.While) -> None:
    expression(w, node.test, TESTED, node)
    block(w, node.body)
    block(w, node.orelse)


def _for(w: Walk, node: ast.For | ast.AsyncFor) -> None:
    w.fors.append(node)
    expression(w, node.iter, ASYNC_ITERATED if type(node) is ast.AsyncFor else ITERATED, node)
    bind(w, node.target)
    block(w, node.body)
    block(w, node.orelse)


def _with(w: Walk, node: ast.With | ast.AsyncWith) -> None:
    w.withs.append(node)
    use = ASYNC_WITH if type(node) is ast.AsyncWith else WITH
    for item in node.items:
        expression(w, item.context_expr, use, node)
        if item.optional_vars is not None:
            bind(w, item.optional_vars)
    block(w, node.body)


def _try(w: Walk, node: ast.Try | ast.TryStar) -> None:
    block(w, node.body)
    for handler in node.handlers:
        w.statement = node
        if handler.type is not None:
            expression(w, handler.type, OTHER, handler)
        if handler.name:
            w.bound.add(handler.name)
            w.binds.append(handler.name)
        block(w, handler.body)
    block(w, node.orelse)
    block(w, node.finalbody)


def _match(w: Walk, node: ast.Match) -> None:
    expression(w, node.subject, OTHER, node)
    for case in node.cases:
        names = [name for name, _ in captures(case.pattern)]
        w.bound.update(names)
        w.binds += names
        w.statement = node
        if case.guard is not None:
            expression(w, case.guard, TESTED, case)
        block(w, case.body)


def _import(w: Walk, node: ast.Import | ast.ImportFrom) -> None:
    names = [alias.asname or alias.name.partition(".")[0] for alias in node.names]
    w.binds += names
    if w.hidden:
        # In the body of a class: bound there only.
        w.bound.update(names)
    else:
        w.imports.append(node)


def _scope(w: Walk, node: ast.Global | ast.Nonlocal) -> None:
    w.not_local.update(node.names)
    # Bound elsewhere as well: more than once.
    w.binds += (*node.names, *node.names)


_STATEMENTS: dict[type[ast.AST], Callable[[Walk, Any], None]] = {
    ast.AnnAssign: _annotated,
    ast.Assert: _assert,
    ast.Assign: _assign,
    ast.AsyncFor: _for,
    ast.AsyncFunctionDef: _def,
    ast.AsyncWith: _with,
    ast.AugAssign: _augmented,
    ast.ClassDef: _class,
    ast.Delete: _delete,
    ast.Expr: _expression,
    ast.For: _for,
    ast.FunctionDef: _def,
    ast.Global: _scope,
    ast.If: _if,
    ast.Import: _import,
    ast.ImportFrom: _import,
    ast.Match: _match,
    ast.Nonlocal: _scope,
    ast.Raise: _raise,
    ast.Return: _return,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.While: _while,
    ast.With: _with,
}
