"""Diagnostics that the server sends unasked: of a document when it changes, of others when what they depend on does."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import PurePath

from lsprotocol import types

from loopscope.host.garbage import resting
from loopscope.lsp.checks import check_document, early_diagnostics
from loopscope.lsp.documents import Document
from loopscope.lsp.server import Server
from loopscope.lsp.state import State
from loopscope.lsp.work import AGAIN_WRITTEN_SECONDS, WRITTEN_SECONDS
from loopscope.workspace.cancel import CancelToken

_AS_SAVED = object()
AT_ONCE_SECONDS = 0.08
"""What was found early is worth sending when it took longer than this: then the whole check takes a multiple."""


class Publisher:
    """One run at a time for each document; a newer one cancels it. All methods belong to the event loop."""

    def __init__(
        self,
        server: Server,
        first: Callable[[State, PurePath], Awaitable[list[types.Diagnostic] | None]],
        on_checked: Callable[[State, PurePath], None],
    ) -> None:
        """`first` may know the diagnostics of a document before it is checked, `on_checked` is called afterwards.

        Rules may have asked what is answered later.
        """
        self._server = server
        self._first = first
        self._on_checked = on_checked
        self._runs: dict[str, asyncio.Task[None]] = {}
        self._sent: dict[str, tuple[int | None, list[types.Diagnostic]]] = {}
        self._outlines: dict[PurePath, tuple[int, object]] = {}
        self._looked_at: dict[PurePath, dict[PurePath, int]] = {}
        self._state: State | None = None
        self._refresh: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._warm: set[PurePath] = set()

    def opened_as_saved(self, document: Document) -> None:
        """Know that a document which is being opened says nothing that the disk did not."""
        self._outlines[document.path] = document.version, _AS_SAVED

    def looked_at(self, state: State, path: PurePath) -> None:
        """Know that questions about a document are answered at once from now on."""
        self._warm.add(path)
        if path in state.by_path:
            self._looked_at[path] = {each.path: each.version for each in state.documents.values() if each.path != path}
        self._on_checked(state, path)

    def document_changed(self, state: State, document: Document) -> None:
        """Check a document that was opened or edited, and then those that depend on what changed in it."""
        self._state = state
        self._start(document)

    def document_closed(self, state: State, document: Document) -> None:
        """Take back what was said of a document, and check those that saw its unsaved text."""
        self._state = state
        self._cancel(document.uri)
        sent = self._sent.pop(document.uri, None)
        if sent is not None and sent[1] and not state.client.pulls_diagnostics:
            self._publish(types.PublishDiagnosticsParams(uri=document.uri, diagnostics=[]))
        self._outlines.pop(document.path, None)
        self._looked_at.pop(document.path, None)
        self.everything_changed(state)

    def everything_changed(self, state: State) -> None:
        """Check every open document again: a file, a setting or the environment changed."""
        self._state = state
        self._others_changed(state, None)

    async def something_new(self) -> None:
        """Returns once something changed that diagnostics may depend on."""
        await self._news.wait()

    def found_otherwise(self, state: State) -> None:
        """Have the client ask again: the check found something else than what it was told at first."""
        self._ask_to_pull(state)

    def is_warm(self, path: PurePath) -> bool:
        """Whether a document was looked at since anything but its text changed: then a question takes no time."""
        return path in self._warm

    def _others_changed(self, state: State, apart_from: str | None) -> None:
        """`state` is the newest: a run for an older version of a document would take the place of the right one."""
        self._warm.clear()
        self._tell_waiting()
        if state.client.pulls_diagnostics:
            self._ask_to_pull(state)
            return
        for document in state.documents.values():
            if document.uri != apart_from:
                self._start(document)

    def _start(self, document: Document) -> None:
        self._cancel(document.uri)
        self._runs[document.uri] = self._server.spawn(lambda: self._run(document), f"checking {document.uri}")

    def _cancel(self, uri: str) -> None:
        run = self._runs.pop(uri, None)
        if run is not None:
            run.cancel()

    async def _run(self, document: Document) -> None:
        pause = AGAIN_WRITTEN_SECONDS if document.path in self._warm else WRITTEN_SECONDS
        with resting():
            await self._check(document)
            await asyncio.sleep(pause)

    async def _check(self, document: Document) -> None:
        await self._server.caught_up()
        state = self._state
        if state is None or document.uri not in state.documents:
            return
        first = None if state.client.pulls_diagnostics else await self._first(state, document.path)
        if first is not None:
            self._send(state, document, first)
        elif not state.client.pulls_diagnostics and document.uri not in self._sent:
            await self._begin(state, document)
        outline, found = await self._server.workers.run(lambda token: _look(state, document, token))
        if not self._is_known_to_others(document, outline):
            self._others_changed(self._state or state, document.uri)
        if found is None:
            self._tell_waiting()
            return
        current = self._state.documents.get(document.uri) if self._state is not None else None
        if current is None or current.version != document.version:
            return
        self.looked_at(state, document.path)
        self._send(state, document, found)

    def _is_known_to_others(self, document: Document, outline: object) -> bool:
        """Whether all documents were checked with what they can see of this version of a document, if at all.

        Some may have been with a version in between that nobody has looked at: what it said may be undone by now.
        """
        path, version = document.path, document.version
        before = self._outlines.get(path)
        self._outlines[path] = version, outline
        seen = [versions for versions in self._looked_at.values() if path in versions]
        expected = (version,) if before is None else (version, before[0])
        between = any(versions[path] not in expected for versions in seen)
        for versions in seen:
            versions[path] = version
        if before is None or between:
            return False
        known = before[1]
        return before[0] == version if known is _AS_SAVED else known is outline or known == outline

    async def _begin(self, state: State, document: Document) -> None:
        """Publish of a document that was just opened what is found before values are looked into, if that takes long.

        All of it is found again by the check that follows.
        """
        began = time.perf_counter()
        early = await self._server.workers.run(lambda token: early_diagnostics(state, document.path, token))
        if early and time.perf_counter() - began > AT_ONCE_SECONDS:
            self._send(state, document, early)

    def _send(self, state: State, document: Document, found: list[types.Diagnostic]) -> None:
        """Publish when the set changed; for a client that reads versions also when only the version did.

        Such a client may put aside what was said of an older version until it hears of the new one, as gopls found.
        """
        version, sent = self._sent.get(document.uri, (None, []))
        if sent == found and (not state.client.diagnostic_versions or version == document.version):
            return
        self._sent[document.uri] = (document.version, found)
        self._publish(types.PublishDiagnosticsParams(document.uri, found, document.version))

    def _publish(self, params: types.PublishDiagnosticsParams) -> None:
        self._server.text_document_publish_diagnostics(params)

    def _tell_waiting(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def _ask_to_pull(self, state: State) -> None:
        if state.client.refreshes_diagnostics and (self._refresh is None or self._refresh.done()):
            self._refresh = self._server.spawn(self._send_refresh, "asking the client to refresh diagnostics")

    async def _send_refresh(self) -> None:
        await self._server.workspace_diagnostic_refresh_async(None)


def _look(state: State, document: Document, token: CancelToken) -> tuple[object, list[types.Diagnostic] | None]:
    """What other files can see of a document, and its diagnostics if the client does not ask for them.

    That is its outline, or its whole text when it is no Python file. In one go: each way to a thread and back costs.
    """
    token.check()
    outline = state.snapshot.outline(document.path) if document.path.suffix == ".py" else document.text
    return outline, None if state.client.pulls_diagnostics else check_document(state, document.path, token)
