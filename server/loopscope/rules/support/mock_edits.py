"""Edits of what makes a mock: what its attributes are instead, or what it imitates."""

import ast

from loopscope.facts.bodies import Body
from loopscope.rules.context import Context
from loopscope.rules.support.mock_imports import beside, imported
from loopscope.rules.support.mock_places import Place
from loopscope.rules.support.mock_setups import told_by
from loopscope.rules.support.mocks import Mock, mock_of
from loopscope.rules.support.patches import parameter_names, replaced
from loopscope.rules.support.text import indentation, line_end, next_line
from loopscope.text.edit import Edit
from loopscope.text.span import Span
from loopscope.workspace.targets import attribute, is_coroutine_function
from loopscope.workspace.values import Class

_IMITATING = frozenset({"spec", "spec_set", "autospec", "wraps", "return_value", "side_effect"})


def set_where_made(ctx: Context, body: Body, name: str, path: str, wanted: str) -> list[Edit] | None:
    """Edits that set an attribute of a mock, `.get.return_value.json`, to a new mock of the class `wanted`.

    An empty path stands for the mock itself, which has the local name. None where that is bound on no line of its own,
    or when the call that makes the mock sets the attribute itself.
    """
    mock, imports = mock_of(ctx, body, name), list[Edit]()
    written = None if mock is None else class_name(ctx, body, mock, wanted, imports)
    if mock is None or written is None:
        return None
    if not path:
        is_here = mock.patch is None and any(call.node is mock.made for call in body.calls)
        return [*imports, Edit(ctx.span(body, mock.made.func), written)] if is_here else None
    given = {each[0] for each, _ in told_by(mock.made.keywords)} - {"return_value"}
    if not given.isdisjoint(("*", path.split(".")[1])):
        return None
    place = _behind_binding(ctx, body, name)
    if place is None:
        return None
    offset, indent = place
    # What a fixture has it give stays.
    told = mock.set_up(*path.split(".")[1:], "return_value")
    kept = f"return_value={name}{path}.return_value" if told is not None and told.owner is not body else ""
    line = f"{indent}{name}{path} = {written}({kept}){line_end(ctx.text)}"
    return [*imports, Edit(Span(offset, offset), line)]


def line_where_named(ctx: Context, body: Body, name: str, text: str) -> Edit | None:
    """The edit that adds a line as soon as a local name is bound; None where that is on no line of its own."""
    place = _behind_binding(ctx, body, name)
    return None if place is None else Edit(Span(place[0], place[0]), f"{place[1]}{text}{line_end(ctx.text)}")


def set_in_place(ctx: Context, body: Body, place: Place, path: tuple[str, ...], wanted: str) -> list[Edit] | None:
    """`set_where_made` for what a patch puts in place: by the name that the test has for that, or for its result."""
    result, new = place.mock.set_up("return_value"), place.patch.argument("new")
    names = ((place.variable, path), (_name(new), path), (_name(result and result.value), path[1:]))
    name, rest = next(((name, rest) for name, rest in names if name in body.bound), ("", ()))
    return set_where_made(ctx, body, name, "".join(f".{each}" for each in rest), wanted) if name and rest else None


def imitating(ctx: Context, place: Place, path: tuple[str, ...]) -> Edit | None:
    """The edit that has a patch imitate the class it replaces, where `path` leads to a coroutine function of that."""
    patch = place.patch
    found = replaced(ctx, patch) if place.local and patch.kind != "setattr" and not patch.unclear else None
    if not isinstance(found, Class) or len(path) != 2 or path[0] != "return_value":
        return None
    if is_coroutine_function(ctx.queries, attribute(ctx.queries, found, path[1])) is not True:
        return None
    factory = next((each for each in patch.node.keywords if each.arg == "new_callable"), None)
    if any(keyword.arg in _IMITATING for keyword in patch.node.keywords):
        return None
    if factory is not None:
        return Edit(ctx.span(patch.owner, factory), "autospec=True")
    match patch.argument("new"):
        case None:
            end = ctx.span(patch.owner, (patch.node.keywords or patch.node.args)[-1]).end
            return Edit(Span(end, end), ", autospec=True")
        case ast.Call(_, [], []) as new if isinstance(patch.owner, Body) and new is patch.node.args[-1]:
            # A decorator would pass what is made then to the test.
            return Edit(ctx.span(patch.owner, new), "autospec=True")
        case _:
            return None


def class_name(ctx: Context, body: Body, mock: Mock, wanted: str, imports: list[Edit]) -> str | None:
    """How a class of `unittest.mock` is written where a mock is bound: beside its maker when that stands there too."""
    patch = mock.patch
    if patch is None and any(call.node is mock.made for call in body.calls):
        return beside(ctx, mock.made.func, wanted, imports)
    if patch is not None and patch.mocker and patch.owner is body:
        return f"{ast.unparse(mock.made.func).partition('.')[0]}.{wanted}"
    return imported(ctx, wanted, imports)


def _behind_binding(ctx: Context, body: Body, name: str) -> tuple[int, str] | None:
    """Where a line can stand that is the first to run with a name bound, and its indentation."""
    for statement in body.statements:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        targets = [statement.target] if isinstance(statement, ast.AnnAssign) else targets
        if any(isinstance(node, ast.Name) and node.id == name for each in targets for node in _flat(each)):
            span = ctx.span(body, statement)
            indent = indentation(ctx.text, span.start)
            return None if indent is None else (next_line(ctx.text, span.end), indent)
    for block in body.withs:
        if any(isinstance(item.optional_vars, ast.Name) and item.optional_vars.id == name for item in block.items):
            return _before(ctx, body, block.body[0])
    first = next((each for each in body.node.body if not _is_docstring(each)), None)
    return None if first is None or name not in parameter_names(body) else _before(ctx, body, first)


def _before(ctx: Context, body: Body, statement: ast.stmt) -> tuple[int, str] | None:
    start = ctx.span(body, statement).start
    indent = indentation(ctx.text, start)
    return None if indent is None else (start - len(indent), indent)


def _name(node: ast.expr | None) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _flat(target: ast.expr) -> list[ast.expr]:
    return target.elts if isinstance(target, ast.Tuple) else [target]


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
