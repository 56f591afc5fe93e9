"""What a name in a module or class is, as far as reading tells."""

from pathlib import PurePath
from typing import NamedTuple, TypeAlias

from loopscope.facts.expr import Expr
from loopscope.facts.outline import ClassFact, FunctionFact


class Function(NamedTuple):
    """A `def` of the file `path`, decorated as its fact says."""

    path: PurePath
    fact: FunctionFact


class Class(NamedTuple):
    """A class of the file `path`."""

    path: PurePath
    fact: ClassFact


class Module(NamedTuple):
    """A module; `path` is None for a namespace package or a module without source."""

    name: str
    path: PurePath | None


class Expression(NamedTuple):
    """The value of an expression that stands in `path`: a call, a list, a literal."""

    path: PurePath
    expr: Expr


class External(NamedTuple):
    """Something of a known name that is not followed: `pytest.fixture`, a builtin, a name of an absent module."""

    name: str


class Alternatives(NamedTuple):
    """One of several values, decided at run time; `maybe_unbound` when it may be none of them."""

    values: tuple["Value", ...]
    maybe_unbound: bool


class Hidden(NamedTuple):
    """A value that reading does not find, and why."""

    reason: str


Value: TypeAlias = Function | Class | Module | Expression | External | Alternatives | Hidden


def last_of(value: Value | None) -> Value | None:
    """The value bound last among alternatives; any other value as it is."""
    return value.values[-1] if isinstance(value, Alternatives) else value
