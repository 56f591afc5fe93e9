import importlib.util
import sys
from pathlib import Path, PurePath

import pytest

from loopscope.host.files import DiskFiles
from loopscope.workspace.modules import find_module, module_name


@pytest.fixture
def roots(tmp_path: Path) -> tuple[Path, Path]:
    for name in (
        "one/package/__init__.py", "one/package/inner.py", "one/package/sub/__init__.py",
        "one/both.py", "one/both/__init__.py",
        "one/space/first.py", "two/space/second.py", "two/package/only_here.py", "two/late.py", "one/late/data.txt",
        "one/stub.pyi", "one/module.py", "two/module/child.py", "two/space/deep/er/mod.py",
        "one/mixed/hidden.py", "two/mixed/__init__.py", "two/mixed/seen.py", "one/space/deep/x.txt",
    ):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path / "one", tmp_path / "two"


@pytest.mark.parametrize(
    "dotted",
    ["package", "package.inner", "package.sub", "package.only_here", "both", "space.first",
     "space.second", "space", "late", "stub", "module", "module.child", "space.deep.er.mod", "space.deep",
     "none", "none.none", "package.inner.x", "mixed", "mixed.hidden", "mixed.seen"],
)  # fmt: skip
def test_modules_are_found_where_python_finds_them(
    roots: tuple[Path, Path], dotted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [str(root) for root in roots])
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    try:
        spec = importlib.util.find_spec(dotted)
    except ModuleNotFoundError:
        spec = None
    expected = PurePath(spec.origin) if spec and spec.origin else None
    assert find_module(DiskFiles(roots), dotted, roots) == expected


@pytest.mark.parametrize("dotted", ["", ".", "package.", ".package", "../two/late", "package/inner", "a b", "\0"])
def test_what_is_no_name_is_no_module(roots: tuple[Path, Path], dotted: str) -> None:
    assert find_module(DiskFiles(roots), dotted, roots) is None


def test_editable_hooks_are_asked_last(roots: tuple[Path, Path]) -> None:
    one, two = roots
    files = DiskFiles(roots)
    editable = {
        "package": two / "package", "mapped": one / "package", "mapped.deep": two / "space", "file": one / "module",
        "impl": one / "package" / "__init__.py", "gone": one / "gone",
    }  # fmt: skip
    for dotted, path in {
        "package": one / "package/__init__.py",
        "mapped": one / "package/__init__.py",
        "mapped.inner": one / "package/inner.py",
        "mapped.deep.second": two / "space/second.py",
        "file": one / "module.py",
        "impl": one / "package/__init__.py",
        "impl.inner": one / "package/inner.py",
        "gone": None,
        "mapped.none": None,
    }.items():
        assert find_module(files, dotted, roots, editable) == path, dotted


def test_the_name_of_a_file() -> None:
    roots = (PurePath("/r/src"), PurePath("/r"))
    assert module_name(PurePath("/r/src/a/b.py"), roots) == "a.b"
    assert module_name(PurePath("/r/src/a/__init__.py"), roots) == "a"
    assert module_name(PurePath("/r/tests/test_a.py"), roots) == "tests.test_a"
    assert module_name(PurePath("/r/not-a-name/a.py"), roots) is None
    assert module_name(PurePath("/r/__init__.py"), roots) is None
    assert module_name(PurePath("/other/a.py"), roots) is None
