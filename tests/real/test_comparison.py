"""The comparison itself sees every kind of difference."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from real.comparison import compare

FIXTURE = {"file": "/p/tests/conftest.py", "line": 4, "scope": "session", "autouse": False, "kind": "coroutine"}
TRUTH = {
    "errors": {},
    "tests": [
        {
            "id": "tests/test_a.py::test_a", "file": "/p/tests/test_a.py", "line": 3, "static": True,
            "runner": "anyio", "loop_scope": None,
            "variants": [[["one", FIXTURE], ["none", None], ["value", "parametrize"]]],
        }
    ],
}  # fmt: skip
SAID = {
    "root": "/p",
    "tests": [
        {
            "id": "tests/test_a.py::test_a", "file": "tests/test_a.py", "line": 3, "runner": "anyio",
            "loop_scope": None, "fixtures": {
                "one": {**FIXTURE, "file": "tests/conftest.py"},
                "value": {"unknown": "a hook may give it"},
                "none": {"unknown": "no fixture of that name is visible"},
            },
        }
    ],
}  # fmt: skip


def test_equal_is_right() -> None:
    found = compare(TRUTH, SAID)
    assert (found.differences, found.tests, found.given, found.requests, found.right) == ({}, 1, 1, 2, 2)
    assert not found.unknown


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("collected by pytest, not listed", lambda said: said["tests"].pop()),
        ("listed twice", lambda said: said["tests"].append(said["tests"][0])),
        (
            "not collected by pytest",
            lambda said: said["tests"].append({**said["tests"][0], "id": "tests/test_a.py::b"}),
        ),
        ("place", lambda said: said["tests"][0].update(line=4)),
        ("runner", lambda said: said["tests"][0].update(runner=None)),
        ("loop scope", lambda said: said["tests"][0].update(loop_scope="module")),
        ("closure", lambda said: said["tests"][0]["fixtures"].update(one=said["tests"][0]["fixtures"].pop("one"))),
        ("closure", lambda said: said["tests"][0]["fixtures"].pop("one")),
        ("wrong", lambda said: said["tests"][0]["fixtures"]["one"].update(file="conftest.py")),
        ("wrong", lambda said: said["tests"][0]["fixtures"]["one"].update(autouse=True)),
        ("wrong", lambda said: said["tests"][0]["fixtures"].update(none=FIXTURE)),
        ("closure", lambda said: said["tests"][0]["fixtures"].update(value=FIXTURE)),
    ],
)
def test_each_difference_is_seen(kind: str, change: Callable[[dict[str, Any]], object]) -> None:
    said = copy.deepcopy(SAID)
    change(said)
    assert set(compare(TRUTH, said).differences) == {kind}


def test_unknown_is_counted_by_cause() -> None:
    said = copy.deepcopy(SAID)
    said["tests"][0]["fixtures"]["one"] = {"unknown": "computed"}
    found = compare(TRUTH, said)
    assert (found.differences, found.right, dict(found.unknown)) == ({}, 1, {"`one`: computed": 1})
