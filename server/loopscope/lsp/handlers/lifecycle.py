"""initialize, initialized, exit; reading the projects when the session begins and when it must begin again."""

from lsprotocol import types

from loopscope.lsp.configuration import PYTHON, SECTION, pull_settings
from loopscope.lsp.log import LOG
from loopscope.lsp.progress import work_done
from loopscope.lsp.server import Server
from loopscope.lsp.session import Session
from loopscope.lsp.watching import registration, unregistration


def register(server: Server, session: Session) -> None:
    """Connect the handlers."""

    def initialize(params: types.InitializeParams) -> None:
        session.initialize(params)

    def initialized(_: types.InitializedParams) -> None:
        server.spawn(lambda: start(server, session), "starting")

    def leave(_: None) -> None:
        server.exit_code = 0 if server.wire.was_shut_down else 1

    server.receive(types.INITIALIZE, initialize)
    server.receive(types.INITIALIZED, initialized)
    server.receive(types.EXIT, leave)


async def start(server: Server, session: Session) -> None:
    """Read settings and projects, then ask for the notifications that the session needs."""
    await pull_settings(server, session)
    await reload(server, session)
    if session.client.dynamic_configuration:
        wanted = types.Registration(
            "loopscope-configuration",
            types.WORKSPACE_DID_CHANGE_CONFIGURATION,
            types.DidChangeConfigurationRegistrationOptions([SECTION, PYTHON]),
        )
        await server.client_register_capability_async(types.RegistrationParams([wanted]))
    if session.client.dynamic_watching:
        await server.client_register_capability_async(types.RegistrationParams([_watching(session)]))


async def reload(server: Server, session: Session) -> None:
    """Read the projects' environments again, and say what was found where that is new."""
    before = session.announced
    async with work_done(server, "loopscope: reading the environment", supported=session.client.progress):
        projects = await session.reload()
    session.announced = tuple(line for project in projects for line in project.announcement())
    for line in session.announced:
        if line not in before:
            LOG.info("%s", line)


async def watch_again(server: Server, session: Session) -> None:
    """Register the watched files anew: folders or environments changed."""
    if session.client.dynamic_watching:
        await server.client_unregister_capability_async(types.UnregistrationParams([unregistration()]))
        await server.client_register_capability_async(types.RegistrationParams([_watching(session)]))


def _watching(session: Session) -> types.Registration:
    return registration(session.client, session.watched_places())
