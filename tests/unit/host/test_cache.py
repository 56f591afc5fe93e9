import pickle
import sys
from pathlib import Path, PurePath

import pytest

from loopscope.host.cache import Cache, cache_directory, content_key, open_cache
from loopscope.text.files import Entry
from loopscope.text.span import Span

KEY = content_key("outline", b"def test(): ...")
VALUE = {"dots": ..., "word": "unmistakable", "a": (Span(0, 3), Entry("x", True)), "b": [frozenset({1}), {2}, None]}


def stored(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file()]


class Planted:
    """Would write a marker file when unpickled."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.marker,)


def test_what_was_put_is_there_for_the_next_run(tmp_path: Path) -> None:
    Cache(tmp_path / "f").put(KEY, VALUE)
    assert Cache(tmp_path / "f").get(KEY) == VALUE
    assert Cache(tmp_path / "f").get(content_key("other")) is None


def test_keys_differ_whenever_a_part_does() -> None:
    keys = [
        content_key("ab", "c"),
        content_key("a", "bc"),
        content_key("abc"),
        content_key("ab", "c", ""),
        content_key("\ud800"),
    ]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-1],
        lambda _: b"",
        lambda data: data.replace(b"unmistakable", b"unmistakably"),
        lambda data: data[:20] + b"X" + data[21:],
    ],
)
def test_a_damaged_entry_is_absent_and_removed(tmp_path: Path, damage: object) -> None:
    Cache(tmp_path / "f").put(KEY, VALUE)
    (path,) = stored(tmp_path)
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    assert Cache(tmp_path / "f").get(KEY) is None
    assert stored(tmp_path) == []


def test_an_entry_that_would_run_code_is_refused_and_removed(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    cache = Cache(tmp_path / "f")
    cache.put(KEY, Planted(marker))
    assert cache.get(KEY) is None
    assert not marker.exists()
    assert stored(tmp_path) == []
    # The same bytes do run for a plain unpickler, so the refusal is what stopped them.
    pickle.loads(pickle.dumps(Planted(marker)))
    assert marker.exists()


@pytest.mark.parametrize(
    "name",
    [("builtins", "eval"), ("builtins", "getattr"), ("builtins", "NotImplemented"),
     ("loopscope.text.files", "PurePath"),
     ("loopscope.host.cache", "Cache"),
     ("loopscope.text.files", "Files.__class__"), ("loopscope.text.none", "X"), ("loopscope.textile", "X")],
)  # fmt: skip
def test_only_listed_builtins_and_own_data_classes_are_named(tmp_path: Path, name: tuple[str, str]) -> None:
    from loopscope.host import cache

    module, attribute = name
    data = (
        b"\x80\x04\x8c"
        + bytes([len(module)])
        + module.encode()
        + b"\x8c"
        + bytes([len(attribute)])
        + attribute.encode()
        + b"\x93."
    )
    Cache(tmp_path / "f").put(KEY, 1)
    (path,) = stored(tmp_path)
    path.write_bytes(cache._digest(data) + data)
    assert Cache(tmp_path / "f").get(KEY) is None
    assert stored(tmp_path) == []


def test_where_nothing_can_be_written_entries_live_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for directory in (None, tmp_path / "file" / "below"):
        cache = Cache(directory)
        cache.put(KEY, VALUE)
        assert cache.get(KEY) == VALUE
        assert cache.get(b"other") is None


def test_the_directory_stays_below_its_bound_and_keeps_what_was_used_last(tmp_path: Path) -> None:
    import os

    old = Cache(tmp_path / "old-format")
    for number in range(50):
        old.put(bytes([number]), "x" * 1000)
    for path in stored(tmp_path):
        os.utime(path, (1, 1))
    assert old.get(b"\0") == "x" * 1000  # a use makes it young again
    new = Cache(tmp_path / "format", max_bytes=20_000)
    for number in range(1000):
        new.put(b"tiny %d" % number, None)
    new.put(KEY, VALUE)
    assert sum(path.stat().st_size for path in stored(tmp_path)) <= 30_000
    assert old.get(b"\0") == "x" * 1000
    assert Cache(tmp_path / "format").get(KEY) == VALUE


def test_the_users_cache_directory_by_platform() -> None:
    assert cache_directory({"XDG_CACHE_HOME": "/x", "HOME": "/h"}, platform="linux") == PurePath("/x/loopscope")
    assert cache_directory({"HOME": "/h"}, platform="linux") == PurePath("/h/.cache/loopscope")
    assert cache_directory({"HOME": "/h"}, platform="darwin") == PurePath("/h/Library/Caches/loopscope")
    assert cache_directory({"LOCALAPPDATA": "/l", "HOME": "/h"}, platform="win32") == PurePath("/l/loopscope")
    assert cache_directory({"XDG_CACHE_HOME": "relative"}, platform="linux") is None
    assert cache_directory({}, platform="linux") is None


def test_one_directory_for_each_release_and_python(tmp_path: Path) -> None:
    open_cache({"XDG_CACHE_HOME": str(tmp_path)}).put(KEY, VALUE)
    assert open_cache({"XDG_CACHE_HOME": str(tmp_path)}).get(KEY) == VALUE
    (directory,) = (tmp_path / "loopscope").iterdir()
    assert directory.name.endswith(f"-py{sys.version_info[0]}.{sys.version_info[1]}")
