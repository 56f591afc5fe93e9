"""Walk the statements of one function once and gather what rules look at: most of what an analysis costs is here.

One small function per node type, looked up by type; names and constants, the most frequent nodes, are met where they
stand. What a call's name means is found after the walk, when all names that the function binds are known.
"""

import ast
from collections.abc import Callable, Iterable
from typing import Any

from loopscope.facts.bodies import Use
from loopscope.facts.scan import captures, is_main_guard

# Members of an enum are slow to look up.
STATEMENT, AWAITED, ASSERTED, TESTED = Use.STATEMENT, Use.AWAITED, Use.ASSERTED, Use.TESTED
COMPARED, RETURNED, YIELDED, ARGUMENT = Use.COMPARED, Use.RETURNED, Use.YIELDED, Use.ARGUMENT
ASSIGNED, WITH, ASYNC_WITH, ITERATED = Use.ASSIGNED, Use.WITH, Use.ASYNC_WITH, Use.ITERATED
ASYNC_ITERATED, ATTRIBUTE, OTHER = Use.ASYNC_ITERATED, Use.ATTRIBUTE, Use.OTHER

Name, Constant, Attribute, Starred = ast.Name, ast.Constant, ast.Attribute, ast.Starred

Function = ast.FunctionDef | ast.AsyncFunctionDef
Hidden = tuple[set[str], ...]
"""The names of the scopes inside the function that a node stands in: lambdas, comprehensions, classes."""
Met = tuple[ast.Call, Use, ast.AST, ast.stmt, bool, bool, Hidden]
"""A call as it is met: node, use, parent, statement, in a lambda, in a comprehension, hidden names."""


class Walk:
    """What was met in one function's own body, or in the statements of a module or class."""

    __slots__ = (
        "awaits",
        "bound",
        "calls",
        "comprehension",
        "fors",
        "hidden",
        "imports",
        "lambda_",
        "loads",
        "nested",
        "not_local",
        "prefix",
        "returns",
        "statement",
        "statements",
        "withs",
        "yields",
    )

    def __init__(self, prefix: str, statement: ast.stmt) -> None:
        self.calls: list[Met] = []
        self.awaits: list[ast.Await] = []
        self.yields: list[ast.Yield | ast.YieldFrom] = []
        self.withs: list[ast.With | ast.AsyncWith] = []
        self.fors: list[ast.For | ast.AsyncFor] = []
        self.returns: list[ast.Return] = []
        self.loads: list[ast.Name] = []
        self.statements: list[ast.stmt] = []
        self.bound: set[str] = set()
        """Names bound otherwise than by `imports`."""
        self.not_local: set[str] = set()
        """Names declared `global` or `nonlocal`."""
        self.imports: list[ast.stmt] = []
        self.nested: list[tuple[str, Function]] = []
        """Functions defined here, with their dotted name."""
        self.prefix = prefix
        """What stands before the dotted names of definitions."""
        self.statement = statement
        self.lambda_ = False
        self.comprehension = False
        self.hidden: Hidden = ()

    def block(self, statements: Iterable[ast.stmt]) -> None:
        """Meet statements in source order. Code nested too deep for Python's stack is met as far as it goes."""
        for statement in statements:
            self.statements.append(statement)
            self.statement = statement
            handler = _STATEMENTS.get(type(statement))
            if handler is not None:
                handler(self, statement)


def _expr(w: Walk, node: ast.expr, use: Use, parent: ast.AST) -> None:
    kind = type(node)
    if kind is Name:
        w.loads.append(node)  # type: ignore[arg-type]  # `kind` says that it is a name
    elif kind is not Constant:
        _EXPRESSIONS.get(kind, _any)(w, node, use, parent)


def _all(w: Walk, nodes: Iterable[ast.expr], use: Use, parent: ast.AST) -> None:
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
            _expr(w, child, OTHER, node)


