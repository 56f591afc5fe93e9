"""The answers to LSP messages, one file per family."""

from loopscope.lsp.handlers import (
    actions,
    commands,
    completion,
    definition,
    diagnostics,
    hierarchy,
    hints,
    hover,
    lenses,
    lifecycle,
    navigation,
    references,
    rename,
    signature,
    symbols,
    synchronization,
    tokens,
    workspace,
    workspace_symbols,
)
from loopscope.lsp.server import Server
from loopscope.lsp.session import Session

_FAMILIES = (
    *(lifecycle, synchronization, workspace, diagnostics, actions, completion, signature, hover, definition),
    *(symbols, references, rename, hierarchy, workspace_symbols, navigation, hints, lenses, tokens, commands),
)


def register_all(server: Server, session: Session) -> None:
    """Connect every handler with the protocol; what is registered is what `initialize` announces."""
    for family in _FAMILIES:
        family.register(server, session)
