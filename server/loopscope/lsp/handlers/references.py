"""textDocument/references and textDocument/documentHighlight."""

from lsprotocol import types

from loopscope.features.highlight import Access, highlights
from loopscope.features.references import Reference, references
from loopscope.features.site import Site
from loopscope.lsp.convert import span_range
from loopscope.lsp.handlers.places import Spot, from_spot
from loopscope.lsp.handlers.requests import at_position
from loopscope.lsp.search import search_for
from loopscope.lsp.server import Server
from loopscope.lsp.session import Session
from loopscope.lsp.state import State
from loopscope.text.source import Source
from loopscope.workspace.cancel import CancelToken

_KINDS = {
    Access.READ: types.DocumentHighlightKind.Read,
    Access.WRITE: types.DocumentHighlightKind.Write,
    Access.TEXT: types.DocumentHighlightKind.Text,
}


def register(server: Server, session: Session) -> None:
    """Connect the handlers."""

    async def refer(params: types.ReferenceParams) -> list[types.Location] | None:
        declared = params.context.include_declaration

        def job(spot: Spot, token: CancelToken) -> list[types.Location]:
            found = references(spot.state.snapshot, search_for(spot.state, token), spot.path, spot.offset, token)
            return locations(spot.state, [one for one in found if declared or not one.declares])

        return await from_spot(
            server, session, params.text_document.uri, params.position, "loopscope: looking for references", job
        )

    async def highlight(params: types.DocumentHighlightParams) -> list[types.DocumentHighlight] | None:
        return await at_position(server, session, params.text_document.uri, params.position, _highlights)

    server.answer(types.TEXT_DOCUMENT_REFERENCES, refer)
    server.answer(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT, highlight)


def locations(state: State, found: list[Reference]) -> list[types.Location]:
    """References as locations, each file converted once."""
    sources = {path: state.source_of(path) for path in dict.fromkeys(one.path for one in found)}
    encoding = state.client.encoding
    return [
        types.Location(state.uri_of(one.path), span_range(source, one.span, encoding))
        for one in found
        if (source := sources[one.path]) is not None
    ]


def _highlights(state: State, source: Source, site: Site) -> list[types.DocumentHighlight]:
    return [
        types.DocumentHighlight(span_range(source, one.span, state.client.encoding), _KINDS[one.access])
        for one in highlights(site.snapshot, site.path, site.cursor.offset)
    ]
