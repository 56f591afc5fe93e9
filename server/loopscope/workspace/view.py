"""One module as pytest sees it: its role, its tests, its fixtures, and what each of them gets."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import PurePath
from typing import Literal, TypeAlias

from loopscope.config.patterns import path_matches_patterns
from loopscope.facts.outline import FactId
from loopscope.text.frozen import frozen
from loopscope.workspace.closure import Asked, all_marks, asked_by, closure_of
from loopscope.workspace.collection import Collected, collect_module
from loopscope.workspace.definitions import defined_in
from loopscope.workspace.marks import Mark, parametrized
from loopscope.workspace.model import Closure, FixtureDef, TestItem, Unknown
from loopscope.workspace.mro import ClassKey, class_fact
from loopscope.workspace.plugins import Roster, roster_of
from loopscope.workspace.project import config_at
from loopscope.workspace.queries import Queries
from loopscope.workspace.visibility import Level, class_level, folder_level, module_level

Role: TypeAlias = Literal["test", "conftest", "other"]


# No slots: `cached_property` keeps its values in the instance's dict.
@frozen(eq=False)
class ModuleView:
    """The answers about one file of one snapshot. Cheap to make: everything is computed, and shared, on first use."""

    queries: Queries
    """Asks the snapshot's memoised queries."""
    path: PurePath

    @cached_property
    def role(self) -> Role:
        """Whether pytest collects tests from the file, loads it as a conftest, or neither."""
        if self.path.name == "conftest.py":
            return "conftest"
        config = self.queries.get(config_at, self.path.parent)
        return "test" if path_matches_patterns(self.path, config.python_files.value) else "other"

    @cached_property
    def unknown(self) -> Unknown | None:
        """Why nothing can be said about the file; None when something can."""
        return Unknown("the file cannot be read") if self.queries.outline(self.path) is None else None

    @cached_property
    def roster(self) -> Roster:
        """The plugins that are active for the file."""
        return self.queries.get(roster_of, self.path.parent)

    @cached_property
    def collected(self) -> Collected:
        """The tests and test classes; none in files that pytest does not look for tests in."""
        return self.queries.get(collect_module, self.path) if self.role == "test" else Collected((), {})

    @property
    def tests(self) -> tuple[TestItem, ...]:
        """The test functions as pytest collects them, in its order."""
        return self.collected.tests

    @cached_property
    def fixtures(self) -> tuple[FixtureDef, ...]:
        """The fixtures whose functions are written in this file, in source order; those of classes included."""
        return self.queries.get(defined_in, self.path)

    def level(self, class_path: tuple[str, ...] = ()) -> Level:
        """The fixtures as seen from the module, or from a class of it."""
        return self.queries.get(level_at, self.path, class_path)

    def visible(self, class_path: tuple[str, ...] = ()) -> Mapping[str, tuple[FixtureDef, ...]]:
        """Every visible fixture name with its definitions, the last one winning."""
        return self.level(class_path).visible()

    def test(self, class_path: tuple[str, ...], name: str) -> TestItem | None:
        """The first test of that name in a class, or outside of any."""
        return self.queries.get(_tests_by_name, self.path).get((class_path, name))

    def of_code(self, path: PurePath, id_: FactId) -> tuple[TestItem, ...]:
        """The tests that run the same function: those of classes that inherit it."""
        return self.queries.get(_tests_by_code, self.path).get((path, id_), ())

    def chain(self, name: str, class_path: tuple[str, ...] = ()) -> tuple[FixtureDef, ...] | Unknown:
        """The definitions of one name, the last one winning; empty when there is none."""
        return self.level(class_path).chain(name)

    def marks(self, test: TestItem) -> tuple[Mark, ...]:
        """The marks of a test, the nearest first."""
        return self._asked(test).marks

    def asked(self, test: TestItem) -> Asked:
        """What a test asks for itself: parameters, `usefixtures`, marks."""
        return self._asked(test)

    def closure(self, test: TestItem) -> Closure:
        """All fixtures that pytest sets up for a test of this file."""
        return self.queries.get(closure_at, self.path, test.class_path, test.name)

    def requested(self, definition: FixtureDef, argname: str) -> tuple[FixtureDef, ...] | Unknown:
        """What a parameter of a fixture of this file is, seen from where the fixture is registered; the last one wins.

        An override that requests its own name gets what it overrides.
        """
        class_path = tuple(definition.baseid.split("::")[1:])
        chain = self.chain(argname, class_path)
        if isinstance(chain, Unknown) or argname != definition.name:
            return chain
        places = [
            place for place, each in enumerate(chain) if each.path == definition.path and each.id == definition.id
        ]
        return chain[: places[-1]] if places else chain

    def _asked(self, test: TestItem) -> Asked:
        return self.queries.get(asked_at, self.path, test.class_path, test.name)


def level_at(q: Queries, path: PurePath, class_path: tuple[str, ...]) -> Level:
    """The level of a class of a module, or of the module itself."""
    if not class_path:
        return q.get(folder_level, path.parent) if path.name == "conftest.py" else q.get(module_level, path)
    above = q.get(level_at, path, class_path[:-1])
    key = _class_at(q, path, class_path)
    return above if key is None else class_level(q, above, path, class_path, key)


def closure_at(q: Queries, path: PurePath, class_path: tuple[str, ...], name: str) -> Closure:
    """The closure of the test of that name."""
    asked = q.get(asked_at, path, class_path, name)
    given = parametrized(q, asked.marks)
    has_any = bool(given.direct or given.indirect or given.unknown)
    # Tests that ask for the same get the same.
    alike = asked._replace(marks=(), parametrized=has_any)
    return q.get(_closure_for, path, class_path, alike, given.direct, given.unknown)


def _closure_for(
    q: Queries, path: PurePath, class_path: tuple[str, ...], asked: Asked, direct: frozenset[str], doubt: str | None
) -> Closure:
    return closure_of(q, path, class_path, q.get(level_at, path, class_path), asked, direct, doubt)


def asked_at(q: Queries, path: PurePath, class_path: tuple[str, ...], name: str) -> Asked:
    """What the test of that name asks for."""
    test = _test_at(q, path, class_path, name)
    keys = [_class_at(q, path, class_path[:length]) for length in range(1, len(class_path) + 1)]
    classes = tuple(key for key in keys if key is not None)
    return asked_by(q, test, classes, all_marks(q, test, classes))


def _class_at(q: Queries, path: PurePath, class_path: tuple[str, ...]) -> ClassKey | None:
    """Where the class of that path is defined: another file for an imported one."""
    found = q.get(collect_module, path).classes.get(class_path)
    if found is None:
        found = (path, FactId(".".join(class_path)))
    return found if class_fact(q, *found) is not None else None


def _test_at(q: Queries, path: PurePath, class_path: tuple[str, ...], name: str) -> TestItem:
    return q.get(_tests_by_name, path)[class_path, name]


def _tests_by_name(q: Queries, path: PurePath) -> dict[tuple[tuple[str, ...], str], TestItem]:
    # From the end, so that the first of equal names counts.
    return {(test.class_path, test.name): test for test in reversed(q.get(collect_module, path).tests)}


def _tests_by_code(q: Queries, path: PurePath) -> dict[tuple[PurePath, FactId], tuple[TestItem, ...]]:
    found: dict[tuple[PurePath, FactId], tuple[TestItem, ...]] = {}
    for test in q.get(collect_module, path).tests:
        key = (test.code_path, test.id)
        found[key] = (*found.get(key, ()), test)
    return found
