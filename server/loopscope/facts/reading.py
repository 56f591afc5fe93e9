"""From a node of the syntax tree to the expression that stands for it in facts."""

import ast
from collections.abc import Mapping

from loopscope.facts.expr import Call, Concat, Const, Expr, Items, Lambda, Opaque, Pairs, Param, Ref
from loopscope.facts.functions import parameters

MAX_NODES = 2000
"""Larger expressions (tables of test data) are cut: what exceeds it is opaque."""
MAX_DEPTH = 40
MAX_TEXT = 2000
"""Longer strings are opaque: nobody asks about them, and outlines shall stay small."""


def read(node: ast.expr, names: Mapping[str, str]) -> Expr:
    """The expression of a node; `names` maps names that imports bind to what they stand for."""
    return _Reader(names).expr(node, 0)


def dotted_name(node: ast.expr) -> tuple[str, str] | None:
    """The first name of a `name` or `name.attribute…` chain and the rest of it, which begins with a dot or is empty."""
    rest = ""
    while isinstance(node, ast.Attribute):
        rest = f".{node.attr}{rest}"
        node = node.value
    return (node.id, rest) if isinstance(node, ast.Name) else None


class _Reader:
    """Reads one expression; counts its nodes."""

    __slots__ = ("_left", "_names")

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        self._left = MAX_NODES

    def expr(self, node: ast.expr, depth: int) -> Expr:
        self._left -= 1
        if self._left < 0 or depth > MAX_DEPTH:
            return Opaque("too large")
        match node:
            case ast.Constant(value):
                if isinstance(value, str | bytes) and len(value) > MAX_TEXT:
                    return Opaque("too large")
                return Const(value)
            case ast.Name(name):
                return Ref(self._names.get(name, name))
            case ast.Attribute():
                chain = dotted_name(node)
                return Opaque("Attribute") if chain is None else Ref(self._names.get(chain[0], chain[0]) + chain[1])
            case ast.Call(func, args, keywords):
                return Call(
                    self.expr(func, depth + 1),
                    self._all(args, depth),
                    tuple((keyword.arg, self.expr(keyword.value, depth + 1)) for keyword in keywords),
                )
            case ast.List(items):
                return Items("list", self._all(items, depth))
            case ast.Tuple(items):
                return Items("tuple", self._all(items, depth))
            case ast.Set(items):
                return Items("set", self._all(items, depth))
            case ast.Dict(keys, values):
                return Pairs(
                    tuple(
                        (None if key is None else self.expr(key, depth + 1), self.expr(value, depth + 1))
                        for key, value in zip(keys, values, strict=True)
                    )
                )
            case ast.BinOp(left, ast.Add(), right):
                return Concat(self.expr(left, depth + 1), self.expr(right, depth + 1))
            case ast.UnaryOp(ast.USub(), ast.Constant(int() | float() | complex() as number)):
                return Const(-number)
            case ast.Lambda(arguments):
                return Lambda(tuple(Param(one.arg, kind, given) for one, kind, given in parameters(arguments)))
            case _:
                return Opaque(type(node).__name__)

    def _all(self, nodes: list[ast.expr], depth: int) -> tuple[Expr, ...]:
        return tuple([self.expr(node, depth + 1) for node in nodes])
