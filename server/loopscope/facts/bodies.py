"""What the functions of one file do: the syntax that rules look at, gathered in one walk."""

import ast
from collections.abc import Mapping, Sequence
from enum import Enum
from functools import cached_property
from typing import NamedTuple

from loopscope.facts.binding import assigned, read_in_lambdas
from loopscope.facts.outline import FactId
from loopscope.text.frozen import frozen

_BY_VALUE = (ast.Eq, ast.NotEq, ast.Lt, ast.Gt, ast.LtE, ast.GtE)


class Use(Enum):
    """What becomes of a call's value."""

    STATEMENT = "a statement of its own"
    AWAITED = "awaited"
    ASSERTED = "the test of an assert (alone or under not/and/or)"
    TESTED = "the test of if, while, a ternary (alone or under not/and/or)"
    COMPARED = "an operand of a comparison"
    RETURNED = "returned"
    YIELDED = "yielded"
    ARGUMENT = "an argument of another call"
    ASSIGNED = "assigned to a name or target"
    WITH = "the item of a with"
    ASYNC_WITH = "the item of an async with"
    ITERATED = "what a for or comprehension iterates"
    ASYNC_ITERATED = "what an async for or async comprehension iterates"
    ATTRIBUTE = "the object of an attribute or subscript"
    OTHER = "something else"


class CallSite(NamedTuple):
    """One call in a function's own body (nested functions have bodies of their own), or at module level.

    Parentheses, `not`, `and`/`or`, ternaries, walruses, stars and keywords are looked through: `use` and `parent` are
    those of what holds the value in the end; an argument's `parent` is the call that it is given to.
    """

    node: ast.Call
    name: str | None
    """Canonical dotted name of what is called, through imports (local ones too); a chain from a parameter or local
    variable keeps that variable's name and sets `local_root`."""
    local_root: bool
    imported: bool
    """Whether an import of this file binds the name's first part; False for builtins and for the module's own names."""
    use: Use
    parent: ast.AST
    statement: ast.stmt
    """The statement of the body that holds it; a nested `def` or `class` for what its decorators and defaults call."""
    in_lambda: bool
    in_comprehension: bool


# No slots: `cached_property` keeps its values in the instance's dict.
@frozen(eq=False)
class Body:
    """One `def` (nested ones too) and what its own body does. Spans come from `FileFacts.span(body, node)`."""

    id: FactId
    """The function's id in the outline; a nested function's qualname goes through `<locals>`."""
    node: ast.FunctionDef | ast.AsyncFunctionDef
    outermost: FactId
    """The function of the outline that holds it, itself if it is one. `FileFacts.around` gives the body around it: a
    body that knew it would be a cycle, which only the garbage collector could free."""
    calls: tuple[CallSite, ...]
    """Roughly in evaluation order, an outer call before those in its arguments. Decorators, defaults and annotations of
    the function itself are not part of its body; those of nested functions are."""
    awaits: tuple[ast.Await, ...]
    yields: tuple[ast.Yield | ast.YieldFrom, ...]
    withs: tuple[ast.With | ast.AsyncWith, ...]
    fors: tuple[ast.For | ast.AsyncFor, ...]
    returns: tuple[ast.Return, ...]
    loads: tuple[ast.Name, ...]
    """Every name read in the own body, decorators and defaults excluded."""
    bound: frozenset[str]
    """Names bound in the own body: parameters, assignments, imports, with/for/except targets, nested defs."""
    binds: tuple[str, ...] = ()
    """Every name that a parameter or statement of the own body binds, once for each time, those of lambdas left out.
    What is declared global or nonlocal is bound elsewhere as well: it counts as more than once."""
    statements: tuple[ast.stmt, ...] = ()
    """Every statement of the own body, nested blocks included, in source order; a class's own statements too."""
    nested: tuple["Body", ...] = ()
    lambdas: tuple[ast.Lambda, ...] = ()
    """Those of the own body."""
    comprehensions: tuple[ast.comprehension, ...] = ()
    """The first `for` of each comprehension and generator expression of the own body."""
    walruses: tuple[ast.NamedExpr, ...] = ()
    """Those of the own body, outside of lambdas and classes."""

    @property
    def is_async(self) -> bool:
        """Whether it is an `async def`."""
        return isinstance(self.node, ast.AsyncFunctionDef)

    @cached_property
    def notes(self) -> dict[str, object]:
        """What others remember of the body: only what follows from it alone, since it outlives edits around it."""
        return {}

    @cached_property
    def reads(self) -> Mapping[str, Sequence[ast.Name]]:
        """`loads` by name."""
        found: dict[str, list[ast.Name]] = {}
        for load in self.loads:
            found.setdefault(load.id, []).append(load)
        return found

    @cached_property
    def inner_reads(self) -> frozenset[str]:
        """The names read in lambdas and nested functions, those left out that the nested function binds itself."""
        nested = ((inner.inner_reads | inner.reads.keys()) - inner.bound for inner in self.nested)
        return frozenset[str](read_in_lambdas(self.lambdas)).union(*nested)

    @cached_property
    def asserted_operands(self) -> frozenset[int]:
        """The `id` of each expression whose value an assert compares with others: for equality or order."""
        return frozenset(
            id(operand)
            for statement in self.statements
            if isinstance(statement, ast.Assert) and isinstance(statement.test, ast.Compare)
            if all(isinstance(sign, _BY_VALUE) for sign in statement.test.ops)
            for operand in (statement.test.left, *statement.test.comparators)
        )

    @cached_property
    def times_bound(self) -> Mapping[str, int]:
        """How often each name is bound in the own body, parameters included, as `binds` says."""
        found: dict[str, int] = {}
        for name in self.binds:
            found[name] = found.get(name, 0) + 1
        return found

    @cached_property
    def assigned(self) -> Mapping[str, ast.expr]:
        """The expression of the first plain assignment to each name that has one."""
        return assigned(self.statements)
