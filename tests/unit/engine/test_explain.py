"""Reading pytest's output: which lines are messages, and whose they are."""

import re

import pytest

from loopscope.engine.explain import explain, message_of, rules_behind
from loopscope.engine.messages import MESSAGES
from loopscope.engine.outcome import Place, pieces

LONG = """\
=================================== FAILURES ===================================
________________________________ TestX.test_run ________________________________

main = <coroutine object fetch at 0x7f2dacc89640>

    async def test_run(self):
>       asyncio.run(fetch())

tests/test_a.py:23:
_ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _

    def run(main, *, debug=None):
        if events._get_running_loop() is not None:
            # async def functions are not natively supported
>           raise RuntimeError(
                "asyncio.run() cannot be called from a running event loop")
E           RuntimeError: asyncio.run() cannot be called from a running event loop

/usr/lib/python3.11/asyncio/runners.py:186: RuntimeError
=========================== short test summary info ============================
FAILED tests/test_a.py::TestX::test_run - RuntimeError: asyncio.run() cannot ...
"""

SAME_NAME = """\
=================================== FAILURES ===================================
____________________________________ test_a ____________________________________
one/test_x.py:3: in test_a
    raise RuntimeError('Event loop is closed')
E   RuntimeError: Event loop is closed
____________________________________ test_a ____________________________________
src/app.py:9: in close
    raise RuntimeError('Event loop is closed')
two/test_x.py:7: in test_a
    app.close()
E   RuntimeError: Event loop is closed
=========================== short test summary info ============================
FAILED two/test_x.py::test_a - RuntimeError: Event loop is closed
FAILED one/test_x.py::test_a - RuntimeError: Event loop is closed
"""

GROUP = """\
==================================== ERRORS ====================================
________________________ ERROR at teardown of test_work ________________________
  + Exception Group Traceback (most recent call last):
  |   File "/shop/test_it.py", line 13, in group
  |     async with asyncio.TaskGroup() as group:
  |   File "/usr/lib/python3.11/asyncio/taskgroups.py", line 145, in __aexit__
  |     raise me from None
  | ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "/shop/test_it.py", line 8, in work
    |     raise ValueError("boom")
    | ValueError: boom
    +------------------------------------
=========================== short test summary info ============================
ERROR test_it.py::test_work - ValueError('boom') [single exception in ExceptionGroup]
"""

WARNINGS = """\
=============================== warnings summary ===============================
tests/test_a.py::test_one
tests/test_a.py::test_two
  /home/me/shop/tests/test_a.py:10: RuntimeWarning: coroutine 'save' was never awaited
    save(1)
  Enable tracemalloc to get traceback where the object was allocated.

tests/test_b.py:3
  tests/test_b.py:3: PytestUnknownMarkWarning: Unknown pytest.mark.asyncio - is this a typo?

-- Docs: https://docs.pytest.org/en/stable/how-to/capture-warnings.html
"""


def test_long_tracebacks_name_the_error_and_the_line_of_the_test() -> None:
    [explanation] = explain(LONG)
    assert explanation.message.title == "asyncio.run() cannot be called from a running event loop"
    [occurrence] = explanation.occurrences
    assert occurrence.test == "tests/test_a.py::TestX::test_run"
    assert occurrence.place == Place("tests/test_a.py", 23)


def test_equal_names_are_told_apart_by_their_files() -> None:
    [explanation] = explain(SAME_NAME)
    assert [(each.test, each.place) for each in explanation.occurrences] == [
        ("one/test_x.py::test_a", Place("one/test_x.py", 3)),
        ("two/test_x.py::test_a", Place("two/test_x.py", 7)),
    ]
    assert explanation.occurrences[1].places == (Place("src/app.py", 9), Place("two/test_x.py", 7))


