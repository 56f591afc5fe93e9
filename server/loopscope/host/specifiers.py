"""Requirements as projects write them, and which release of a distribution they ask for (PEP 440, PEP 508, Poetry)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from loopscope.workspace.environment import Version, normalised, release

KNOWN_RELEASES: Mapping[str, Sequence[Version]] = {
    "pytest": (
        (7, 0, 1),
        (7, 1, 3),
        (7, 2, 2),
        (7, 3, 2),
        (7, 4, 4),
        (8, 0, 2),
        (8, 1, 2),
        (8, 2, 2),
        (8, 3, 5),
        (8, 4, 2),
        (9, 0, 3),
        (9, 1, 1),
        (9, 2, 0),
    ),
    "pytest-asyncio": (
        (0, 17, 2),
        (0, 18, 3),
        (0, 19, 0),
        (0, 20, 3),
        (0, 21, 2),
        (0, 23, 8),
        (0, 24, 0),
        (0, 25, 3),
        (0, 26, 0),
        (1, 0, 0),
        (1, 1, 1),
        (1, 2, 0),
        (1, 3, 0),
        (1, 4, 1),
        (1, 5, 0),
    ),
}
"""The last release of each line, from old to new; a requirement that fits several means the newest."""

_REQUIREMENT = re.compile(
    r"\s*(?P<name>[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*"
    r"\(?(?P<clauses>(?:[=!<>~^][^;#()\s]*\s*[\w.*,<>=!~ ]*)?)\)?\s*(?:\\?\s*(?:--hash.*)?)?(?:\s#.*)?\Z"
)
_CLAUSE = re.compile(r"(?P<sign>===|==|!=|~=|>=|<=|>|<|\^|~)?\s*(?P<version>v?\d+(?:\.(?:\d+|\*))*)\Z")


class Requirement(NamedTuple):
    """One requirement of a distribution: its name, normalised, and its clauses as (sign, version) pairs."""

    name: str
    clauses: tuple[tuple[str, str], ...]

    @property
    def is_exact(self) -> bool:
        """Whether it names one release."""
        return len(self.clauses) == 1 and self.clauses[0][0] in ("==", "===") and "*" not in self.clauses[0][1]

    def __str__(self) -> str:
        return self.name + ",".join(f"{sign}{version}" for sign, version in self.clauses)

    def allows(self, version: Version) -> bool:
        """Whether a release fulfils all clauses."""
        return all(_fulfils(version, sign, wanted) for sign, wanted in self.clauses)


def requirement(text: str) -> Requirement | None:
    """A requirement as PEP 508 writes it, with a comment or hashes of a requirements file behind it.

    None for anything else: URLs, options, and requirements for some environments only (`; python_version < "3.11"`).
    """
    match = _REQUIREMENT.match(text) if len(text) < 1000 else None
    clauses = None if match is None else _clauses(match["clauses"], "==")
    return None if match is None or clauses is None else Requirement(normalised(match["name"]), clauses)


def poetry_requirement(name: str, value: str) -> Requirement | None:
    """A value of one of Poetry's tables: `^8.0`, `~8.3`, `8.*`, `>=8,<9`; a bare version names that release."""
    clauses = _clauses(value, "==")
    return None if clauses is None else Requirement(normalised(name), clauses)


def chosen(name: str, requirements: Iterable[Requirement]) -> Version | None:
    """The newest release that all requirements of a distribution allow; None when they contradict each other."""
    wanted = list(requirements)
    for each in wanted:
        exact = release(each.clauses[0][1]) if each.is_exact else None
        if exact is not None:
            return exact if all(other.allows(exact) for other in wanted) else None
    known = reversed(KNOWN_RELEASES.get(name, ()))
    return next((version for version in known if all(each.allows(version) for each in wanted)), None)


def _clauses(text: str, bare: str) -> tuple[tuple[str, str], ...] | None:
    found: list[tuple[str, str]] = []
    for part in text.split(","):
        stripped = part.strip()
        if stripped in ("", "*"):
            continue
        match = _CLAUSE.match(stripped)
        if match is None:
            return None
        found.append((match["sign"] or bare, match["version"]))
    return tuple(found)


def _fulfils(version: Version, sign: str, wanted: str) -> bool:
    numbers = release(wanted) or ()
    width = max(len(version), len(numbers))
    own, other = _padded(version, width), _padded(numbers, width)
    prefix = version[: len(numbers)] == numbers
    match sign:
        case "==" | "===":
            return prefix if wanted.endswith("*") else own == other
        case "!=":
            return not prefix if wanted.endswith("*") else own != other
        case "~=":
            return own >= other and version[: len(numbers) - 1] == numbers[:-1]
        case "^":
            kept = next((place for place, number in enumerate(numbers) if number), len(numbers) - 1) + 1
            return own >= other and version[:kept] == numbers[:kept]
        case "~":
            return own >= other and version[:2][: len(numbers)] == numbers[:2]
        case ">=":
            return own >= other
        case "<=":
            return own <= other
        case ">":
            return own > other
        case _:
            return own < other


def _padded(version: Version, width: int) -> Version:
    return (*version, *(0,) * (width - len(version)))
