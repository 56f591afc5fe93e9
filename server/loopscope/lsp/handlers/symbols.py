"""textDocument/documentSymbol."""

from lsprotocol import types

from loopscope.features.symbols import symbols
from loopscope.lsp.convert import document_symbol, flat_symbols
from loopscope.lsp.server import Server
from loopscope.lsp.session import Session
from loopscope.lsp.state import State
from loopscope.workspace.cancel import CancelToken


def register(server: Server, session: Session) -> None:
    """Connect the handler."""

    async def answer(
        params: types.DocumentSymbolParams,
    ) -> list[types.DocumentSymbol] | list[types.SymbolInformation]:
        state = session.current or await session.state()
        return await server.workers.run(lambda token: _symbols(state, params.text_document.uri, token))

    server.answer(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL, answer)


def _symbols(state: State, uri: str, token: CancelToken) -> list[types.DocumentSymbol] | list[types.SymbolInformation]:
    token.check()
    path = state.path_of(uri)
    source = state.source_of(path) if path is not None else None
    if path is None or source is None:
        return []
    found, encoding = symbols(state.snapshot, path), state.client.encoding
    if state.client.hierarchical_symbols:
        return [document_symbol(source, symbol, encoding) for symbol in found]
    return [one for symbol in found for one in flat_symbols(uri, source, symbol, encoding)]
