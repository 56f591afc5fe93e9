"""One call of Python's own parser that never raises."""

import ast
import re
import warnings
from typing import NamedTuple

FILENAME = "<loopscope>"
NESTED = "class _:\n"
"""Put before members of a class, so that they parse with their indentation."""

_UNREADABLE = re.compile("[\x00\ud800-\udfff]")

_OWN_FILE = re.compile(re.escape(FILENAME))


class Failure(NamedTuple):
    """Why a text does not parse: Python's message, and its place as 1-based lines and columns; line 0 is unknown."""

    message: str
    line: int
    column: int
    end_line: int
    end_column: int


def strict(text: str) -> ast.Module | Failure:
    """The syntax tree of a text, or why it has none.

    Besides syntax errors it survives NUL bytes, lone surrogates, and nesting too deep for the parser.
    """
    bad = None if text.isascii() and "\x00" not in text else _UNREADABLE.search(text)
    if bad is not None:
        line = text.count("\n", 0, bad.start()) + 1
        column = bad.start() - (text.rfind("\n", 0, bad.start()) + 1) + 1
        what = "a NUL byte" if bad.group() == "\x00" else "a lone surrogate"
        return Failure(f"source code cannot contain {what}", line, column, line, column + 1)
    _silence_parser()
    try:
        tree = compile(text, FILENAME, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    except SyntaxError as error:
        line, column = error.lineno or 0, error.offset or 1
        return Failure(error.msg, line, column, error.end_lineno or line, error.end_offset or column)
    except (ValueError, RecursionError, MemoryError, SystemError) as error:
        # SystemError: CPython 3.11 loses count of its recursion depth now and then (gh-106905).
        return Failure(f"too complex to parse ({type(error).__name__})", 0, 1, 0, 1)
    assert isinstance(tree, ast.Module)
    return tree


def parses(text: str, *, nested: bool) -> bool:
    """Whether a text parses, as a module or as members of a class."""
    return isinstance(strict(NESTED + text if nested else text), ast.Module)


def _silence_parser() -> None:
    """Ignore the parser's warnings of the analysed text, such as of invalid escapes.

    They would go to the server's stderr, or be errors under `-W error`. Only warnings of texts parsed here are ignored,
    so the filter can stay; `catch_warnings` is not safe in threads.
    """
    if not warnings.filters or warnings.filters[0][3] != _OWN_FILE:
        warnings.filterwarnings("ignore", module=_OWN_FILE.pattern)