def _call(w: Walk, node: ast.Call, use: Use, parent: ast.AST) -> None:
    w.calls.append((node, use, parent, w.statement, w.lambda_, w.comprehension, w.hidden))
    func = node.func
    if type(func) is Name:
        w.loads.append(func)
    elif type(func) is Attribute:
        _attribute(w, func, OTHER, node)
    else:
        _expr(w, func, OTHER, node)
    if node.args:
        _all(w, node.args, ARGUMENT, node)
    for keyword in node.keywords:
        _expr(w, keyword.value, ARGUMENT, node)


def _attribute(w: Walk, node: ast.Attribute, _use: Use, _parent: ast.AST) -> None:
    value = node.value
    while type(value) is Attribute:
        node = value
        value = node.value
    _expr(w, value, ATTRIBUTE, node)


def _await(w: Walk, node: ast.Await, _use: Use, _parent: ast.AST) -> None:
    w.awaits.append(node)
    _expr(w, node.value, AWAITED, node)


def _yield(w: Walk, node: ast.Yield | ast.YieldFrom, _use: Use, _parent: ast.AST) -> None:
    # A lambda's `yield` makes the lambda a generator, not the function.
    if not w.lambda_:
        w.yields.append(node)
    if node.value is not None:
        _expr(w, node.value, YIELDED, node)


def _unary(w: Walk, node: ast.UnaryOp, use: Use, parent: ast.AST) -> None:
    if type(node.op) is ast.Not:
        _expr(w, node.operand, use, parent)
    else:
        _expr(w, node.operand, OTHER, node)


def _bool(w: Walk, node: ast.BoolOp, use: Use, parent: ast.AST) -> None:
    _all(w, node.values, use, parent)


def _binary(w: Walk, node: ast.BinOp, _use: Use, _parent: ast.AST) -> None:
    # `a + b + …` is as deep as it is long.
    rights: list[ast.expr] = []
    left: ast.expr = node
    while type(left) is ast.BinOp:
        rights.append(left.right)
        node = left
        left = left.left
    _expr(w, left, OTHER, node)
    rights.reverse()
    _all(w, rights, OTHER, node)


def _walrus(w: Walk, node: ast.NamedExpr, use: Use, parent: ast.AST) -> None:
    w.bound.add(node.target.id)
    if use is STATEMENT:
        _expr(w, node.value, ASSIGNED, node)
    else:
        _expr(w, node.value, use, parent)


def _starred(w: Walk, node: ast.Starred, use: Use, parent: ast.AST) -> None:
    _expr(w, node.value, use, parent)


def _ternary(w: Walk, node: ast.IfExp, use: Use, parent: ast.AST) -> None:
    _expr(w, node.test, TESTED, node)
    _expr(w, node.body, use, parent)
    _expr(w, node.orelse, use, parent)


def _compare(w: Walk, node: ast.Compare, _use: Use, _parent: ast.AST) -> None:
    _expr(w, node.left, COMPARED, node)
    _all(w, node.comparators, COMPARED, node)


def _subscript(w: Walk, node: ast.Subscript, _use: Use, _parent: ast.AST) -> None:
    _expr(w, node.value, ATTRIBUTE, node)
    _expr(w, node.slice, OTHER, node)


def _sequence(w: Walk, node: ast.List | ast.Tuple | ast.Set, _use: Use, _parent: ast.AST) -> None:
    _all(w, node.elts, OTHER, node)


def _dict(w: Walk, node: ast.Dict, _use: Use, _parent: ast.AST) -> None:
    for key, value in zip(node.keys, node.values, strict=True):
        if key is not None:
            _expr(w, key, OTHER, node)
        _expr(w, value, OTHER, node)


def _text(w: Walk, node: ast.JoinedStr, _use: Use, _parent: ast.AST) -> None:
    _all(w, node.values, OTHER, node)


def _field(w: Walk, node: ast.FormattedValue, _use: Use, _parent: ast.AST) -> None:
    _expr(w, node.value, OTHER, node)
    if node.format_spec is not None:
        _expr(w, node.format_spec, OTHER, node)


