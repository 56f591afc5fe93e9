"""Small projects, one folder each, in which pytest and loopscope must agree.

`# unknown: a b` names what only running tells.
"""

FIXTURES = {
    "stars": """
--- conftest.py
from shared import *
--- shared.py
import functools
import logging
import pytest
import parts
from parts import *
from parts import (  # not (all)
    hidden as shown,
    maker,
)

LOG = logging.getLogger("x")
partial = functools.partial(pytest.fixture, scope="module")
def plain(): pass
made = maker(plain)
again = parts._hidden

@partial
def by_partial(): pass
--- parts.py
from shared import *
import pytest
from pytest import fixture as maker

@pytest.fixture
def part(shown): pass

@pytest.fixture
def hidden(): pass

@maker
def _hidden(): pass

__all__ = ["part"]
--- test_stars.py
def test_all(part, shown, made, again, by_partial): pass
""",
    "factories": """
# unknown: redis
--- conftest.py
from container_tools import container

redis = container(image="redis")
--- container_tools.py
import pytest

def fixture_factory(scope="function"):
    def inner(function):
        def factory(**options):
            def made(): return function(**options)
            return pytest.fixture(scope=scope)(made)
        return factory
    return inner

@fixture_factory()
def container(image): return image
--- test_factories.py
def test_it(redis): pass
""",
    "star_and_itself": """
--- chained_things.py
import types
import pytest

@pytest.fixture
def chain(): pass

@pytest.fixture
def late(): pass

class parts:
    @pytest.fixture
    def part(): pass
--- conftest.py
from chained_things import *

chain = chain
late = parts = parts.part
from chained_things import late
--- test_chain.py
def test_all(chain, late): pass
""",
    "override": """
--- conftest.py
import pytest

@pytest.fixture(scope="session")
def value(): return 1

@pytest.fixture
def other(value): return value

--- inner/conftest.py
import pytest

@pytest.fixture
def value(value): return value + 1

--- inner/test_override.py
import pytest

@pytest.fixture
def value(value): return value + 1

def test_function(value): pass

class TestClass:
    @pytest.fixture
    def value(self, value): return value + 1

    def test_method(self, other): pass

    class TestNested:
        @pytest.fixture(name="value")
        def nested_value(self, value): return value

        def test_nested(self, value): pass
--- test_outer.py
def test_outer(other, tmp_path, request): pass
""",
    "names": """
--- test_names.py
import pytest
from pytest import fixture
import pytest as pt

@pytest.fixture(name="renamed")
def _original(): pass

def plain(): pass
assigned = pytest.fixture(plain)

def other_plain(renamed): yield
called = pytest.fixture(scope="module")(other_plain)
also = called

scoped = pt.fixture(scope="session")
@scoped
def through_variable(): pass

@fixture()
async def coroutine(): pass

def test_all(renamed, assigned, called, also, through_variable, coroutine): pass
def test_not_there(_original, plain): pass
""",
    "autouse": """
--- conftest.py
import pytest

@pytest.fixture(autouse=True)
def b_outer(): pass

@pytest.fixture(autouse=True, scope="session")
def a_outer(wanted): pass

@pytest.fixture(scope="session")
def wanted(): pass
--- test_autouse.py
import unittest
import pytest

HERE = True

@pytest.fixture(autouse=HERE)
def z_module(): pass

@pytest.fixture(autouse=True)
def a_module(z_module): pass

def test_function(): pass

class TestClass:
    @pytest.fixture(autouse=True, scope="class")
    def inner(self): pass
    def test_method(self): pass

class Case(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def with_fixture(self, tmp_path): pass
    def test_case(self): pass
""",
    "usefixtures": """
--- test_usefixtures.py
import pytest

@pytest.fixture
def one(): pass
@pytest.fixture
def two(one): pass
@pytest.fixture
def three(): pass

pytestmark = [pytest.mark.usefixtures("one")]
pytestmark += [pytest.mark.usefixtures("three")]

def test_module(): pass

needs_two = pytest.mark.usefixtures("two")

@needs_two
class TestClass:
    pytestmark = pytest.mark.usefixtures("three", "absent")
    @pytest.mark.usefixtures("two", "one")
    def test_method(self): pass
""",
    "mixins": """
--- mixed/__init__.py
--- mixed/bases.py
import pytest
from .deeper import Root as Deep

class Base(Deep):
    @pytest.fixture
    def from_base(self, from_root): pass
    @pytest.fixture
    def both(self): pass
    def test_inherited(self, both): pass
--- mixed/deeper.py
import pytest

class Root:
    @pytest.fixture(scope="class")
    def from_root(self): pass
    def test_first(self, from_root): pass
    def test_overridden(self, from_root): pass
--- mixed/test_mixins.py
import pytest
from mixed import bases
from mixed.deeper import Root

class Other:
    @pytest.fixture
    def both(self): pass

class TestMixed(Other, bases.Base):
    def test_own(self, both, from_base): pass
    def test_overridden(self, both): pass

class TestDirect(Root):
    pass
""",
    "imported": """
--- shared_things.py
import pytest
__all__ = ["starred"] + ["also_starred"]

@pytest.fixture
def starred(): pass
@pytest.fixture
def also_starred(not_starred): pass
@pytest.fixture
def not_starred(): pass
@pytest.fixture
def by_name(starred): pass
--- wildly_shared.py
import pytest
from shared_things import by_name as renamed_here

@pytest.fixture
def public(): pass
@pytest.fixture
def _private(): pass
--- test_imported.py
from typing import TYPE_CHECKING
from shared_things import *
from wildly_shared import *
from shared_things import by_name
if TYPE_CHECKING:
    from shared_things import not_starred

def test_imported(starred, also_starred, by_name, public, renamed_here): pass
def test_hidden(not_starred, _private): pass
""",
    "packages": """
--- packaged/__init__.py
--- packaged/fixtures/__init__.py
from .database import engine, session as db_session
from . import clients
--- packaged/fixtures/database.py
import pytest
@pytest.fixture(scope="module")
def engine(): pass
@pytest.fixture
def session(engine): pass
--- packaged/fixtures/clients.py
import pytest
@pytest.fixture
def client(engine): pass
--- packaged/tests/__init__.py
--- packaged/tests/conftest.py
from ..fixtures import *
from packaged.fixtures.clients import client
--- packaged/tests/test_packaged.py
def test_packaged(client, db_session): pass
""",
    "attempts": """
--- test_attempts.py
import pytest
try:
    import surely_absent_module
except ImportError:
    surely_absent_module = None
    HAS = False
else:
    HAS = True
    @pytest.fixture
    def absent(): pass

try:
    import json
    FOUND = True
except ImportError:
    FOUND = False

try:
    from surely_absent_module import thing
except ImportError:
    @pytest.fixture
    def thing(): pass

@pytest.fixture(autouse=HAS)
def never(): pass
@pytest.fixture(autouse=FOUND)
def always(): pass

def test_attempts(thing): pass
def test_absent(absent): pass
""",
    "parametrized": """
--- test_parametrized.py
import pytest

@pytest.fixture
def needed(): pass
@pytest.fixture
def fixed(needed): pass
@pytest.fixture(params=[1, 2])
def varied(request): pass

@pytest.mark.parametrize("fixed, plain", [(1, 2)])
def test_direct(fixed, plain, varied): pass

@pytest.mark.parametrize(("fixed", "plain"), [(1, 2)], indirect=["fixed"])
def test_partly(fixed, plain): pass

@pytest.mark.parametrize("fixed", [1], indirect=True)
def test_indirect(fixed): pass

NAMES = ["fixed"]
@pytest.mark.parametrize(NAMES, [(1,)])
def test_through_variable(fixed): pass

@pytest.mark.parametrize("argument", [])
def test_empty(argument): pass

@pytest.mark.parametrize("argument", [1])
class TestClass:
    table = pytest.mark.parametrize("row", [1, 2])
    @table
    def test_method(self, argument, row): pass
""",
    "set_by_class_decorators": """
# unknown: is_async
--- suites.py
import pytest

def async_suite(cls):
    @pytest.fixture(scope="session")
    def is_async(self): return True
    cls.is_async = is_async
    return cls

def suite(is_async_value):
    def decorate(cls):
        @pytest.fixture
        def is_async(self): return is_async_value
        cls.is_async = is_async
        return cls
    return decorate
--- conftest.py
import pytest

@pytest.fixture(scope="session")
def is_async(): return False
@pytest.fixture
def url(is_async): pass
--- test_suites.py
from suites import async_suite, suite

@async_suite
class TestAsync:
    def test_url(self, url): pass

@suite(False)
class TestSync:
    def test_url(self, url, is_async): pass

class TestNeither:
    def test_url(self, url): pass
""",
    "asked_of_imports": """
--- conftest.py
from pytest import fixture

try:
    import json
    have_json = True
except ImportError:
    have_json = False

try:
    import nothing_of_that_name
    have_nothing = True
except ImportError:
    have_nothing = False

if have_json:
    @fixture(autouse=True)
    def seed(monkeypatch): pass

if have_nothing:
    @fixture(autouse=True)
    def other_seed(): pass
--- test_asked_of_imports.py
def test_it(): pass
""",
    "fixtures_made": """
# unknown: either doubtful decorated_maker
--- makers.py
import functools
import pytest
from pytest import fixture

MODULE = "module"

def make(name, scope="function", *, autouse=False):
    # Makes one.
    if not name:
        raise ValueError
    @pytest.fixture(scope=scope, autouse=autouse)
    def made(request, tmp_path, _not_asked=1):
        yield name
    return made

def make_async():
    @pytest.fixture
    async def made_async(value): pass
    return made_async

def make_named(name):
    @fixture(name=name)
    def inner(value): pass
    return inner

def make_by_call(scope):
    def inner(value): pass
    return pytest.fixture(scope=scope)(inner)

def make_plainly():
    def inner(value): pass
    return fixture(inner)

def hand_on(name, scope):
    return make(name, scope=scope)

def make_either(first):
    if first:
        @pytest.fixture
        def inner(value): pass
    else:
        @pytest.fixture
        def inner(): pass
    return inner

def make_doubtful(first):
    @pytest.fixture
    def inner(value): pass
    if first:
        return inner

def making_fixtures(function):
    @functools.wraps(function)
    def maker(name):
        return make(name)
    return maker

@making_fixtures
def decorated_maker(): pass

def make_method():
    @pytest.fixture
    def inner(self, value): pass
    return inner

def make_nothing():
    def inner(value): pass
    return inner
--- conftest.py
import pytest
from makers import *

@pytest.fixture
def value(): pass
outer = make("outer", "session")
overridden = make("overridden")
always = make("always", "class", autouse=True)
by_lambda = pytest.fixture(lambda value, tmp_path: value)
by_lambda_too = pytest.fixture(scope="module")(lambda: 1)
alias = by_lambda
--- test_fixtures_made.py
import makers
import pytest
from makers import hand_on, make, make_async, make_by_call, make_either, make_named, make_plainly
from conftest import by_lambda as another_name

one = make("one", scope="module")
other = make(name="other")
asynchronous = make_async()
unnamed = make_named("named")
by_call = make_by_call("class")
plainly = make_plainly()
handed_on = hand_on("x", "session")
either = make_either(True)
doubtful = makers.make_doubtful(True)
decorated_maker = makers.decorated_maker("x")
nothing = makers.make_nothing()
overridden = makers.make("again", "module")

def test_all(one, other, asynchronous, named, by_call, plainly, handed_on): pass
def test_outer(outer, overridden, by_lambda, by_lambda_too, alias): pass
def test_unknown(either, doubtful, decorated_maker, value): pass
def test_missing(unnamed, nothing): pass

class TestMethods:
    of_class = makers.make_method()
    def test_method(self, of_class, one): pass
""",
    "made_by_functions": """
# unknown: computed
--- helpers.py
import pytest

def client(*names):
    return pytest.mark.parametrize("client", list(names))

def each(name, values):
    return pytest.mark.parametrize(name, values)

def through(*names, indirect=True):
    return pytest.mark.parametrize("server", names, indirect=["server"])

def uses(name):
    return pytest.mark.usefixtures(name)

def computed(names):
    name = names[0]
    return pytest.mark.parametrize(name, [1])
--- conftest.py
import pytest

@pytest.fixture
def value(): pass
@pytest.fixture
def server(request, value): pass
@pytest.fixture
def needs_client(client, value): pass
--- test_made_by_functions.py
import pytest
from helpers import client, computed, each, through, uses

@client("one", "two")
class TestClient:
    def test_given(self, client, needs_client): pass

@client("one")
def test_function(client, value): pass

@each("value", [1])
def test_named(value): pass

@each(name="server", values=[1])
def test_named_by_keyword(server): pass

@through("a", "b")
def test_through(server): pass

@uses("server")
def test_used(): pass

@computed(["computed"])
def test_computed(computed, server): pass

@uses("value")
class TestUsed:
    pytestmark = client("one")
    def test_method(self, client): pass
""",
    "signatures": """
--- test_signatures.py
import functools
from unittest import mock
from unittest.mock import patch, DEFAULT
import pytest
from hypothesis import given, strategies as st

@pytest.fixture
def one(): pass
@pytest.fixture
def two(): pass

def test_defaults(one, two=1, *args, **kwargs): pass
def test_keyword_only(*, one, two): pass
def test_positional_only(one, /, two): pass

@patch("os.getcwd")
def test_patched(mocked, one): pass
@patch("os.getcwd", new=1)
@mock.patch.object(functools, "partial")
@patch.dict("os.environ", {})
@patch("os.sep", DEFAULT)
def test_patched_often(first, second, one): pass

held = patch("os.getcwd", name="held")
class Patches:
    held = patch("os.getcwd")
def patching(function):
    return mock.patch("os.getcwd")(function)
def patching_by_call(target="os.getcwd"):
    return patch(target)
def patching_with_value(function):
    return patch("os.sep", "x")(function)
@held
def test_patched_by_variable(mocked, one): pass
@Patches.held
def test_patched_by_attribute(mocked, one): pass
@patching
@patching_by_call()
@patching_with_value
def test_patched_by_functions(first, second, one): pass

@given(number=st.integers())
def test_given_by_name(one, number): pass
@given(st.integers(), st.text())
def test_given_by_place(one, number, text): pass

def keeps(function):
    @functools.wraps(function)
    def inner(*args, **kwargs): return function(*args, **kwargs)
    return inner

@keeps
def test_wrapped(one): pass

class TestMethods:
    @staticmethod
    def test_static(one): pass
    @classmethod
    def test_class(cls, one): pass
    @pytest.fixture
    @classmethod
    def made(cls, two): pass
    def test_made(self, made): pass

@patch("os.getcwd")
class TestPatched:
    @patch("os.getpid")
    def test_both(self, pid, cwd, one): pass
    def helper(self): pass
""",
    "plugins_of_conftest": """
--- test_module_plugins.py
pytest_plugins = ["module_plugin_one"]

def test_plugins(from_one, from_two): pass
--- module_plugin_one.py
import pytest
pytest_plugins = "module_plugin_two"
@pytest.fixture
def from_one(from_two): pass
--- module_plugin_two.py
import pytest
@pytest.fixture(scope="session")
def from_two(): pass
""",
    "own": """
--- test_own.py
def test_builtin(tmp_path, tmpdir, capsys, caplog, monkeypatch, recwarn, pytestconfig, cache, record_property): pass
def test_plugin(mocker, session_mocker): pass
def test_missing(pytester, testdir, surely_not_a_fixture): pass
""",
    "xunit": """
--- test_xunit.py
import unittest

def setup_module(): pass
def teardown_function(function): pass
def test_function(): pass

class TestClass:
    @classmethod
    def setup_class(cls): pass
    def setup_method(self, method): pass
    def test_method(self): pass

class Base:
    def teardown_method(self): pass

class TestDerived(Base):
    def test_derived(self): pass

class Case(unittest.TestCase):
    def setUp(self): pass
    def setup_method(self, method): pass
    def test_case(self): pass

@unittest.skip("not now")
class Skipped(unittest.TestCase):
    def test_skipped(self): pass
""",
    "generated": """
# unknown: generated
--- test_generated.py
import pytest

@pytest.fixture
def needed(): pass

def pytest_generate_tests(metafunc):
    if "generated" in metafunc.fixturenames:
        metafunc.parametrize("generated", [1, 2])

def test_generated(generated, needed): pass
""",
    "conditions": """
# unknown: either
--- test_conditions.py
import os
import sys
import pytest

if os.name == "nt":
    @pytest.fixture
    def either(): pass
else:
    @pytest.fixture
    def either(): pass

if sys.version_info >= (3, 0):
    @pytest.fixture
    def only(): pass

def test_conditions(either, only): pass
""",
    "deletions": """
--- test_deletions.py
import pytest

@pytest.fixture
def kept(): pass
@pytest.fixture
def gone(): pass
del gone

def test_first(kept): pass
def test_gone(): pass
del test_gone

def test_again(): pass
def test_last(kept, gone): pass
def test_again(kept): pass
""",
}

