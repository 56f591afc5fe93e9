"""What every configured value carries: where it came from, and what is wrong with it."""

from collections.abc import Iterable
from pathlib import PurePath
from typing import Generic, Literal, TypeVar

from loopscope.text.frozen import frozen
from loopscope.text.span import Span

T_co = TypeVar("T_co", covariant=True)

ProblemKind = Literal[
    "unreadable-file",
    "syntax-error",
    "conflicting-tables",
    "wrong-section",
    "shadowed-file",
    "passed-over-file",
    "overridden",
    "invalid-value",
    "wrong-type",
    "unknown-option",
    "invalid-arguments",
    "missing-path",
    "unknown-setting",
    "invalid-setting",
]


@frozen
class Origin:
    """Where a value is written.

    `span` covers the value and `key_span` its key, in code points of the text of `path`; both are None when the value
    is not in a file or could not be located. `line` is 1-based. `note` says in words what the value comes from.
    """

    path: PurePath | None = None
    span: Span | None = None
    line: int | None = None
    note: str = ""
    key_span: Span | None = None

    def describe(self) -> str:
        """In words, without folders: "pytest.ini line 4", "pytest.ini line 4 (addopts)", "default"."""
        if self.path is None:
            return self.note or "default"
        where = self.path.name if self.line is None else f"{self.path.name} line {self.line}"
        return f"{where} ({self.note})" if self.note else where


DEFAULT = Origin(note="default")


@frozen
class Sourced(Generic[T_co]):
    """A value with where it was written."""

    value: T_co
    origin: Origin = DEFAULT

    @property
    def is_default(self) -> bool:
        """Whether nobody wrote the value down."""
        return self.origin == DEFAULT


@frozen
class ConfigProblem:
    """Something in a configuration that pytest or loopscope refuses or ignores.

    `path` is None for values that are in no file (editor settings, PYTEST_ADDOPTS). `line` is 1-based. `suggestion` is
    the text that probably was meant, to be written at `span`. `fatal` says that pytest stops before it collects.
    """

    path: PurePath | None
    span: Span | None
    line: int | None
    message: str
    kind: ProblemKind
    suggestion: str | None = None
    fatal: bool = False


def problem_at(
    origin: Origin, message: str, kind: ProblemKind, suggestion: str | None = None, *, fatal: bool = False
) -> ConfigProblem:
    """A problem of the value written at `origin`."""
    return ConfigProblem(origin.path, origin.span, origin.line, message, kind, suggestion, fatal)


def closest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known name that `word` probably was meant to be, whatever its case and quotes; None when none is near."""
    from difflib import get_close_matches  # noqa: PLC0415  seldom needed, slow to load

    names = {name.lower(): name for name in known}
    found = get_close_matches(word.strip(" \t'\"").lower(), names, n=1, cutoff=cutoff)
    return names[found[0]] if found else None


def did_you_mean(suggestion: str | None) -> str:
    """The end of a message: " Did you mean `x`?", or nothing."""
    return f" Did you mean `{suggestion}`?" if suggestion is not None else ""
