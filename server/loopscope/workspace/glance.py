"""A glance at what an import may bring, so that ordinary functions and classes cost no parsing."""

import sys
from pathlib import PurePath

from loopscope.facts.outline import Binding, Guard, ImportedName
from loopscope.workspace.imports import find_import, is_installed
from loopscope.workspace.namespace import index_of
from loopscope.workspace.queries import Cycle, Queries

FIXTURE = ("fixture(", "fixture\n", "fixture\r", "fixture as ", "fixture,", "fixture)", "fixture #", "fixture  #")
"""What the text of a file holds when one of its own functions is a fixture."""

TESTCASE = ("TestCase", "unittest")
"""What the text of a file holds, as a rule, when one of its own classes is a `unittest.TestCase`."""

_TESTCASES = ("unittest", "unittest.case", "unittest.async_case")


def import_may_bring(q: Queries, path: PurePath, module: str, name: str, words: tuple[str, ...]) -> bool:
    """Whether `from module import name` may bring something whose file holds one of the words."""
    if not module.startswith("."):
        top = module.partition(".")[0]
        if top in ("pytest", "typing_extensions") or (
            top in sys.stdlib_module_names and (words is not TESTCASE or module not in _TESTCASES)
        ):
            return False
    source = find_import(q, path, module)
    if source is None:
        return words is TESTCASE
    return name == "*" or q.get(source_may_hold, source, name, words)


def source_may_hold(q: Queries, path: PurePath, name: str, words: tuple[str, ...]) -> bool:
    """Whether a module may hold such a thing under a name; its text alone says so in most cases."""
    if is_installed(q, path) and not q.mentions(path, (name, "import *")):
        return False
    if q.mentions(path, words) or (words is TESTCASE and any(part.startswith("test") for part in path.parts[-3:])):
        return True
    if q.mentions(path, (f"\ndef {name}(", f"\nasync def {name}(", f"\nclass {name}(", f"\nclass {name}:")):
        return False
    index = q.get(index_of, path)
    found = [each.binding for each in (*index.names.get(name, ()), *index.stars)]
    try:
        return any(_binding_may_hold(q, path, binding, name, words) for binding in found)
    except Cycle:
        return False


def _binding_may_hold(q: Queries, path: PurePath, binding: Binding, name: str, words: tuple[str, ...]) -> bool:
    target = binding.target
    if binding.guard is Guard.TYPE_CHECKING or not isinstance(target, ImportedName):
        # Something of its own, in a file that holds none of the words.
        return False
    source = find_import(q, path, target.module)
    wanted = name if target.name == "*" else target.name
    return source is not None and q.get(source_may_hold, source, wanted, words)
