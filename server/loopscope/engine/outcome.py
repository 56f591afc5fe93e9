"""What pytest printed, cut into the pieces that belong to one test each. Never raises: any text will do."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

_NOISE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|^\d{4}-\d\d-\d\dT[\d:.]+Z |^INTERNALERROR> ?|\r$")
_SECTION = re.compile(r"={3,} (?P<title>.+?) ={3,}$")
_TITLE = re.compile(
    r"_{2,} (?:ERROR (?:at (?P<phase>setup|teardown) of|(?P<collecting>collecting)) )?(?P<name>\S.*?) _{2,}$"
)
_SUMMARY = re.compile(r"(?:FAILED|ERROR|XFAIL|XPASS|SUBFAIL\S*) (?P<nodeid>\S.*?)(?: - (?P<message>.*))?$")
_SKIPPED = re.compile(r"SKIPPED \[\d+\] (?P<message>.*)$")
_PATH = r"(?P<path>(?:[A-Za-z]:)?[^\s:\"'<>|][^:\"'<>|\n]*\.(?:pyi?|ini|cfg|toml))"
_PLACES = (
    re.compile(rf"(?:[>E]\s+)?{_PATH}:(?P<line>\d+)(?::|$|\s)"),
    re.compile(rf"(?:[>E]\s+)?[Ff]ile \"?{_PATH}\"?, line (?P<line>\d+)"),
)
_ARGUMENT = re.compile(r"\w+ = ")
_GROUPED = re.compile(r"\s+(?:\| )+(?P<said>[\w.]*(?:Error|Exception|Group|Interrupt|Exit)\b.*)$")
_FOREIGN = re.compile(r"site-packages|dist-packages|[/\\][Ll]ib[/\\]python3|^<")


class Place(NamedTuple):
    """A line of a file that the output names, as it is written there; `line` is 1-based, None when only the file is."""

    path: str
    line: int | None = None


class Piece(NamedTuple):
    """Lines about one test. `test` is its nodeid, as far as it is known: only its name in some cases, "" for none.

    `phase` is "setup", "teardown", "collecting" or "". `places` are those in the project's own files, in order;
    `said` are the lines that are messages, not source code or places.
    """

    test: str
    phase: str
    said: tuple[str, ...]
    places: tuple[Place, ...] = ()

    @property
    def place(self) -> Place | None:
        """The line to look at: the innermost one in the file of the test, else in any file of the project."""
        file = self.test.partition("::")[0]
        of_test = [place for place in self.places if file and place.path.replace("\\", "/").endswith(file)]
        if of_test or self.places:
            return (of_test or self.places)[-1]
        return Place(file) if file.endswith(".py") else None


def pieces(text: str) -> tuple[Piece, ...]:
    """The pieces of an output in its order; one for a text that is no whole output of pytest.

    The lines of the short summary are pieces of their own for tests that the output says nothing else about.
    """
    lines = [_NOISE.sub("", line).rstrip() for line in text.split("\n")]
    nodeids = _Nodeids(lines)
    found: list[Piece] = []
    section = ""
    start = 0
    for end, line in enumerate([*lines, "=== end ==="]):
        header = _SECTION.match(line)
        if header is None and not (_in_reports(section) and _TITLE.match(line)):
            continue
        found += _cut(section, lines[start:end], nodeids)
        start = end
        section = header["title"].strip() if header is not None else section
    told = {piece.test for piece in found}
    return (*found, *(piece for piece in _summaries(lines) if not piece.test or piece.test not in told))


def _in_reports(section: str) -> bool:
    return section in ("FAILURES", "ERRORS", "XFAILURES", "PASSES")


def _cut(section: str, lines: Sequence[str], nodeids: "_Nodeids") -> Iterator[Piece]:
    """The pieces of the lines of one section, or of one report in it; the first line is their heading."""
    if section.startswith("warnings summary"):
        yield from _warnings(lines)
    elif section.startswith("short test summary"):
        return
    else:
        title = _TITLE.match(lines[0]) if lines else None
        places = tuple(_places(lines))
        phase = "" if title is None else title["phase"] or title["collecting"] or ""
        test = "" if title is None else nodeids.take(title["name"], places)
        said = tuple(_said(lines, structured=title is not None))
        if said:
            yield Piece(test, phase, said, places)


def _said(lines: Sequence[str], *, structured: bool) -> Iterator[str]:
    """The lines that are messages. In a report these are marked with E or not indented; the rest is source code."""
    for line in lines:
        summary = _SUMMARY.match(line)
        if summary is not None and summary["message"]:
            continue
        grouped = _GROUPED.match(line)
        if grouped is not None:
            yield grouped["said"]
        elif line.startswith("E "):
            yield line[1:].strip()
        elif not structured or not (line.startswith((" ", ">", "\t", "_")) or _ARGUMENT.match(line)):
            yield line.strip()


def _warnings(lines: Sequence[str]) -> Iterator[Piece]:
    """One piece for each warning: the tests that it belongs to, then itself, indented."""
    tests: list[str] = []
    said: list[str] = []
    for line in [*lines[1:], ""]:
        if line.startswith((" ", "\t")):
            said.append(line.strip())
            continue
        if said:
            first = next((test for test in tests if "::" in test), "")
            yield Piece(first, "", tuple(said), tuple(_places([*tests, *said])))
            tests, said = [], []
        if line:
            tests.append(line)


def _summaries(lines: Iterable[str]) -> Iterator[Piece]:
    for line in lines:
        skipped = _SKIPPED.match(line)
        failed = _SUMMARY.match(line)
        if skipped is not None:
            yield Piece("", "", (skipped["message"],), tuple(_places([skipped["message"]])))
        elif failed is not None and failed["message"]:
            yield Piece(failed["nodeid"], "", (failed["message"],))


def _places(lines: Iterable[str]) -> Iterator[Place]:
    for line in lines:
        for pattern in _PLACES:
            match = pattern.match(line.strip(" \t|"))
            if match is not None and not _FOREIGN.search(match["path"]):
                yield Place(match["path"], int(match["line"]))
                break


class _Nodeids:
    """The nodeids of the short summary by the titles of their reports (`TestIt.test_a`), each given out once."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._by_title: dict[str, list[str]] = {}
        for line in lines:
            match = _SUMMARY.match(line)
            if match is not None and "::" in match["nodeid"]:
                title = match["nodeid"].partition("::")[2].replace("::", ".")
                self._by_title.setdefault(title, []).append(match["nodeid"])

    def take(self, title: str, places: Sequence[Place]) -> str:
        """The nodeid of the next report with that title, preferably of a file that the report names."""
        known = self._by_title.get(title, [])
        named = [nodeid for nodeid in known if any(_names(place, nodeid) for place in places)]
        if not known:
            return title
        chosen = (named or known)[0]
        known.remove(chosen)
        return chosen


def _names(place: Place, nodeid: str) -> bool:
    return place.path.replace("\\", "/").endswith(nodeid.partition("::")[0])
