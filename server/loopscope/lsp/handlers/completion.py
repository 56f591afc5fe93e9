"""textDocument/completion and completionItem/resolve."""

from itertools import count
from pathlib import PurePath

from lsprotocol import types

from loopscope.features.completion import completions, documentation
from loopscope.features.config_text import config_completions
from loopscope.features.proposal import Completion, Sort
from loopscope.features.site import Site
from loopscope.lsp.convert import completion_item, markup, span_range, text_edits
from loopscope.lsp.handlers.requests import at_position
from loopscope.lsp.server import Server
from loopscope.lsp.session import Session
from loopscope.lsp.state import State
from loopscope.text.source import Source
from loopscope.text.span import Span
from loopscope.workspace.cancel import CancelToken


class _Shown:
    """The last list that was sent: what an editor asks to have documented is from it."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self.last: tuple[int, tuple[Completion, ...], Site] | None = None

    def remember(self, site: Site, found: tuple[Completion, ...]) -> int:
        """Keep a list, from any thread; its number."""
        number = next(self._numbers)
        self.last = number, found, site
        return number


def register(server: Server, session: Session) -> None:
    """Connect the handlers."""
    shown = _Shown()

    async def complete(params: types.CompletionParams) -> types.CompletionList | None:
        by_itself = types.CompletionTriggerKind.TriggerCharacter
        asked = params.context is None or params.context.trigger_kind is not by_itself

        def job(state: State, source: Source, site: Site) -> types.CompletionList:
            found = completions(site, asked=asked)
            if not state.client.snippets:
                found = tuple(one for one in found if one.sort is not Sort.SNIPPET)
            number = shown.remember(site, found)
            lazy = state.client.lazy_documentation
            within = span_range(source, site.cursor.word, state.client.encoding)
            shared = {one.edits for one in found}
            edits = {each: text_edits(source, each, state.client.encoding) for each in shared}
            items = [
                completion_item(
                    *(state, source, within, one, [number, index]),
                    documentation="" if lazy else documentation(site, one),
                    more=edits[one.edits],
                )
                for index, one in enumerate(found)
            ]
            return types.CompletionList(is_incomplete=False, items=items)

        found = await at_position(server, session, params.text_document.uri, params.position, job, _in_config)
        session.answer_later()
        return found

    async def resolve(item: types.CompletionItem) -> types.CompletionItem:
        found = _chosen(shown, item.data)
        if found is None:
            return item
        chosen, site = found
        text = await server.workers.run(lambda token: _documentation(site, chosen, token))
        if text:
            item.documentation = markup(text, markdown=session.client.markdown_completion)
        return item

    server.answer(types.TEXT_DOCUMENT_COMPLETION, complete)
    server.answer(types.COMPLETION_ITEM_RESOLVE, resolve)


def _in_config(state: State, source: Source, path: PurePath, offset: int) -> types.CompletionList:
    found = config_completions(state.snapshot, path, source, offset)
    here = span_range(source, Span(offset, offset), state.client.encoding)
    items = [completion_item(state, source, here, one, None, one.documentation, []) for one in found]
    return types.CompletionList(is_incomplete=False, items=items)


def _documentation(site: Site, one: Completion, token: CancelToken) -> str:
    token.check()
    return documentation(site, one)


def _chosen(shown: _Shown, data: object) -> tuple[Completion, Site] | None:
    """The proposal that an item stands for, and its place; None when a newer list was sent since."""
    if shown.last is None:
        return None
    number, found, site = shown.last
    match data:
        case [int(of), int(index)] if of == number and 0 <= index < len(found):
            return found[index], site
        case _:
            return None
