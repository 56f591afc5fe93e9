"""Files in which pytest looks for hooks."""

from loopscope.rules.context import Context
from loopscope.workspace.model import Where


def is_plugin_module(ctx: Context) -> bool:
    """Whether the file is a conftest, or a plugin of the project: its `pytest_*` functions are hooks."""
    return ctx.view.role == "conftest" or any(
        plugin.path == ctx.path and plugin.where is Where.LOCAL_PLUGIN for plugin in ctx.view.roster.plugins
    )
