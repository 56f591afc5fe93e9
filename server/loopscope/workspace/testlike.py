"""Which functions may be tests, told by names alone: that spares most files the collection of their tests."""

from pathlib import PurePath

from loopscope.config.patterns import matches_prefix_or_glob
from loopscope.facts.outline import ClassFact, FactId, FunctionFact, ImportedModule, ImportedName
from loopscope.workspace.index import index_of
from loopscope.workspace.project import config_at
from loopscope.workspace.queries import Queries


def may_be_test(q: Queries, path: PurePath, id_: FactId) -> bool:
    """Whether pytest may collect a function of a file as a test of that file, under this or another name."""
    if ".<locals>." in id_.qualname:
        return False
    name = id_.qualname.rpartition(".")[2]
    return matches_prefix_or_glob(name, _patterns(q, path)) or q.get(_gives_test_names, path)


def _patterns(q: Queries, path: PurePath) -> tuple[str, ...]:
    # A `unittest.TestCase` does not ask pytest's configuration.
    return ("test", "runTest", *q.get(config_at, path.parent).python_functions.value)


def _gives_test_names(q: Queries, path: PurePath) -> bool:
    """Whether the file may make tests of functions with other names: `test_it = check`, `check.__test__ = True`."""
    index = q.get(index_of, path)
    held = [binding for fact in index.classes.values() for binding in fact.bindings]
    own = [placed.binding for found in index.names.values() for placed in found]
    patterns = _patterns(q, path)
    return any(
        binding.name.endswith(".__test__") or matches_prefix_or_glob(binding.name, patterns)
        for binding in (*own, *held)
        if not isinstance(binding.target, FunctionFact | ClassFact | ImportedModule | ImportedName)
    )