def _lambda(w: Walk, node: ast.Lambda, _use: Use, _parent: ast.AST) -> None:
    arguments = node.args
    _all(w, _defaults(arguments), OTHER, node)
    before = w.lambda_, w.comprehension, w.hidden, w.bound
    w.bound = {argument.arg for argument in _arguments(arguments)}
    w.lambda_, w.comprehension, w.hidden = True, False, (*w.hidden, w.bound)
    _expr(w, node.body, RETURNED, node)
    w.lambda_, w.comprehension, w.hidden, w.bound = before


def _comprehension(
    w: Walk, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, _use: Use, _parent: ast.AST
) -> None:
    first = node.generators[0]
    # The first iterable is evaluated outside, before anything else.
    _expr(w, first.iter, ASYNC_ITERATED if first.is_async else ITERATED, first)
    before = w.comprehension, w.hidden, w.bound
    targets: set[str] = set()
    w.comprehension, w.hidden = True, (*w.hidden, targets)
    for generator in node.generators:
        if generator is not first:
            _expr(w, generator.iter, ASYNC_ITERATED if generator.is_async else ITERATED, generator)
        w.bound = targets
        _target(w, generator.target)
        w.bound = before[2]
        _all(w, generator.ifs, TESTED, generator)
    if isinstance(node, ast.DictComp):
        _expr(w, node.key, OTHER, node)
        _expr(w, node.value, OTHER, node)
    else:
        _expr(w, node.elt, OTHER, node)
    w.comprehension, w.hidden, w.bound = before


def _target(w: Walk, node: ast.expr) -> None:
    """What is assigned to, deleted, or bound by `for` and `with`."""
    kind = type(node)
    if kind is Name:
        w.bound.add(node.id)  # type: ignore[attr-defined]  # `kind` says that it is a name
    elif isinstance(node, ast.Tuple | ast.List):
        for item in node.elts:
            _target(w, item)
    elif isinstance(node, Starred):
        _target(w, node.value)
    else:
        _expr(w, node, OTHER, node)


def _arguments(arguments: ast.arguments) -> list[ast.arg]:
    found = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    if arguments.vararg:
        found.append(arguments.vararg)
    if arguments.kwarg:
        found.append(arguments.kwarg)
    return found


def _defaults(arguments: ast.arguments) -> list[ast.expr]:
    return [*arguments.defaults, *(default for default in arguments.kw_defaults if default is not None)]


def _def(w: Walk, node: Function) -> None:
    w.bound.add(node.name)
    w.nested.append((w.prefix + node.name, node))
    _all(w, node.decorator_list, OTHER, node)
    _all(w, _defaults(node.args), OTHER, node)
    for argument in _arguments(node.args):
        if argument.annotation is not None:
            _expr(w, argument.annotation, OTHER, node)
    if node.returns is not None:
        _expr(w, node.returns, OTHER, node)


def _class(w: Walk, node: ast.ClassDef) -> None:
    w.bound.add(node.name)
    _all(w, node.decorator_list, OTHER, node)
    _all(w, node.bases, OTHER, node)
    for keyword in node.keywords:
        _expr(w, keyword.value, OTHER, node)
    before = w.prefix, w.bound, w.hidden
    w.bound = set()
    w.prefix, w.hidden = f"{w.prefix}{node.name}.", (*w.hidden, w.bound)
    w.block(node.body)
    w.prefix, w.bound, w.hidden = before


def _expression(w: Walk, node: ast.Expr) -> None:
    value = node.value
    if type(value) is ast.Call:
        _call(w, value, STATEMENT, node)
    else:
        _expr(w, value, STATEMENT, node)


def _assign(w: Walk, node: ast.Assign) -> None:
    _expr(w, node.value, ASSIGNED, node)
    for target in node.targets:
        _target(w, target)


