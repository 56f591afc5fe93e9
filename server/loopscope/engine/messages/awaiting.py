"""Messages about awaiting, mocks, tasks and what they leave behind."""

from loopscope.engine.messages.model import Message

MESSAGES: tuple[Message, ...] = (
    # Awaiting
    Message(
        "'await' outside async function",
        r"'await' outside (?:async )?function|asynchronous comprehension outside of an asynchronous function",
        "The test or fixture is a plain `def`.",
        "Make it `async def`.",
    ),
    Message(
        "coroutine 'AsyncMockMixin._execute_mock_call' was never awaited",
        r"coroutine 'AsyncMockMixin\._execute_mock_call' was never awaited",
        "An `AsyncMock` is called and not awaited: the code calls it as a sync function.",
        "Await the call, or use `MagicMock` for sync functions.",
    ),
    Message(
        "coroutine '…' was never awaited",
        r"coroutine '[^']+' was never awaited",
        "A coroutine function is called and its result thrown away: nothing of it ran.",
        "Await it. Async methods named `setup_method`, finalizers and hooks are never awaited: use a fixture.",
        ("missing-await", "assert-on-coroutine"),
    ),
    Message(
        "assert <coroutine object …>",
        r"(?<!ignored in: )<(?:coroutine|async_generator) object \S+ at 0x\w+>",
        "A value is a coroutine: an `await` is missing, or the fixture that hands it over is not awaited.",
        "Await the call. If it is a fixture's value, use `@pytest_asyncio.fixture`.",
        ("assert-on-coroutine", "missing-await", "async-fixture-wrong-decorator"),
    ),
    Message(
        "'coroutine' object has no attribute",
        r"'coroutine' object (?:has no attribute|is not (?:subscriptable|iterable|callable))|"
        r"cannot unpack non-iterable coroutine|object of type 'coroutine' has no len|"
        r"argument of type 'coroutine' is not|unsupported operand type.*'coroutine'",
        "The attribute, item or element is taken from the coroutine, not from its result.",
        "Bracket the await: `(await f()).x`. A sync method of an `AsyncMock` needs a `MagicMock`.",
        ("missing-await",),
    ),
    Message(
        "DID NOT RAISE",
        r"DID NOT RAISE",
        "Often the call below `pytest.raises` is not awaited, or only a task is created: nothing ran.",
        "Await inside of the `with`.",
    ),
    Message(
        "object can't be used in 'await' expression",
        r"object \S+ can't be used in '?await'? expression|'[^']+' object can't be awaited",
        "A value is awaited that is no awaitable: what a sync function, a sync mock or an awaited fixture gives.",
        "Remove the `await`; mocks of async functions are `AsyncMock`.",
    ),
    Message(
        "object does not support the asynchronous context manager protocol",
        r"'coroutine' object does not support the asynchronous context manager protocol|"
        r"'async for' requires an object with __aiter__ method, got coroutine",
        "An `AsyncMock` stands for a function that gives an async context manager or iterator: calling it gives a"
        " coroutine.",
        "Use a `MagicMock`, with `return_value.__aenter__` or `__aiter__.return_value`.",
    ),
    Message(
        "with and async with swapped",
        r"object does not support the (?:asynchronous )?context manager protocol|Use async with instead|"
        r"AttributeError: __a?e(?:nter|xit)__",
        "`with` is used for an async context manager, or `async with` for a sync one.",
        "Swap them.",
        ("wrong-with-or-for",),
    ),
    Message(
        "'async_generator' object is not iterable",
        r"'async_generator' object is not iterable|'async for' requires|object async_generator can't be used",
        "A sync loop goes over an async generator, or an async one over what is none.",
        "Use `async for`; `[x async for x in …]` for a list.",
    ),
    Message(
        "cannot reuse already awaited coroutine",
        r"cannot reuse already awaited coroutine",
        "One coroutine object is awaited twice: it is a value of `parametrize`, of a module, or a mock's "
        "`return_value`.",
        "Make a new one for each use: hand over the function and its arguments.",
    ),
    # Mocks
    Message(
        "is not a valid assertion. Use a spec for the mock",
        r"is not a valid assertion\. Use a spec for the mock",
        "An assertion of a mock is misspelt, or belongs to `AsyncMock` only.",
        "Use the nearest name that exists, such as `assert_awaited_once`.",
        ("mock-assertion-without-effect",),
    ),
    # Tasks
    Message(
        "Task was destroyed but it is pending!",
        r"Task was destroyed but it is pending",
        "A task was still running when its loop was closed: nobody waited for it.",
        "Keep the task, cancel it and await it at the end of the test or fixture.",
        ("discarded-task", "leaked-task"),
    ),
    Message(
        "Task exception was never retrieved",
        r"Task exception was never retrieved|Future exception was never retrieved",
        "A task failed and nobody awaited it: the failure is only logged, the test passes.",
        "Await the task, or use `asyncio.TaskGroup`.",
        ("discarded-task",),
    ),
    Message(
        "unhandled errors in a TaskGroup",
        r"unhandled errors in a TaskGroup|\[single exception in ExceptionGroup\]",
        "The error of a task comes out of its group wrapped in an `ExceptionGroup`, which `pytest.raises` does "
        "not match.",
        "Use `pytest.RaisesGroup` (pytest 8.4 and newer), or put `raises` around the awaited call inside of the group.",
    ),
    Message(
        "module 'pytest' has no attribute 'RaisesGroup'",
        r"module 'pytest' has no attribute 'RaisesGroup'",
        "`pytest.RaisesGroup` exists in pytest 8.4 and newer.",
        "Upgrade pytest, or use `pytest.raises(ExceptionGroup)` with `group_contains()`.",
        ("raises-needs-group",),
    ),
    # Resources
    Message(
        "Unclosed client session",
        r"Unclosed (?:client session|connector|connection)|ResourceWarning: [Uu]nclosed|"
        r"ResourceWarning: Implicitly cleaning up",
        "A client, connection or server is never closed.",
        "Make it in a fixture with `async with`, or close it after the `yield`, awaited.",
    ),
)
