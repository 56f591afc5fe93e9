"""Which assignment a read of a name surely sees."""

import ast

import pytest

from loopscope.facts.reaching import may_see, reaching

from .dump import facts


def _seen(code: str) -> dict[int, int | None]:
    """For each line that reads `name`, the line of the assignment that it sees."""
    lines = "".join(f"    {line}\n" for line in code.strip().splitlines())
    body = facts(f"async def function(given):\n{lines}").bodies[0]
    found: dict[int, int | None] = {}
    for each in body.reads["name"]:
        place = reaching(body, each)
        found[each.lineno - 1] = None if place is None else body.statements[place].lineno - 1
    return found


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("name = 1\nname\nname = 2\nname", {2: 1, 4: 3}),
        ("name = 1\nname = name.more\nname", {2: 1, 3: 2}),
        ("name = 1\nname", {2: None}),
        ("name = 1\nif given:\n    name = 2\nname", {4: None}),
        ("name = 1\nif given:\n    name = 2\n    name", {4: 3}),
        ("name = 1\nif given:\n    name\nname = 2", {3: 1}),
        ("name = 1\nfor each in given:\n    name\n    name = 2\nname", {3: None, 5: None}),
        ("name = 1\nfor each in given:\n    name = 2\n    name", {4: 3}),
        ("name = 1\nasync with given:\n    name = 2\nname", {4: 3}),
        ("name = 1\nwith pytest.raises(given):\n    name = 2\nname", {4: None}),
        ("name = 1\ntry:\n    name = 2\nexcept given:\n    name", {5: None}),
        ("name = 1\ntry:\n    name = 2\nfinally:\n    name", {5: None}),
        ("name = 1\nfor name in given:\n    name\nelse:\n    name\nname", {3: 2, 5: None, 6: None}),
        ("name = 1\nfor name in given:\n    name\n    name = 2", {3: None}),
        ("name = 1\nfor name in name:\n    if given:\n        name", {2: None, 4: 2}),
        ("with given as name:\n    name\nwith given() as name:\n    name\nname", {2: 1, 4: 3, 5: 3}),
        ("name = 1\nwith given(name) as name:\n    name", {2: None, 3: 2}),
        ("name = 1\nwith suppress(given), given() as name:\n    name\nname", {3: 2, 4: None}),
        ("name = 1\nif given:\n    with given as name:\n        name\nname", {4: 3, 5: None}),
        ("name = 1\nwith given as name:\n    for each in given:\n        name\n        name = 2", {4: None}),
        ("name = 1\nname += 1\nname", {2: 1, 3: None}),
        ("name = 1\nname = 2\n[name for name in given]\nname", {3: None, 4: None}),
        ("name = 1\nif (name := 2):\n    name\nname", {3: None, 4: None}),
        ("global name\nname = 1\nname\nname = 2", {3: None}),
    ],
)
def test_what_a_read_sees(code: str, expected: dict[int, int | None]) -> None:
    assert _seen(code) == expected


def test_what_may_see_an_assignment() -> None:
    code = "def f(given):\n    name = 1\n    name\n    if given:\n        name = 2\n    name\n    name = 3\n    name\n"
    body = facts(code).bodies[0]
    assignments = [statement for statement in body.statements if isinstance(statement, ast.Assign)]
    seen = [[each.lineno for each in may_see(body, statement, "name")] for statement in assignments]
    assert seen == [[3, 6], [6], [6, 8]]
