"""The answers to LSP messages, one file per family."""

from functools import partial
from importlib import import_module
from typing import Any

from loopscope.lsp.handlers import diagnostics, lifecycle, synchronization, workspace
from loopscope.lsp.handlers.announced import COMMANDS, REQUESTS
from loopscope.lsp.server import Server
from loopscope.lsp.session import Session


def register_all(server: Server, session: Session) -> None:
    """Connect every handler with the protocol; what is registered is what `initialize` announces.

    Those that diagnostics do without are imported when they are asked for the first time, or nobody waits.
    """
    for family in (lifecycle, synchronization, workspace, diagnostics):
        family.register(server, session)
    for name, methods in REQUESTS.items():
        for method, options in methods.items():
            server.announce(method, partial(_connect, name, server, session), options)
    for name, commands in COMMANDS.items():
        for command in commands:
            server.announce_command(command, partial(_connect, name, server, session))
    session.can_wait += [partial(_module, name) for name in (*REQUESTS, *COMMANDS)]


def _connect(name: str, server: Server, session: Session) -> None:
    _module(name).register(server, session)


def _module(name: str) -> Any:
    """A module of this package: it has a function `register`."""
    return import_module(f"{__name__}.{name}")
