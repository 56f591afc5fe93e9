"""Fixtures that well-known plugins bring."""

from collections.abc import Mapping

from loopscope.workspace.environment import Environment

_BY_PLUGIN = {
    "pytest-mock": ("mocker", "class_mocker", "module_mocker", "package_mocker", "session_mocker"),
    "pytest-aiohttp": ("aiohttp_client", "aiohttp_server", "aiohttp_raw_server", "aiohttp_client_cls"),
    "pytest-httpx": ("httpx_mock",),
    "respx": ("respx_mock",),
    "pytest-httpserver": ("httpserver",),
    "requests-mock": ("requests_mock",),
    "pytest-django": (
        "db",
        "transactional_db",
        "django_db_blocker",
        "django_user_model",
        "django_assert_num_queries",
        "admin_client",
        "async_client",
        "async_rf",
        "live_server",
        "mailoutbox",
        "rf",
    ),
    "anyio": (
        "anyio_backend",
        "anyio_backend_name",
        "anyio_backend_options",
        "free_tcp_port",
        "free_tcp_port_factory",
        "free_udp_port",
        "free_udp_port_factory",
    ),
    "pytest-asyncio": ("unused_tcp_port", "unused_tcp_port_factory", "unused_udp_port", "unused_udp_port_factory"),
    "pytest-trio": ("nursery", "autojump_clock"),
    "pytest-benchmark": ("benchmark",),
    "pytest-datadir": ("datadir", "shared_datadir"),
    "pytest-freezer": ("freezer",),
    "pytest-socket": ("socket_enabled", "socket_disabled"),
    "pytest-subprocess": ("fp",),
    "pyfakefs": ("fs",),
    "Faker": ("faker",),
    "syrupy": ("snapshot",),
    "pytest-xdist": ("worker_id", "testrun_uid"),
}
_PLUGINS: Mapping[str, str] = {name: plugin for plugin, names in _BY_PLUGIN.items() for name in names}


def absent_plugin_of(name: str, environment: Environment) -> str | None:
    """The distribution that brings a fixture of that name and is not installed; None for any other name."""
    plugin = _PLUGINS.get(name)
    return plugin if plugin is not None and not environment.has(plugin) else None
