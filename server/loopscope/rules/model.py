"""What a rule is: one value that holds its documentation, its proof, its check and its fix."""

from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from loopscope.text.edit import Edit
from loopscope.text.frozen import field, frozen
from loopscope.text.span import Span

if TYPE_CHECKING:
    from loopscope.rules.context import Context


class Group(Enum):
    """The chapters of the rule catalogue."""

    MARKS = "Marks and mode"
    FIXTURES = "Fixtures"
    LOOPS = "Scopes and loops"
    AWAITING = "Awaiting"
    MOCKS = "Mocks"
    BLOCKING = "Time and blocking calls"
    TASKS = "Tasks and concurrency"
    RESOURCES = "Resources and cleanup"
    NETWORK = "Network"
    EXCEPTIONS = "Exceptions and assertions"
    CONFIGURATION = "Configuration"
    DJANGO = "Django and Channels"
    AIOHTTP = "aiohttp"
    RUNNERS = "anyio and other runners"
    VERSIONS = "Versions"


class Severity(Enum):
    """How loudly a finding is shown."""

    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"
    HINT = "hint"


class Safety(Enum):
    """Whether a fix may be applied unasked: `SAFE` by `--fix` and fix-all, `UNSAFE` one by one, `DISPLAY` never."""

    SAFE = "safe"
    UNSAFE = "unsafe"
    DISPLAY = "display-only"


class CheckedFiles(Enum):
    """The kind of files in which a rule finds something; `NONE` for rules whose findings others make."""

    PYTHON = "Python files"
    CONFIGURATION = "configuration files"
    ALL = "both"
    NONE = "neither"


class Tag(Enum):
    """How an editor may render the range."""

    UNNECESSARY = "unnecessary"
    DEPRECATED = "deprecated"


class Meta(NamedTuple):
    """The facts about a rule that users select, filter and document by."""

    name: str
    group: Group
    severity: Severity
    since: str = "0.1.0"
    default: bool = True
    preset: str = "recommended"
    """For a rule that is off by default: the preset that turns it on (`recommended` or `strict`)."""
    overlaps: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    """Names and keywords of which a file must have one for the rule to find anything in it; it is not run on others.

    Whole ASCII words, such as `create_task`; none for a rule that looks at every file.
    """
    texts: tuple[str, ...] = ()
    """Pieces of text, such as `.cancel()`, of which a file must have one, too."""
    files: CheckedFiles = CheckedFiles.PYTHON


class Proof(NamedTuple):
    """How real pytest judges an example: the text that the bad one must print, and for which versions.

    `outcome` of the bad example is what pytest says of it: "failed", "error", "passed", "warning", or "usage" and
    "internal" when it stops before it runs tests; `requires` names distributions beyond pytest, pytest-asyncio, anyio
    and pytest-mock. `pytest` and `pytest_asyncio` are version
    specifiers (PEP 440). `invisible` says why nothing shows at run time, when nothing does.
    """

    symptom: str = ""
    outcome: str = "failed"
    pytest: str = ">=8.4"
    pytest_asyncio: str = ">=0.23"
    requires: tuple[str, ...] = ()
    invisible: str = ""


class Example(NamedTuple):
    """A mistake and its right form. Texts are files joined by `# file: name` lines; the first is `test_example.py`.

    In `bad` the flagged ranges are marked `⟦…⟧`; `fixed` is what the rule's fix makes of it, None when that equals
    `good`, "" when there is no fix.
    """

    title: str
    bad: str
    good: str
    proof: Proof
    fixed: str | None = None
    config: str = "[pytest]\nasyncio_mode = strict\nasyncio_default_fixture_loop_scope = function\n"


class NearMiss(NamedTuple):
    """Text that resembles the mistake and is right; the rule must stay silent. `requires` as for a proof."""

    title: str
    text: str
    config: str = "[pytest]\nasyncio_mode = strict\nasyncio_default_fixture_loop_scope = function\n"
    requires: tuple[str, ...] = ()
    pytest: str = ""
    pytest_asyncio: str = ""


class Related(NamedTuple):
    """Another place that explains a finding."""

    path: PurePath
    span: Span
    message: str


@frozen
class Finding:
    """One mistake found. `data` carries what the fix needs; it never leaves the process.

    `overlaps` are checks of other tools that report just this one, though not all that its rule finds.
    """

    rule: str
    path: PurePath
    span: Span
    message: str
    related: tuple[Related, ...] = ()
    tags: tuple[Tag, ...] = ()
    severity: Severity | None = None
    data: object = field(default=None, compare=False)
    overlaps: tuple[str, ...] = ()


class Fix(NamedTuple):
    """Edits that mend a finding, per file."""

    title: str
    safety: Safety
    edits: dict[PurePath, tuple[Edit, ...]]
    preferred: bool = True


@frozen(eq=False)
class Rule:
    """A rule as a value: no state to leak. `doc` is the module's docstring, the page of the documentation."""

    meta: Meta
    doc: str
    examples: Sequence[Example]
    near_misses: Sequence[NearMiss]
    check: "Callable[[Context], Iterator[Finding]]"
    fix: "Callable[[Context, Finding], Fix | None] | None" = None
    others: "Callable[[Context, Finding], Iterator[Fix]] | None" = None
    """Other ways to mend a finding, for a person to choose from: `--fix` applies none of them."""
