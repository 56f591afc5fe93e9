"""Meet the expressions of a function: one small function per node type, looked up by type.

Names and constants, the most frequent nodes, are met where they stand: this is what most of an analysis costs.
"""

import ast
from collections.abc import Callable, Iterable
from typing import Any

from loopscope.facts.bodies import Use
from loopscope.facts.met import Walk

# Members of an enum are slow to look up.
STATEMENT, AWAITED, TESTED, COMPARED = Use.STATEMENT, Use.AWAITED, Use.TESTED, Use.COMPARED
RETURNED, YIELDED, ARGUMENT, ASSIGNED = Use.RETURNED, Use.YIELDED, Use.ARGUMENT, Use.ASSIGNED
ITERATED, ASYNC_ITERATED, ATTRIBUTE, OTHER = Use.ITERATED, Use.ASYNC_ITERATED, Use.ATTRIBUTE, Use.OTHER
Name, Constant, Attribute, Starred = ast.Name, ast.Constant, ast.Attribute, ast.Starred


def expression(w: Walk, node: ast.expr, use: Use, parent: ast.AST) -> None:
    """Meet an expression; `use` and `parent` say what becomes of its value."""
    kind = type(node)
    if kind is Name:
        w.loads.append(node)  # type: ignore[arg-type]  # `kind` says that it is a name
    elif kind is not Constant:
        _EXPRESSIONS.get(kind, _any)(w, node, use, parent)


def expressions(w: Walk, nodes: Iterable[ast.expr], use: Use, parent: ast.AST) -> None:
    """Meet expressions whose values have one use, as `expression` does each."""
    for node in nodes:
        kind = type(node)
        if kind is Name:
            w.loads.append(node)  # type: ignore[arg-type]  # `kind` says that it is a name
        elif kind is not Constant:
            _EXPRESSIONS.get(kind, _any)(w, node, use, parent)


