"""The configuration in effect for a folder of the workspace."""

from pathlib import PurePath

from loopscope.config.loaders import CONFIG_NAMES
from loopscope.config.project import config_for
from loopscope.config.pytest_config import PytestConfig
from loopscope.workspace.queries import Queries

_MARKERS = (*CONFIG_NAMES, "setup.py")


def config_at(q: Queries, folder: PurePath) -> PytestConfig:
    """The configuration under which the tests of a folder run; the same object for folders that share it."""
    root = workspace_root(q, folder)
    if root is None:
        return config_for(q.files, folder / "conftest.py", folder, q.invocation(folder))
    if folder != root and not any(q.files.is_file(folder / name) for name in _MARKERS):
        return q.get(config_at, folder.parent)
    return config_for(q.files, folder / "conftest.py", root, q.invocation(folder))


def workspace_root(q: Queries, path: PurePath) -> PurePath | None:
    """The innermost workspace folder that holds a path."""
    holding = [root for root in q.roots if path.is_relative_to(root)]
    return max(holding, key=lambda root: len(root.parts), default=None)