def _annotated(w: Walk, node: ast.AnnAssign) -> None:
    if node.value is not None:
        _expr(w, node.value, ASSIGNED, node)
    _target(w, node.target)


def _augmented(w: Walk, node: ast.AugAssign) -> None:
    if isinstance(node.target, Name):
        w.loads.append(node.target)
    _expr(w, node.value, ASSIGNED, node)
    _target(w, node.target)


def _assert(w: Walk, node: ast.Assert) -> None:
    _expr(w, node.test, ASSERTED, node)
    if node.msg is not None:
        _expr(w, node.msg, OTHER, node)


def _return(w: Walk, node: ast.Return) -> None:
    w.returns.append(node)
    if node.value is not None:
        _expr(w, node.value, RETURNED, node)


def _raise(w: Walk, node: ast.Raise) -> None:
    for value in (node.exc, node.cause):
        if value is not None:
            _expr(w, value, OTHER, node)


def _delete(w: Walk, node: ast.Delete) -> None:
    for target in node.targets:
        _target(w, target)


def _if(w: Walk, node: ast.If) -> None:
    while True:
        _expr(w, node.test, TESTED, node)
        if is_main_guard(node.test):
            # Never true when pytest imports the module: bindings count, calls do not happen.
            count = len(w.calls)
            w.block(node.body)
            del w.calls[count:]
        else:
            w.block(node.body)
        # A chain of `elif` is as deep as it is long.
        if len(node.orelse) != 1 or type(node.orelse[0]) is not ast.If:
            break
        node = node.orelse[0]
        w.statements.append(node)
        w.statement = node
    if node.orelse:
        w.block(node.orelse)


def _while(w: Walk, node: ast.While) -> None:
    _expr(w, node.test, TESTED, node)
    w.block(node.body)
    w.block(node.orelse)


def _for(w: Walk, node: ast.For | ast.AsyncFor) -> None:
    w.fors.append(node)
    _expr(w, node.iter, ASYNC_ITERATED if type(node) is ast.AsyncFor else ITERATED, node)
    _target(w, node.target)
    w.block(node.body)
    w.block(node.orelse)


def _with(w: Walk, node: ast.With | ast.AsyncWith) -> None:
    w.withs.append(node)
    use = ASYNC_WITH if type(node) is ast.AsyncWith else WITH
    for item in node.items:
        _expr(w, item.context_expr, use, node)
        if item.optional_vars is not None:
            _target(w, item.optional_vars)
    w.block(node.body)


def _try(w: Walk, node: ast.Try | ast.TryStar) -> None:
    w.block(node.body)
    for handler in node.handlers:
        w.statement = node
        if handler.type is not None:
            _expr(w, handler.type, OTHER, handler)
        if handler.name:
            w.bound.add(handler.name)
        w.block(handler.body)
    w.block(node.orelse)
    w.block(node.finalbody)


def _match(w: Walk, node: ast.Match) -> None:
    _expr(w, node.subject, OTHER, node)
    for case in node.cases:
        w.bound.update(name for name, _ in captures(case.pattern))
        w.statement = node
        if case.guard is not None:
            _expr(w, case.guard, TESTED, case)
        w.block(case.body)


def _import(w: Walk, node: ast.Import | ast.ImportFrom) -> None:
    if w.hidden:
        # In the body of a class: bound there only.
        w.bound.update(alias.asname or alias.name.partition(".")[0] for alias in node.names)
    else:
        w.imports.append(node)


def _scope(w: Walk, node: ast.Global | ast.Nonlocal) -> None:
    w.not_local.update(node.names)


# The types of the nodes are the keys, which no type of a dict can say.
_EXPRESSIONS: dict[type[ast.AST], Callable[[Walk, Any, Use, ast.AST], None]] = {
    ast.Attribute: _attribute,
    ast.Await: _await,
    ast.BinOp: _binary,
    ast.BoolOp: _bool,
    ast.Call: _call,
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
