"""The signature of a function as it is called: its parameters, bound ones left out, and what it gives."""

import ast
from typing import NamedTuple

from loopscope.facts.bodies import Body
from loopscope.facts.outline import FactId
from loopscope.text.span import Span
from loopscope.workspace.inference.attributes import attribute_type
from loopscope.workspace.inference.members import shown
from loopscope.workspace.inference.model import Callee, ClassObject, Coroutine, Instance, LocalFunction, Type
from loopscope.workspace.queries import Queries

_SLASH = ("/", "", False, False, False)


class Parameter(NamedTuple):
    """A parameter: where it stands in the signature's text, and how an argument can be given for it."""

    name: str
    span: Span
    by_position: bool
    by_name: bool
    variadic: bool = False


class SignatureText(NamedTuple):
    """`text` is `async name(a: int, *, b=1) -> str`."""

    text: str
    parameters: tuple[Parameter, ...]
    docstring: str | None


def signature_of(q: Queries, callee: Type | None, result: Type | None) -> SignatureText | None:
    """How a function, method or class is called; `result` is what the call gives. None without source."""
    match callee:
        case ClassObject(path, id_):
            maker = attribute_type(q, Instance(path, id_), "__init__")
            found = signature_of(q, maker, None) if isinstance(maker, Callee) else None
            return None if found is None else _renamed(found, id_.qualname.rpartition(".")[2])
        case Instance():
            called = attribute_type(q, callee, "__call__")
            return signature_of(q, called, result) if isinstance(called, Callee) else None
        case Callee(path, id_, receiver):
            bound = receiver is not None
        case LocalFunction(path, id_):
            bound, receiver = False, None
        case _:
            return None
    facts = q.facts(path)
    body = facts.body(id_) if facts is not None else None
    if facts is None or body is None:
        return None
    skipped = _is_bound(body, on_class=isinstance(receiver, ClassObject)) if bound else False
    spans = facts.layout.defs.get(id_)
    docstring = spans.docstring if spans is not None else ast.get_docstring(body.node)
    return _text(body, skipped, result, docstring)


def _is_bound(body: Body, *, on_class: bool) -> bool:
    """Whether the first parameter of a method is given by what it is taken from."""
    names = {ast.unparse(each).rpartition(".")[2] for each in body.node.decorator_list}
    if "staticmethod" in names:
        return False
    return not on_class or "classmethod" in names


def _text(body: Body, skips_first: bool, result: Type | None, docstring: str | None) -> SignatureText:
    head = f"{'async ' if isinstance(result, Coroutine) else ''}{body.node.name}("
    parts: list[str] = []
    parameters: list[Parameter] = []
    at = len(head)
    written = _parts(body.node.args)[int(skips_first) :]
    for text, name, by_position, by_name, variadic in written[1:] if written[:1] == [_SLASH] else written:
        if name:
            parameters.append(Parameter(name, Span(at, at + len(text)), by_position, by_name, variadic))
        parts.append(text)
        at += len(text) + len(", ")
    returns = _returned(body, result)
    return SignatureText(f"{head}{', '.join(parts)}){returns}", tuple(parameters), docstring)


def _returned(body: Body, result: Type | None) -> str:
    if body.node.returns is not None:
        return f" -> {_unquoted(body.node.returns)}"
    known = shown(result.result if isinstance(result, Coroutine) else result)
    return "" if known in (None, "object") else f" -> {known}"


def _parts(arguments: ast.arguments) -> list[tuple[str, str, bool, bool, bool]]:
    """Text, name, whether by position, whether by name, whether variadic, of each part; `*` and `/` have no name."""
    found: list[tuple[str, str, bool, bool, bool]] = []
    positional = (*arguments.posonlyargs, *arguments.args)
    defaults = [*[None] * (len(positional) - len(arguments.defaults)), *arguments.defaults]
    for index, (one, default) in enumerate(zip(positional, defaults, strict=True)):
        named = index >= len(arguments.posonlyargs)
        found.append((_parameter(one, default), one.arg, True, named, False))
        if index == len(arguments.posonlyargs) - 1:
            found.append(_SLASH)
    if arguments.vararg is not None:
        found.append((f"*{_parameter(arguments.vararg, None)}", arguments.vararg.arg, True, False, True))
    elif arguments.kwonlyargs:
        found.append(("*", "", False, False, False))
    for one, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        found.append((_parameter(one, default), one.arg, False, True, False))
    if arguments.kwarg is not None:
        found.append((f"**{_parameter(arguments.kwarg, None)}", arguments.kwarg.arg, False, True, True))
    return found


def _parameter(one: ast.arg, default: ast.expr | None) -> str:
    annotation = "" if one.annotation is None else f": {_unquoted(one.annotation)}"
    if default is None:
        return f"{one.arg}{annotation}"
    sign = " = " if annotation else "="
    return f"{one.arg}{annotation}{sign}{ast.unparse(default)}"


def _unquoted(annotation: ast.expr) -> str:
    quoted = annotation.value if isinstance(annotation, ast.Constant) else None
    return quoted if isinstance(quoted, str) else ast.unparse(annotation)


def _renamed(found: SignatureText, name: str) -> SignatureText:
    """The signature of `__init__` under the name of its class."""
    before, arrow, _ = found.text.rpartition(" -> ")
    text = (before if arrow else found.text).removeprefix("__init__")
    moved = len(name) - len("__init__")
    parameters = tuple(one._replace(span=one.span.shifted(moved)) for one in found.parameters)
    return SignatureText(f"{name}{text}", parameters, found.docstring)


def overloads_of(q: Queries, callee: Type | None) -> tuple[Callee, ...]:
    """The `@overload`s of a function that come before its implementation, in order."""
    if not isinstance(callee, Callee):
        return ()
    facts = q.facts(callee.path)
    found: list[Callee] = []
    for nth in range(callee.id.nth):
        id_ = FactId(callee.id.qualname, nth)
        body = facts.body(id_) if facts is not None else None
        decorators = body.node.decorator_list if body is not None else []
        if any(ast.unparse(each).rpartition(".")[2] == "overload" for each in decorators):
            found.append(callee._replace(id=id_))
    return tuple(found)
