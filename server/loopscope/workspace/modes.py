"""The mode of pytest-asyncio where a conftest sets it at run time: `config.option.asyncio_mode = "auto"`."""

import ast
from pathlib import PurePath
from typing import NamedTuple

from loopscope.config.pytest_config import AsyncioMode
from loopscope.facts.outline import FactId
from loopscope.workspace.hooks import conftests_of
from loopscope.workspace.queries import Queries

_SETS = (".asyncio_mode =", '["asyncio_mode"] =', "['asyncio_mode'] =")
_MODES: dict[object, AsyncioMode] = {"auto": "auto", "strict": "strict"}


class SetMode(NamedTuple):
    """The conftest that sets the mode, and the mode that it surely sets; else None."""

    path: PurePath
    mode: AsyncioMode | None


def set_mode(q: Queries, folder: PurePath) -> SetMode | None:
    """What the conftests of the tests of a folder set; None when they leave the mode as it is configured."""
    found = [path for path in q.get(conftests_of, folder) if q.mentions(path, _SETS)]
    return SetMode(found[0], _surely_set(q, found[0]) if len(found) == 1 else None) if found else None


def _surely_set(q: Queries, path: PurePath) -> AsyncioMode | None:
    """The mode that every run of `pytest_configure` sets."""
    function = q.function(path, FactId("pytest_configure"))
    for statement in function[1].node.body if function is not None else ():
        match statement:
            case ast.Assign([ast.Attribute(ast.Attribute(_, "option"), "asyncio_mode")], ast.Constant(value)):
                return _MODES.get(value)
            case _:
                pass
    return None
