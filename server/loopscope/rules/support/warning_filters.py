"""What pytest's warning filters do with a warning: the last one that matches wins."""

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from loopscope.config.model import Sourced
from loopscope.rules.context import Context

_FIELDS = 5


class WarningFilter(NamedTuple):
    """One filter of `filterwarnings` or `-W`: `action:message:category:module:line`."""

    action: str
    message: str
    category: str
    narrow: bool
    """Whether it is for one module or line only: then what it matches is not known."""
    source: Sourced[str]


class Warned(NamedTuple):
    """A warning: the text that it begins with, and the names of its category and of all that this derives from."""

    text: str
    categories: Collection[str]


NEVER_AWAITED = Warned("coroutine 'test_value' was never awaited", ("RuntimeWarning", "Warning"))
UNRAISABLE = Warned(
    "Exception ignored in: <coroutine object test_value at 0x0>",
    ("PytestUnraisableExceptionWarning", "PytestWarning", "UserWarning", "Warning"),
)
SCOPE_UNSET = Warned(
    'The configuration option "asyncio_default_fixture_loop_scope" is unset.',
    ("PytestDeprecationWarning", "PytestWarning", "DeprecationWarning", "UserWarning", "Warning"),
)


def filter_for(ctx: Context, warned: Warned) -> WarningFilter | None:
    """The filter that decides about a warning; None when none does, so that Python's defaults apply."""
    found = None
    for each in filters(ctx):
        if not each.narrow and _matches(each, warned):
            found = each
    return found


def filters(ctx: Context) -> Iterator[WarningFilter]:
    """The filters in effect: those of the file, then those of the command line. Mirrors `apply_warning_filters`."""
    words = (*ctx.config.filterwarnings, *ctx.config.command_line.every("--pythonwarnings"))
    for source in words:
        action, message, category, module, line = (source.value.split(":") + [""] * _FIELDS)[:_FIELDS]
        name = category.strip().rpartition(".")[2]
        yield WarningFilter(action.strip(), message.strip(), name, bool(module.strip() or line.strip()), source)


def _matches(each: WarningFilter, warned: Warned) -> bool:
    if each.category and each.category not in warned.categories:
        return False
    try:
        return re.match(each.message, warned.text, re.IGNORECASE) is not None
    except re.error:
        return False
