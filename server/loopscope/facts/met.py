"""What is met while the statements of one function are walked."""

import ast
from collections.abc import Iterable

from loopscope.facts.bodies import Use

Function = ast.FunctionDef | ast.AsyncFunctionDef
Hidden = tuple[set[str], ...]
"""The names of the scopes inside the function that a node stands in: lambdas, comprehensions, classes."""
Met = tuple[ast.Call, Use, ast.AST, ast.stmt, bool, bool, Hidden]
"""A call as it is met: node, use, parent, statement, in a lambda, in a comprehension, hidden names."""


class Walk:
    """What was met in one function's own body, or in the statements of a module or class."""

    __slots__ = (
        "awaits",
        "binds",
        "bound",
        "calls",
        "comprehension",
        "comprehensions",
        "fors",
        "hidden",
        "imports",
        "lambda_",
        "lambdas",
        "loads",
        "nested",
        "not_local",
        "prefix",
        "returns",
        "statement",
        "statements",
        "walruses",
        "withs",
        "yields",
    )

    def __init__(self, prefix: str, statement: ast.stmt, bound: Iterable[str]) -> None:
        self.calls: list[Met] = []
        self.awaits: list[ast.Await] = []
        self.yields: list[ast.Yield | ast.YieldFrom] = []
        self.withs: list[ast.With | ast.AsyncWith] = []
        self.fors: list[ast.For | ast.AsyncFor] = []
        self.returns: list[ast.Return] = []
        self.loads: list[ast.Name] = []
        self.statements: list[ast.stmt] = []
        self.bound: set[str] = set(bound)
        """Names bound otherwise than by `imports`."""
        self.binds: list[str] = []
        """Every name that is bound, once for each time; inside of lambdas none."""
        self.not_local: set[str] = set()
        """Names declared `global` or `nonlocal`."""
        self.imports: list[ast.stmt] = []
        self.nested: list[tuple[str, Function]] = []
        """Functions defined here, with their dotted name."""
        self.prefix = prefix
        """What stands before the dotted names of definitions."""
        self.statement = statement
        self.lambda_ = False
        self.lambdas: list[ast.Lambda] = []
        self.comprehension = False
        self.comprehensions: list[ast.comprehension] = []
        """The first loop of each comprehension."""
        self.walruses: list[ast.NamedExpr] = []
        """Those outside of lambdas and classes."""
        self.hidden: Hidden = ()
