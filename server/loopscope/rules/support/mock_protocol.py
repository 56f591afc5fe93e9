"""What functions set up of the asynchronous protocols of mocks: entering, leaving and iterating."""

import ast
from collections.abc import Iterator
from typing import NamedTuple, cast

from loopscope.facts.bodies import Body

_METHODS = frozenset({"__aenter__", "__aexit__", "__anext__", "__aiter__"})


class ProtocolSetUp(NamedTuple):
    """`owner.method = value`, or with `part` (`return_value`, `side_effect`) behind the method."""

    method: ast.Attribute
    part: str
    target: ast.Attribute
    value: ast.expr


def protocol_set_ups(body: Body) -> list[ProtocolSetUp]:
    """The assignments to such methods, or to what they give."""
    if "protocol" not in body.notes:
        body.notes["protocol"] = list(_found(body))
    return cast("list[ProtocolSetUp]", body.notes["protocol"])


def protocol_keywords(body: Body) -> list[tuple[ast.Call, ast.keyword]]:
    """The keywords of calls that are called like such methods."""
    return [(call.node, each) for call in body.calls for each in call.node.keywords if each.arg in _METHODS]


def _found(body: Body) -> Iterator[ProtocolSetUp]:
    for statement in body.statements:
        match statement:
            case ast.Assign([ast.Attribute(ast.Attribute() as method, part) as target], value) if (
                method.attr in _METHODS
            ):
                yield ProtocolSetUp(method, part, target, value)
            case ast.Assign([ast.Attribute() as method], value) if method.attr in _METHODS:
                yield ProtocolSetUp(method, "", method, value)
            case _:
                pass
