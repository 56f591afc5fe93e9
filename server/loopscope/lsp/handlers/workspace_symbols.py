"""workspace/symbol."""

from lsprotocol import types

from loopscope.features.workspace_symbols import workspace_symbols
from loopscope.lsp.checks import checked_paths
from loopscope.lsp.convert import SYMBOL_KINDS, span_range
from loopscope.lsp.handlers.places import over_workspace
from loopscope.lsp.server import Server
from loopscope.lsp.session import Session
from loopscope.lsp.state import State
from loopscope.workspace.cancel import CancelToken


def register(server: Server, session: Session) -> None:
    """Connect the handler."""

    async def answer(params: types.WorkspaceSymbolParams) -> list[types.SymbolInformation]:
        return await over_workspace(
            server, session, "loopscope: looking for symbols", lambda state, token: _symbols(state, params.query, token)
        )

    server.answer(types.WORKSPACE_SYMBOL, answer)


def _symbols(state: State, query: str, token: CancelToken) -> list[types.SymbolInformation]:
    found: list[types.SymbolInformation] = []
    for one in workspace_symbols(state.snapshot, checked_paths(state, token), query, token):
        source = state.source_of(one.path)
        if source is not None:
            location = types.Location(state.uri_of(one.path), span_range(source, one.selection, state.client.encoding))
            container = " · ".join(filter(None, (one.container, one.detail)))
            found.append(types.SymbolInformation(location, one.name, SYMBOL_KINDS[one.kind], container_name=container))
    return found
