"""Is what a call calls a coroutine function? Answered by reading; None wherever that leaves a doubt."""

import ast
import sys
from pathlib import PurePath

from loopscope.facts.bodies import Body, CallSite
from loopscope.facts.expr import dotted
from loopscope.facts.outline import FactId, FunctionFact
from loopscope.rules.context import Context
from loopscope.rules.support.calls import binding_count, bound_value
from loopscope.workspace.imports import find_import
from loopscope.workspace.mro import class_fact, member, mro_of
from loopscope.workspace.namespace import dereference, index_of
from loopscope.workspace.queries import Queries
from loopscope.workspace.values import Alternatives, Class, External, Function, Value

STDLIB = frozenset(
    f"asyncio.{name}"
    for name in (
        "sleep",
        "wait",
        "wait_for",
        "to_thread",
        "open_connection",
        "open_unix_connection",
        "start_server",
        "start_unix_server",
        "create_subprocess_exec",
        "create_subprocess_shell",
        "staggered.staggered_race",
    )
)
"""Coroutine functions of the standard library. `gather`, `shield` and `create_task` give futures, which do run."""

_IN_SUBMODULE = 2
"""The fewest dots in the name of a function of one of asyncio's modules."""

_KEEP = frozenset(
    {
        "staticmethod",
        "classmethod",
        "abc.abstractmethod",
        "typing.final",
        "typing.override",
        "typing.no_type_check",
        "typing_extensions.final",
        "typing_extensions.override",
        "unittest.skip",
        "unittest.skipIf",
        "unittest.skipUnless",
    }
)


def callee_is_coroutine(ctx: Context, body: Body, call: CallSite) -> bool | None:
    """Whether calling gives a coroutine that must be awaited; None when that is not certain.

    Followed are functions of this file and of the workspace, methods through `self` and `cls` or of a local instance,
    nested functions, and the standard library's own. A name that the file may patch or rebind is not certain.
    """
    return None if call.name is None or ctx.is_patched(call.name) else _answer_for(ctx, body, call, call.name)


def gives_coroutine(ctx: Context, body: Body, call: CallSite) -> bool:
    """Whether calling surely gives a coroutine that must be awaited: `callee_is_coroutine` with less to look at.

    Most calls are of no coroutine function, so what may be patched is asked last.
    """
    name = call.name
    if name is None:
        return False
    if call.imported and name not in STDLIB and not ctx.queries.get(_may_be_coroutine, ctx.path, name):
        return False
    return _answer_for(ctx, body, call, name) is True and not ctx.is_patched(name)


def _answer_for(ctx: Context, body: Body, call: CallSite, name: str) -> bool | None:
    first, _, rest = name.partition(".")
    if not call.local_root:
        if call.imported and name in STDLIB:
            return True
        return ctx.queries.get(_of_name, ctx.path, name)
    if not rest:
        return _nested(ctx, body, first)
    if "." in rest:
        return None
    owner = _receiver(ctx, body, first)
    return None if owner is None else ctx.queries.get(_method, owner.path, owner.fact.id, rest)


def keeps_asyncness(fact: FunctionFact) -> bool:
    """Whether all decorators of a function leave it a coroutine function, or not, as its `def` says."""
    names = [dotted(each) for each in fact.decorators]
    return all(name is not None and (name in _KEEP or name.startswith("pytest.mark.")) for name in names)


def _may_be_coroutine(q: Queries, path: PurePath, name: str) -> bool:
    """Whether an imported name may be a coroutine function; the text of its module alone says so in most cases."""
    if _of_stdlib(name) and (not name.startswith("asyncio.") or name.count(".") < _IN_SUBMODULE):
        # All that there are, are known by name.
        return False
    dots = len(name) - len(name.lstrip("."))
    parts = name[dots:].split(".")
    for length in range(len(parts) - 1, 0, -1):
        source = find_import(q, path, "." * dots + ".".join(parts[:length]))
        if source is not None:
            return q.mentions(source, (f"async def {parts[-1]}",)) or not q.mentions(
                source, (f"\ndef {parts[length]}(", f"\nclass {parts[-1]}(", f"\nclass {parts[-1]}:")
            )
    return True


