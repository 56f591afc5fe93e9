"""Answers to what rules ask beside the analysis: jedi's, kept on disk by what they depend on."""

import os
from collections.abc import Mapping
from typing import cast

from loopscope.host.cache import Cache, content_key, open_cache
from loopscope.semantics.ask import answer_from, identity_of, request_for
from loopscope.semantics.process import JediProcess
from loopscope.workspace.cancel import CancelToken
from loopscope.workspace.oracle import Answer, Answers, Question
from loopscope.workspace.snapshot import Snapshot


class Oracle:
    """Asks jedi in a process of its own. May be asked from one thread at a time."""

    def __init__(self, cache: Cache | None = None, process: JediProcess | None = None) -> None:
        self._cache = open_cache(os.environ) if cache is None else cache
        self._process = JediProcess() if process is None else process

    def answers(self, snapshot: Snapshot, token: CancelToken) -> Answers:
        """Answers to all open questions of a snapshot. Raises `Cancelled` between two of them, when asked to."""
        found: Answers = {}
        for question in snapshot.questions:
            token.check()
            found[question] = self.answer(snapshot, question)
        return found

    def answer(self, snapshot: Snapshot, question: Question) -> Answer | None:
        """The answer to one question; None when there is none that is certain."""
        identity = identity_of(snapshot, question)
        if identity is None:
            return None
        key = content_key("oracle", *identity)
        kept = self._cache.get(key)
        if isinstance(kept, dict):
            return answer_from(cast("Mapping[str, str]", kept))
        request = request_for(snapshot, question)
        nothing: Mapping[str, str] = {}
        said = nothing if request is None else self._process.ask(request)
        if said is not None:
            self._cache.put(key, dict(said))
        return answer_from(said)

    def stop(self) -> None:
        """End jedi's process for good."""
        self._process.close()
