"""The ini options of pytest and of the plugins whose configuration changes what an asynchronous test does."""

from typing import Literal, NamedTuple

OptionType = Literal["args", "linelist", "paths", "bool", "string", "int", "float", "text-or-number"]

MODES = ("auto", "strict")
LOOP_SCOPES = ("function", "class", "module", "package", "session")
FIXTURE_SCOPE = "fixture-scope"


class IniOption(NamedTuple):
    """One option as its owner registers it with `parser.addini`; `since` is the owner's version that brought it."""

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
        IniOption("asyncio_mode", "string", "strict", "pytest-asyncio", choices=MODES, since=(0, 17)),
        IniOption("asyncio_debug", "bool", False, "pytest-asyncio", since=(1, 2)),
        IniOption(
            "asyncio_default_fixture_loop_scope",
            "string",
            None,
            "pytest-asyncio",
            choices=(*LOOP_SCOPES, FIXTURE_SCOPE),
            since=(0, 24),
        ),
        IniOption(
            "asyncio_default_test_loop_scope",
            "string",
            "function",
            "pytest-asyncio",
            choices=LOOP_SCOPES,
            since=(0, 26),
        ),
        IniOption("anyio_mode", "string", "strict", "anyio"),
        IniOption("trio_mode", "bool", False, "pytest-trio"),
        IniOption("timeout", "text-or-number", "", "pytest-timeout"),
        IniOption("DJANGO_SETTINGS_MODULE", "string", "", "pytest-django"),
    )
}

ASYNCIO_OPTIONS = tuple(name for name, option in INI_OPTIONS.items() if option.owner == "pytest-asyncio")
"""The options of pytest-asyncio."""

OTHER_NAMES = frozenset(
    {
        "assertion_text_diff_style",
        "cache_dir",
        "console_output_style",
        "disable_test_id_escaping_and_forfeit_all_rights_to_community_support",
        "doctest_encoding",
        "doctest_optionflags",
        "empty_parameter_set_mark",
        "enable_assertion_pass_hook",
        "faulthandler_exit_on_timeout",
        "faulthandler_timeout",
        "junit_duration_report",
        "junit_family",
        "junit_log_passing_tests",
        "junit_logging",
        "junit_suite_name",
        "log_auto_indent",
        "log_cli",
        "log_cli_date_format",
        "log_cli_format",
        "log_cli_level",
        "log_date_format",
        "log_file",
        "log_file_date_format",
        "log_file_format",
        "log_file_level",
        "log_file_mode",
        "log_format",
        "log_level",
        "looponfailroots",
        "max_warnings",
        "parametrize_long_str_id_strategy",
        "pytester_example_dir",
        "rsyncdirs",
        "rsyncignore",
        "tmp_path_retention_count",
        "tmp_path_retention_policy",
        "truncation_limit_chars",
        "truncation_limit_lines",
        "verbosity_assertions",
        "verbosity_subtests",
        "verbosity_test_cases",
    }
)
"""Options of pytest, and of plugins as common as it, that say nothing about asynchronous tests."""

ALIASES: dict[str, str] = {option.alias: option.name for option in INI_OPTIONS.values() if option.alias is not None}
