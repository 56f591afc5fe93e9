"""Which tests pytest collects from a module, in its order (`PyCollector.collect` of `_pytest/python.py`)."""

from pathlib import PurePath
from typing import NamedTuple

from loopscope.config.patterns import matches_prefix_or_glob
from loopscope.config.pytest_config import PytestConfig
from loopscope.facts.expr import Call, Const, Expr, dotted
from loopscope.facts.outline import Assigned, Binding, ClassFact, FactId, Guard, ImportedName
from loopscope.workspace.functions import function_in
from loopscope.workspace.glance import TESTCASE, import_may_bring
from loopscope.workspace.imports import importable
from loopscope.workspace.index import index_of
from loopscope.workspace.model import TestItem
from loopscope.workspace.mro import TESTCASES, Mro, attributes, class_fact, member, mro_of, own_bindings, own_member
from loopscope.workspace.namespace import followed, lookup, names_of
from loopscope.workspace.project import config_at
from loopscope.workspace.queries import Queries
from loopscope.workspace.recipes import recipe_of
from loopscope.workspace.signature import decorations
from loopscope.workspace.values import Class, Expression, External, Function, Value, last_of
from loopscope.workspace.visibility import nodeid_of

_CONSTRUCTORS = ("__init__", "__new__")
_MAKES_INIT = frozenset(
    ("dataclasses.dataclass", "attr.s", "attr.attrs", "attr.define", "attrs.define", "attrs.frozen")
)


class Collected(NamedTuple):
    """The tests of a module in pytest's order, and its classes: by path of names, where each is defined."""

    tests: tuple[TestItem, ...]
    classes: dict[tuple[str, ...], tuple[PurePath, FactId]]


def collect_module(q: Queries, path: PurePath) -> Collected:
    """The tests that pytest collects from a file when it is given that file."""
    config = q.get(config_at, path.parent)
    if q.get(is_skipped, path) or _false(q.get(lookup, path, "__test__")):
        return Collected((), {})
    collecting = _Collecting(q, path, config)
    collecting.module()
    return Collected(tuple(collecting.tests), collecting.classes)


def is_skipped(q: Queries, path: PurePath) -> bool:
    """Whether importing the module ends in `pytest.skip` or in an `importorskip` of an absent module."""
    outline = q.outline(path)
    if outline is None:
        return True
    values: list[Expr] = list(outline.effects)
    values += [
        binding.target.value
        for binding in outline.bindings
        if isinstance(binding.target, Assigned) and binding.guard is Guard.ALWAYS
    ]
    return any(isinstance(expr, Call) and _skips(q, path, expr) for expr in values)


def _skips(q: Queries, path: PurePath, call: Call) -> bool:
    written = dotted(call)
    if written is None or written.rpartition(".")[2] not in ("skip", "importorskip"):
        return False
    name = _canonical(q, path, call)
    if name == "pytest.skip":
        return call.keyword("allow_module_level") == Const(True)
    if name == "pytest.importorskip":
        module = call.args[0] if call.args else call.keyword("modname")
        return (
            isinstance(module, Const) and isinstance(module.value, str) and importable(q, path, module.value) is False
        )
    return False


