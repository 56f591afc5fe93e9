"""textDocument/hover."""

import asyncio
from pathlib import PurePath
from typing import TypeAlias

from lsprotocol import types

from loopscope.features.config_text import config_hover
from loopscope.features.hover import Card, hover, with_uses
from loopscope.features.lenses import requests_of
from loopscope.features.site import Site
from loopscope.lsp.convert import markup, span_range
from loopscope.lsp.handlers.requests import at_position
from loopscope.lsp.search import search_for
from loopscope.lsp.server import Server
from loopscope.lsp.session import Session
from loopscope.lsp.state import State
from loopscope.text.source import Source
from loopscope.workspace.cancel import CancelToken
from loopscope.workspace.model import FixtureDef

Found: TypeAlias = tuple[State, Source, Card]

_PATIENCE = 0.4
"""How many seconds a card is held back for."""


def register(server: Server, session: Session) -> None:
    """Connect the handler."""

    async def answer(params: types.HoverParams) -> types.Hover | None:
        found = await at_position(server, session, params.text_document.uri, params.position, _hover, _in_config)
        if found is None:
            return None
        state, source, card = found
        if card.fixture is not None:
            card = await _counted(server, state, card, card.fixture)
        return _shown(state, source, card)

    server.answer(types.TEXT_DOCUMENT_HOVER, answer)


def _hover(state: State, source: Source, site: Site) -> Found | None:
    card = hover(site)
    return None if card is None else (state, source, card)


def _in_config(state: State, source: Source, path: PurePath, offset: int) -> Found | None:
    card = config_hover(state.snapshot, path, source, offset)
    return None if card is None else (state, source, card)


async def _counted(server: Server, state: State, card: Card, fixture: FixtureDef) -> Card:
    """The card with the number of requests, if they are counted while the user still waits for the card."""

    def work(token: CancelToken) -> Card:
        return with_uses(card, requests_of(state.snapshot, search_for(state, token), fixture, token))

    try:
        async with asyncio.timeout(_PATIENCE):
            return await server.workers.run(work)
    except TimeoutError:
        return card


def _shown(state: State, source: Source, card: Card) -> types.Hover:
    contents = markup(card.markdown, markdown=state.client.markdown_hover)
    return types.Hover(contents, span_range(source, card.span, state.client.encoding))
