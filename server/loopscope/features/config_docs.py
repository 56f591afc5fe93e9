"""What the keys of pytest's configuration mean: pytest's own, and those of plugins that run asynchronous tests."""

from typing import NamedTuple

from loopscope.config.catalog import FIXTURE_SCOPE, INI_OPTIONS
from loopscope.features.arguments import SCOPES
from loopscope.features.config_other import OTHER_OPTIONS
from loopscope.workspace.environment import NEWEST_KNOWN, Environment

_FLAG = {"true": "", "false": ""}
_FIXTURE_SCOPE = {FIXTURE_SCOPE: "the loop lasts as long as the fixture"}
_FIXTURE_SCOPE_SINCE = (1, 5)


class ConfigDoc(NamedTuple):
    """A key in a few sentences. `values` are those that it takes, with what each means; empty for any."""

    name: str
    doc: str
    values: dict[str, str]
    owner: str
    since: tuple[int, ...]


_DOCS = {
    "addopts": "Options that are put in front of those of the command line.",
    "minversion": "The oldest pytest that may run these tests.",
    "required_plugins": "Plugins without which pytest stops, each with an optional version: `pytest-asyncio>=1.0`.",
    "pythonpath": "Folders, relative to the rootdir, that are put in front of `sys.path`.",
    "testpaths": "Where tests are looked for when pytest is started in the rootdir without paths.",
    "norecursedirs": "Globs of folders that are not searched for tests.",
    "python_files": "Globs of the files that hold tests.",
    "python_classes": "Prefixes or globs of the names of test classes.",
    "python_functions": "Prefixes or globs of the names of test functions and methods.",
    "usefixtures": "Fixtures that every test uses.",
    "markers": "The registered marks, one a line: `name(arguments): description`.",
    "filterwarnings": "Filters for warnings, one a line; the last that matches wins.",
    "consider_namespace_packages": "Whether pytest tells modules of namespace packages by their full names.",
    "collect_imported_tests": "Whether tests that a test module imports are collected from it too.",
    "strict": "Switches on all `strict_…` options that are not set themselves.",
    "strict_config": "Whether an unknown key of this configuration is an error.",
    "strict_markers": "Whether a mark that is not registered is an error.",
    "strict_parametrization_ids": "Whether two equal ids of parametrized tests are an error.",
    "strict_xfail": "Whether an `xfail` test that passes fails. `xfail_strict` is its older name.",
    "asyncio_mode": "Whether pytest-asyncio runs all async tests and fixtures, or only those that are marked for it.",
    "asyncio_debug": "Whether event loops run in asyncio's debug mode.",
    "asyncio_default_fixture_loop_scope": (
        "The scope of the event loop that async fixtures run on which say no `loop_scope`. "
        "Unset, each runs on a loop of its own scope."
    ),
    "asyncio_default_test_loop_scope": "The scope of the event loop that async tests run on whose mark says none.",
    "anyio_mode": "Whether anyio runs all async tests, or only those with its mark or fixture.",
    "trio_mode": "Whether pytest-trio runs all async tests and fixtures, or only tests with its mark.",
    "timeout": "The seconds after which a test fails.",
    "DJANGO_SETTINGS_MODULE": "The module of Django's settings.",
}
_VALUES = {
    "asyncio_mode": {
        "auto": "every async test and fixture is pytest-asyncio's",
        "strict": "only tests with the mark and fixtures of `pytest_asyncio.fixture`",
    },
    "asyncio_default_fixture_loop_scope": SCOPES,
    "asyncio_default_test_loop_scope": SCOPES,
    "anyio_mode": {"auto": "every async test is anyio's", "strict": "only tests with the mark or the fixture"},
}


def config_docs(environment: Environment) -> dict[str, ConfigDoc]:
    """The keys by name that the installed versions of pytest and its plugins know."""
    found: dict[str, ConfigDoc] = {}
    for option in INI_OPTIONS.values():
        since = option.since
        if option.owner not in NEWEST_KNOWN and not environment.has(option.owner):
            continue
        if since and not environment.at_least(option.owner, *since):
            continue
        values = _VALUES.get(option.name, _FLAG if option.type == "bool" else {})
        if FIXTURE_SCOPE in option.choices and environment.at_least(option.owner, *_FIXTURE_SCOPE_SINCE):
            values = {**values, **_FIXTURE_SCOPE}
        doc = ConfigDoc(option.name, _DOCS[option.name], values, option.owner, since)
        # Newer releases write `strict_xfail`, older ones know the alias only.
        renamed = option.alias is not None and not environment.at_least("pytest", 9)
        name = option.alias if renamed and option.alias is not None else option.name
        found[name] = doc._replace(name=name)
    for name, other in OTHER_OPTIONS.items():
        if not other.since or environment.at_least("pytest", *other.since):
            found[name] = ConfigDoc(name, other.doc, dict.fromkeys(other.values, ""), "pytest", other.since)
    return found
