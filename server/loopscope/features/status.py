"""In a few words, what a file's tests run with: for an editor's status line."""

from pathlib import PurePath
from typing import TypedDict

from loopscope.workspace.loops import mode
from loopscope.workspace.model import Unknown
from loopscope.workspace.snapshot import Snapshot


class Status(TypedDict):
    """Versions are None where nothing is installed; `mode` is where it is not valid, and without pytest-asyncio."""

    pytest: str | None
    pytestAsyncio: str | None
    mode: str | None
    environment: str | None
    foundBy: str


def status(snapshot: Snapshot, path: PurePath) -> Status:
    """The environment of a file and pytest-asyncio's mode there."""
    environment = snapshot.environment_of(path)
    decided = mode(snapshot, path)
    active = snapshot.module(path).roster.has("asyncio")
    versions = [environment.distributions.get(name) for name in ("pytest", "pytest-asyncio")]
    pytest, pytest_asyncio = (None if one is None else one.version for one in versions)
    return {
        "pytest": pytest,
        "pytestAsyncio": pytest_asyncio,
        "mode": None if isinstance(decided, Unknown) or not active else decided.value,
        "environment": None if environment.path is None else str(environment.path),
        "foundBy": environment.found_by,
    }
