"""A glance at what an import may bring, so that ordinary functions and classes cost no parsing."""

import re
import sys
from collections.abc import Mapping
from pathlib import PurePath

from loopscope.facts.outline import Binding, Guard, ImportedName
from loopscope.workspace.circles import Cycle
from loopscope.workspace.imports import find_import, is_installed
from loopscope.workspace.index import index_of
from loopscope.workspace.queries import Queries

FIXTURE = ("fixture(", "fixture\n", "fixture\r", "fixture as ", "fixture,", "fixture)", "fixture #", "fixture  #")
"""What the text of a file holds when one of its own functions is a fixture."""

TESTCASE = ("TestCase", "unittest")
"""What the text of a file holds, as a rule, when one of its own classes is a `unittest.TestCase`."""

_FROM = re.compile(r"\bfrom[\s\\]+([.\w]+)[\s\\]*\bimport\b[\s\\]*(\((?:[^)#]|#[^\r\n]*)*|(?:\\\r?\n|\\\r|[^\r\n#;])*)")
"""An import of names: its module, and the text of the names. Finds more than there are: some in strings."""
_NAMES = re.compile(r"(\w+|\*)(?:[\s\\]+as[\s\\]+(\w+))?")
_COMMENT = re.compile(r"#[^\r\n]*")

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
    try:
        if is_installed(q, path):
            imports = q.get(imports_in_text, path)
            found = [*imports.get(name, ()), *((module, name) for module, _ in imports.get("*", ()))]
            return any(_source_holds(q, path, module, wanted, words) for module, wanted in found)
        index = q.get(index_of, path)
        bindings = [each.binding for each in (*index.names.get(name, ()), *index.stars)]
        return any(_binding_may_hold(q, path, binding, name, words) for binding in bindings)
    except Cycle:
        return False


def imports_in_text(q: Queries, path: PurePath) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """What the text of a file may import, by the name that it gets: the module, and the name there; `*` for all names.

    More than that, perhaps, and at a small part of the cost of its outline. Any edit of the file counts.
    """
    text = q.files.read(path)
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for module, names in _FROM.findall(text) if isinstance(text, str) else ():
        for name, given in _NAMES.findall(_COMMENT.sub("", names)):
            found[given or name] = (*found.get(given or name, ()), (module, name))
    return found


def _binding_may_hold(q: Queries, path: PurePath, binding: Binding, name: str, words: tuple[str, ...]) -> bool:
    target = binding.target
    if binding.guard is Guard.TYPE_CHECKING or not isinstance(target, ImportedName):
        # Something of its own, in a file that holds none of the words.
        return False
    return _source_holds(q, path, target.module, name if target.name == "*" else target.name, words)


def _source_holds(q: Queries, path: PurePath, module: str, name: str, words: tuple[str, ...]) -> bool:
    source = find_import(q, path, module)
    return source is not None and q.get(source_may_hold, source, name, words)
