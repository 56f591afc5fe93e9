"""The client's settings: asked for with `workspace/configuration`, or sent with `workspace/didChangeConfiguration`."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import cast

from lsprotocol import types

from loopscope.lsp.log import LOG
from loopscope.lsp.project import Editor, EditorSettings
from loopscope.lsp.server import Server
from loopscope.lsp.session import Session, settings_in
from loopscope.lsp.uris import uri_of

SECTION = "loopscope"
PYTHON = "python"


async def pull_settings(server: Server, session: Session) -> None:
    """Ask the client for its settings, when it can be asked; what it does not set stays as `initialize` brought it.

    Each folder may have its own, and the interpreter active there: `python.pythonPath`, which pyright asks for too.
    """
    if not session.client.configuration:
        return
    while True:
        folders = session.folders
        uris: list[str | None] = [None, *map(uri_of, folders)]
        items = [types.ConfigurationItem(uri, section) for uri in uris for section in (SECTION, PYTHON)]
        answer = await server.workspace_configuration_async(types.ConfigurationParams(items))
        if folders == session.folders:
            break
    found = [_table(value) for value in answer] + [None] * (len(items) - len(answer))
    whole = {**session.initial_settings, **_plain(found[0] or {})}
    editor: dict[PurePath, EditorSettings] = {}
    for number, folder in enumerate(folders, 1):
        own, python = found[2 * number], found[2 * number + 1] or found[1] or {}
        settings = whole if own is None else {**session.initial_settings, **_plain(own)}
        path = python.get("pythonPath")
        editor[folder] = EditorSettings(settings, path if isinstance(path, str) and path else None)
    session.editor = Editor(EditorSettings(whole), editor)


def _table(value: object) -> Mapping[str, object] | None:
    if value is None or isinstance(value, dict):
        return cast("dict[str, object] | None", value)
    LOG.warning("The client's settings for %s are no table: they are ignored.", SECTION)
    return None


def pushed_settings(session: Session, settings: object) -> None:
    """Take over the settings that a client sends of itself."""
    if isinstance(settings, dict):
        session.editor = Editor(EditorSettings(_plain(settings_in(cast("dict[str, object]", settings)))))


def _plain(settings: Mapping[str, object]) -> dict[str, object]:
    # An editor sends its own settings under the same section; they are none of ours.
    return {key: value for key, value in settings.items() if key not in _EDITOR_ONLY and value is not None}


_EDITOR_ONLY = frozenset({"interpreter", "path", "trace", "server", "enable", "importStrategy", "args"})
