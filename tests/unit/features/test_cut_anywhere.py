"""A file that ends anywhere, or lacks a character, has completions and cards without a crash."""

from loopscope.features.completion import completions, documentation
from loopscope.features.hover import hover
from loopscope.features.signature_help import signatures
from loopscope.features.site import site_at
from loopscope.text.source import Source
from rules.world import ROOT, MemoryFiles, snapshot_of

TEXT = """\
import pytest, pytest_asyncio
pytest_plugins = ["a.b"]
pytestmark = [pytest.mark.asyncio(loop_scope="module")]

@pytest.fixture(params=["asyncio"])
def anyio_backend(request) -> "int":
    return request.getfixturevalue("tmp_path")

class TestA:
    @pytest.mark.parametrize(("a", "anyio_backend"), [(1, 2)], indirect=["anyio_backend"])
    @pytest.mark.usefixtures("tmp_path")
    async def test_x(self, a, anyio_backend, *, b=1):
        def inner(): return anyio_backend
        assert await tmp_path.x(a, f"{b}")

async def test_y(caplog, monkeypatch):
    first = [caplog.records, (monkeypatch.setenv("A", value="b")), d[caplog.at_level(level=1)]]
"""


def test_every_cut_and_every_gap() -> None:
    path = ROOT / "test_a.py"
    snapshot = snapshot_of({"test_a.py": TEXT, "conftest.py": ""})
    files = snapshot.files
    assert isinstance(files, MemoryFiles)
    offered = described = 0
    for offset in range(len(TEXT)):
        for text in (TEXT[:offset], TEXT[:offset] + TEXT[offset + 1 :]):
            files.texts[path] = text
            snapshot = snapshot.after([path])
            site = site_at(snapshot, path, Source(text), offset)
            assert site is not None
            hover(site)
            described += len(signatures(site))
            found = completions(site)
            offered += bool(found)
            for one in found:
                span = one.span or site.cursor.word
                assert offset in span
                assert all(edit.span.end <= span.start for edit in one.edits)
            if found:
                documentation(site, found[0])
    assert offered > len(TEXT) // 2
    assert described > 0
