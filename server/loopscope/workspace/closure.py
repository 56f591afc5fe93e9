"""All fixtures that pytest sets up for a test: `FixtureManager.getfixtureinfo` and `getfixtureclosure`."""

from collections.abc import Callable, Iterable
from pathlib import PurePath
from typing import NamedTuple

from loopscope.facts.expr import Const, Expr
from loopscope.workspace.environment import Environment
from loopscope.workspace.hooks import generated_names
from loopscope.workspace.marks import Mark, class_marks, function_marks, marks_in, module_marks, used_fixtures
from loopscope.workspace.model import Closure, FixtureDef, Scope, TestItem, Unknown
from loopscope.workspace.mro import ClassKey, class_fact, mro_of
from loopscope.workspace.plugins import roster_of
from loopscope.workspace.project import config_at
from loopscope.workspace.queries import Queries
from loopscope.workspace.signature import bound_names, scoped_decorators
from loopscope.workspace.visibility import Level
from loopscope.workspace.wrappers import coroutine_doubt, effective


class Asked(NamedTuple):
    """What a test asks for, before anything that its fixtures need."""

    argnames: tuple[str, ...]
    usefixtures: tuple[str, ...]
    marks: tuple[Mark, ...]
    supplied: str | None
    """A decorator that may pass arguments itself."""
    maybe_anyio: bool = False
    """Whether anyio's plugin may add `anyio_backend`, which depends on what decorators return."""
    parametrized: bool = False
    """Whether a mark parametrizes the test."""


def all_marks(q: Queries, test: TestItem, classes: tuple[ClassKey, ...]) -> tuple[Mark, ...]:
    """The marks of a test, nearest first: function, innermost class, …, module (`Node.iter_markers`).

    anyio's plugin adds `usefixtures("anyio_backend")` to the coroutine functions that it is to run.
    """
    own = function_marks(q, test.code_path, test.function)
    outer: list[Mark] = []
    for path, id_ in reversed(classes):
        outer += q.get(class_marks, path, id_)
    outer += q.get(module_marks, test.path)
    if is_anyio(q, test, (*own, *outer)) and q.get(coroutine_doubt, test.code_path, test.id) is None:
        own = (*own, Mark("usefixtures", (Const("anyio_backend"),), (), test.path, "anyio"))
    return (*own, *outer)


def is_anyio(q: Queries, test: TestItem, marks: tuple[Mark, ...]) -> bool:
    """Whether anyio's plugin is to run a coroutine function (its own `pytest_pycollect_makeitem`)."""
    if not test.function.is_async or test.function.yields or test.is_unittest:
        return False
    if not q.get(roster_of, test.path.parent).has("anyio"):
        return False
    auto = q.get(config_at, test.path.parent).anyio_mode.value == "auto"
    return auto or any(mark.name == "anyio" for mark in marks)


def closure_of(
    q: Queries,
    path: PurePath,
    class_path: tuple[str, ...],
    level: Level,
    asked: Asked,
    direct: frozenset[str],
    parametrize: str | None,
) -> Closure:
    """The closure of a test of a class of `path` that sees `level`.

    `direct` are the names that its parametrize marks give themselves, `parametrize` says why they may give any.
    """
    initial = tuple(dict.fromkeys((*level.autouse_names(), *asked.usefixtures, *asked.argnames)))
    unknown: dict[str, Unknown] = {}
    chains: dict[str, tuple[FixtureDef, ...]] = {}

    def chain(name: str) -> tuple[FixtureDef, ...]:
        if name in direct or name == "request":
            return ()
        if name not in chains and name not in unknown:
            found = level.chain(name)
            if isinstance(found, Unknown):
                unknown[name] = found
            else:
                chains[name] = found
        return chains.get(name, ())

    environment = q.environment(path)
    found_names = _names(environment, initial, chain)
    if environment.at_least("pytest", 9) and not environment.at_least("pytest", 9, 1):
        found_names = _pruned(found_names, initial, chain, asked)
    names = _ordered(found_names, chains)
    missing = {name for name in names if not chain(name) and name not in direct and name != "request"}
    missing -= set(unknown)
    generated = q.get(generated_names, path, class_path)
    hook = None if generated is None else Unknown(f"`pytest_generate_tests` of {generated.path.name} may give it")
    for name in names:
        if hook is None or generated is None:
            break
        if name in generated.names or (name in missing and not generated.complete):
            unknown[name] = hook
            chains.pop(name, None)
            missing.discard(name)
    for name in tuple(missing):
        doubt = _doubt(name, asked, parametrize)
        if doubt is not None:
            unknown[name] = doubt
            missing.discard(name)
    if asked.maybe_anyio and "anyio_backend" not in initial:
        names = tuple(dict.fromkeys((*names, "anyio_backend")))
        chains.pop("anyio_backend", None)
        unknown["anyio_backend"] = Unknown("anyio adds it when the decorated test is a coroutine function")
    found = {name: chain for name, chain in chains.items() if chain}
    return Closure(names, initial, found, direct, frozenset(missing), unknown)


