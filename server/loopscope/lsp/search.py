"""The search for names over the workspace of one moment: the disk, with the open documents in front."""

from pathlib import PurePath

from loopscope.host.search import Texts, TextSearch
from loopscope.lsp.state import State
from loopscope.workspace.cancel import CancelToken

_TEXTS = Texts()
"""What was found in which version of which file: one for the process, as files are."""


def search_for(state: State, token: CancelToken) -> TextSearch:
    """A search that stops when the token is cancelled. For one request: it looks at the disk once."""
    snapshot = state.snapshot

    def excluded(root: PurePath) -> tuple[str, ...]:
        return tuple(one.value for one in snapshot.settings_of(root).exclude.value)

    documents = {path: document.text for path, document in state.by_path.items()}
    return TextSearch(_TEXTS, snapshot.roots, excluded, documents, token.check)