COLLECTION = {
    "bases_that_are_gone": """
--- shared.py
import unittest
import pytest

class Base(unittest.TestCase):
    def test_of_base(self): pass

class TestOther:
    @pytest.fixture
    def value(self): pass
    def test_other(self, value): pass
--- test_bases_that_are_gone.py
import unittest
from shared import Base, TestOther
from shared import TestOther as Again

class Deleted(unittest.TestCase):
    def test_deleted(self): pass

class Kept(Deleted):
    def test_kept(self): pass

class KeptOfImported(Base):
    def test_kept(self): pass

class TestOther(TestOther):
    def test_more(self, value): pass

class Twice(unittest.TestCase):
    def test_first(self): pass

class Twice(Twice):
    def test_second(self): pass

class TestAgain(Again):
    def test_again(self, value): pass

del Deleted, Base
del Again
""",
    "functions_that_are_no_defs": """
--- test_values.py
import functools
import pytest

@pytest.fixture
def a(): return 1

@pytest.fixture
def b(): return 2

def helper(a): pass

def other(a, b): pass

async def waiting(a, b): pass

test_alias = helper
test_partial = functools.partial(helper)
test_partial_given = functools.partial(other, b=2)
test_partial_by_position = functools.partial(waiting, 1)
test_partial_of_partial = functools.partial(functools.partial(other, 1), b=3)
test_lambda = lambda a: None
test_lambda_defaults = lambda a, *, b, c=1: None
test_one, test_two = helper, waiting
test_number = 3
test_words = ["a"]

def marked(a, b): pass

test_marked = pytest.mark.parametrize("b", [1])(marked)

def made(function):
    def inner(b): return function(1)
    return inner

class TestThing:
    test_d = helper
    test_e = lambda self, b: None
    test_f = staticmethod(helper)
    test_g = functools.partial(other, b=2)
    test_i = staticmethod(lambda a: None)

    def test_own(self, a): pass
    test_z = test_own
    test_k = test_alias

class TestOther:
    test_of_another = TestThing.test_own

TestOther.test_later = other
""",
    "classes": """
--- test_classes.py
import abc
import dataclasses
import enum
from typing import Generic, NamedTuple, TypeVar
import pytest

T = TypeVar("T")

class TestPlain:
    def test_it(self): pass
    def helper(self): pass
    not_a_test = 1
class TestInit:
    def __init__(self): pass
    def test_it(self): pass
class TestNew:
    def __new__(cls): return super().__new__(cls)
    def test_it(self): pass
class TestInheritsInit(TestInit):
    def test_more(self): pass
class TestOff:
    __test__ = False
    def test_it(self): pass
class TestOffLater:
    def test_it(self): pass
TestOffLater.__test__ = False
class TestOnAgain(TestOff):
    __test__ = True
    def test_on(self): pass
class Chosen:
    __test__ = True
    def test_it(self): pass
@dataclasses.dataclass
class TestData:
    x: int = 1
    def test_it(self): pass
class TestEnum(enum.Enum):
    A = 1
    def test_it(self): pass
class TestTuple(NamedTuple):
    x: int = 1
    def test_it(self): pass
class TestError(Exception):
    def test_it(self): pass
class TestAbstract(abc.ABC):
    @abc.abstractmethod
    def thing(self): pass
    def test_it(self): pass
class TestConcrete(TestAbstract):
    def thing(self): pass
    def test_more(self): pass
class TestGeneric(Generic[T]):
    def test_it(self): pass
class TestSpecial(TestGeneric[int]):
    def test_more(self): pass
class NotATest:
    def test_it(self): pass
class TestOuter:
    class TestInner:
        def test_it(self): pass
    class Helper:
        def test_it(self): pass
    def test_it(self): pass
TestAlias = TestPlain
""",
    "functions": """
--- test_functions.py
import functools
import pytest

def test_one(): pass
def testtwo(): pass
def tests(): pass
def not_a_test(): pass
def other(): pass
other.__test__ = True
def test_off(): pass
test_off.__test__ = False
@pytest.fixture
def test_fixture(): pass
test_alias = not_a_test
test_value = 3
async def test_coroutine(): pass

def keeps(function):
    @functools.wraps(function)
    def inner(): pass
    return inner
@keeps
def test_decorated(): pass
""",
    "unittests": """
--- test_unittests.py
import unittest
from unittest import TestCase as Renamed, IsolatedAsyncioTestCase

class Things(unittest.TestCase):
    def test_b(self): pass
    def test_a(self): pass
    def testing(self): pass
    def helper(self): pass
    test_value = 3
class Derived(Things):
    def test_c(self): pass
    def test_a(self): pass
class Isolated(IsolatedAsyncioTestCase):
    async def test_it(self): pass
class WithInit(Renamed):
    def __init__(self, name): super().__init__(name)
    def test_it(self): pass
class OnlyRun(Renamed):
    def runTest(self): pass
class Off(Renamed):
    __test__ = False
    def test_it(self): pass
""",
    "skips": """
# unknown: _unittest_skip_fixture_A _unittest_setUpClass_fixture_A
--- test_skips.py
import sys
import unittest

@unittest.skipIf(sys.platform == "nowhere", "why")
class A(unittest.TestCase):
    def test_it(self): pass
@unittest.skip("why")
class Never(unittest.TestCase):
    def test_it(self): pass
""",
    "imported_tests": """
--- imported_from_here.py
import unittest
import pytest

def test_elsewhere(): pass
class TestElsewhere:
    @pytest.fixture
    def own(self): pass
    def test_it(self, own): pass
class OddlyNamedCase(unittest.TestCase):
    def test_it(self): pass
--- test_imported_tests.py
from imported_from_here import test_elsewhere, TestElsewhere, OddlyNamedCase as Odd
from imported_from_here import test_elsewhere as test_other_name

def test_here(): pass
""",
    "skipped_modules": """
--- test_skip_always.py
import pytest
pytest.skip("no", allow_module_level=True)
def test_it(): pass
--- test_skip_absent.py
import pytest
thing = pytest.importorskip("surely_absent_module")
def test_it(): pass
--- test_skip_present.py
import pytest
json = pytest.importorskip("json")
def test_it(): pass
""",
    "ignored": """
--- conftest.py
collect_ignore = ["test_ignored.py", "sub_ignored"]
collect_ignore_glob = ["*_globbed.py"]
--- test_ignored.py
def test_it(): pass
--- test_globbed.py
def test_it(): pass
--- something_globbed.py
def test_it(): pass
--- test_not_ignored.py
def test_it(): pass
--- sub_ignored/test_below.py
def test_it(): pass
--- sub_kept/test_kept.py
def test_it(): pass
--- node_modules/test_modules.py
def test_it(): pass
--- .hidden/test_hidden.py
def test_it(): pass
--- virtual/pyvenv.cfg
home = /usr
--- virtual/test_virtual.py
def test_it(): pass
--- kept_test.py
def test_it(): pass
--- not_matching.py
def test_it(): pass
""",
    "order": """
--- b/test_order_b.py
def test_it(): pass
--- a_test.py
def test_it(): pass
--- test_zz.py
def test_second(): pass
def test_first(): pass
class TestLate:
    def test_it(self): pass
def test_redefined(): pass
def test_third(): pass
def test_redefined(): pass
--- c/__init__.py
--- c/test_order_c.py
def test_it(): pass
--- c/a_dir/test_order_deep.py
def test_it(): pass
""",
}

