"""The state of one session. It changes on the event loop only, and each change makes a new frozen `State`."""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path, PurePath
from typing import cast

from lsprotocol import types

from loopscope.host.cache import open_cache
from loopscope.host.files import DiskFiles, OverlayFiles
from loopscope.host.garbage import settle
from loopscope.host.outlines import PostponedOutlines
from loopscope.host.witness import Witness
from loopscope.lsp.checks import diagnostics_of, shown_findings
from loopscope.lsp.client import Client, client_of
from loopscope.lsp.documents import Document, changed, opened
from loopscope.lsp.kept import Kept
from loopscope.lsp.log import LOG
from loopscope.lsp.oracle import Oracle
from loopscope.lsp.project import Editor, EditorSettings, Project, after, new_snapshot, read_projects
from loopscope.lsp.publish import Publisher
from loopscope.lsp.server import Server
from loopscope.lsp.state import State
from loopscope.lsp.uris import path_of
from loopscope.rules import RULES, load
from loopscope.workspace.cancel import CancelToken
from loopscope.workspace.snapshot import Snapshot

TEXTS_KEPT = 3_000_000
"""How many bytes of files that are not open are remembered: after the first check of a file few are read again."""
AT_ONCE = 8
"""How many changed files are looked at between two messages; more take a while."""


