"""textDocument/semanticTokens/full: parameters that get fixtures. Off unless `semantic-tokens` says so."""

from lsprotocol import types

from loopscope.features.tokens import fixture_tokens
from loopscope.lsp.convert import position
from loopscope.lsp.server import Server
from loopscope.lsp.session import Session
from loopscope.lsp.state import State
from loopscope.workspace.cancel import CancelToken

_TYPE, _MODIFIERS = 0, 1


def register(server: Server, session: Session) -> None:
    """Connect the handler."""

    async def answer(params: types.SemanticTokensParams) -> types.SemanticTokens:
        state = session.current or await session.state()
        return await server.workers.run(lambda token: _tokens(state, params.text_document.uri, token))

    server.answer(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, answer)


def _tokens(state: State, uri: str, token: CancelToken) -> types.SemanticTokens:
    """The tokens, each relative to the one before (LSP, SemanticTokens)."""
    token.check()
    path = state.path_of(uri)
    source = state.source_of(path) if path is not None else None
    data: list[int] = []
    if path is not None and source is not None and state.snapshot.settings_of(path).semantic_tokens.value:
        line = character = 0
        for span in fixture_tokens(state.snapshot, path):
            start, end = (position(source, offset, state.client.encoding) for offset in span)
            same = start.line == line
            length = end.character - start.character
            data += [start.line - line, start.character - (character if same else 0), length, _TYPE, _MODIFIERS]
            line, character = start.line, start.character
    return types.SemanticTokens(data)
