"""Small projects in memory with a cursor, and the search over them; `⟦…⟧` marks what is expected."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from loopscope.host.search import holds, imports_in
from loopscope.text.span import Span
from loopscope.workspace.snapshot import Snapshot
from rules.world import ROOT, snapshot_of

CURSOR = "‸"
_FILE = re.compile(r"^# file: (.+)\n", re.MULTILINE)


class MemorySearch:
    """`Search` over texts."""

    def __init__(self, texts: Mapping[PurePath, str]) -> None:
        self.texts = {path: text.encode() for path, text in texts.items() if path.suffix == ".py"}

    def mentioning(self, word: str) -> Iterator[PurePath]:
        return (path for path, data in self.texts.items() if holds(data, word.encode()))

    def importing(self, modules: Collection[str], names: Collection[str]) -> Iterator[PurePath]:
        wanted = frozenset(one.encode() for one in modules), frozenset(one.encode() for one in names)
        return (path for path, data in self.texts.items() if imports_in(data).take(*wanted))


@dataclass(frozen=True)
class Project:
    """The files without marks, the snapshot of them, and where the cursor and the marks were."""

    texts: dict[PurePath, str]
    snapshot: Snapshot
    search: MemorySearch
    path: PurePath
    offset: int
    marked: frozenset[tuple[str, int, str]]
    """File, 1-based line and text of each `⟦…⟧`, in no order; see `shown`."""

    def shown(self, places: Iterable[tuple[PurePath, Span]]) -> list[tuple[str, Span, str]]:
        """Places as file, span and text, sorted."""
        return sorted(
            (path.relative_to(ROOT).as_posix(), span, self.texts[path][slice(*span)]) for path, span in places
        )

    @property
    def expected(self) -> list[tuple[str, Span, str]]:
        """The marked places as `shown` gives them."""
        return sorted((file, Span(start, start + len(text)), text) for file, start, text in self.marked)


def project(text: str) -> Project:
    """The project of a text: files follow lines `# file: path`; what stands before the first is `test_a.py`."""
    pieces = _FILE.split(text if _FILE.match(text) else f"# file: test_a.py\n{text}")[1:]
    texts: dict[PurePath, str] = {}
    marked: set[tuple[str, int, str]] = set()
    path, offset = PurePath(), -1
    for name, body in zip(pieces[::2], pieces[1::2], strict=True):
        if CURSOR in body:
            before = body[: body.index(CURSOR)]
            path, offset = ROOT / name, len(re.sub("[⟦⟧]", "", before))
            body = body.replace(CURSOR, "")  # noqa: PLW2901  the body without its marks goes on
        while (match := re.search("⟦([^⟧]*)⟧", body)) is not None:
            marked.add((name, match.start(), match[1]))
            body = body[: match.start()] + match[1] + body[match.end() :]  # noqa: PLW2901
        texts[ROOT / name] = body
    snapshot = snapshot_of({one.relative_to(ROOT).as_posix(): body for one, body in texts.items()})
    return Project(texts, snapshot, MemorySearch(texts), path, offset, frozenset(marked))
