"""Messages about other libraries, the configuration and versions."""

from loopscope.engine.messages.model import Message

MESSAGES: tuple[Message, ...] = (
    # Other runners
    Message(
        "a coroutine was expected, got …",
        r"a coroutine was expected, got|Task got bad yield|trio .* must be called from async context|"
        r"sniffio\.\S*AsyncLibraryNotFound|unknown async library|"
        r"An asyncio\.Future, a coroutine or an awaitable is required",
        "Two plugins want the test: pytest-asyncio in auto mode takes those of pytest-trio and pytest-twisted.",
        "Use `asyncio_mode = strict`, and mark each test for its plugin.",
    ),
    # Network
    Message(
        "a real connection is attempted",
        r"SocketBlockedError|(?:httpx2?|httpcore2?)\.ConnectError|ClientConnector(?:DNS)?Error\b|"
        r"requests\.exceptions\.ConnectionError|Name or service not known|Temporary failure in name resolution|"
        r"nodename nor servname provided",
        "The test talks to the network: nothing mocks the call, or the mock is for another HTTP client.",
        "Mock with the library of the client: respx or pytest-httpx for httpx, aioresponses for aiohttp, "
        "responses for requests; or give the client a mock transport.",
        ("http-mock-for-other-client", "real-network-call"),
    ),
    Message(
        "address already in use",
        r"[Aa]ddress already in use",
        "A port is written in the test, and something else has it: another run, or the test before.",
        "Use port 0, or the fixture `unused_tcp_port`.",
        ("hardcoded-port",),
    ),
    Message(
        "AsyncClient.__init__() got an unexpected keyword argument 'app'",
        r"got an unexpected keyword argument 'app'",
        "httpx 0.28 removed `app=`.",
        "Use `AsyncClient(transport=httpx.ASGITransport(app=app), base_url=…)`.",
        ("httpx-app-argument",),
    ),
    # Django
    Message(
        "You cannot call this from an async context",
        r"You cannot call this from an async context",
        "Django's sync API is called where an event loop runs: the ORM, or the sync test client.",
        "Use the methods that begin with `a`, `async for`, `sync_to_async`, and the fixture `async_client`.",
        ("django-sync-orm-in-async-test", "django-sync-client-in-async-test", "django-sync-to-async-misuse"),
    ),
    Message(
        "You cannot use AsyncToSync in the same thread as an async event loop",
        r"You cannot use AsyncToSync in the same thread",
        "`async_to_sync`, or the sync test client on an async view, is called where an event loop runs.",
        "Await the function; use `async_client`.",
        ("django-sync-to-async-misuse", "django-sync-client-in-async-test"),
    ),
    Message(
        "Database access not allowed",
        r"Database access not allowed",
        "pytest-django forbids the database to tests that do not ask for it.",
        "Mark the test `@pytest.mark.django_db(transaction=True)`, or request `transactional_db`.",
        ("django-db-without-transaction",),
    ),
    Message(
        "database table is locked",
        r"database (?:table )?is locked",
        "The async test writes through another connection than the one whose transaction the `db` fixture holds.",
        "Use `@pytest.mark.django_db(transaction=True)` or `transactional_db`.",
        ("django-db-without-transaction",),
    ),
    Message(
        "No module named 'daphne'",
        r"No module named 'daphne'",
        "`channels.testing` needs daphne.",
        "Install `channels[daphne]`.",
    ),
    # Configuration
    Message(
        "INTERNALERROR: asyncio_default_fixture_loop_scope is unset",
        r"configuration option \"asyncio_default_fixture_loop_scope\" is unset",
        "The option is not set. pytest-asyncio warns of it; with `filterwarnings = error` pytest 9.2 and newer "
        "stops before it runs any test.",
        "Set `asyncio_default_fixture_loop_scope`: `fixture-scope` (pytest-asyncio 1.5 and newer) keeps what "
        "happens now, `function` is usual.",
        ("fixture-loop-scope-unset",),
    ),
    Message(
        "is not a valid asyncio_mode",
        r"is not a valid (?:asyncio_mode|Mode\b)",
        "`asyncio_mode` has a value that does not exist. Values in ini files have no quotes, and case counts.",
        "Write `auto` or `strict`.",
        ("invalid-asyncio-mode",),
    ),
    Message(
        "is not a valid asyncio_default_…_loop_scope",
        r"is not a valid asyncio_default_\w+_loop_scope",
        "The option names a scope that does not exist.",
        "Use function, class, module, package or session; `fixture-scope` for fixtures with pytest-asyncio 1.5.",
        ("invalid-loop-scope",),
    ),
    Message(
        "config option expects …, got …",
        r"expects (?:a|an) \w+(?: of strings)?, got \w+|not a string to a 'string'-typed ini option",
        "A value in pytest.toml or `[tool.pytest]` has the wrong TOML type.",
        "Write truth values without quotes, and lists as lists.",
        ("invalid-pytest-config",),
    ),
    Message(
        "Unknown config option",
        r"Unknown config option: ",
        "pytest does not know the option: it is misspelt, or its plugin is not installed or too old. It has no effect.",
        "Correct the name; `loopscope config` shows the options in effect.",
        ("unknown-config-option",),
    ),
    Message(
        "the configuration is in a place that pytest refuses",
        r"no longer supported, change to \[tool:pytest\]|Cannot use both \[tool\.pytest\]|"
        r"pytest configuration must be under a \[pytest\] table",
        "The section has a name that pytest does not read in this file, or two sections exclude each other.",
        "Keep one: `[pytest]` in pytest.ini, tox.ini and pytest.toml, `[tool:pytest]` in setup.cfg, "
        "`[tool.pytest.ini_options]` in pyproject.toml.",
        ("invalid-pytest-config",),
    ),
    Message(
        "WARNING: ignoring pytest config in …",
        r"WARNING: ignoring pytest config in",
        "Two files hold pytest's configuration, and only the one named first is read: options of the other have "
        "no effect.",
        "Merge them into one file.",
        ("ineffective-pytest-config",),
    ),
    Message(
        "Missing required plugins",
        r"Missing required plugins",
        "`required_plugins` names a plugin that the environment does not have.",
        "Install it there.",
    ),
    Message(
        "unknown hook 'pytest_asyncio_loop_factories'",
        r"unknown hook 'pytest_asyncio_loop_factories'",
        "The hook exists in pytest-asyncio 1.4 and newer.",
        "Upgrade pytest-asyncio, or override the fixture `event_loop_policy`.",
    ),
    Message(
        "'FixtureManager' object has no attribute '_arg2fixturedefs'",
        r"'FixtureManager' object has no attribute '_arg2fixturedefs'|"
        r"'Package' object has no attribute 'obj'",
        "pytest-asyncio is older than pytest allows: 0.21 does not work with pytest 9.",
        "Upgrade pytest-asyncio.",
    ),
    # Versions
    Message(
        "a part of asyncio that Python removed",
        r"module 'asyncio' has no attribute '(?:coroutine|async|get_event_loop)|"
        r"Task' has no attribute '(?:all_tasks|current_task)'|got an unexpected keyword argument 'loop'|"
        r"No module named 'asynctest'",
        "The name or argument was removed from asyncio: `loop=` in 3.10, `asyncio.coroutine` in 3.11, "
        "`Task.all_tasks` in 3.9. asynctest is dead since Python 3.8.",
        "Use `async def`, `asyncio.all_tasks()`, no `loop=`; `unittest.mock.AsyncMock` for asynctest.",
    ),
    Message(
        "Test timed out",
        r"Timeout >\d|Failed: Timeout \(>|\+{5,} Timeout \+{5,}",
        "The test waits for something that never comes: a queue or event that nobody fills, a frozen clock, a "
        "patched `asyncio.sleep`, a task that swallows its cancellation.",
        "The traceback shows the await that hangs; put `asyncio.timeout()` around it.",
        ("frozen-event-loop-clock", "swallowed-cancellation"),
    ),
)
