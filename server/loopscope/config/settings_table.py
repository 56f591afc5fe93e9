"""Every setting of loopscope, once: checks, documentation and the JSON schema come from this table."""

from collections.abc import Mapping
from typing import Literal

from loopscope.text.frozen import frozen

SettingType = Literal["flag", "text", "texts", "text or null", "table of texts", "table of severities", "preset"]

SEVERITIES = ("error", "warning", "information", "hint", "off")
PRESETS = ("default", "recommended", "strict", "all")
TOOLS = ("mypy", "pyright", "ruff", "ty")


@frozen
class Setting:
    """One key of `[tool.loopscope]`, of loopscope.toml and of the editor's settings. `choices` limit texts."""

    name: str
    type: SettingType
    default: object
    doc: str
    example: str
    choices: tuple[str, ...] = ()

    @property
    def field(self) -> str:
        """The name of its field in `Settings`."""
        return self.name.replace("-", "_")

    @property
    def expects(self) -> str:
        """Its type in words, for messages and documentation."""
        return {
            "flag": "true or false",
            "text": "a string",
            "text or null": "a string",
            "texts": f"a list of {', '.join(self.choices)}" if self.choices else "a list of strings",
            "table of texts": "a table of lists of strings",
            "table of severities": f"a table of severities ({', '.join(SEVERITIES)})",
            "preset": f"one of {', '.join(PRESETS)}",
        }[self.type]


_NO_TABLE: Mapping[str, object] = {}

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "preset",
        "preset",
        "default",
        "The set of rules to start from. `select`, `extend-select` and `ignore` change it.",
        'preset = "strict"',
        PRESETS,
    ),
    Setting(
        "select",
        "texts",
        (),
        "Run exactly these rules or groups instead of the preset's. Empty means: those of the preset.",
        'select = ["missing-await", "async-test-never-runs"]',
    ),
    Setting(
        "extend-select",
        "texts",
        (),
        "Run these rules or groups besides the selected ones.",
        'extend-select = ["unbounded-wait"]',
    ),
    Setting("ignore", "texts", (), "Do not run these rules or groups.", 'ignore = ["sleep-as-synchronisation"]'),
    Setting(
        "per-file-ignores",
        "table of texts",
        _NO_TABLE,
        "Do not run the named rules or groups in files that match a glob, relative to the configuration file's folder.",
        'per-file-ignores = { "tests/legacy/**" = ["missing-await"] }',
    ),
    Setting(
        "severity",
        "table of severities",
        _NO_TABLE,
        "The severity with which a rule or group reports; `off` turns it off.",
        'severity = { missing-await = "warning" }',
        SEVERITIES,
    ),
    Setting(
        "beside",
        "texts",
        (),
        "In editors, the other tools that run there. What they report too is not shown twice; the fixes remain.",
        'beside = ["pyright", "ruff"]',
        TOOLS,
    ),
    Setting(
        "exclude",
        "texts",
        (),
        "Files and folders that are not checked, as globs relative to the configuration file's folder.",
        'exclude = ["tests/data", "vendor/**"]',
    ),
    Setting(
        "environment",
        "text or null",
        None,
        "The project's virtual environment or interpreter, relative to the configuration file's folder. "
        "Unset: it is searched for.",
        'environment = ".venv"',
    ),
    Setting(
        "respect-noqa",
        "flag",
        False,
        "Whether `# noqa` comments (bare, or naming the rule) silence loopscope too.",
        "respect-noqa = true",
    ),
    Setting(
        "pytest-addopts",
        "text",
        "",
        "The value that PYTEST_ADDOPTS has where the tests run; loopscope does not look at its own environment.",
        'pytest-addopts = "--asyncio-mode=auto"',
    ),
    Setting(
        "pytest-args",
        "texts",
        (),
        "The arguments with which pytest is started.",
        'pytest-args = ["-p", "no:anyio", "tests"]',
    ),
    Setting(
        "pytest-plugins",
        "text",
        "",
        "The value that PYTEST_PLUGINS has where the tests run: modules, separated by commas.",
        'pytest-plugins = "myproject.testing"',
    ),
    Setting(
        "hint-loop-scope",
        "flag",
        True,
        "In editors, show the loop scope of async tests and fixtures where it is not `function`.",
        "hint-loop-scope = false",
    ),
    Setting(
        "hint-mark",
        "flag",
        True,
        "In editors, show the asyncio mark that a test or fixture inherits, or that auto mode gives it.",
        "hint-mark = false",
    ),
    Setting(
        "hint-value-type",
        "flag",
        True,
        "In editors, show behind parameters without annotation the type of the value that their fixture gives.",
        "hint-value-type = false",
    ),
    Setting(
        "members-of-all-values",
        "flag",
        True,
        "In editors, offer members, signatures and hover cards of all values whose type is known; otherwise only of "
        "what fixtures inject without an annotation, and of what is made of it: beside Pylance nothing shows "
        "twice then.",
        "members-of-all-values = false",
    ),
    Setting(
        "code-lens",
        "flag",
        True,
        "In editors, show above fixtures how often they are used, what they override and which loop they run on.",
        "code-lens = false",
    ),
    Setting(
        "semantic-tokens",
        "flag",
        False,
        "In editors, mark parameters that fixtures are injected into, with the token modifier `fixture`.",
        "semantic-tokens = true",
    ),
)

SETTINGS_BY_NAME: Mapping[str, Setting] = {setting.name: setting for setting in SETTINGS}


def json_schema() -> dict[str, object]:
    """The JSON schema of `[tool.loopscope]`, of loopscope.toml and of the editor's settings."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "loopscope",
        "type": "object",
        "additionalProperties": False,
        "properties": {setting.name: _property(setting) for setting in SETTINGS},
    }


def _property(setting: Setting) -> dict[str, object]:
    item: dict[str, object] = {"type": "string"}
    if setting.choices:
        item["enum"] = list(setting.choices)
    texts: dict[str, object] = {"type": "array", "items": item}
    shapes: dict[SettingType, dict[str, object]] = {
        "flag": {"type": "boolean"},
        "text": {"type": "string"},
        "text or null": {"type": ["string", "null"]},
        "texts": texts,
        "preset": {"type": "string", "enum": list(setting.choices)},
        "table of texts": {"type": "object", "additionalProperties": texts},
        "table of severities": {
            "type": "object",
            "additionalProperties": {"type": "string", "enum": list(setting.choices)},
        },
    }
    empty: dict[SettingType, object] = {"texts": [], "table of texts": {}, "table of severities": {}}
    default = empty.get(setting.type, setting.default)
    return {"description": setting.doc, "default": default, **shapes[setting.type]}
