"""textDocument/hover."""

from lsprotocol import types

from loopscope.features.hover import hover
from loopscope.features.site import Site
from loopscope.lsp.convert import markup, span_range
from loopscope.lsp.handlers.requests import at_position
from loopscope.lsp.server import Server
from loopscope.lsp.session import Session
from loopscope.lsp.state import State
from loopscope.text.source import Source


def register(server: Server, session: Session) -> None:
    """Connect the handler."""

    async def answer(params: types.HoverParams) -> types.Hover | None:
        return await at_position(server, session, params.text_document.uri, params.position, _hover)

    server.answer(types.TEXT_DOCUMENT_HOVER, answer)


def _hover(state: State, source: Source, site: Site) -> types.Hover | None:
    card = hover(site)
    if card is None:
        return None
    contents = markup(card.markdown, markdown=state.client.markdown_hover)
    return types.Hover(contents, span_range(source, card.span, state.client.encoding))
