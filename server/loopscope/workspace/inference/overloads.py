"""Which of its overloads a call of a function means, told by the arguments alone that the call gives."""

import ast

from loopscope.facts.expr import Param, ParamKind
from loopscope.facts.outline import FactId, FunctionFact
from loopscope.workspace.index import index_of
from loopscope.workspace.inference import results
from loopscope.workspace.inference.frames import decorator_names
from loopscope.workspace.inference.model import Callee, Instance, Type, agreed
from loopscope.workspace.queries import Queries

_OVERLOAD = frozenset(("typing.overload", "typing_extensions.overload"))
_BINDING = frozenset(("classmethod", "staticmethod", "abc.abstractmethod"))
_BY_PLACE = frozenset((ParamKind.POSITIONAL_ONLY, ParamKind.NORMAL))
_BY_NAME = frozenset((ParamKind.NORMAL, ParamKind.KEYWORD_ONLY))


def overloaded(q: Queries, callee: Callee, node: ast.Call) -> Type | None:
    """What all those overloads agree on that take as many arguments, and those names, as a call gives."""
    if callee.id.nth == 0 or any(isinstance(each, ast.Starred) for each in node.args):
        return None
    functions = q.get(index_of, callee.path).functions
    own = functions.get(callee.id)
    if own is None or not _BINDING.issuperset(decorator_names(q, callee.path, own)):
        return None
    stated = [functions.get(FactId(callee.id.qualname, nth)) for nth in range(callee.id.nth)]
    variants = [each for each in stated if each is not None]
    names = [decorator_names(q, callee.path, each) for each in variants]
    if len(variants) < len(stated) or not all(_OVERLOAD.intersection(each) for each in names):
        return None
    bound = isinstance(callee.receiver, Instance) or "classmethod" in names[0]
    skipped = 1 if bound and callee.receiver is not None and "staticmethod" not in names[0] else 0
    fitting = [each for each in variants if _fits(each, node, skipped)]
    return agreed([q.get(results.function_result, callee.path, each.id, callee.receiver) for each in fitting])


def _fits(fact: FunctionFact, node: ast.Call, skipped: int) -> bool:
    params = fact.params[skipped:]
    placed = [each for each in params if each.kind in _BY_PLACE]
    named = {each.arg for each in node.keywords}
    if None in named:
        return True
    if len(node.args) > len(placed) and not _has(params, ParamKind.VAR_POSITIONAL):
        return False
    left = [each for each in params if each not in placed[: len(node.args)]]
    if not named <= {each.name for each in left if each.kind in _BY_NAME} and not _has(params, ParamKind.VAR_KEYWORD):
        return False
    optional = (ParamKind.VAR_POSITIONAL, ParamKind.VAR_KEYWORD)
    return all(each.name in named or each.has_default or each.kind in optional for each in left)


def _has(params: tuple[Param, ...], kind: ParamKind) -> bool:
    return any(each.kind is kind for each in params)
