"""The versions of pytest and pytest-asyncio that a project asks for in its own files, where none is installed."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import NamedTuple, cast

from loopscope.host.files import read_regular
from loopscope.host.layout import read_text
from loopscope.host.specifiers import Requirement, chosen, poetry_requirement, requirement
from loopscope.text.files import Unreadable
from loopscope.workspace.environment import NEWEST_KNOWN, Pin

_LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml")
_LARGEST_LOCK = 10_000_000
_MOST_FILES = 40
_DEEPEST = 8
_WRITTEN = re.compile(r"pytest", re.IGNORECASE)


class _Asked(NamedTuple):
    """A requirement and where it stands: file, 1-based line (0 when not known), as written."""

    requirement: Requirement
    path: PurePath
    line: int
    text: str


def read_pins(workspace: PurePath) -> Mapping[str, Pin]:
    """What lock files, requirements files, pyproject.toml, setup.cfg and tox.ini of a project pin, by distribution.

    Lock files come first. Requirements that only ask for some version or a later one pin nothing, and neither do those
    that contradict each other. The folders above are looked at as far as the repository goes. Never raises.
    """
    found: dict[str, Pin] = {}
    for folder in _upwards(workspace):
        locked = _locked(folder)
        asked = list(_asked(folder)) if len({**found, **locked}) < len(NEWEST_KNOWN) else []
        for name in NEWEST_KNOWN:
            pin = locked.get(name) or _pin(name, [each for each in asked if each.requirement.name == name])
            if pin is not None and name not in found:
                found[name] = pin
    return found


def may_pin(path: PurePath) -> bool:
    """Whether a file is of the kinds that `read_pins` looks at."""
    name = path.name
    if name in _LOCKS or name in ("Pipfile.lock", "pyproject.toml", "setup.cfg", "tox.ini"):
        return True
    return name.endswith(".txt") and (
        "requirements" in path.parent.name or "requirements" in name or "constraints" in name
    )


def fits(pin: Pin, version: tuple[int, ...]) -> bool:
    """Whether an installed version is one that the pin's requirement allows."""
    wanted = requirement(pin.requirement)
    return wanted is None or wanted.allows(version)


def _upwards(workspace: PurePath) -> Iterator[PurePath]:
    for folder in (workspace, *workspace.parents):
        yield folder
        if os.path.exists(folder / ".git"):
            return
        if not os.path.isfile(folder.parent / "pyproject.toml"):
            return


def _pin(name: str, asked: list[_Asked]) -> Pin | None:
    version = chosen(name, (each.requirement for each in asked)) if asked else None
    if version is None:
        return None
    newest = NEWEST_KNOWN[name]
    telling = [each for each in asked if each.requirement.is_exact or not each.requirement.allows(newest)]
    if not telling:
        return None
    return Pin(version, telling[0].text, telling[0].path, telling[0].line)


def _locked(folder: PurePath) -> dict[str, Pin]:
    found: dict[str, Pin] = {}
    for file in _LOCKS:
        text = _lock_text(folder / file)
        for name in NEWEST_KNOWN:
            match = re.search(rf'^name = "{name}"\r?\nversion = "([\d.]+)"', text, re.MULTILINE)
            if match is not None and name not in found:
                found[name] = _locked_pin(name, match, folder / file)
    text = _lock_text(folder / "Pipfile.lock")
    for name in NEWEST_KNOWN:
        match = re.search(rf'"{name}"\s*:\s*\{{[^{{}}]*?"version"\s*:\s*"==([\d.]+)"', text)
        if match is not None and name not in found:
            found[name] = _locked_pin(name, match, folder / "Pipfile.lock")
    return found


def _locked_pin(name: str, match: re.Match[str], path: PurePath) -> Pin:
    version = tuple(int(part[:9]) for part in match[1].split(".") if part)
    line = match.string.count("\n", 0, match.start(1)) + 1
    return Pin(version, f"{name}=={match[1]}", path, line)


def _lock_text(path: PurePath) -> str:
    data = read_regular(path, _LARGEST_LOCK) if os.path.isfile(path) else b""
    return "" if isinstance(data, Unreadable) else data.decode("utf-8", "replace")


def _asked(folder: PurePath) -> Iterator[_Asked]:
    for path in _requirement_files(folder):
        text = read_text(path)
        for number, line in enumerate(text.splitlines(), 1):
            if _WRITTEN.search(line):
                found = requirement(line)
                if found is not None:
                    yield _Asked(found, path, number, _shown(line))
    path = folder / "pyproject.toml"
    if os.path.isfile(path):
        text = read_text(path)
        lines = text.splitlines()
        for found, written in _in_pyproject(_toml(text)):
            place = next((number for number, line in enumerate(lines, 1) if all(each in line for each in written)), 0)
            yield _Asked(found, path, place, str(found) if len(written) > 1 else _shown("".join(written)))


def _requirement_files(folder: PurePath) -> Iterator[PurePath]:
    """Files with a requirement on each line; in setup.cfg and tox.ini those that stand on lines of their own count."""
    found = [folder / name for name in ("setup.cfg", "tox.ini") if os.path.isfile(folder / name)]
    for place in (folder, folder / "requirements"):
        found += [
            place / name
            for name in sorted(_listed(place))
            if name.endswith(".txt") and (place != folder or "requirements" in name or "constraints" in name)
        ]
    yield from found[:_MOST_FILES]


def _in_pyproject(data: dict[str, object]) -> Iterator[tuple[Requirement, tuple[str, ...]]]:
    """The requirements in the tables of PEP 621 and PEP 735, and in those of uv, pdm, hatch and Poetry.

    With each the words that its line is found by.
    """
    project, tool = _table(data.get("project")), _table(data.get("tool"))
    yield from _in_lists(project.get("dependencies"), 0)
    yield from _in_lists(project.get("optional-dependencies"), 0)
    yield from _in_lists(data.get("dependency-groups"), 0)
    for name in ("uv", "pdm", "hatch"):
        yield from _in_lists(tool.get(name), 0)
    poetry = _table(tool.get("poetry"))
    groups = [_table(each) for each in _table(poetry.get("group")).values()]
    tables = [
        poetry.get("dependencies"),
        poetry.get("dev-dependencies"),
        *(each.get("dependencies") for each in groups),
    ]
    for table in tables:
        for name, value in _table(table).items():
            given = value if isinstance(value, str) else _table(value).get("version")
            found = poetry_requirement(name, given) if isinstance(given, str) else None
            if found is not None:
                yield found, (name, str(given))


def _in_lists(value: object, depth: int) -> Iterator[tuple[Requirement, tuple[str, ...]]]:
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        for inner in cast("dict[str, object]", value).values():
            yield from _in_lists(inner, depth + 1)
    elif isinstance(value, list):
        for item in cast("list[object]", value):
            if isinstance(item, str) and _WRITTEN.search(item):
                found = requirement(item)
                if found is not None:
                    yield found, (item,)
            elif isinstance(item, dict | list):
                yield from _in_lists(cast("object", item), depth + 1)


def _shown(text: str) -> str:
    return re.split(r"\s#|\s\\|\s--", text)[0].strip()


def _toml(text: str) -> dict[str, object]:
    import tomllib  # noqa: PLC0415  seldom needed, slow to load

    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return {}


def _table(value: object) -> dict[str, object]:
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def _listed(folder: PurePath) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []
