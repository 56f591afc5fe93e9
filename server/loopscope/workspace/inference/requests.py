"""Which fixtures the parameters of a test or fixture stand for: the last definition that pytest picks."""

from collections.abc import Mapping
from pathlib import PurePath

from loopscope.config.patterns import path_matches_patterns
from loopscope.facts.outline import FactId
from loopscope.workspace.collection import collect_module
from loopscope.workspace.definitions import defined_in
from loopscope.workspace.glance import FIXTURE
from loopscope.workspace.model import FixtureDef, TestItem, Unknown
from loopscope.workspace.project import config_at
from loopscope.workspace.queries import Queries
from loopscope.workspace.testlike import may_be_test
from loopscope.workspace.view import closure_at, level_at


def requested_by(q: Queries, path: PurePath, id_: FactId, name: str) -> tuple[FixtureDef, ...] | None:
    """The fixtures that a parameter of a function of `path` may be, one for each test that shares the code.

    None when the function is no test and no fixture of the file; empty when pytest's answer is not known, or the value
    is given by `parametrize`.
    """
    # Most functions that are asked about are of ordinary modules: their text alone says that they define no fixtures.
    fixtures = q.get(_fixtures_by_function, path).get(id_, ()) if q.mentions(path, FIXTURE) else ()
    if fixtures:
        found = [_for_fixture(q, path, each, name) for each in fixtures if name in each.argnames]
        return _all(found) if found else None
    tests = q.get(_tests_by_function, path).get(id_, ()) if may_be_test(q, path, id_) else ()
    if not tests:
        return None
    answers: list[FixtureDef | None] = []
    for test in tests:
        closure = q.get(closure_at, path, test.class_path, test.name)
        chain = closure.chains.get(name, ())
        sure = chain and name not in closure.direct and name not in closure.unknown and name not in closure.missing
        answers.append(chain[-1] if sure else None)
    return _all(answers)


def is_parametrized(q: Queries, path: PurePath, id_: FactId, name: str) -> bool:
    """Whether `parametrize` gives a parameter its values, in all tests that share the code of a function."""
    tests = q.get(_tests_by_function, path).get(id_, ())
    return bool(tests) and all(name in q.get(closure_at, path, each.class_path, each.name).direct for each in tests)


def _fixtures_by_function(q: Queries, path: PurePath) -> Mapping[FactId, tuple[FixtureDef, ...]]:
    found: dict[FactId, tuple[FixtureDef, ...]] = {}
    for fixture in q.get(defined_in, path):
        found[fixture.id] = (*found.get(fixture.id, ()), fixture)
    return found


def _tests_by_function(q: Queries, path: PurePath) -> Mapping[FactId, tuple[TestItem, ...]]:
    """The tests whose code is in the file."""
    found: dict[FactId, tuple[TestItem, ...]] = {}
    for test in _tests(q, path):
        if test.code_path == path:
            found[test.id] = (*found.get(test.id, ()), test)
    return found


def _tests(q: Queries, path: PurePath) -> tuple[TestItem, ...]:
    config = q.get(config_at, path.parent)
    if path.name == "conftest.py" or not path_matches_patterns(path, config.python_files.value):
        return ()
    return q.get(collect_module, path).tests


def _for_fixture(q: Queries, path: PurePath, fixture: FixtureDef, name: str) -> FixtureDef | None:
    class_path = tuple(fixture.baseid.split("::")[1:])
    chain = q.get(level_at, path, class_path).chain(name)
    if isinstance(chain, Unknown) or not chain:
        return None
    if name == fixture.name:
        places = [place for place, each in enumerate(chain) if each.path == fixture.path and each.id == fixture.id]
        chain = chain[: places[-1]] if places else chain
    return chain[-1] if chain else None


def _all(found: list[FixtureDef | None]) -> tuple[FixtureDef, ...]:
    known = tuple(each for each in found if each is not None)
    return known if len(known) == len(found) else ()