LOOPS = {
    "zz_set_mode": """
--- conftest.py
import pytest

def pytest_configure(config):
    config.addinivalue_line("markers", "more: of this folder")
    config.option.asyncio_mode = "auto"

@pytest.fixture
async def data(): return 1
--- test_set_mode.py
import pytest

async def test_bare(data): pass

@pytest.mark.asyncio(loop_scope="class")
async def test_marked(data): pass
""",
    "made_marks": """
--- helpers.py
import pytest

def only_before(version):
    return pytest.mark.skipif(version < (3, 0), reason="old")
--- test_made_marks.py
import pytest
from helpers import only_before

pytestmark = only_before((3, 9))

@pytest.mark.asyncio
async def test_marked(): pass

async def test_unmarked(): pass

class TestMore:
    pytestmark = [only_before((3, 9)), pytest.mark.asyncio(loop_scope="class")]

    async def test_of_class(self): pass
""",
    "marks": """
--- test_marks.py
import asyncio
import pytest
import pytest_asyncio

@pytest.mark.asyncio
async def test_marked(): pass
async def test_unmarked(): pass
@pytest.mark.asyncio(loop_scope="module")
async def test_scoped(): pass
@pytest.mark.asyncio(scope="session")
async def test_old_keyword(): pass
@pytest.mark.asyncio
def test_sync(): pass

@pytest.mark.asyncio(loop_scope="class")
class TestClass:
    async def test_method(self): pass
    @pytest.mark.asyncio
    async def test_reset(self): pass
    @pytest.mark.asyncio(loop_scope="session")
    async def test_own(self): pass
    @staticmethod
    async def test_static(): pass

class TestDerived(TestClass):
    async def test_more(self): pass

in_session = pytest.mark.asyncio(loop_scope="session")
@in_session
async def test_through_variable(): pass
@pytest.mark.asyncio
async def test_generator(): yield
""",
    "module_marks": """
--- test_module_marks.py
import pytest
pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

async def test_module(): pass
class TestClass:
    async def test_method(self): pass
    @pytest.mark.asyncio(loop_scope="function")
    async def test_own(self): pass
""",
    "decorated": """
--- test_decorated.py
import functools
import unittest.mock
import pytest
from hypothesis import given, strategies as st

pytestmark = pytest.mark.asyncio

def loses(function):
    @functools.wraps(function)
    def inner(*args, **kwargs): return function(*args, **kwargs)
    return inner
def keeps(function):
    @functools.wraps(function)
    async def inner(*args, **kwargs): return await function(*args, **kwargs)
    return inner
def marks(reason):
    return pytest.mark.skipif(False, reason=reason)
def configured(value):
    def decorate(function):
        function.value = value
        return function
    return decorate

@loses
async def test_loses(): pass
@keeps
async def test_keeps(): pass
@marks("reason")
async def test_marks(): pass
@configured(1)
async def test_configured(): pass
@unittest.mock.patch("os.getcwd")
async def test_patched(mocked): pass
@given(st.integers())
async def test_given(number): pass
@unittest.skip("no")
async def test_skipped(): pass
""",
    "cases": """
--- test_cases.py
import unittest
import pytest

class Plain(unittest.TestCase):
    @pytest.mark.asyncio
    async def test_it(self): pass
class Isolated(unittest.IsolatedAsyncioTestCase):
    async def test_it(self): pass
""",
    "late": """
--- conftest.py
import pytest

def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytest.mark.slow)
--- test_late.py
import pytest
@pytest.mark.asyncio
async def test_it(): pass
""",
    "async_fixtures": """
--- test_async_fixtures.py
import pytest
import pytest_asyncio

@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def module_wide(): yield
@pytest_asyncio.fixture
async def narrow(module_wide): pass
@pytest_asyncio.fixture()
def sync_one(narrow): pass
@pytest.mark.asyncio
async def test_it(sync_one): pass
""",
    "anyio": """
--- test_anyio.py
import unittest
import pytest

@pytest.mark.anyio
async def test_marked(tmp_path): pass
@pytest.mark.anyio
class TestClass:
    async def test_method(self): pass
    def test_sync(self): pass
@pytest.fixture
async def needs(anyio_backend): pass
async def test_through_fixture(needs): pass
""",
}

