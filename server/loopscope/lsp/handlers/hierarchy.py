"""textDocument/prepareCallHierarchy, callHierarchy/incomingCalls and callHierarchy/outgoingCalls."""

from lsprotocol import types

from loopscope.facts.outline import FactId
from loopscope.features.call_hierarchy import Item, incoming, item_of, outgoing, prepare
from loopscope.lsp.convert import SYMBOL_KINDS, span_range
from loopscope.lsp.handlers.places import Spot, from_spot, over_workspace
from loopscope.lsp.search import search_for
from loopscope.lsp.server import Server
from loopscope.lsp.session import Session
from loopscope.lsp.state import State
from loopscope.workspace.cancel import CancelToken


def register(server: Server, session: Session) -> None:
    """Connect the handlers."""

    async def begin(params: types.CallHierarchyPrepareParams) -> list[types.CallHierarchyItem] | None:
        return await from_spot(
            server, session, params.text_document.uri, params.position, "loopscope: looking at the name", _prepared
        )

    async def callers(params: types.CallHierarchyIncomingCallsParams) -> list[types.CallHierarchyIncomingCall]:
        return await over_workspace(
            server,
            session,
            "loopscope: looking for requests",
            lambda state, token: _incoming(state, params.item, token),
        )

    async def callees(params: types.CallHierarchyOutgoingCallsParams) -> list[types.CallHierarchyOutgoingCall]:
        return await over_workspace(
            server,
            session,
            "loopscope: looking for fixtures",
            lambda state, token: _outgoing(state, params.item, token),
        )

    server.answer(types.TEXT_DOCUMENT_PREPARE_CALL_HIERARCHY, begin)
    server.answer(types.CALL_HIERARCHY_INCOMING_CALLS, callers)
    server.answer(types.CALL_HIERARCHY_OUTGOING_CALLS, callees)


def _prepared(spot: Spot, token: CancelToken) -> list[types.CallHierarchyItem]:
    token.check()
    found = (_to_client(spot.state, one) for one in prepare(spot.state.snapshot, spot.path, spot.offset))
    return [one for one in found if one is not None]


def _incoming(state: State, item: types.CallHierarchyItem, token: CancelToken) -> list[types.CallHierarchyIncomingCall]:
    own = _from_client(state, item)
    found = incoming(state.snapshot, search_for(state, token), own, token) if own is not None else ()
    calls: list[types.CallHierarchyIncomingCall] = []
    for one in found:
        caller, source = _to_client(state, one.item), state.source_of(one.item.path)
        if caller is not None and source is not None:
            ranges = [span_range(source, span, state.client.encoding) for span in one.spans]
            calls.append(types.CallHierarchyIncomingCall(caller, ranges))
    return calls


def _outgoing(state: State, item: types.CallHierarchyItem, token: CancelToken) -> list[types.CallHierarchyOutgoingCall]:
    token.check()
    own = _from_client(state, item)
    source = state.source_of(own.path) if own is not None else None
    if own is None or source is None:
        return []
    calls: list[types.CallHierarchyOutgoingCall] = []
    for one in outgoing(state.snapshot, own):
        callee = _to_client(state, one.item)
        if callee is not None:
            ranges = [span_range(source, span, state.client.encoding) for span in one.spans]
            calls.append(types.CallHierarchyOutgoingCall(callee, ranges))
    return calls


def _to_client(state: State, item: Item) -> types.CallHierarchyItem | None:
    source = state.source_of(item.path)
    if source is None:
        return None
    return types.CallHierarchyItem(
        name=item.name,
        kind=types.SymbolKind.File if item.owner is None else SYMBOL_KINDS[item.kind],
        uri=state.uri_of(item.path),
        range=span_range(source, item.whole, state.client.encoding),
        selection_range=span_range(source, item.selection, state.client.encoding),
        detail=item.detail,
        data=None if item.owner is None else [item.owner.qualname, item.owner.nth],
    )


def _from_client(state: State, item: types.CallHierarchyItem) -> Item | None:
    """The item of the state as it is now that the client holds from an earlier one."""
    path = state.path_of(item.uri)
    match item.data:
        case [str(qualname), int(nth)] if path is not None:
            return item_of(state.snapshot, path, FactId(qualname, nth))
        case _:
            return None
