"""The ini options of pytest and of the plugins whose configuration changes what an asynchronous test does."""

from typing import Literal, NamedTuple

OptionType = Literal["args", "linelist", "paths", "bool", "string", "int", "float", "text-or-number"]

MODES = ("auto", "strict")
LOOP_SCOPES = ("function", "class", "module", "package", "session")
FIXTURE_SCOPE = "fixture-scope"


class IniOption(NamedTuple):
    """One option as its owner registers it with `parser.addini`. `since` is the pytest version that brought it."""

    name: str
    type: OptionType
    default: object
    owner: str = "pytest"
    alias: str | None = None
    choices: tuple[str, ...] = ()
    since: tuple[int, ...] = ()


_NORECURSEDIRS = ("*.egg", ".*", "_darcs", "build", "CVS", "dist", "node_modules", "venv", "{arch}")

INI_OPTIONS: dict[str, IniOption] = {
    option.name: option
    for option in (
        IniOption("addopts", "args", ()),
        IniOption("minversion", "string", ""),
        IniOption("required_plugins", "args", ()),
        IniOption("pythonpath", "paths", ()),
        IniOption("testpaths", "args", ()),
        IniOption("norecursedirs", "args", _NORECURSEDIRS),
        IniOption("python_files", "args", ("test_*.py", "*_test.py")),
        IniOption("python_classes", "args", ("Test",)),
        IniOption("python_functions", "args", ("test",)),
        IniOption("usefixtures", "args", ()),
        IniOption("markers", "linelist", ()),
        IniOption("filterwarnings", "linelist", ()),
        IniOption("consider_namespace_packages", "bool", False, since=(8, 1)),
        IniOption("collect_imported_tests", "bool", True, since=(8, 4)),
        IniOption("strict", "bool", False, since=(9, 0)),
        IniOption("strict_config", "bool", None, since=(9, 0)),
        IniOption("strict_markers", "bool", None, since=(9, 0)),
        IniOption("strict_parametrization_ids", "bool", None, since=(9, 0)),
        IniOption("strict_xfail", "bool", None, alias="xfail_strict"),
        IniOption("asyncio_mode", "string", "strict", "pytest-asyncio", choices=MODES),
        IniOption("asyncio_debug", "bool", False, "pytest-asyncio"),
        IniOption(
            "asyncio_default_fixture_loop_scope",
            "string",
            None,
            "pytest-asyncio",
            choices=(*LOOP_SCOPES, FIXTURE_SCOPE),
        ),
        IniOption("asyncio_default_test_loop_scope", "string", "function", "pytest-asyncio", choices=LOOP_SCOPES),
        IniOption("anyio_mode", "string", "strict", "anyio"),
        IniOption("timeout", "text-or-number", "", "pytest-timeout"),
        IniOption("DJANGO_SETTINGS_MODULE", "string", "", "pytest-django"),
    )
}

ALIASES: dict[str, str] = {option.alias: option.name for option in INI_OPTIONS.values() if option.alias is not None}