def _any(w: Walk, node: ast.AST, _use: Use, _parent: ast.AST) -> None:
    """Any expression without a rule of its own: what it holds is used for something else."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            expression(w, child, OTHER, node)


def call(w: Walk, node: ast.Call, use: Use, parent: ast.AST) -> None:
    """Meet a call, what it is made on, and its arguments."""
    while True:
        w.calls.append((node, use, parent, w.statement, w.lambda_, w.comprehension, w.hidden))
        if node.args:
            expressions(w, node.args, ARGUMENT, node)
        for keyword in node.keywords:
            expression(w, keyword.value, ARGUMENT, node)
        func, parent, use = node.func, node, OTHER
        while type(func) is Attribute:
            parent, use = func, ATTRIBUTE
            func = func.value
        # `a.b().c()…` is as deep as it is long.
        if type(func) is not ast.Call:
            break
        node = func
    expression(w, func, use, parent)


def _attribute(w: Walk, node: ast.Attribute, _use: Use, _parent: ast.AST) -> None:
    value = node.value
    while type(value) is Attribute:
        node = value
        value = node.value
    expression(w, value, ATTRIBUTE, node)


def _await(w: Walk, node: ast.Await, _use: Use, _parent: ast.AST) -> None:
    w.awaits.append(node)
    expression(w, node.value, AWAITED, node)


def _yield(w: Walk, node: ast.Yield | ast.YieldFrom, _use: Use, _parent: ast.AST) -> None:
    # A lambda's `yield` makes the lambda a generator, not the function.
    if not w.lambda_:
        w.yields.append(node)
    if node.value is not None:
        expression(w, node.value, YIELDED, node)


def _unary(w: Walk, node: ast.UnaryOp, use: Use, parent: ast.AST) -> None:
    if type(node.op) is ast.Not:
        expression(w, node.operand, use, parent)
    else:
        expression(w, node.operand, OTHER, node)


def _bool(w: Walk, node: ast.BoolOp, use: Use, parent: ast.AST) -> None:
    expressions(w, node.values, use, parent)


def _binary(w: Walk, node: ast.BinOp, _use: Use, _parent: ast.AST) -> None:
    # `a + b + …` is as deep as it is long.
    rights: list[ast.expr] = []
    left: ast.expr = node
    while type(left) is ast.BinOp:
        rights.append(left.right)
        node = left
        left = left.left
    expression(w, left, OTHER, node)
    rights.reverse()
    expressions(w, rights, OTHER, node)


def _walrus(w: Walk, node: ast.NamedExpr, use: Use, parent: ast.AST) -> None:
    w.bound.add(node.target.id)
    if not w.lambda_:
        w.binds.append(node.target.id)
        w.walruses.append(node)
    if use is STATEMENT:
        expression(w, node.value, ASSIGNED, node)
    else:
        expression(w, node.value, use, parent)


def _starred(w: Walk, node: ast.Starred, use: Use, parent: ast.AST) -> None:
    expression(w, node.value, use, parent)


def _ternary(w: Walk, node: ast.IfExp, use: Use, parent: ast.AST) -> None:
    expression(w, node.test, TESTED, node)
    expression(w, node.body, use, parent)
    expression(w, node.orelse, use, parent)


def _compare(w: Walk, node: ast.Compare, _use: Use, _parent: ast.AST) -> None:
    expression(w, node.left, COMPARED, node)
    expressions(w, node.comparators, COMPARED, node)


def _subscript(w: Walk, node: ast.Subscript, _use: Use, _parent: ast.AST) -> None:
    expression(w, node.value, ATTRIBUTE, node)
    expression(w, node.slice, OTHER, node)


def _sequence(w: Walk, node: ast.List | ast.Tuple | ast.Set, _use: Use, _parent: ast.AST) -> None:
    expressions(w, node.elts, OTHER, node)


def _dict(w: Walk, node: ast.Dict, _use: Use, _parent: ast.AST) -> None:
    for key, value in zip(node.keys, node.values, strict=True):
        if key is not None:
            expression(w, key, OTHER, node)
        expression(w, value, OTHER, node)


def _text(w: Walk, node: ast.JoinedStr, _use: Use, _parent: ast.AST) -> None:
    expressions(w, node.values, OTHER, node)


def _field(w: Walk, node: ast.FormattedValue, _use: Use, _parent: ast.AST) -> None:
    expression(w, node.value, OTHER, node)
    if node.format_spec is not None:
        expression(w, node.format_spec, OTHER, node)


def _lambda(w: Walk, node: ast.Lambda, _use: Use, _parent: ast.AST) -> None:
    arguments = node.args
    expressions(w, defaults(arguments), OTHER, node)
    w.lambdas.append(node)
    before = w.lambda_, w.comprehension, w.hidden, w.bound
    w.bound = {argument.arg for argument in arguments_of(arguments)}
    w.lambda_, w.comprehension, w.hidden = True, False, (*w.hidden, w.bound)
    expression(w, node.body, RETURNED, node)
    w.lambda_, w.comprehension, w.hidden, w.bound = before


def _comprehension(
    w: Walk, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, _use: Use, _parent: ast.AST
) -> None:
    first = node.generators[0]
    w.comprehensions.append(first)
    # The first iterable is evaluated outside, before anything else.
    expression(w, first.iter, ASYNC_ITERATED if first.is_async else ITERATED, first)
    before = w.comprehension, w.hidden, w.bound
    targets: set[str] = set()
    w.comprehension, w.hidden = True, (*w.hidden, targets)
    for generator in node.generators:
        if generator is not first:
            expression(w, generator.iter, ASYNC_ITERATED if generator.is_async else ITERATED, generator)
        w.bound = targets
        bind(w, generator.target)
        w.bound = before[2]
        expressions(w, generator.ifs, TESTED, generator)
    if isinstance(node, ast.DictComp):
        expression(w, node.key, OTHER, node)
        expression(w, node.value, OTHER, node)
    else:
        expression(w, node.elt, OTHER, node)
    w.comprehension, w.hidden, w.bound = before


def bind(w: Walk, node: ast.expr) -> None:
    """What is assigned to, deleted, or bound by `for` and `with`."""
    kind = type(node)
    if kind is Name:
        w.bound.add(node.id)  # type: ignore[attr-defined]  # `kind` says that it is a name
        if not w.lambda_:
            w.binds.append(node.id)  # type: ignore[attr-defined]  # as above
    elif isinstance(node, ast.Tuple | ast.List):
        for item in node.elts:
            bind(w, item)
    elif isinstance(node, Starred):
        bind(w, node.value)
    else:
        expression(w, node, OTHER, node)


def arguments_of(arguments: ast.arguments) -> list[ast.arg]:
    """All parameters, in no order that counts."""
    found = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    if arguments.vararg:
        found.append(arguments.vararg)
    if arguments.kwarg:
        found.append(arguments.kwarg)
    return found


def defaults(arguments: ast.arguments) -> list[ast.expr]:
    """The expressions of parameters' defaults."""
    return [*arguments.defaults, *(default for default in arguments.kw_defaults if default is not None)]


# The types of the nodes are the keys, which no type of a dict can say.
_EXPRESSIONS: dict[type[ast.AST], Callable[[Walk, Any, Use, ast.AST], None]] = {
    ast.Attribute: _attribute,
    ast.Await: _await,
    ast.BinOp: _binary,
    ast.BoolOp: _bool,
    ast.Call: call,
    ast.Compare: _compare,
    ast.Dict: _dict,
    ast.DictComp: _comprehension,
    ast.FormattedValue: _field,
    ast.GeneratorExp: _comprehension,
    ast.IfExp: _ternary,
    ast.JoinedStr: _text,
    ast.Lambda: _lambda,
    ast.List: _sequence,
    ast.ListComp: _comprehension,
    ast.NamedExpr: _walrus,
    ast.Set: _sequence,
    ast.SetComp: _comprehension,
    ast.Starred: _starred,
    ast.Subscript: _subscript,
    ast.Tuple: _sequence,
    ast.UnaryOp: _unary,
    ast.Yield: _yield,
    ast.YieldFrom: _yield,
}
