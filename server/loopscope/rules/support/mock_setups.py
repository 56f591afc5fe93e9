"""What functions bind their names to and set up on them, as far as mocks are concerned: by what chains start at.

A chain of attributes starts at a name, or at an item that a literal of a local name has: `senders["first"]`.
"""

import ast
from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeGuard, cast

from loopscope.facts.bodies import Body
from loopscope.rules.context import Context
from loopscope.rules.support.calls import binding_count
from loopscope.rules.support.names import inner_bodies
from loopscope.rules.support.patches import Owner

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_FURTHEST = 8


class Chain(NamedTuple):
    """What a chain of attributes starts at, and their names."""

    root: str
    path: tuple[str, ...]


class SetUp(NamedTuple):
    """One `mock.a.b = value`; `path` is `("a", "b")`, value None where it is not written as an expression."""

    path: tuple[str, ...]
    value: ast.expr | None
    ctx: Context
    owner: Owner
    """What the value's names are those of: a function, or a decorated definition."""


def chain_of(node: ast.expr) -> Chain | None:
    """The chain that an expression is; None for anything else."""
    path: tuple[str, ...] = ()
    while isinstance(node, ast.Attribute):
        path = (node.attr, *path)
        node = node.value
    match node:
        case ast.Name(name):
            return Chain(name, path)
        case ast.Subscript(ast.Name(), ast.Constant()):
            return Chain(ast.unparse(node), path)
        case _:
            return None


def bound_expression(body: Body, name: str) -> ast.expr | None:
    """The expression that a local name stands for, which is bound just once; also that of an item of a literal.

    By an assignment, to several targets or item by item as well, or by a walrus.
    """
    name, _, item = name.partition("[")
    if binding_count(body, name) != 1:
        return None
    if item:
        return _items(body, name).get(f"{name}[{item}")
    value = body.assigned.get(name)
    return _otherwise_assigned(body).get(name) if value is None else value


def told_by(keywords: list[ast.keyword]) -> Iterator[tuple[tuple[str, ...], ast.expr]]:
    """The attributes that keyword arguments set, `**{"get.return_value": 1}` too; `*` for what is not written out."""
    for keyword in keywords:
        match keyword:
            case ast.keyword(str() as name, value):
                yield (name,), value
            case ast.keyword(None, ast.Dict(keys, values)):
                for key, value in zip(keys, values, strict=True):
                    written = key.value if isinstance(key, ast.Constant) else None
                    yield tuple(written.split(".")) if isinstance(written, str) else ("*",), value
            case ast.keyword(_, value):
                yield ("*",), value


def set_ups(ctx: Context, body: Body, root: str) -> tuple[SetUp, ...]:
    """What a function, and those nested in it, set on attributes of what stands at the start of a chain."""
    start = resolved(body, Chain(root, ()))
    found = ctx.remember(f"set ups {body.id}", lambda: _gathered(ctx, body)).get(start.root, ())
    length = len(start.path)
    return tuple(
        each._replace(path=each.path[length:])
        for each in found
        if each.path[:length] == start.path and len(each.path) > length
    )


def resolved(body: Body, chain: Chain) -> Chain:
    """A chain that starts at no name which stands for another, or for an attribute of one, but at that."""
    for _ in range(_FURTHEST):
        other = _aliases(body).get(chain.root)
        if other is None:
            break
        chain = Chain(other.root, (*other.path, *chain.path))
    return chain


def _gathered(ctx: Context, body: Body) -> Mapping[str, tuple[SetUp, ...]]:
    found: dict[str, list[SetUp]] = {}
    for inner in inner_bodies(body):
        for written, value in _written(inner):
            chain = resolved(body, resolved(inner, written))
            found.setdefault(chain.root, []).append(SetUp(chain.path, value, ctx, inner))
    return {name: tuple(each) for name, each in found.items()}


def _aliases(body: Body) -> Mapping[str, Chain]:
    """The names that are bound once, to a chain or together with one."""
    if "aliases" not in body.notes:
        found: dict[str, Chain] = {}
        for statement in body.statements:
            if isinstance(statement, ast.Assign):
                chains = [chain for each in statement.targets if (chain := chain_of(each)) is not None]
                first = chain_of(statement.value) or max(chains, key=lambda each: bool(each.path), default=None)
                names = [each.root for each in chains if not each.path and binding_count(body, each.root) == 1]
                found.update({name: first for name in names if first is not None and first.root != name})
        body.notes["aliases"] = found
    return cast("Mapping[str, Chain]", body.notes["aliases"])


