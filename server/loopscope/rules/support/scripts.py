"""Modules that are started as programs: what is named like a test there gets its arguments from the module."""

import ast
import re
from collections.abc import Iterator, Mapping

from loopscope.facts.reading import dotted_name
from loopscope.facts.scan import is_main_guard
from loopscope.rules.context import Context, HeldStatement
from loopscope.syntax.names import imported

_RUNS_TESTS = re.compile(r"pytest|unittest|absltest|\btests?\.main\b|\brun_?tests\b")


def is_script(ctx: Context) -> bool:
    """Whether a module does something of its own below `if __name__ == "__main__"`, other than to run its tests."""
    return ctx.remember("script", lambda: any(map(_starts_something, ctx.statements("__main__"))))


def _starts_something(held: HeldStatement) -> bool:
    match held:
        case HeldStatement(None, names, _, ast.If(test, block)) if is_main_guard(test):
            said = (text for statement in block for node in ast.walk(statement) for text in _said(names, node))
            return not any(map(_RUNS_TESTS.search, said))
        case _:
            return False


def _said(names: Mapping[str, str], node: ast.AST) -> Iterator[str]:
    """What a node names: by a name, as an import, in a string."""
    match node:
        case ast.Name() | ast.Attribute() if (chain := dotted_name(node)) is not None:
            yield names.get(chain[0], chain[0]) + chain[1]
        case ast.Import() | ast.ImportFrom():
            yield from (bound.target for _, bound in imported(node) if bound.target is not None)
        case ast.Constant(str(text)):
            yield text
        case _:
            pass
