"""The answers of the workspace: fixture definitions, tests, closures, runners and loops, each with its reason."""

from enum import Enum
from pathlib import PurePath
from typing import Generic, NamedTuple, TypeVar

from loopscope.config.model import Origin
from loopscope.facts.outline import FactId, FunctionFact
from loopscope.text.frozen import frozen


@frozen
class Unknown:
    """No answer can be given, and why; whatever depends on it stays silent."""

    reason: str


T = TypeVar("T")


class Scope(Enum):
    """pytest's fixture scopes, from narrow to wide (`_pytest.scope.Scope`); also the loop scopes of pytest-asyncio."""

    FUNCTION = "function"
    CLASS = "class"
    MODULE = "module"
    PACKAGE = "package"
    SESSION = "session"

    def wider_than(self, other: "Scope") -> bool:
        """Whether this scope lives longer than `other`."""
        order = list(Scope)
        return order.index(self) > order.index(other)


class Kind(Enum):
    """What sort of function a fixture is."""

    FUNCTION = "function"
    GENERATOR = "generator"
    COROUTINE = "coroutine"
    ASYNC_GENERATOR = "asyncgen"

    @property
    def is_async(self) -> bool:
        """Whether an event loop must run it."""
        return self in (Kind.COROUTINE, Kind.ASYNC_GENERATOR)


class Where(Enum):
    """Where a fixture comes from."""

    MODULE = "the same module"
    CLASS = "a class"
    CONFTEST = "a conftest"
    PLUGIN = "an installed plugin"
    LOCAL_PLUGIN = "a plugin of the project"
    PYTEST = "pytest itself"


class Decorator(Enum):
    """Which decorator made the fixture: it decides who runs an async one."""

    PYTEST = "pytest.fixture"
    PYTEST_ASYNCIO = "pytest_asyncio.fixture"
    OTHER = "another decorator"


@frozen
class FixtureDef:
    """One registered fixture (`_pytest.fixtures.FixtureDef`)."""

    name: str
    path: PurePath
    """The file whose code defines the function."""
    id: FactId
    function: FunctionFact
    scope: Scope | Unknown
    decorator: Decorator
    kind: Kind
    autouse: bool | Unknown
    has_params: bool
    argnames: tuple[str, ...]
    """The fixtures it requests by parameter."""
    baseid: str
    """pytest's baseid: the nodeid prefix under which it is visible; empty for plugins."""
    where: Where
    holder: PurePath
    """The file through which pytest registered it; another than `path` when it was imported or inherited."""
    dist: str | None = None
    """The distribution of a plugin, as `pytest-mock 3.17.0`."""
    loop_scope_argument: "Scope | Unknown | None" = None
    """What `loop_scope=` says; None when it is not given."""
    supplied: str | None = None
    """A decorator that may supply some of `argnames` itself, so that a name without a fixture is no mistake."""


class Closure(NamedTuple):
    """What pytest would set up for one test (`FixtureManager.getfixtureclosure`).

    `names` is in pytest's order. `chains[name]` are the definitions seen from the test, the last one wins; a name
    may have none (`missing`) or be unknown. `direct` are names given by a direct parametrize.
    """

    names: tuple[str, ...]
    initial: tuple[str, ...]
    chains: dict[str, tuple[FixtureDef, ...]]
    direct: frozenset[str]
    missing: frozenset[str]
    unknown: dict[str, Unknown]


class Runner(Enum):
    """Who awaits an async test or fixture."""

    PYTEST_ASYNCIO = "pytest-asyncio"
    ANYIO = "anyio"
    TRIO = "pytest-trio"
    UNITTEST = "unittest"
    HOOK = "a hook of the project or of a plugin"


@frozen
class Decision(Generic[T]):
    """An answer with its `reason`, a phrase for the user; `origin` is the text that decided, when there is one."""

    value: T
    reason: str
    origin: Origin | None = None


@frozen
class TestItem:
    """One test function as pytest collects it (variants folded).

    `path` is the collected file; `code_path` holds the `def` (another file for inherited or imported tests).
    """

    nodeid: str
    path: PurePath
    class_path: tuple[str, ...]
    name: str
    code_path: PurePath
    id: FactId
    function: FunctionFact
    is_unittest: bool


@frozen
class Doctest:
    """The examples of one docstring, or of a text file, as pytest collects them (`DoctestItem`).

    `line` is the 1-based line of what the docstring belongs to; None for a text file and for a string in `__test__`.
    """

    nodeid: str
    path: PurePath
    line: int | None
