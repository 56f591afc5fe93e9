"""Modules that are started as programs: what is named like a test there gets its arguments from the module."""

import re

from loopscope.rules.context import Context

_STARTS = re.compile(r"^if __name__ == ['\"]__main__['\"]:(.*(?:\n(?:[ \t].*)?)*)", re.MULTILINE)
_RUNS_TESTS = re.compile(r"pytest|unittest|absltest|\btests?\.main\b|\brun_?tests\b")


def is_script(ctx: Context) -> bool:
    """Whether a module does something of its own below `if __name__ == "__main__"`, other than to run its tests."""
    return ctx.remember("script", lambda: "__main__" in ctx.text and _does_something(ctx.text))


def _does_something(text: str) -> bool:
    found = _STARTS.search(text)
    return found is not None and _RUNS_TESTS.search(found[1]) is None
