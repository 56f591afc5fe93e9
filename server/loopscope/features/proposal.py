"""What completion proposes: one entry of the list that an editor shows."""

from enum import Enum
from typing import NamedTuple

from loopscope.text.edit import Edit
from loopscope.text.span import Span
from loopscope.workspace.inference.members import Member
from loopscope.workspace.model import FixtureDef


class Sort(Enum):
    """What a completion stands for."""

    FIXTURE = "fixture"
    KEYWORD = "keyword argument"
    VALUE = "value"
    ARGNAME = "parametrized name"
    MARK = "mark"
    MODULE = "module"
    METHOD = "method"
    ATTRIBUTE = "attribute"
    CLASS = "class"
    SNIPPET = "snippet"


class Completion(NamedTuple):
    """One proposal: `text` replaces the word at the cursor, or `span`; that of a snippet has
    LSP's placeholders. `rank` orders as a string.

    `fixture` or `member` documents it where `documentation` is empty; `edits` of the same file come with it. `mark` is
    a word beside the label, `holder` the type that has the member.
    """

    label: str
    sort: Sort
    text: str
    rank: str
    detail: str = ""
    documentation: str = ""
    fixture: FixtureDef | None = None
    span: Span | None = None
    edits: tuple[Edit, ...] = ()
    member: Member | None = None
    mark: str = ""
    holder: str = ""