def _of_stdlib(name: str) -> bool:
    return name.partition(".")[0] in sys.stdlib_module_names


def _of_name(q: Queries, path: PurePath, name: str) -> bool | None:
    return _answer(q, dereference(q, path, name))


def _answer(q: Queries, value: Value | None) -> bool | None:
    match value:
        case Function(_, fact):
            return _of_function(fact)
        case External(name):
            return True if name in STDLIB else None
        case Alternatives(values, False):
            answers = {_answer(q, each) for each in values}
            return answers.pop() if len(answers) == 1 else None
        case _:
            return None


def _of_function(fact: FunctionFact) -> bool | None:
    if not keeps_asyncness(fact):
        return None
    return fact.is_async and not fact.yields


def _nested(ctx: Context, body: Body, name: str) -> bool | None:
    """A function defined in the body, or in one around it."""
    around: Body | None = body
    while around is not None:
        if name in around.bound:
            found = [inner for inner in around.nested if inner.id.qualname.rpartition(".")[2] == name]
            if len(found) != 1 or binding_count(around, name) != 1 or found[0].node.decorator_list:
                return None
            return found[0].is_async and not found[0].yields
        around = ctx.around(around)
    return None


def _receiver(ctx: Context, body: Body, name: str) -> Class | None:
    """The class of what a local name stands for: `self`, `cls`, or an instance made in this body."""
    key = f"origin of {name}"
    if key not in body.notes:
        body.notes[key] = _origin(ctx, body, name)
    match body.notes[key]:
        case str() as called:
            found = dereference(ctx.queries, ctx.path, called)
            return found if isinstance(found, Class) else None
        case FactId() as method:
            around = None if ctx.facts is None else ctx.facts.body(method)
            return None if around is None else _class_of_method(ctx, around)
        case _:
            return None


def _origin(ctx: Context, body: Body, name: str) -> FactId | str | None:
    """What a local name is bound to: the method whose first parameter it is, or the name that is called to make it.

    The same as long as the function is, so that it is remembered with its body.
    """
    around: Body | None = body
    while around is not None and name not in around.bound:
        around = ctx.around(around)
    if around is None:
        return None
    if (
        around.id == around.outermost
        and around.id.holder
        and name == _first_parameter(around)
        and binding_count(around, name) == 1
    ):
        return around.id
    value = around.assigned.get(name)
    if not isinstance(value, ast.Call) or bound_value(around, name) is not value:
        return None
    call = next((site for site in around.calls if site.node is value), None)
    if call is None or call.local_root or call.name is None:
        return None
    if call.imported and _of_stdlib(call.name) and not call.name.startswith("asyncio."):
        return None
    return call.name


def _class_of_method(ctx: Context, body: Body) -> Class | None:
    """The class that a method belongs to, when its first parameter is the instance or the class."""
    if any(isinstance(each, ast.Name) and each.id == "staticmethod" for each in body.node.decorator_list):
        return None
    classes = index_of(ctx.queries, ctx.path).classes
    found = [fact for id_, fact in classes.items() if id_.qualname == body.id.holder]
    return Class(ctx.path, found[0]) if len(found) == 1 else None


def _first_parameter(body: Body) -> str | None:
    arguments = (*body.node.args.posonlyargs, *body.node.args.args)
    return arguments[0].arg if arguments else None


def _method(q: Queries, path: PurePath, id_: FactId, name: str) -> bool | None:
    """The method that an instance of a class has under a name, if only its classes decide that."""
    owner = class_fact(q, path, id_)
    mro = q.get(mro_of, path, id_)
    found = q.get(member, path, id_, name)
    if owner is None or not isinstance(found, Function):
        return None
    # A base that is not found may come earlier in the order, unless the class itself has the method.
    own = any(binding.name == name for binding in owner.bindings)
    if (mro.unknown or mro.names) and not own:
        return None
    if owner.decorators or owner.keywords or q.get(_is_hooked, path, id_):
        return None
    return _of_function(found.fact)


def _is_hooked(q: Queries, path: PurePath, id_: FactId) -> bool:
    """Whether the class decides itself what its attributes or instances are."""
    return any(q.get(member, path, id_, name) is not None for name in ("__getattribute__", "__new__"))
