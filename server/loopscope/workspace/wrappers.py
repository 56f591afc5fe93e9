"""Decorators of the project: whether what they return is still a coroutine function."""

import ast
from pathlib import PurePath

from loopscope.facts.bodies import Body
from loopscope.facts.expr import Call, Expr, dotted
from loopscope.facts.extract import file_facts
from loopscope.syntax.parse import parse
from loopscope.text.files import Unreadable
from loopscope.workspace.imports import is_installed
from loopscope.workspace.namespace import dereference
from loopscope.workspace.queries import Queries
from loopscope.workspace.values import Function, last_of


def keeps_coroutine(q: Queries, path: PurePath, expr: Expr) -> bool:
    """Whether a decorator, a function of the project, returns its argument or an `async def` of its own."""
    written = dotted(expr)
    value = last_of(dereference(q, path, written)) if written is not None else None
    if not isinstance(value, Function) or value.fact.decorators or is_installed(q, value.path):
        return False
    text = q.files.read(value.path)
    body = None if isinstance(text, Unreadable) else file_facts(parse(text)).body(value.fact.id)
    return body is not None and _keeps(body, called=isinstance(expr, Call))


def _keeps(body: Body, *, called: bool) -> bool:
    """Whether every `return` gives back the function, or a nested coroutine function; one level deeper when called."""
    nested = {inner.node.name: inner for inner in body.nested}
    first = [param.arg for param in (*body.node.args.posonlyargs, *body.node.args.args)][:1]
    names = [node.value.id if isinstance(node.value, ast.Name) else None for node in body.returns]
    if not names:
        return False
    if called:
        return (
            all(name in nested and _keeps(nested[name], called=False) for name in names if name is not None)
            and None not in names
        )
    return all(name is not None and (name in first or (name in nested and nested[name].is_async)) for name in names)
