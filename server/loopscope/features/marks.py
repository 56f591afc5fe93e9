"""The marks that are registered for a file: by its configuration, by conftests, by active plugins, by pytest."""

import ast
import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import NamedTuple

from loopscope.features.describe import shown
from loopscope.features.proposal import Completion, Sort
from loopscope.features.site import Site
from loopscope.text.files import Unreadable
from loopscope.workspace.hooks import conftests_of
from loopscope.workspace.model import Where
from loopscope.workspace.queries import Queries

MARK = "pytest.mark"
_REGISTERS = "addinivalue_line"
_CALL = re.compile(r"addinivalue_line\(\s*(?:name\s*=\s*)?[\"']markers[\"']\s*,\s*(?:line\s*=\s*)?")
_TEXTS = re.compile(
    r"""(?:\s*[rRuU]?(?:\"{3}.*?\"{3}|'{3}.*?'{3}|"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*'))+\s*(?=[,)])""",
    re.DOTALL,
)


class RegisteredMark(NamedTuple):
    """A line of `markers`: "slow(reason): takes long" has the arguments "(reason)"; `origin` is where it is said."""

    name: str
    arguments: str
    description: str
    origin: str
    rank: int


def registered_marks(site: Site) -> dict[str, RegisteredMark]:
    """The marks by name, the nearest registration of each: configuration, conftests, plugins, pytest."""
    q = site.snapshot.queries
    found: dict[str, RegisteredMark] = {}
    for marker in site.snapshot.config(site.path).markers:
        mark = RegisteredMark(marker.name, marker.arguments, marker.description, marker.origin.describe(), 0)
        found.setdefault(mark.name, mark)
    sources = [(path, shown(site.snapshot, path), 0) for path in reversed(q.get(conftests_of, site.path.parent))]
    for plugin in site.view.roster.plugins:
        own = plugin.where is Where.LOCAL_PLUGIN
        sources.append(
            (plugin.path, plugin.dist or plugin.name, 0 if own else 2 if plugin.where is Where.PYTEST else 1)
        )
    for path, origin, rank in sources:
        for line in q.get(marker_lines, path):
            mark = _parsed(line, origin, rank)
            found.setdefault(mark.name, mark)
    found.pop("", None)
    return found


def mark_names(site: Site) -> Iterator[Completion]:
    """The registered marks, behind `pytest.mark.`."""
    if site.canonical(site.cursor.dotted) != MARK:
        return
    for mark in registered_marks(site).values():
        detail = f"{mark.arguments} · {mark.origin}" if mark.arguments else mark.origin
        rank = f"{mark.rank}{mark.name}"
        yield Completion(mark.name, Sort.MARK, mark.name, rank, detail, documentation=mark.description)


def marker_lines(q: Queries, path: PurePath) -> tuple[str, ...]:
    """The literals that a file adds to `markers` with `config.addinivalue_line`."""
    text = q.files.read(path) if q.mentions(path, (_REGISTERS,)) else ""
    if isinstance(text, Unreadable):
        return ()
    literals = (_TEXTS.match(text, call.end()) for call in _CALL.finditer(text))
    return tuple(_value(literal.group()) for literal in literals if literal is not None)


def _value(literals: str) -> str:
    try:
        value: object = ast.literal_eval(f"({literals.strip()})")
    except (SyntaxError, ValueError):
        return ""
    return value if isinstance(value, str) else ""


def _parsed(line: str, origin: str, rank: int) -> RegisteredMark:
    """Mirrors `Config._iter_registered_markers`, which knows the name only."""
    signature, _, description = line.partition(":")
    name, bracket, arguments = signature.partition("(")
    if bracket:
        # Arguments may hold colons and brackets of their own.
        inside, _, description = line.partition("):")
        arguments = f"{inside.partition('(')[2]})"
    return RegisteredMark(name.strip(), f"{bracket}{arguments}".strip(), " ".join(description.split()), origin, rank)