class Session:
    """Documents, folders and settings as the client reports them, and the snapshot made of them."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.publisher = Publisher(server, self.first_diagnostics, self._checked)
        self.oracle = Oracle()
        self._asking: asyncio.Task[None] | None = None
        self.client = Client()
        self.folders: tuple[PurePath, ...] = ()
        self.initial_settings: Mapping[str, object] = {}
        self.editor = Editor()
        self._disk = Witness(DiskFiles((), memo_bytes=TEXTS_KEPT))
        self._outlines = PostponedOutlines(open_cache(os.environ))
        self._complete = self._settled = False
        self.can_wait: list[Callable[[], object]] = [partial(load, rule) for rule in RULES]
        """What is done once the first diagnostics are published."""
        self._kept: Kept | None = None
        self._begun: set[PurePath] = set()
        self._to_keep: set[PurePath] = set()
        self._documents: dict[str, Document] = {}
        self._state: State | None = None
        self._ready = asyncio.Event()
        self._reading = asyncio.Lock()
        self._projects: tuple[Project, ...] = ()
        self.announced: tuple[str, ...] = ()
        """What the log has said of the projects."""

    def initialize(self, params: types.InitializeParams) -> None:
        """Take over what `initialize` says."""
        self.client = client_of(params)
        named = params.workspace_folders
        uris = [folder.uri for folder in named] if named else [params.root_uri] if params.root_uri else []
        if not uris and params.root_path:
            self.folders = (PurePath(Path(params.root_path).absolute()),)
        else:
            self.folders = tuple(path for path in map(path_of, uris) if path is not None)
        options = params.initialization_options
        if isinstance(options, dict):
            self.initial_settings = settings_in(cast("dict[str, object]", options))
            self.editor = Editor(EditorSettings(self.initial_settings))

    async def state(self) -> State:
        """The session as it is now; once the projects are read, at the beginning."""
        if self._state is None:
            await self._ready.wait()
        assert self._state is not None
        return self._state

    @property
    def current(self) -> State | None:
        """The session as it is now; None before the projects are read."""
        return self._state

    async def reload(self) -> tuple[Project, ...]:
        """Read the environments of all folders and make a new snapshot; returns what was found, folder by folder.

        One reading after the other: what was asked for last is what counts.
        """
        async with self._reading:
            folders, editor = self.folders, self.editor
            projects = await self.server.workers.run(lambda token: read_projects(folders, editor, self._disk, token))
            self._projects = projects
            self._kept = Kept(open_cache(os.environ), self._disk, projects, editor)
            opened_paths = {document.path for document in self._documents.values()}
            self._install(new_snapshot(self._files(), projects, editor, opened_paths, self._outlines))
            self._ready.set()
            self._check_everything()
            return projects

    def open(self, item: types.TextDocumentItem) -> None:
        """Take over a document that the client opened; opening it again replaces it."""
        document = opened(item)
        self._documents[document.uri] = document
        if self._disk.read(document.path) == document.text:
            self.publisher.opened_as_saved(document)
            self._to_keep.add(document.path)
        self._text_changed(document)

    def change(self, params: types.DidChangeTextDocumentParams) -> None:
        """Apply changes to an open document; those to one that is not open are dropped, and said so."""
        identifier = params.text_document
        document = self._documents.get(identifier.uri)
        if document is None:
            LOG.warning("A change of %s was dropped: the document is not open.", identifier.uri)
            return
        document = changed(document, identifier.version, params.content_changes, self.client.encoding)
        self._documents[document.uri] = document
        self._text_changed(document)

    def close(self, uri: str) -> None:
        """Forget a document: from here on the disk has its text."""
        document = self._documents.pop(uri, None)
        if document is not None and self._state is not None:
            self._disk.forget(document.path)
            self._install(after(self._state.snapshot, self._files(), (document.path,), self.editor))
            self.publisher.document_closed(self._state, document)

    def saved(self, uri: str) -> None:
        """Notice that the disk has an open document's text now."""
        document = self._documents.get(uri)
        if document is not None:
            self._disk.forget(document.path)
            self._to_keep.add(document.path)
            if self._state is not None and document.path in self._state.reports:
                self._keep(self._state, document.path)

    def folders_changed(self, added: Sequence[PurePath], removed: Sequence[PurePath]) -> None:
        """Take over another set of workspace folders; `reload` makes it count."""
        self.folders = tuple(dict.fromkeys((*(one for one in self.folders if one not in removed), *added)))

    def files_changed(self, paths: Sequence[PurePath]) -> None:
        """Look at files again that changed on disk, came or went. Of an open one the editor's text counts."""
        for path in paths:
            self._disk.forget(path)
        opened_paths = {document.path for document in self._documents.values()}
        closed = [path for path in paths if path not in opened_paths]
        if self._state is None or not closed:
            return
        if len(closed) > AT_ONCE:
            self.server.spawn(lambda: self._look_again(closed), "looking at changed files")
            return
        self._install(after(self._state.snapshot, self._files(), closed, self.editor))
        self._check_everything()

    async def _look_again(self, paths: Sequence[PurePath]) -> None:
        """As `files_changed`, for as many as another branch brings: beside the messages, again if one was quicker."""
        while self._state is not None:
            base, files, editor = self._state.snapshot, self._files(), self.editor
            made = await self.server.workers.run(partial(_after, base, files, paths, editor))
            if self._state.snapshot is base:
                self._install(made)
                self._check_everything()
                return

    def is_environment_file(self, path: PurePath) -> bool:
        """Whether a file belongs to the environment of one of the projects, so that it must be read again."""
        return any(
            project.is_pinned_by(path) or any(path.is_relative_to(place) for place in project.watched)
            for project in self._projects
        )

    def watched_places(self) -> tuple[PurePath, ...]:
        """Where the packages of the projects are installed."""
        return tuple(dict.fromkeys(place for project in self._projects for place in project.watched))

    def _text_changed(self, document: Document) -> None:
        if self._state is not None:
            self._install(after(self._state.snapshot, self._files(), (document.path,), self.editor))
            self.publisher.document_changed(self._state, document)

    def _check_everything(self) -> None:
        if self._state is not None:
            self.publisher.everything_changed(self._state)

    async def first_diagnostics(self, state: State, path: PurePath) -> list[types.Diagnostic] | None:
        """What the session before found in an open file, where that still holds; None, too, when asked again."""
        kept = self._kept
        if kept is None or path in self._begun:
            return None
        self._begun.add(path)
        found = await self.server.workers.run(lambda _: kept.findings(state, path))
        return None if found is None else diagnostics_of(state, path, found)

    def _checked(self, state: State, path: PurePath) -> None:
        self.answer_later()
        self._keep(state, path)
        if self._outlines.waits or not self._complete:
            self._complete = True
            self.server.spawn(lambda: self.server.workers.run(self._catch_up), "doing what could wait")

    def _catch_up(self, token: CancelToken) -> None:
        """Do what the first diagnostics need not wait for: write outlines, import what was not needed."""
        self._outlines.write()
        for work in self.can_wait:
            token.check()
            work()
        if not self._settled:
            self._settled = True
            settle()

    def _keep(self, state: State, path: PurePath) -> None:
        kept = self._kept
        if kept is not None and path in self._to_keep:
            self._to_keep.discard(path)

            def keep(token: CancelToken) -> None:
                kept.keep(state, path, shown_findings(state, path, token))

            self.server.spawn(lambda: self.server.workers.run(keep), f"keeping what was found in {path}")

    def answer_later(self) -> None:
        """Ask the oracle what neither rules nor requests could tell, beside everything else."""
        idle = self._asking is None or self._asking.done()
        if idle and self._state is not None and self._state.snapshot.questions:
            self._asking = self.server.spawn(self._ask, "asking for the types of fixtures")

    async def _ask(self) -> None:
        """Take over the answers; check again when there are new ones."""
        while self._state is not None and self._state.snapshot.questions:
            asked = self._state.snapshot
            answers = await self.server.workers.run(partial(self.oracle.answers, asked))
            current = self._state.snapshot
            answered = current.answered(answers)
            if answered is not current:
                self._install(answered)
            if answered.knows_more_than(current):
                self._check_everything()
                if self.client.refreshes_hints:
                    await self.server.workspace_inlay_hint_refresh_async(None)

    def _install(self, snapshot: Snapshot) -> None:
        by_path = {document.path: document for document in self._documents.values()}
        self._state = State(self.client, dict(self._documents), snapshot, by_path)

    def _files(self) -> OverlayFiles:
        return OverlayFiles(self._disk, {document.path: document.text for document in self._documents.values()})


def _after(
    base: Snapshot, files: OverlayFiles, paths: Sequence[PurePath], editor: Editor, token: CancelToken
) -> Snapshot:
    token.check()
    return after(base, files, paths, editor)


def settings_in(options: Mapping[str, object]) -> Mapping[str, object]:
    """loopscope's settings in what a client sends: below `settings` or `loopscope`, or as they are."""
    for key in ("settings", "loopscope"):
        inner = options.get(key)
        if isinstance(inner, dict):
            return settings_in(cast("dict[str, object]", inner))
    return options
