"""textDocument/hover."""

from pathlib import PurePath

from lsprotocol import types

from loopscope.features.config_text import config_hover
from loopscope.features.hover import Card, hover
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
        return await at_position(server, session, params.text_document.uri, params.position, _hover, _in_config)

    server.answer(types.TEXT_DOCUMENT_HOVER, answer)


def _hover(state: State, source: Source, site: Site) -> types.Hover | None:
    return _shown(state, source, hover(site))


def _in_config(state: State, source: Source, path: PurePath, offset: int) -> types.Hover | None:
    return _shown(state, source, config_hover(state.snapshot, path, source, offset))


def _shown(state: State, source: Source, card: Card | None) -> types.Hover | None:
    if card is None:
        return None
    contents = markup(card.markdown, markdown=state.client.markdown_hover)
    return types.Hover(contents, span_range(source, card.span, state.client.encoding))
