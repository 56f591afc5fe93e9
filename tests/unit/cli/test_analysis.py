"""How work is shared out to processes."""

from loopscope.cli.analysis import Todo

SHARES = [(name,) for name in "abcdefg"]


def test_each_process_goes_through_a_run_of_neighbours() -> None:
    todo = Todo(SHARES, 2)
    assert [todo.next_for(0) for _ in range(4)] == [("a",), ("b",), ("c",), ("d",)]
    assert [todo.next_for(1) for _ in range(3)] == [("e",), ("f",), ("g",)]
    assert todo.next_for(0) is None
    assert todo.next_for(1) is None


def test_who_is_done_takes_from_the_end_of_the_longest_run() -> None:
    todo = Todo(SHARES, 3)
    assert [todo.next_for(2) for _ in range(4)] == [("g",), ("c",), ("f",), ("b",)]


def test_more_processes_than_shares() -> None:
    todo = Todo(SHARES[:1], 3)
    assert [todo.next_for(number) for number in (2, 1, 0)] == [("a",), None, None]
