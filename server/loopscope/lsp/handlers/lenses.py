"""textDocument/codeLens and codeLens/resolve: uses are counted when a lens comes into view."""

from lsprotocol import types

from loopscope.features.lenses import Lens, LensKind, lenses, uses
from loopscope.lsp.convert import range_span, span_range
from loopscope.lsp.handlers.places import location, over_workspace
from loopscope.lsp.search import search_for
from loopscope.lsp.server import Server
from loopscope.lsp.session import Session
from loopscope.lsp.state import State
from loopscope.text.source import Source
from loopscope.workspace.cancel import CancelToken

SHOW_REFERENCES = "loopscope.showReferences"
"""A command of the client: its arguments are a document's URI, a position in it, and a list of locations."""


def register(server: Server, session: Session) -> None:
    """Connect the handlers."""

    async def answer(params: types.CodeLensParams) -> list[types.CodeLens]:
        state = session.current or await session.state()
        return await server.workers.run(lambda token: _lenses(state, params.text_document.uri, token))

    async def resolve(lens: types.CodeLens) -> types.CodeLens:
        title = "loopscope: counting uses"
        return await over_workspace(server, session, title, lambda state, token: _resolved(state, lens, token))

    server.answer(types.TEXT_DOCUMENT_CODE_LENS, answer)
    server.answer(types.CODE_LENS_RESOLVE, resolve)


def _lenses(state: State, uri: str, token: CancelToken) -> list[types.CodeLens]:
    token.check()
    path = state.path_of(uri)
    source = state.source_of(path) if path is not None else None
    if path is None or source is None or not state.snapshot.settings_of(path).code_lens.value:
        return []
    return [_to_client(state, source, uri, one) for one in lenses(state.snapshot, path)]


def _to_client(state: State, source: Source, uri: str, lens: Lens) -> types.CodeLens:
    within = span_range(source, lens.span, state.client.encoding)
    if lens.kind is LensKind.USES:
        return types.CodeLens(within, data=uri)
    return types.CodeLens(within, _command(state, uri, within.start, lens))


def _resolved(state: State, lens: types.CodeLens, token: CancelToken) -> types.CodeLens:
    """The lens with its title; where its document has changed meanwhile, with an empty one: the client asks again."""
    uri = lens.data if isinstance(lens.data, str) else ""
    path = state.path_of(uri)
    source = state.source_of(path) if path is not None else None
    found = None
    if path is not None and source is not None:
        span = range_span(source, lens.range, state.client.encoding)
        found = uses(state.snapshot, search_for(state, token), path, span, token)
    lens.command = _command(state, uri, lens.range.start, found) if found is not None else types.Command("", "")
    return lens


def _command(state: State, uri: str, at: types.Position, lens: Lens) -> types.Command:
    """What a click does: show what the lens leads to. A command without a name is shown as plain text."""
    places = [place for one in lens.targets if (place := location(state, one.path, one.span)) is not None]
    if SHOW_REFERENCES in state.client.commands and places:
        return types.Command(lens.title, SHOW_REFERENCES, arguments=[uri, at, places])
    return types.Command(lens.title, "")
