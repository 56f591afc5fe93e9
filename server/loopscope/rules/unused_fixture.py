"""Nothing uses a fixture.

## What it does
Reports fixtures of test modules and conftests whose name stands nowhere else in the workspace: no parameter, no
`usefixtures`, no string, not even a comment.

## Why is this bad
Dead code is read, maintained and migrated like living code.

## When not to fix
If something outside of the workspace uses the fixture. Not reported are autouse fixtures, overrides of fixtures that
come from plugins, names that an installed plugin mentions, fixtures of published plugins, and anything in a workspace
that computes a name for `getfixturevalue`.

## Fix safety
There is no fix.

## Versions
All. Off by default: finding it takes a look at every file of the workspace.

## References
- [pytest: fixtures reference](https://docs.pytest.org/en/stable/reference/fixtures.html)
"""

from collections.abc import Iterator

from loopscope.rules.context import Context
from loopscope.rules.model import Example, Finding, Group, Meta, NearMiss, Proof, Rule, Severity, Tag
from loopscope.rules.support.words import Words, workspace_words
from loopscope.workspace.model import FixtureDef, Unknown, Where

META = Meta("unused-fixture", Group.FIXTURES, Severity.INFORMATION, default=False, preset="strict")

EXAMPLES = (
    Example(
        "A fixture that is left over",
        bad="""\
import pytest_asyncio


@pytest_asyncio.fixture
async def ⟦old_client⟧():
    return "old"


@pytest_asyncio.fixture
async def client():
    return "new"


def test_client(client):
    assert client == "new"
""",
        good="""\
import pytest_asyncio


@pytest_asyncio.fixture
async def client():
    return "new"


def test_client(client):
    assert client == "new"
""",
        fixed="",
        proof=Proof("1 passed", "passed", invisible="pytest says nothing of fixtures that nothing requests"),
    ),
)

_UNUSED = "import pytest\n\n\n@pytest.fixture\ndef number():\n    return 1\n"

NEAR_MISSES = (
    NearMiss("autouse", _UNUSED.replace("fixture", "fixture(autouse=True)")),
    NearMiss("requested in another file", f"def test(number):\n    assert number\n# file: conftest.py\n{_UNUSED}"),
    NearMiss(
        "by the configuration",
        f"def test():\n    pass\n# file: conftest.py\n{_UNUSED}",
        config="[pytest]\nasyncio_mode = strict\nusefixtures = number\n",
    ),
    NearMiss("by a string", f'{_UNUSED}\n\ndef test(request):\n    assert request.getfixturevalue("number")\n'),
    NearMiss("by a computed name", f"{_UNUSED}\n\ndef test(request):\n    request.getfixturevalue('num' + 'ber')\n"),
    NearMiss(
        "an override of what a plugin asks for",
        "import asyncio\n\nimport pytest\n\n\n@pytest.fixture\ndef event_loop_policy():\n"
        "    return asyncio.DefaultEventLoopPolicy()\n\n\ndef test():\n    pass\n",
    ),
)


def check(ctx: Context) -> Iterator[Finding]:
    """Findings at the names of the functions."""
    if ctx.facts is None or ctx.view.role == "other" or ctx.outline.dynamic:
        return
    candidates = [fixture for fixture in ctx.own_fixtures if fixture.autouse is False and _is_own(ctx, fixture)]
    words = workspace_words(ctx) if candidates else None
    if words is None or words.computed:
        return
    configured = {name.value for name in ctx.config.usefixtures}
    for fixture in candidates:
        names = {fixture.name, fixture.function.name}
        if any(_is_used(words, name, ctx.text) for name in names) or fixture.name in configured:
            continue
        message = f"Nothing in the workspace uses the fixture `{fixture.name}`."
        yield ctx.finding(META, ctx.name_span(fixture.id), message, tags=(Tag.UNNECESSARY,))


def _is_used(words: Words, name: str, text: str) -> bool:
    return words.files.get(name, 0) > 1 or words.count(name, text) > 1


def _is_own(ctx: Context, fixture: FixtureDef) -> bool:
    """Whether only this workspace can use a fixture."""
    if fixture.where in (Where.PLUGIN, Where.PYTEST, Where.LOCAL_PLUGIN) or fixture.holder != ctx.path:
        return False
    chain = ctx.view.chain(fixture.name, tuple(fixture.baseid.split("::")[1:]))
    if isinstance(chain, Unknown) or any(each.where in (Where.PLUGIN, Where.PYTEST) for each in chain):
        return False
    installed = (plugin for plugin in ctx.view.roster.plugins if plugin.where is Where.PLUGIN)
    return not any(ctx.queries.mentions(plugin.path, (fixture.name,)) for plugin in installed)


RULE = Rule(META, __doc__ or "", EXAMPLES, NEAR_MISSES, check)