def _otherwise_assigned(body: Body) -> Mapping[str, ast.expr]:
    """The expressions of names that a walrus or an assignment to several targets binds."""
    if "otherwise assigned" not in body.notes:
        body.notes["otherwise assigned"] = dict(_found(body))
    return cast("Mapping[str, ast.expr]", body.notes["otherwise assigned"])


def _found(body: Body) -> Iterator[tuple[str, ast.expr]]:
    for statement in body.statements:
        if not isinstance(statement, ast.Assign):
            continue
        for target in statement.targets:
            match target, statement.value:
                case ast.Name(name), value:
                    yield name, value
                case ast.Tuple(names), ast.Tuple(values) if len(names) == len(values) and not _has_star(statement):
                    yield from ((each.id, value) for each, value in zip(names, values, strict=True) if _is_name(each))
                case _:
                    pass
    yield from ((each.target.id, each.value) for each in body.walruses)


def _is_name(node: ast.expr) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name)


def _has_star(statement: ast.Assign) -> bool:
    return any(isinstance(each, ast.Starred) for each in ast.walk(statement))


def _own_nodes(body: Body) -> Iterator[ast.AST]:
    """The nodes of a function's own body, without what is nested in it."""
    pending: list[ast.AST] = [*body.node.body]
    while pending:
        node = pending.pop()
        if not isinstance(node, _SCOPES):
            yield node
            pending += ast.iter_child_nodes(node)


def _items(body: Body, name: str) -> Mapping[str, ast.expr]:
    """The items of the literal that a name stands for, as they are read, where nothing else is done with the name."""
    key = f"items of {name}"
    if key not in body.notes:
        reads = [node for node in _own_nodes(body) if isinstance(node, ast.Subscript) and _reads(node, name)]
        alone = len(reads) == len(body.reads.get(name, ())) and name not in body.inner_reads
        body.notes[key] = dict(_of_literal(name, body.assigned.get(name))) if alone else {}
    return cast("Mapping[str, ast.expr]", body.notes[key])


def _reads(node: ast.Subscript, name: str) -> bool:
    match node:
        case ast.Subscript(ast.Name(read), ast.Constant(), ast.Load()):
            return read == name
        case _:
            return False


def _of_literal(name: str, value: ast.expr | None) -> Iterator[tuple[str, ast.expr]]:
    match value:
        case ast.Dict(keys, values):
            items = list(zip(keys, values, strict=True))
        case ast.List(values) | ast.Tuple(values):
            items = [(ast.Constant(place), each) for place, each in enumerate(values)]
        case _:
            return
    if all(isinstance(key, ast.Constant) and not isinstance(each, ast.Starred) for key, each in items):
        yield from ((f"{name}[{ast.unparse(key)}]", each) for key, each in items if key is not None)


def _written(body: Body) -> list[tuple[Chain, ast.expr | None]]:
    if "set ups" not in body.notes:
        body.notes["set ups"] = list(_assignments(body)) + list(_settings(body))
    return cast("list[tuple[Chain, ast.expr | None]]", body.notes["set ups"])


def _assignments(body: Body) -> Iterator[tuple[Chain, ast.expr | None]]:
    for statement in body.statements:
        match statement:
            case ast.Assign(targets, value) if any(not isinstance(each, ast.Name) for each in targets):
                given: ast.expr | None = value
            case ast.AnnAssign(target, _, given) | ast.AugAssign(target, _, given):
                targets = [target]
            case _:
                continue
        for node in targets:
            chain = chain_of(node)
            if chain is not None and chain.path:
                yield chain, given


def _settings(body: Body) -> Iterator[tuple[Chain, ast.expr | None]]:
    """What calls set: `setattr(mock, "name", …)`, `patch.object(mock, "name")`, `mock.configure_mock(…)` and such."""
    for call in body.calls:
        match call.node:
            case ast.Call(ast.Name("setattr") | ast.Attribute(_, "setattr" | "object"), [owner, name, *_]):
                chain = chain_of(owner)
                literal = name.value if isinstance(name, ast.Constant) else "*"
            case ast.Call(ast.Attribute(owner, "configure_mock"), [], keywords):
                chain = chain_of(owner)
                for path, value in told_by(keywords):
                    if chain is not None:
                        yield Chain(chain.root, (*chain.path, *path)), value
                continue
            case ast.Call(ast.Attribute(owner, "attach_mock" | "mock_add_spec" | "configure_mock")):
                chain, literal = chain_of(owner), "*"
            case _:
                continue
        if chain is not None:
            yield Chain(chain.root, (*chain.path, str(literal))), None