def test_warnings_belong_to_their_first_test() -> None:
    awaited, mark = explain(WARNINGS)
    assert (awaited.occurrences[0].test, awaited.occurrences[0].place) == (
        "tests/test_a.py::test_one",
        Place("/home/me/shop/tests/test_a.py", 10),
    )
    assert mark.message.title == "'asyncio' is an unknown mark"
    assert mark.occurrences[0].place == Place("tests/test_b.py", 3)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (LONG.replace("\n", "\r\n"), Place("tests/test_a.py", 23)),
        (re.sub("^", "2026-11-25T10:00:00.123Z ", LONG, flags=re.MULTILINE), Place("tests/test_a.py", 23)),
        (LONG.replace("E   ", "\x1b[1m\x1b[31mE   ").replace("loop\n", "loop\x1b[0m\n"), Place("tests/test_a.py", 23)),
        (LONG.replace("tests/test_a.py:23", r"C:\shop\tests\test_a.py:23"), Place(r"C:\shop\tests\test_a.py", 23)),
    ],
    ids=["crlf", "timestamps", "colours", "windows"],
)
def test_terminals_and_logs_are_seen_through(text: str, place: Place) -> None:
    [explanation] = explain(text)
    assert explanation.occurrences[0].place == place


def test_the_summary_alone_will_do() -> None:
    text = (
        "FAILED tests/test_a.py::test_x[1 - 2] - Failed: async def functions are not nativ...\n"
        "FAILED tests/test_a.py::test_y - Failed: async def functions are not natively supported.\n"
    )
    [explanation] = explain(text)
    assert [each.test for each in explanation.occurrences] == ["tests/test_a.py::test_y"]
    assert explanation.occurrences[0].place == Place("tests/test_a.py")


def test_exception_groups_are_looked_into() -> None:
    [explanation] = explain(GROUP)
    assert explanation.message.title == "unhandled errors in a TaskGroup"
    [occurrence] = explanation.occurrences
    assert occurrence.places == (Place("/shop/test_it.py", 13), Place("/shop/test_it.py", 8))


def test_an_internal_error_is_no_test() -> None:
    text = (
        "INTERNALERROR> Traceback (most recent call last):\n"
        'INTERNALERROR>   File "/usr/lib/python3/site-packages/pytest_asyncio/plugin.py", line 306, in configure\n'
        "INTERNALERROR> pytest.PytestDeprecationWarning: The configuration option "
        '"asyncio_default_fixture_loop_scope" is unset.\n'
    )
    [explanation] = explain(text)
    assert explanation.occurrences[0][1:] == ("", "", None, ())


def test_any_text_will_do() -> None:
    for text in (LONG, SAME_NAME, WARNINGS):
        for end in range(0, len(text), 7):
            pieces(text[:end])
            pieces(text[end:])
    assert explain("") == ()
    assert explain("10 passed in 0.1s") == ()


def test_messages_are_found_by_their_titles_and_name_rules_once() -> None:
    titles = [message.title for message in MESSAGES]
    assert len(titles) == len(set(titles))
    for message in MESSAGES:
        assert message.cause.endswith(".")
        assert message.fix.endswith(".")
        rules = rules_behind(message.title)
        assert len(rules) == len(set(rules))
        assert {rule.meta.name for rule in rules} >= set(message.rules)


def test_the_first_message_that_matches_counts() -> None:
    found = message_of("RuntimeWarning: coroutine 'AsyncMockMixin._execute_mock_call' was never awaited")
    assert found is not None
    assert found.title == "coroutine 'AsyncMockMixin._execute_mock_call' was never awaited"
    assert message_of("Exception ignored in: <coroutine object save at 0x7f63c7ed3280>") is None


@pytest.mark.parametrize(
    ("before", "since"),
    [
        ("object Mock can't be used in 'await' expression", "'Mock' object can't be awaited"),
        ("a coroutine was expected, got None", "An asyncio.Future, a coroutine or an awaitable is required"),
        (
            "'coroutine' object does not support the asynchronous context manager protocol",
            "'coroutine' object does not support the asynchronous context manager protocol (missed __aexit__ method)",
        ),
        (
            "'Lock' object does not support the context manager protocol",
            "'asyncio.locks.Lock' object does not support the context manager protocol (missed __exit__ method) but it"
            " supports the asynchronous context manager protocol. Did you mean to use 'async with'?",
        ),
    ],
)
def test_what_python_3_14_says_in_other_words_is_the_same_message(before: str, since: str) -> None:
    assert message_of(f"E   TypeError: {since}") == message_of(f"E   TypeError: {before}") is not None
