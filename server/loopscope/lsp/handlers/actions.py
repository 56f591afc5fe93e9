"""textDocument/codeAction and codeAction/resolve."""

from collections.abc import Sequence

from lsprotocol import types

from loopscope.engine.selection import select
from loopscope.features.actions import Action, ActionKind, actions, fix_all
from loopscope.lsp.checks import diagnostics_of, report_for
from loopscope.lsp.convert import SOURCE_NAME, range_span, workspace_edit
from loopscope.lsp.handlers.announced import FIX_ALL, MIGRATE
from loopscope.lsp.server import Server
from loopscope.lsp.session import Session
from loopscope.lsp.state import State
from loopscope.workspace.cancel import CancelToken

_KINDS = {
    ActionKind.QUICK_FIX: types.CodeActionKind.QuickFix.value,
    ActionKind.IGNORE: types.CodeActionKind.QuickFix.value,
    ActionKind.FIX_ALL: FIX_ALL,
    ActionKind.FIX_ALL_QUICK: types.CodeActionKind.QuickFix.value,
    ActionKind.REWRITE: types.CodeActionKind.RefactorRewrite.value,
    ActionKind.MOVE: types.CodeActionKind.RefactorMove.value,
    ActionKind.MIGRATE: MIGRATE,
}


def register(server: Server, session: Session) -> None:
    """Connect the handlers."""

    async def answer(params: types.CodeActionParams) -> list[types.CodeAction] | None:
        state = session.current or await session.state()
        if not state.client.code_action_literals:
            return None
        return await server.workers.run(lambda token: _actions(state, params, token))

    async def resolve(action: types.CodeAction) -> types.CodeAction:
        state = session.current or await session.state()
        match action.data:
            case {"uri": str(uri), "fix": "all"}:
                action.edit = await server.workers.run(lambda token: _fix_all_edit(state, uri, token))
            case _:
                pass
        return action

    server.answer(types.TEXT_DOCUMENT_CODE_ACTION, answer)
    server.answer(types.CODE_ACTION_RESOLVE, resolve)


def _actions(state: State, params: types.CodeActionParams, token: CancelToken) -> list[types.CodeAction]:
    uri = params.text_document.uri
    path = state.path_of(uri)
    source = state.source_of(path) if path is not None else None
    if path is None or source is None:
        return []
    report = report_for(state, path, token)
    wanted = [kind for kind in _KINDS if _asked_for(_KINDS[kind], params.context.only)]
    # A `source.` kind is applied without being chosen, so it is offered only to who asks for it by name.
    if params.context.only is None:
        wanted = [kind for kind in wanted if not _KINDS[kind].startswith("source.")]
    span = range_span(source, params.range, state.client.encoding)
    found = actions(state.snapshot, path, report, span, frozenset(wanted), token)
    offered = [converted for action in found if (converted := _converted(state, uri, action, token)) is not None]
    return _about(params.context.diagnostics, offered)


def _about(named: Sequence[types.Diagnostic], offered: list[types.CodeAction]) -> list[types.CodeAction]:
    """What is about the diagnostics that the client names, if it names some and all are ours; refactorings are, too.

    Kate asks about one diagnostic with the whole file as the range. Other tools' diagnostics may hide ours, and a
    client may know older places than we do: then everything in the range counts.
    """
    if not named or any(one.source != SOURCE_NAME for one in named):
        return offered
    places = [(one.code, one.range) for one in named]
    strangers = [one for one in offered if one.diagnostics and not _has_one_at(places, one.diagnostics)]
    about = [one for one in offered if one not in strangers]
    return about if any(one.diagnostics for one in about) else offered


def _has_one_at(places: Sequence[tuple[object, types.Range]], diagnostics: Sequence[types.Diagnostic]) -> bool:
    return any((one.code, one.range) in places for one in diagnostics)


def _asked_for(kind: str, only: Sequence[types.CodeActionKind | str] | None) -> bool:
    """Whether a kind is one of those asked for, or below one (LSP, CodeActionContext.only)."""
    if only is None:
        return True
    asked = [one.value if isinstance(one, types.CodeActionKind) else one for one in only]
    return any(one in ("", kind) or kind.startswith(f"{one}.") for one in asked)


def _converted(state: State, uri: str, action: Action, token: CancelToken) -> types.CodeAction | None:
    result = types.CodeAction(
        title=action.title,
        kind=_KINDS[action.kind],
        diagnostics=diagnostics_of(state, action.path, action.findings) or None,
        is_preferred=True if action.preferred and state.client.preferred_actions else None,
    )
    if action.edits is not None:
        result.edit = workspace_edit(state, action.edits)
    elif state.client.code_action_resolve:
        result.data = {"uri": uri, "fix": "all"}
        return result
    else:
        result.edit = _fix_all_edit(state, uri, token)
    return result if result.edit is not None else None


def _fix_all_edit(state: State, uri: str, token: CancelToken) -> types.WorkspaceEdit | None:
    path = state.path_of(uri)
    if path is None:
        return None
    edits = fix_all(state.snapshot, path, select(state.snapshot.settings_of(path)), token)
    return workspace_edit(state, edits) if edits else None
