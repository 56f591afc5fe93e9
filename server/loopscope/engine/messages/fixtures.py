"""Messages about tests, marks, fixtures and the loops they run on."""

from loopscope.engine.messages.model import Message

MESSAGES: tuple[Message, ...] = (
    # Tests and fixtures that nobody runs
    Message(
        "async def functions are not natively supported",
        r"async def functions? (?:are not natively supported|and no async plugin installed)",
        "Nothing runs this async test. In strict mode it has no `@pytest.mark.asyncio`; or pytest-asyncio is "
        "missing or disabled, the configuration that says `auto` is not the one in effect, the mark is misspelt, "
        "or a sync test or decorator returns the coroutine.",
        "Add `@pytest.mark.asyncio`. If the mark or auto mode is there, `loopscope config` shows which file and "
        "which plugins are in effect.",
        ("async-test-never-runs", "ineffective-pytest-config", "unknown-config-option"),
    ),
    Message(
        "'asyncio' is an unknown mark",
        r"Unknown pytest\.mark\.asyncio\b|'asyncio' not found in `markers`",
        "pytest-asyncio is not installed in the environment that runs the tests, or `-p no:asyncio` turns it off.",
        "Install pytest-asyncio there; `required_plugins = pytest-asyncio` makes its absence an error that says so.",
        ("async-test-never-runs",),
    ),
    Message(
        "requested an async fixture, with no plugin or hook that handled it",
        r"requested an async fixture|requested async @pytest\.fixture",
        "`@pytest.fixture` is on an `async def` and pytest-asyncio is in strict mode: nothing awaits the fixture."
        " Or a sync test requests an async fixture.",
        "Use `@pytest_asyncio.fixture`, or `asyncio_mode = auto`. A sync test must become async.",
        ("async-fixture-wrong-decorator", "sync-test-requests-async-fixture"),
    ),
    Message(
        "AssertionError: assert not self._finalizers",
        r"assert not self\._finalizers",
        "An earlier test failed while the same fixture was set up, and left it half made (pytest 9.1 and 9.2).",
        "Look at the first error of the run: it has the cause.",
        ("async-fixture-wrong-decorator", "loop-scope-narrower-than-scope", "fixture-scope-mismatch"),
    ),
    Message(
        "returned a value that is not None",
        r"deprecated to return a value that is not None|PytestReturnNotNoneWarning|"
        r"Expected None, but .* returned",
        "The test returns something, most often a coroutine that nobody awaits: an async method of "
        "`unittest.TestCase`, or a sync test that returns `coro()`.",
        "Make the test `async def` and await; in unittest use `IsolatedAsyncioTestCase`.",
        ("unittest-async-method", "async-code-in-sync-test"),
    ),
    Message(
        "mark was applied, but it is not an async function",
        r"is marked with '@pytest\.mark\.asyncio' but it is not an async function",
        "`@pytest.mark.asyncio` is on a sync test, where it does nothing.",
        "Make the test `async def`, or remove the mark.",
        ("asyncio-mark-on-sync-test",),
    ),
    Message(
        "'…' not found in `markers` configuration option",
        r"'\w+' not found in `markers`|Unknown pytest\.mark\.\w+",
        "The mark is misspelt or not registered. A misspelt `asyncio` leaves the test unrun.",
        "Correct it, or register it below `markers`.",
        ("async-test-never-runs",),
    ),
    # Arguments of marks and fixtures
    Message(
        "mark.asyncio accepts only …",
        r"mark\.asyncio accepts only|unexpected loop scope value|defines both \"scope\" and \"loop_scope\"|"
        r"is marked to be run in an event loop with scope class|"
        r"assert '.*' in \{'class', 'function', 'module'|mark\.asyncio 'loop_factories'",
        "The arguments of `@pytest.mark.asyncio` are not those that the installed pytest-asyncio takes.",
        'Write `@pytest.mark.asyncio(loop_scope="module")`: by keyword, with a scope that exists.',
        ("invalid-mark-arguments", "invalid-loop-scope"),
    ),
    Message(
        "Loop factory is not available",
        r"Loop factory '.*' is not available",
        "`loop_factories` of the mark names a factory that no `pytest_asyncio_loop_factories` hook offers: the "
        "test is skipped.",
        "Use a name that the hook returns.",
        ("invalid-mark-arguments",),
    ),
    Message(
        "Marks cannot be applied to fixtures",
        r"Marks cannot be applied to fixtures|Marks applied to fixtures have no effect",
        "A mark is on a fixture. It never had an effect there; pytest 9 makes it an error.",
        "Remove the mark. Async fixtures take `@pytest_asyncio.fixture(loop_scope=…)`.",
        ("mark-on-fixture",),
    ),
    Message(
        "fixture() got an unexpected keyword argument 'loop_scope'",
        r"fixture\(\) got an unexpected keyword argument 'loop_scope'",
        "`loop_scope=` is given to `pytest.fixture`, which does not know it, or to pytest-asyncio before 0.24.",
        "Use `@pytest_asyncio.fixture(loop_scope=…)`, with pytest-asyncio 0.24 or newer.",
        ("invalid-fixture-arguments",),
    ),
    Message(
        "object has no attribute '_force_asyncio_fixture'",
        r"has no attribute '_force_asyncio_fixture'",
        "The scope of `pytest_asyncio.fixture` is given by position.",
        'Write `@pytest_asyncio.fixture(scope="module")`.',
        ("invalid-fixture-arguments",),
    ),
    Message(
        "fixture '_…_scoped_runner' not found",
        r"fixture '_\w+_(?:scoped_runner|event_loop)' not found",
        "A `loop_scope` is misspelt, on a fixture or as an option.",
        "Use function, class, module, package or session.",
        ("invalid-loop-scope",),
    ),
    Message(
        "fixture 'event_loop' not found",
        r"fixture 'event_loop' not found",
        "pytest-asyncio 1.0 removed the fixture `event_loop`.",
        "Call `asyncio.get_running_loop()` in the async test or fixture.",
        ("event-loop-fixture-removed",),
    ),
    Message(
        "fixture '…' not found",
        r"fixture '[^']+' not found",
        "No fixture of that name is visible from the test: a typing mistake, a conftest.py in another folder, or "
        "a plugin that is not installed. Fixtures with the wrong decorator are found; this is never about async.",
        "Compare with the list of available fixtures that pytest prints, or with `loopscope fixtures FILE`.",
        ("unknown-fixture",),
    ),
    Message(
        "Fixture called directly",
        r"Fixture \"?'?[\w.]+\"?'? called directly|'FixtureFunctionDefinition' object|"
        r"object FixtureFunctionDefinition can't be used",
        "A fixture is used like a function or a value; only a parameter of its name gets its value.",
        "Request it as a parameter.",
        ("fixture-called-directly", "fixture-not-requested"),
    ),
    Message(
        "recursive dependency involving fixture",
        r"recursive dependency involving fixture",
        "Fixtures request each other in a circle.",
        "Break the circle: one of them must not request the other.",
        ("fixture-cycle",),
    ),
    # Scopes and loops
    Message(
        "ScopeMismatch: … _function_scoped_runner",
        r"ScopeMismatch.*(?:_scoped_runner|event_loop)\b",
        "An async fixture with a wide scope runs on a loop with a narrow one: "
        "`asyncio_default_fixture_loop_scope` is narrower than the fixture's `scope`.",
        "Give the fixture `loop_scope=` of at least its `scope`.",
        ("loop-scope-narrower-than-scope",),
    ),
    Message(
        "ScopeMismatch",
        r"ScopeMismatch",
        "A fixture requests another that lives shorter, such as `mocker`, `monkeypatch`, `tmp_path` or "
        "`anyio_backend`.",
        "Narrow the outer fixture, or use the wide sibling: `session_mocker`, `pytest.MonkeyPatch.context()`, "
        "`tmp_path_factory`.",
        ("fixture-scope-mismatch",),
    ),
    Message(
        "attached to a different loop",
        r"attached to a different loop|is bound to a different (?:event )?loop|"
        r"Timeout context manager should be used inside a task",
        "A future, lock, queue or session was made on one event loop and is used on another: the fixture, or a "
        "module's object, has another loop scope than the test.",
        "Give test and fixture the same `loop_scope`; create shared objects in a fixture, not at import.",
        ("loop-scope-mismatch",),
    ),
    Message(
        "Event loop is closed",
        r"Event loop is closed",
        "A client or transport outlives its loop: it was made in an earlier loop (at module level or in a wide "
        "fixture), or is closed after the loop has ended.",
        "Make one in a fixture with the loop scope of the tests, and close it after the `yield`, awaited.",
        ("loop-scope-mismatch",),
    ),
    Message(
        "There is no current event loop",
        r"[Tt]here is no current event loop",
        "`asyncio.get_event_loop()` or a future is used in sync code, where no loop runs.",
        "Move it into an async test or fixture, and call `asyncio.get_running_loop()`.",
        ("event-loop-outside-async",),
    ),
    Message(
        "no running event loop",
        r"no running event loop",
        "Sync code uses the loop: a sync test or fixture, or an asyncio fixture below anyio's trio.",
        "Make the test or fixture async.",
        ("event-loop-outside-async", "async-code-in-sync-test", "conflicting-async-plugins"),
    ),
    Message(
        "Runner.run() cannot be called from a running event loop",
        r"Runner\.run\(\) cannot be called from a running event loop|This event loop is already running|"
        r"Cannot schedule a coroutine in the test runner while another is already running",
        "Something starts the loop that already runs: `getfixturevalue()` of an async fixture in an async test, "
        "or `run_until_complete()`.",
        "Request the fixture as a parameter; await instead of `run_until_complete()`.",
        ("nested-event-loop",),
    ),
    Message(
        "asyncio.run() cannot be called from a running event loop",
        r"asyncio\.run\(\) cannot be called from a running|Cannot run the event loop while another loop is running|"
        r"Cannot close a running event loop|Event loop stopped before Future completed",
        "An event loop is started, stopped or closed inside of an async test, which already runs on one.",
        "Await the coroutine.",
        ("nested-event-loop",),
    ),
    Message(
        "An exception occurred during teardown of an asyncio.Runner",
        r"exception occurred during teardown of an asyncio\.Runner",
        "A test or fixture closed the loop that pytest-asyncio owns.",
        "Do not close it: pytest-asyncio does.",
        ("running-loop-closed",),
    ),
    Message(
        "Passing coroutines is forbidden, use tasks explicitly",
        r"Passing coroutines is forbidden, use tasks explicitly",
        "`asyncio.wait()` takes tasks only, since Python 3.11.",
        "Use `asyncio.gather()`, or `asyncio.TaskGroup`.",
    ),
    # Fixtures
    Message(
        "Async generator fixture didn't stop",
        r"Async generator fixture didn't stop|fixture function has more than one 'yield'",
        "The fixture yields twice.",
        "Yield once.",
    ),
    Message(
        "StopAsyncIteration",
        r"\bStopAsyncIteration\b|coroutine raised StopIteration|did not yield a value",
        "At the set-up of a fixture: it returned before its `yield`. In a test: the `side_effect` list of a mock "
        "has no element left.",
        "Yield on every path, or call `pytest.skip()`; give the mock enough values.",
    ),
    Message(
        "was created in a different Context",
        r"was created in a different Context",
        "The token of a `ContextVar` is reset in another context than the one that made it: before pytest-asyncio"
        " 1.1 set-up and teardown of a fixture had contexts of their own.",
        "Upgrade pytest-asyncio, or set the variable again instead of resetting it.",
        ("contextvar-set-in-fixture",),
    ),
    Message(
        "Attempted to exit cancel scope in a different task",
        r"Attempted to exit (?:a )?cancel scope (?:in a different task|that isn't the current)",
        "An anyio task group or cancel scope is open over the `yield` of a fixture: set-up and teardown run in "
        "different tasks.",
        "Open it in the test, or let anyio run test and fixture.",
    ),
)
