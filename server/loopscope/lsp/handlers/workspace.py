"""Folders, settings and files outside of the editor that change while the session runs."""

from lsprotocol import types

from loopscope.lsp.configuration import pull_settings, pushed_settings
from loopscope.lsp.deletions import touched
from loopscope.lsp.handlers.lifecycle import reload, watch_again
from loopscope.lsp.server import Server
from loopscope.lsp.session import Session
from loopscope.lsp.uris import path_of


def register(server: Server, session: Session) -> None:
    """Connect the handlers."""

    async def configured() -> None:
        await pull_settings(server, session)
        await reload(server, session)

    async def read_again() -> None:
        await reload(server, session)
        await watch_again(server, session)

    async def folders_changed() -> None:
        await pull_settings(server, session)
        await read_again()

    def did_change_configuration(params: types.DidChangeConfigurationParams) -> None:
        if not session.client.configuration:
            pushed_settings(session, params.settings)
        server.spawn(configured, "reading the settings")

    def did_change_folders(params: types.DidChangeWorkspaceFoldersParams) -> None:
        session.folders_changed(
            [path for folder in params.event.added if (path := path_of(folder.uri))],
            [path for folder in params.event.removed if (path := path_of(folder.uri))],
        )
        server.spawn(folders_changed, "reading the workspace folders")

    def did_change_watched_files(params: types.DidChangeWatchedFilesParams) -> None:
        current = session.current
        paths = touched(params.changes, None if current is None else current.snapshot)
        session.files_changed(paths)
        if any(map(session.is_environment_file, paths)):
            server.spawn(read_again, "reading the environment")

    server.receive(types.WORKSPACE_DID_CHANGE_CONFIGURATION, did_change_configuration)
    server.receive(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS, did_change_folders)
    server.receive(types.WORKSPACE_DID_CHANGE_WATCHED_FILES, did_change_watched_files)
