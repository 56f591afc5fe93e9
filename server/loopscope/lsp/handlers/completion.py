"""textDocument/completion and completionItem/resolve."""

from lsprotocol import types

from loopscope.features.completion import TRIGGERS, Completion, completions
from loopscope.features.hover import fixture_card
from loopscope.features.site import Site
from loopscope.lsp.convert import completion_item, markup
from loopscope.lsp.handlers.requests import at_position
from loopscope.lsp.server import Server
from loopscope.lsp.session import Session
from loopscope.lsp.state import State
from loopscope.text.source import Source
from loopscope.workspace.cancel import CancelToken


class _Shown:
    """The last list that was sent: what an editor asks to have documented is from it."""

    def __init__(self) -> None:
        self.number = 0
        self.found: tuple[Completion, ...] = ()
        self.state: State | None = None

    def remember(self, state: State, found: tuple[Completion, ...]) -> int:
        self.number, self.found, self.state = self.number + 1, found, state
        return self.number


def register(server: Server, session: Session) -> None:
    """Connect the handlers."""
    shown = _Shown()

    async def complete(params: types.CompletionParams) -> types.CompletionList | None:
        def job(state: State, source: Source, site: Site) -> types.CompletionList:
            found = completions(site)
            number = shown.remember(state, found)
            items = [
                completion_item(state, source, one, {"list": number, "index": index}, _ready_documentation(state, one))
                for index, one in enumerate(found)
            ]
            return types.CompletionList(is_incomplete=False, items=items)

        return await at_position(server, session, params.text_document.uri, params.position, job)

    async def resolve(item: types.CompletionItem) -> types.CompletionItem:
        chosen = _chosen(shown, item.data)
        state = shown.state
        if chosen is None or state is None or chosen.fixture is None:
            return item
        text = await server.workers.run(lambda token: _card(state, chosen, token))
        item.documentation = markup(text, markdown=state.client.markdown_completion)
        return item

    server.answer(
        types.TEXT_DOCUMENT_COMPLETION,
        complete,
        types.CompletionOptions(trigger_characters=list(TRIGGERS), resolve_provider=True),
    )
    server.answer(types.COMPLETION_ITEM_RESOLVE, resolve)


def _ready_documentation(state: State, one: Completion) -> str:
    """What is at hand, and the card for a client that never asks for more."""
    if one.fixture is not None and not state.client.lazy_documentation:
        return fixture_card(state.snapshot, (one.fixture,))
    return one.documentation


def _card(state: State, one: Completion, token: CancelToken) -> str:
    token.check()
    return fixture_card(state.snapshot, (one.fixture,)) if one.fixture is not None else one.documentation


def _chosen(shown: _Shown, data: object) -> Completion | None:
    """The proposal that an item stands for; None when a newer list was sent since."""
    match data:
        case {"list": shown.number, "index": int(index)} if 0 <= index < len(shown.found):
            return shown.found[index]
        case _:
            return None
