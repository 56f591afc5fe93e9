"""The client's settings: asked for with `workspace/configuration`, or sent with `workspace/didChangeConfiguration`."""

from collections.abc import Mapping
from typing import cast

from lsprotocol import types

from loopscope.lsp.log import LOG
from loopscope.lsp.server import Server
from loopscope.lsp.session import Session, settings_in

SECTION = "loopscope"


async def pull_settings(server: Server, session: Session) -> None:
    """Ask the client for its settings, when it can be asked; what it does not set stays as `initialize` brought it."""
    if not session.client.configuration:
        return
    item = types.ConfigurationItem(section=SECTION)
    answer = await server.workspace_configuration_async(types.ConfigurationParams([item]))
    settings = answer[0] if answer else None
    if isinstance(settings, dict):
        session.settings = {**session.initial_settings, **_plain(cast("dict[str, object]", settings))}
    elif settings is not None:
        LOG.warning("The client's settings for %s are no table: they are ignored.", SECTION)


def pushed_settings(session: Session, settings: object) -> None:
    """Take over the settings that a client sends of itself."""
    if isinstance(settings, dict):
        session.settings = _plain(settings_in(cast("dict[str, object]", settings)))


def _plain(settings: Mapping[str, object]) -> dict[str, object]:
    # An editor sends its own settings under the same section; they are none of ours.
    return {key: value for key, value in settings.items() if key not in _EDITOR_ONLY and value is not None}


_EDITOR_ONLY = frozenset({"interpreter", "path", "trace", "server", "enable", "importStrategy", "args"})
