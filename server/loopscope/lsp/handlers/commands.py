"""workspace/executeCommand: documents about a file, fix-all for the workspace, and pytest's output explained."""

from collections import Counter
from collections.abc import Callable
from pathlib import PurePath
from typing import Any, TypeVar

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams

from loopscope.features import effective, loop_map
from loopscope.features.explained import explained
from loopscope.features.fix_workspace import WorkspaceFixes, fix_workspace
from loopscope.features.status import Status, status
from loopscope.lsp.checks import checked_paths
from loopscope.lsp.convert import workspace_edit
from loopscope.lsp.handlers.announced import EFFECTIVE_CONFIGURATION, EXPLAIN, FIX_WORKSPACE, LOOP_MAP, STATUS
from loopscope.lsp.handlers.places import over_workspace
from loopscope.lsp.server import Server
from loopscope.lsp.session import Session
from loopscope.lsp.state import State
from loopscope.workspace.cancel import CancelToken
from loopscope.workspace.snapshot import Snapshot

T = TypeVar("T")


def register(server: Server, session: Session) -> None:
    """Connect the commands. Those about a file take its URI; a folder's stands for a conftest in it."""

    def about_file(job: Callable[[Snapshot, PurePath], T]) -> Callable[..., Any]:
        async def answer(uri: object = None) -> T | None:
            state = session.current or await session.state()
            path = _path(state, uri)
            if path is None:
                return None
            return await server.workers.run(lambda token: _checked(token, job, state.snapshot, path))

        return answer

    async def fix_all(confirm: object = True) -> int:
        state, fixes = await over_workspace(server, session, "loopscope: fixing the workspace", _fixes)
        edit = _edit(state, fixes, confirm=confirm is not False)
        if edit is not None:
            if not state.client.applies_edits:
                raise JsonRpcException("this client applies no edits", types.LSPErrorCodes.RequestFailed)
            params = types.ApplyWorkspaceEditParams(edit, label="loopscope: fix all in workspace")

            async def send() -> None:
                await server.workspace_apply_edit_async(params)

            # Not awaited: the user may look at the changes for as long as they like.
            server.spawn(send, "applying the fixes")
        return len(fixes.applied)

    async def explain(output: object = None, folder: object = None) -> str:
        if not isinstance(output, str):
            raise JsonRpcInvalidParams("the first argument must be pytest's output, a string")
        state = session.current or await session.state()
        base = _base(state, folder)
        return await server.workers.run(lambda token: _checked(token, explained, state.snapshot, base, output))

    server.answer_command(STATUS, about_file(_status))
    server.answer_command(EFFECTIVE_CONFIGURATION, about_file(_configuration))
    server.answer_command(LOOP_MAP, about_file(_loop_map))
    server.answer_command(FIX_WORKSPACE, fix_all)
    server.answer_command(EXPLAIN, explain)


def _checked(token: CancelToken, job: Callable[..., T], *arguments: object) -> T:
    token.check()
    return job(*arguments)


def _status(snapshot: Snapshot, path: PurePath) -> Status:
    return status(snapshot, path)


def _configuration(snapshot: Snapshot, path: PurePath) -> str:
    return effective.as_markdown(effective.effective(snapshot, path, snapshot.config(path).rootdir))


def _loop_map(snapshot: Snapshot, path: PurePath) -> str | None:
    found = loop_map.loop_map(snapshot, path)
    return None if found is None else loop_map.as_markdown(found)


def _path(state: State, uri: object) -> PurePath | None:
    """The file that a URI names, or the conftest that a folder may have; the first folder's without a URI."""
    path = state.path_of(uri) if isinstance(uri, str) else next(iter(state.snapshot.roots), None)
    return path / "conftest.py" if path is not None and state.snapshot.files.is_dir(path) else path


def _base(state: State, folder: object) -> PurePath:
    path = state.path_of(folder) if isinstance(folder, str) else None
    return path or next(iter(state.snapshot.roots), PurePath("/"))


def _fixes(state: State, token: CancelToken) -> tuple[State, WorkspaceFixes]:
    return state, fix_workspace(state.snapshot, checked_paths(state, token), token)


def _edit(state: State, fixes: WorkspaceFixes, *, confirm: bool) -> types.WorkspaceEdit | None:
    """The edit; each file's changes are to be confirmed where that is wanted and possible. None without changes."""
    edit = workspace_edit(state, fixes.edits) if fixes.edits else None
    if edit is None or edit.document_changes is None or not (confirm and state.client.change_annotations):
        return edit
    rules: dict[str, Counter[str]] = {}
    for finding, _ in fixes.applied:
        rules.setdefault(state.uri_of(finding.path), Counter())[finding.rule] += 1
    annotations: dict[str, types.ChangeAnnotation] = {}
    for change in edit.document_changes:
        if isinstance(change, types.TextDocumentEdit):
            uri = change.text_document.uri
            counted = rules.get(uri, Counter())
            label = f"{counted.total()} safe fix{'' if counted.total() == 1 else 'es'}" if counted else "goes along"
            description = ", ".join(f"{rule} ({count})" if count > 1 else rule for rule, count in counted.items())
            annotations[uri] = types.ChangeAnnotation(label, needs_confirmation=True, description=description or None)
            change.edits = [_annotated(one, uri) for one in change.edits if isinstance(one, types.TextEdit)]
    edit.change_annotations = annotations
    return edit


def _annotated(edit: types.TextEdit, annotation: str) -> types.AnnotatedTextEdit:
    return types.AnnotatedTextEdit(annotation, edit.range, edit.new_text)
