"""What a place that writes a name is, as far as the syntax of its file tells."""

from enum import Enum

from loopscope.facts.outline import FactId
from loopscope.text.frozen import frozen
from loopscope.text.span import Span

NOWHERE = Span(0, 0)
"""The span of a mention whose place in the text is not known."""


class Role(Enum):
    """What a name is at one place."""

    DEFINITION = "the name of a function"
    NAME = "`name=` of a decorator"
    PARAMETER = "a parameter"
    READ = "a read of a parameter"
    WRITE = "an assignment to a parameter"
    USEFIXTURES = "an argument of `usefixtures`"
    ARGNAME = "a name in `parametrize`"
    INDIRECT = "a name in `indirect=`"
    GETFIXTUREVALUE = "an argument of `getfixturevalue`"
    GETFIXTURE = "an argument of `getfixture` in a doctest"
    IMPORT = "an imported name"
    ALIAS = "the name given to something imported"
    EXPORT = "an item of `__all__`"
    ATTRIBUTE = "an attribute"
    GLOBAL = "a read of a global name"
    REBOUND = "an assignment to a global name"
    OF_CLASS = "a name in the body of a class"
    STRING = "a string"
    CONFIG = "a value of the configuration"
    MADE = "a parameter of a lambda, or a keyword of `functools.partial`, that may make a test"
    UNPLACED = "somewhere in code that is nested too deep"


@frozen
class Mention:
    """One place that writes a name.

    `owner` is the function or class of the outline that it belongs to, None for the module; a string in a decorator
    belongs to what is decorated. `detail` is the dotted name of an attribute, the module of an import, or the imported
    name of an alias. For names in parametrize marks `indirect` says whether the value goes to a fixture, None when only
    running tells.
    """

    role: Role
    span: Span
    owner: FactId | None
    detail: str = ""
    indirect: bool | None = False