def _doubt(name: str, asked: Asked, parametrize: str | None) -> Unknown | None:
    """Why a name that is no fixture may come from elsewhere."""
    if parametrize is not None:
        return Unknown(parametrize)
    if asked.supplied is not None and name in asked.argnames:
        return Unknown(f"the decorator `{asked.supplied}` may pass `{name}`")
    return None


def asked_by(q: Queries, test: TestItem, classes: tuple[ClassKey, ...], marks: tuple[Mark, ...]) -> Asked:
    """The parameters and marks of a test. Methods of a TestCase take no fixtures by parameter."""
    used = used_fixtures(marks)
    if test.is_unittest:
        return Asked((), used, marks, None)
    decorators: list[tuple[PurePath, Expr]] = []
    for key in classes:
        for base in q.get(mro_of, *key).classes:
            fact = class_fact(q, *base)
            if fact is not None and test.name.startswith("test"):
                decorators += [(base[0], expr) for expr in fact.decorators]
    found = effective(q, test.code_path, test.function, scoped_decorators(q, test.code_path, test.function))
    names = bound_names(
        q,
        test.code_path,
        found.fact,
        tuple(expr for expr in found.decorators if not q.get(marks_in, test.code_path, expr, "the test")),
        bound=bool(test.class_path),
        class_decorators=tuple(decorators),
    )
    doubt = q.get(coroutine_doubt, test.code_path, test.id) is not None and is_anyio(q, test, marks)
    return Asked(names.names, used, marks, names.supplied or found.by, doubt)


def _names(
    environment: Environment, initial: Iterable[str], chain: Callable[[str], tuple[FixtureDef, ...]]
) -> list[str]:
    """The names in the order in which this version of pytest meets them."""
    if not environment.at_least("pytest", 9):
        return _breadth_first(initial, chain)
    found = dict.fromkeys(initial) if not environment.at_least("pytest", 9, 1) else {}
    _depth_first(initial, chain, found)
    return list(found)


def _breadth_first(initial: Iterable[str], chain: Callable[[str], tuple[FixtureDef, ...]]) -> list[str]:
    """pytest 7 and 8: what an overridden fixture needs counts only when it is met by itself."""
    names = list(initial)
    done: set[str] = set()
    length = -1
    while length != len(names):
        length = len(names)
        for name in names:
            if name in done:
                continue
            defs = chain(name)
            if defs:
                done.add(name)
                names += [each for each in dict.fromkeys(defs[-1].argnames) if each not in names]
    return names


def _depth_first(
    initial: Iterable[str], chain: Callable[[str], tuple[FixtureDef, ...]], found: "dict[str, None]"
) -> None:
    """pytest 9: `traverse_fixture_closure`, which follows an override that requests its own name."""
    indices: dict[str, int] = {}
    for name in initial:
        _process(name, chain, found, indices)


def _process(
    name: str, chain: Callable[[str], tuple[FixtureDef, ...]], found: "dict[str, None]", indices: dict[str, int]
) -> None:
    index = indices.get(name)
    if index == -1:
        return
    if index is None:
        found[name] = None
        indices[name] = -1
    defs = chain(name)
    if not defs:
        return
    index = indices.get(name, -1)
    if -index > len(defs):
        return
    indices[name] = index - 1
    for needed in defs[index].argnames:
        _process(needed, chain, found, indices)
    indices[name] = index


def _pruned(
    names: list[str], initial: Iterable[str], chain: Callable[[str], tuple[FixtureDef, ...]], asked: Asked
) -> list[str]:
    """What pytest 9.0 leaves of a closure where anything is parametrized: `FuncFixtureInfo.prune_dependency_tree`.

    It forgets what only overridden fixtures need, which `getfixtureclosure` had found.
    """
    if not asked.parametrized and not any(_has_params(chain(each)) for each in names):
        return names
    kept: set[str] = set()
    pending = list(initial)
    while pending:
        name = pending.pop()
        if name not in kept:
            kept.add(name)
            pending += [each for definition in chain(name)[-1:] for each in definition.argnames]
    return [name for name in names if name in kept]


def _has_params(definitions: tuple[FixtureDef, ...]) -> bool:
    """Whether pytest parametrizes tests with a fixture: `FixtureManager.pytest_generate_tests`."""
    for definition in reversed(definitions):
        if definition.has_params or definition.name not in definition.argnames:
            return definition.has_params
    return False


def _ordered(names: list[str], chains: dict[str, tuple[FixtureDef, ...]]) -> tuple[str, ...]:
    """Wide scopes first, otherwise as met."""
    scopes = list(Scope)

    def width(name: str) -> int:
        defs = chains.get(name)
        scope = defs[-1].scope if defs else Scope.FUNCTION
        return scopes.index(scope) if isinstance(scope, Scope) else 0

    return tuple(sorted(names, key=width, reverse=True))