ANYIO = {
    "anyio_everywhere": """
--- test_anyio_everywhere.py
import pytest

@pytest.fixture
def anyio_backend(): return "asyncio"
async def test_it(tmp_path): pass
def test_sync(): pass
class TestClass:
    async def test_method(self): pass
""",
}

NAMED_OTHERWISE = {
    "named": """
--- check_named.py
import pytest

@pytest.fixture
def one(): pass
def check_it(one): pass
def it_works(one): pass
def test_it(one): pass
class CheckThings:
    def check_it(self, one): pass
class ThingSuite:
    def this_works(self): pass
class TestThings:
    def check_it(self): pass
--- test_named.py
def check_it(): pass
""",
}

IMPORTLIB = {
    "moved": """
--- one/test_same_name.py
import pytest
from in_lib import from_lib
def test_it(from_lib): pass
--- two/test_same_name.py
def test_it(tmp_path): pass
--- ../lib/in_lib.py
import pytest
@pytest.fixture
def from_lib(tmp_path): pass
""",
}

REPLACED = """
--- tools.py
import functools

def replaced(function):
    def inner(b): return function(1)
    return inner

def swallowing(function):
    def inner(*args, **kwargs): return function(1)
    return inner

def replacing(number):
    def decorate(function):
        async def inner(self=None, *, b): return function(number)
        return inner
    return decorate

def kept(function):
    @functools.wraps(function)
    def inner(*args, **kwargs): return function(*args, **kwargs)
    return inner

--- test_made.py
import pytest
from tools import kept, replaced, replacing, swallowing

@pytest.fixture
def a(): return 1

@pytest.fixture
def b(): return 2

@pytest.fixture
@replaced
def c(a): return 3

@swallowing
def test_swallowed(a): pass

@pytest.mark.parametrize("b", [1])
@replaced
def test_replaced(a): pass

@replacing(3)
def test_made(a): pass

@kept
def test_kept(a): pass

@kept
@replaced
def test_both(a, c): pass
"""
"""Tests whose functions are not those that are written: places differ."""
