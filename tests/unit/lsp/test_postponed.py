"""lsprotocol's types, completed one by one, are what they are when they are all made at once."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

_SHOW = """
import sys
{first}
import attrs
from lsprotocol import converters, types
converters.get_converter()
for name, each in sorted(types.ALL_TYPES_MAP.items()):
    if isinstance(each, type) and attrs.has(each):
        shown = [(a.name, a.type, a.default, a.validator is None, a.eq, a.init) for a in attrs.fields(each)]
        print(name, each.__match_args__, shown)
        print(*sorted(set(vars(each)) - {{"__slots__", "__getstate__", "__setstate__", "__dict__", "__weakref__"}}))
"""


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout


def test_every_type_has_the_fields_and_methods_that_attrs_gives_it() -> None:
    postponed = run(_SHOW.format(first="import loopscope.lsp.main"))
    assert postponed.count("\n") > 1000
    # With slots, fields are members of the class as well.
    plain = run(_SHOW.format(first=""))
    for ours, theirs in zip(postponed.splitlines(), plain.splitlines(), strict=True):
        if ours.startswith("__"):
            assert set(ours.split()) <= set(theirs.split())
        else:
            assert ours == theirs


def test_importing_the_server_completes_few_of_them() -> None:
    counted = run(
        "import loopscope.lsp.main\n"
        "from lsprotocol import types\n"
        "print(*[type(each).__name__ for each in vars(types).values() if isinstance(each, type)])"
    ).split()
    assert counted.count("_Postponed") > 450
    assert counted.count("_Completed") < 30


def test_instances_are_made_compared_and_shown_as_ever() -> None:
    from lsprotocol import types

    place = types.Location("file:///a", types.Range(types.Position(1, 2), types.Position(3, 4)))
    assert place == types.Location(range=types.Range(types.Position(1, 2), types.Position(3, 4)), uri="file:///a")
    assert place != types.Location("file:///b", place.range)
    assert types.Position(1, 2) < types.Position(1, 3)
    assert repr(place) == "file:///a:1:2-3:4"
    assert "will_save=True" in repr(types.TextDocumentSyncOptions(will_save=True))
    with pytest.raises(TypeError):
        types.Location()  # type: ignore[call-arg]
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = types.UnchangedDocumentDiagnosticReport.nothing  # type: ignore[attr-defined]


def test_threads_may_need_a_type_at_the_same_time() -> None:
    from lsprotocol import types

    kinds = [types.LinkedEditingRanges, types.Moniker, types.InlineValueText, types.SelectionRange, types.FoldingRange]
    here = types.Range(types.Position(0, 0), types.Position(0, 1))
    given = [
        {"ranges": []},
        {"scheme": "a", "identifier": "b", "unique": types.UniquenessLevel.Document},
        {"range": here, "text": "a"},
        {"range": here},
        {"start_line": 1, "end_line": 2},
    ]
    together = threading.Barrier(4)

    def make(_: int) -> list[object]:
        together.wait(10)
        return [kind(**fields) for kind, fields in zip(kinds, given, strict=True)]

    with ThreadPoolExecutor(4) as pool:
        first, *others = pool.map(make, range(4))
    assert all(other == first for other in others)