class _Collecting:
    """The tests of one module in the making."""

    def __init__(self, q: Queries, path: PurePath, config: PytestConfig) -> None:
        self.q = q
        self.path = path
        self.functions = config.python_functions.value
        self.class_names = config.python_classes.value
        self.imported = config.flag("collect_imported_tests").value
        self.nodeid = nodeid_of(path, config.rootdir)
        self.tests: list[TestItem] = []
        self.classes: dict[tuple[str, ...], tuple[PurePath, FactId]] = {}

    def module(self) -> None:
        """The module's functions and classes in the order of its namespace."""
        for name in self.q.get(names_of, self.path):
            if name.startswith("__") or not self._worth_a_look(name):
                continue
            value = last_of(self.q.get(lookup, self.path, name))
            if not self.imported and isinstance(value, Function | Class) and value.path != self.path:
                continue
            if isinstance(value, Class):
                self.class_(value, name, ())
            elif value is not None:
                marked = _true(self.q.get(lookup, self.path, f"{name}.__test__"))
                self.function(value, name, (), None, marked=marked)

    def _worth_a_look(self, name: str) -> bool:
        """Whether a name can be a test at all: only classes may be collected under any name."""
        if matches_prefix_or_glob(name, (*self.functions, *self.class_names)):
            return True
        index = self.q.get(index_of, self.path)
        if f"{name}.__test__" in index.names:
            return True
        return any(self._may_be_testcase(each.binding) for each in (*index.names.get(name, ()), *index.stars))

    def _may_be_testcase(self, binding: Binding) -> bool:
        match binding.target:
            case ClassFact():
                return True
            case ImportedName(module, imported):
                return import_may_bring(self.q, self.path, module, imported, TESTCASE)
            case _:
                return False

    def class_(self, value: Class, name: str, outer: tuple[str, ...]) -> None:
        """The tests of one class, if it is collected."""
        key = (value.path, value.fact.id)
        mro = self.q.get(mro_of, *key)
        testing = self.q.get(member, *key, "__test__")
        if not mro.names & TESTCASES:
            if not (matches_prefix_or_glob(name, self.class_names) or _true(testing)):
                return
            if _false(testing) or _has_constructor(self.q, key, mro):
                return
        elif _false(testing):
            return
        class_path = (*outer, name)
        if class_path in self.classes:
            return
        if _is_abstract(self.q, key, mro):
            return
        self.classes[class_path] = key
        if mro.names & TESTCASES:
            self._testcase(key, class_path)
        else:
            self._methods(mro, class_path)

    def _methods(self, mro: Mro, class_path: tuple[str, ...]) -> None:
        """Tests of base classes first, each name where its nearest class defines it."""
        seen: set[str] = set()
        groups: list[tuple[Class | None, list[tuple[str, Value]]]] = []
        for path, id_ in mro.classes:
            fact = class_fact(self.q, path, id_)
            group: list[tuple[str, Value]] = []
            for name in _names(self.q, path, fact) if fact is not None else ():
                if name not in seen:
                    seen.add(name)
                    value = last_of(own_member(self.q, path, fact, name)) if fact is not None else None
                    if value is not None:
                        group.append((name, value))
            groups.append((None if fact is None else Class(path, fact), group))
        for holder, group in reversed(groups):
            for name, value in group:
                if isinstance(value, Class):
                    self.class_(value, name, class_path)
                else:
                    self.function(value, name, class_path, holder)

    def _testcase(self, key: tuple[PurePath, FactId], class_path: tuple[str, ...]) -> None:
        """The methods that `unittest.TestLoader.getTestCaseNames` finds: sorted, with the prefix `test`."""
        names = sorted(name for name in self.q.get(attributes, *key) if name.startswith("test"))
        found = False
        for name in names:
            value = function_in(self.q, last_of(self.q.get(member, *key, name)), name, None)
            if value is not None and "property" not in decorations(self.q, value.path, value.fact.decorators):
                self._add(value, name, class_path, is_unittest=True)
                found = True
        if not found:
            run = last_of(self.q.get(member, *key, "runTest"))
            if isinstance(run, Function):
                self._add(run, "runTest", class_path, is_unittest=True)

    def function(
        self, value: Value, name: str, class_path: tuple[str, ...], holder: Class | None, *, marked: bool = False
    ) -> None:
        """One test function, if it is one; `holder` is the class whose body binds the name."""
        if not marked and not matches_prefix_or_glob(name, self.functions):
            return
        if recipe_of(self.q, value, name, bound=bool(class_path)) is not None:
            return
        function = function_in(self.q, value, name, holder)
        if function is None:
            return
        if class_path and "property" in decorations(self.q, function.path, function.fact.decorators):
            return
        if not class_path and _false(self.q.get(lookup, self.path, f"{name}.__test__")):
            return
        self._add(function, name, class_path, is_unittest=False)

    def _add(self, value: Function, name: str, class_path: tuple[str, ...], *, is_unittest: bool) -> None:
        self.tests.append(
            TestItem(
                nodeid="::".join((self.nodeid, *class_path, name)),
                path=self.path,
                class_path=class_path,
                name=name,
                code_path=value.path,
                id=value.fact.id,
                function=value.fact,
                is_unittest=is_unittest,
            )
        )


def _names(q: Queries, path: PurePath, fact: ClassFact) -> tuple[str, ...]:
    names = dict.fromkeys(
        binding.name
        for binding in own_bindings(q, path, fact)
        if binding.guard is not Guard.TYPE_CHECKING and "." not in binding.name
    )
    return tuple(name for name in names if not name.startswith("__"))


def _has_constructor(q: Queries, key: tuple[PurePath, FactId], mro: Mro) -> bool:
    """Whether the class, or a known base, has an `__init__` or `__new__` of its own."""
    if any(q.get(member, *key, name) is not None for name in _CONSTRUCTORS):
        return True
    for path, id_ in mro.classes:
        fact = class_fact(q, path, id_)
        if fact is None:
            continue
        for expr in fact.decorators:
            made = _canonical(q, path, expr)
            if made in _MAKES_INIT and not (isinstance(expr, Call) and expr.keyword("init") == Const(False)):
                return True
    return bool(mro.names & _BUILTINS_WITH_INIT)


_BUILTINS_WITH_INIT = frozenset(
    [
        "dict",
        "list",
        "set",
        "str",
        "int",
        "float",
        "bytes",
        "tuple",
        "frozenset",
        "bytearray",
        "type",
        "BaseException",
        "Exception",
        "ValueError",
        "TypeError",
        "RuntimeError",
        "KeyError",
        "enum.Enum",
        "enum.IntEnum",
        "enum.StrEnum",
        "enum.Flag",
        "enum.IntFlag",
        "typing.NamedTuple",
    ]
)


def _is_abstract(q: Queries, key: tuple[PurePath, FactId], mro: Mro) -> bool:
    """Whether abstract methods are left in a class made by `ABCMeta` (`inspect.isabstract`)."""
    if not any(_has_abc(q, path, id_) for path, id_ in mro.classes):
        return False
    abstract = frozenset(("abc.abstractmethod", "abc.abstractproperty"))
    for name in q.get(attributes, *key):
        value = q.get(member, *key, name)
        if isinstance(value, Function) and decorations(q, value.path, value.fact.decorators) & abstract:
            return True
    return False


def _has_abc(q: Queries, path: PurePath, id_: FactId) -> bool:
    fact = class_fact(q, path, id_)
    if fact is None:
        return False
    if any(key == "metaclass" and _canonical(q, path, value) == "abc.ABCMeta" for key, value in fact.keywords):
        return True
    return any(_canonical(q, path, base) in ("abc.ABC", "typing.Protocol") for base in fact.bases)


def _true(value: Value | None) -> bool:
    return isinstance(value, Expression) and value.expr == Const(True)


def _false(value: Value | None) -> bool:
    return isinstance(value, Expression) and isinstance(value.expr, Const) and not value.expr.value


def _canonical(q: Queries, path: PurePath, expr: Expr) -> str | None:
    """The known dotted name that an expression, or what it calls, ends in: `pytest.fixture`; else None."""
    value = followed(q, path, expr.func if isinstance(expr, Call) else expr)
    return value.name if isinstance(value, External) else None
