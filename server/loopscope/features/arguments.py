"""The keyword arguments of pytest's and pytest-asyncio's decorators, and the values that they take."""

from typing import NamedTuple

from loopscope.workspace.environment import Environment
from loopscope.workspace.model import Scope

FIXTURE = "pytest.fixture"
ASYNC_FIXTURE = "pytest_asyncio.fixture"
ASYNCIO_MARK = "pytest.mark.asyncio"
ANYIO_MARK = "pytest.mark.anyio"
PARAMETRIZE = "pytest.mark.parametrize"
FIXTURES = frozenset({FIXTURE, ASYNC_FIXTURE})


class Argument(NamedTuple):
    """A keyword argument. `values` are Python expressions; `since` is the first release of `owner` that has it."""

    name: str
    doc: str
    values: tuple[str, ...] = ()
    owner: str = "pytest"
    since: tuple[int, ...] = ()


SCOPES: dict[str, str] = {
    Scope.FUNCTION.value: "a new one for each test",
    Scope.CLASS.value: "one for the tests of a class",
    Scope.MODULE.value: "one for the tests of a module",
    Scope.PACKAGE.value: "one for the tests of a package",
    Scope.SESSION.value: "one for the whole run",
}

_SCOPES = tuple(f'"{scope}"' for scope in SCOPES)
_SCOPE = Argument("scope", "How long the value is kept and shared.", _SCOPES)
_COMMON = (
    _SCOPE,
    Argument("autouse", "Whether every test that sees the fixture gets it unasked.", ("True", "False")),
    Argument("name", "The name that tests request it by, instead of the function's."),
    Argument("params", "Values to run every test that uses the fixture with; `request.param` is the current one."),
    Argument("ids", "Names of the `params` in test ids."),
)

ARGUMENTS: dict[str, tuple[Argument, ...]] = {
    FIXTURE: _COMMON,
    ASYNC_FIXTURE: (
        Argument("loop_scope", "Whose event loop runs the fixture.", _SCOPES, "pytest-asyncio", (0, 24)),
        *_COMMON,
    ),
    ASYNCIO_MARK: (
        Argument("loop_scope", "Whose event loop runs the test.", _SCOPES, "pytest-asyncio", (0, 24)),
        Argument("loop_factories", "The loop factories to run the test with.", (), "pytest-asyncio", (1, 4)),
    ),
    PARAMETRIZE: (
        Argument("argnames", 'The parameters that get the values: `"a, b"`, or a list of names.'),
        Argument("argvalues", "The values, one for each run; a tuple for each where there are several names."),
        Argument(
            "indirect", "Names whose values go to the fixture of that name, as `request.param`.", ("True", "False")
        ),
        Argument("ids", "Names of the values in test ids, or a function that makes them."),
        Argument("scope", "The scope of the parameters, instead of that of their fixtures.", _SCOPES),
    ),
}


def arguments_of(callee: str, environment: Environment) -> tuple[Argument, ...]:
    """The keyword arguments of a decorator by its canonical name, as installed; empty for an unknown one."""
    found = ARGUMENTS.get(callee, ())
    return tuple(one for one in found if not one.since or environment.at_least(one.owner, *one.since))
