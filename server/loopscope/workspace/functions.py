"""The function that pytest's collection finds in a value that is no `def`: behind `functools.partial`, in a `lambda`.

Mirrors `PyCollector.istestfunction`, `pytest_pycollect_makeitem` and `getfuncargnames`: a partial of a function is
one, without the arguments that are given; a mark gives back the function that it is called with.
"""

from pathlib import PurePath

from loopscope.facts.expr import Call, Expr, Lambda, Opaque, Param, ParamKind, Ref
from loopscope.facts.outline import FactId, FunctionFact
from loopscope.workspace.mro import own_member
from loopscope.workspace.namespace import dereference
from loopscope.workspace.queries import Queries
from loopscope.workspace.signature import decorator_name
from loopscope.workspace.values import Class, Expression, External, Function, Value, last_of

_BY_POSITION = (ParamKind.POSITIONAL_ONLY, ParamKind.NORMAL)


def function_in(q: Queries, value: Value | None, name: str, holder: Class | None) -> Function | None:
    """The function that the attribute `name` of a module, or of the class `holder`, is; None when it is none.

    Of arguments that are given already, the parameter has a default; a `staticmethod` is decorated as one.
    """
    match value:
        case Function():
            return value
        case Expression(path, Lambda(params)):
            id_ = FactId(f"{holder.fact.id.qualname}.{name}" if holder is not None else name)
            return Function(path, FunctionFact(id_, name, is_async=False, yields=False, params=params))
        case Expression(path, Call() as call):
            return _called(q, path, call, name, holder)
        case _:
            return None


def _called(q: Queries, path: PurePath, call: Call, name: str, holder: Class | None) -> Function | None:
    maker = decorator_name(q, path, call.func)
    if maker is None or not call.args:
        return None
    given = function_in(q, _value(q, path, call.args[0], holder), name, holder)
    if given is None:
        return None
    if maker == "functools.partial":
        return _partial(given, call, bound=holder is not None)
    alone = len(call.args) == 1 and not call.keywords
    if not alone or not (maker == "staticmethod" or (maker.startswith("pytest.mark.") and given.path == path)):
        return None
    return _decorated(given, call.func)


def _value(q: Queries, path: PurePath, expr: Expr, holder: Class | None) -> Value | None:
    """What an expression in a module, or in the body of a class, is."""
    if not isinstance(expr, Ref):
        return Expression(path, expr)
    found = last_of(dereference(q, path, expr.name))
    if isinstance(found, External) and holder is not None and holder.path == path:
        return last_of(own_member(q, path, holder.fact, expr.name))
    return found


def _decorated(function: Function, decorator: Expr) -> Function:
    return function._replace(fact=function.fact._replace(decorators=(decorator, *function.fact.decorators)))


def _partial(function: Function, call: Call, *, bound: bool) -> Function | None:
    """A partial, whose class does not pass `self`; yet pytest leaves out the first parameter that is left."""
    if any(key is None for key, _ in call.keywords) or any(
        isinstance(arg, Opaque) and arg.kind == "Starred" for arg in call.args
    ):
        return None
    named = {key for key, _ in call.keywords}
    params = [_given(param) if param.name in named else param for param in function.fact.params]
    left = [at for at, param in enumerate(params) if param.kind in _BY_POSITION and not param.has_default]
    for at in left[: len(call.args) - 1 + bound]:
        params[at] = _given(params[at])
    made = function._replace(fact=function.fact._replace(params=tuple(params)))
    return _decorated(made, Ref("staticmethod")) if bound else made


def _given(param: Param) -> Param:
    return param._replace(has_default=True)
