"""Which checks of type checkers report the use of a coroutine as something else, at the coroutine itself."""

import ast

from loopscope.facts.bodies import Body
from loopscope.facts.reaching import parents_of

_ITERATED = ("pyright: reportGeneralTypeIssues", "ty: not-iterable")
_ENTERED = ("pyright: reportGeneralTypeIssues", "ty: invalid-context-manager")
_GIVEN = ("pyright: reportArgumentType", "ty: invalid-argument-type")
_COMBINED = ("pyright: reportOperatorIssue", "ty: unsupported-operator")
_INDEXED = ("pyright: reportIndexIssue", "ty: not-subscriptable")
_RETURNED = ("pyright: reportReturnType", "ty: invalid-explicit-return")
_READ = ("ty: missing-attribute",)
"""pyright reports it at the attribute."""


def checks_of_use(body: Body, node: ast.expr) -> tuple[str, ...]:
    """The checks, written as in `Meta.overlaps`, that fail where an expression stands if it gives a coroutine.

    There are none for a value that is stored: what is done with it then is reported there.
    """
    match parents_of(body).get(id(node)):
        case ast.Assign([ast.Tuple() | ast.List()]) | ast.For() | ast.AsyncFor() | ast.comprehension():
            return _ITERATED
        case ast.Return():
            return _RETURNED
        case ast.withitem():
            return _ENTERED
        case ast.Call(ast.Name(name)) if name != "isinstance":
            return _GIVEN
        case ast.BinOp():
            return _COMBINED
        case ast.Compare(_, signs) if any(
            not isinstance(sign, ast.Eq | ast.NotEq | ast.Is | ast.IsNot) for sign in signs
        ):
            return _COMBINED
        case ast.Subscript():
            return _INDEXED
        case ast.Attribute():
            return _READ
        case _:
            return ()
