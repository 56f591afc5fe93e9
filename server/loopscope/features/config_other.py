"""The options of pytest that say nothing about asynchronous tests, in a few words each."""

from collections.abc import Mapping
from typing import NamedTuple


class OtherOption(NamedTuple):
    """An option: what it is for, the values that it takes (none for any), and the pytest that brought it."""

    doc: str
    values: tuple[str, ...] = ()
    since: tuple[int, ...] = ()


_FLAG = ("true", "false")
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")

OTHER_OPTIONS: Mapping[str, OtherOption] = {
    "assertion_text_diff_style": OtherOption("How differences of texts are shown.", since=(9, 1)),
    "cache_dir": OtherOption("The folder of the cache, relative to the rootdir: `.pytest_cache` if it is not set."),
    "console_output_style": OtherOption(
        "How progress is shown.", ("classic", "progress", "progress-even-when-capture-no", "count", "times")
    ),
    "doctest_encoding": OtherOption("The encoding of text files with doctests."),
    "doctest_optionflags": OtherOption("Flags of the `doctest` module, such as `ELLIPSIS`."),
    "empty_parameter_set_mark": OtherOption(
        "What becomes of a test that is parametrized with nothing.", ("skip", "xfail", "fail_at_collect")
    ),
    "enable_assertion_pass_hook": OtherOption("Whether `pytest_assertion_pass` is called.", _FLAG),
    "faulthandler_exit_on_timeout": OtherOption("Whether the run ends after `faulthandler_timeout`.", _FLAG, (9, 0)),
    "faulthandler_timeout": OtherOption("The seconds after which the tracebacks of all threads are printed."),
    "junit_duration_report": OtherOption("Which durations a JUnit report has.", ("total", "call")),
    "junit_family": OtherOption("The schema of JUnit reports.", ("legacy", "xunit1", "xunit2")),
    "junit_log_passing_tests": OtherOption("Whether JUnit reports have the output of tests that pass.", _FLAG),
    "junit_logging": OtherOption(
        "Which output JUnit reports have.", ("no", "log", "system-out", "system-err", "out-err", "all")
    ),
    "junit_suite_name": OtherOption("The name of the suite in JUnit reports."),
    "log_auto_indent": OtherOption("How log messages of several lines are indented."),
    "log_cli": OtherOption("Whether log records are shown while tests run.", _FLAG),
    "log_cli_date_format": OtherOption("The date format of log records that are shown while tests run."),
    "log_cli_format": OtherOption("The format of log records that are shown while tests run."),
    "log_cli_level": OtherOption("The lowest level of log records that are shown while tests run.", _LEVELS),
    "log_date_format": OtherOption("The date format of captured log records."),
    "log_file": OtherOption("The file that log records are written to."),
    "log_file_date_format": OtherOption("The date format of the log file."),
    "log_file_format": OtherOption("The format of the log file."),
    "log_file_level": OtherOption("The lowest level of records in the log file.", _LEVELS),
    "log_file_mode": OtherOption("Whether the log file is written anew or continued.", ("w", "a")),
    "log_format": OtherOption("The format of captured log records."),
    "log_level": OtherOption("The lowest level of captured log records.", _LEVELS),
    "max_warnings": OtherOption("How many warnings a run may have.", since=(9, 1)),
    "tmp_path_retention_count": OtherOption("Of how many runs the folders of `tmp_path` are kept."),
    "tmp_path_retention_policy": OtherOption(
        "Of which tests the folders of `tmp_path` are kept.", ("all", "failed", "none")
    ),
    "truncation_limit_chars": OtherOption("After how many characters a difference is cut.", since=(8, 4)),
    "truncation_limit_lines": OtherOption("After how many lines a difference is cut.", since=(8, 4)),
    "verbosity_assertions": OtherOption("How much failed assertions tell: a number, or `auto`.", since=(8, 0)),
    "verbosity_subtests": OtherOption("How much subtests tell: a number, or `auto`.", since=(9, 0)),
    "verbosity_test_cases": OtherOption("How much is told of each test: a number, or `auto`.", since=(8, 1)),
}
