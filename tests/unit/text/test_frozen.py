"""Frozen values, with `dataclasses` as the judge."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from loopscope.text.frozen import field, fields_of, frozen, replace


@frozen
class Place:
    line: int
    note: str = ""
    names: list[str] = field(default_factory=list[str])
    seen: object = field(default=None, compare=False)


@dataclasses.dataclass(frozen=True)
class Judge:
    line: int
    note: str = ""
    names: list[str] = dataclasses.field(default_factory=list[str])
    seen: object = dataclasses.field(default=None, compare=False)


@frozen(eq=False)
class Own:
    name: str


def shown(make: Callable[..., Any], *given: Any, **named: Any) -> str:
    try:
        return repr(make(*given, **named)).partition("(")[2]
    except TypeError as error:
        return str(error).partition("(")[2]


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ((), {}),
        ((1,), {}),
        ((1, "a", ["b"], 2), {}),
        ((1,), {"note": "x", "seen": 3}),
        ((1, 2, 3, 4, 5), {}),
        ((1,), {"other": 1}),
        ((1,), {"line": 1}),
    ],
)
def test_values_are_made_as_those_of_dataclasses(given: tuple[Any, ...], named: dict[str, Any]) -> None:
    assert shown(Place, *given, **named) == shown(Judge, *given, **named)


def test_values_are_compared_as_those_of_dataclasses() -> None:
    pairs = [((1,), (1,)), ((1,), (2,)), ((1, "a"), (1, "b")), ((1, "a", [], 1), (1, "a", [], 2))]
    for one, other in pairs:
        assert (Place(*one) == Place(*other)) == (Judge(*one) == Judge(*other))
    assert Place(1) != Judge(1)
    assert Own("a") != Own("a")
    with pytest.raises(TypeError, match="unhashable"):
        hash(Place(1))


@frozen
class Pair:
    left: int
    right: int


def test_equal_values_have_one_hash_and_match_by_their_fields() -> None:
    assert len({Pair(1, 2), Pair(1, 2), Pair(2, 1)}) == 2
    match Pair(1, 2):
        case Pair(left, right):
            assert (left, right) == (1, 2)


def test_what_makes_a_default_is_called_each_time() -> None:
    first, second = Place(1), Place(1)
    first.names.append("a")
    assert second.names == []


def test_a_replaced_field_leaves_the_others() -> None:
    value = Place(1, "a", ["b"], 2)
    assert replace(value, line=3) == Place(3, "a", ["b"])
    assert replace(value, line=3).seen == 2
    assert replace(Judge(1, "a"), note="b") == Judge(1, "b")
    with pytest.raises(TypeError):
        replace(value, other=1)


def test_fields_come_in_order() -> None:
    assert (
        fields_of(Place) == ("line", "note", "names", "seen") == tuple(each.name for each in dataclasses.fields(Judge))
    )
