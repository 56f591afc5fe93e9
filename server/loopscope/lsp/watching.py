"""Which files outside of the editor the server must hear of."""

from collections.abc import Iterable
from pathlib import PurePath

from lsprotocol import types

from loopscope.lsp.client import Client
from loopscope.lsp.deletions import WATCHER
from loopscope.lsp.uris import uri_of

WATCHED = (
    "**/*.py",
    "**/{pytest.toml,.pytest.toml,pytest.ini,.pytest.ini,pyproject.toml,tox.ini,setup.cfg,loopscope.toml,ruff.toml,.ruff.toml}",
    "**/pyvenv.cfg",
    "**/{uv.lock,poetry.lock,pdm.lock,pylock.toml,Pipfile.lock}",
    "**/{*requirements*.txt,*constraints*.txt,requirements/*.txt}",
)
ENVIRONMENT = ("*.dist-info/{METADATA,RECORD,entry_points.txt}", "*.pth")

REGISTRATION = "loopscope-watched-files"


def registration(client: Client, site_packages: Iterable[PurePath]) -> types.Registration:
    """What to register with `client/registerCapability`: workspace files, and the metadata of installed packages."""
    watchers = [*(types.FileSystemWatcher(glob_pattern=pattern) for pattern in WATCHED), WATCHER]
    if client.relative_patterns:
        watchers += [
            types.FileSystemWatcher(glob_pattern=types.RelativePattern(base_uri=uri_of(place), pattern=pattern))
            for place in site_packages
            for pattern in ENVIRONMENT
        ]
    return types.Registration(
        REGISTRATION,
        types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
        types.DidChangeWatchedFilesRegistrationOptions(watchers),
    )


def unregistration() -> types.Unregistration:
    """What takes the registration back."""
    return types.Unregistration(REGISTRATION, types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
