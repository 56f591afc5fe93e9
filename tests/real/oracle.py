"""A pytest plugin that writes what pytest resolved for every collected test function, to compare loopscope with.

    ORACLE_OUT=out.json PYTHONPATH=<this folder> pytest --collect-only -p oracle …

It runs in the projects' environment, with pytest 8.2 to 9.2, and imports nothing of loopscope. It writes

    errors   {file or folder that could not be collected: the end of pytest's message}
    tests    one object per test function, its parametrised items folded into one:
      id           node id without parameters
      file, line   absolute path and line of the `def`; line is null for code that no file holds
      static       a `def` of that name stands there, at module or class level (false: made at run time)
      runner       what awaits it: "pytest-asyncio", "anyio", "unittest", "hook" (of some other plugin) or null
      loop_scope   of pytest-asyncio's tests, else null
      variants     different [[name, definition], …] of its items, in pytest's order and without `request`;
                   definition: the last of pytest's chain as {file, line, scope, autouse, kind}, "parametrize" for a
                   value that parametrize provides itself, null when there is none
"""

import ast
import functools
import inspect
import json
import os
import unittest
from pathlib import Path

import pytest
from _pytest.compat import get_real_func
from _pytest.unittest import TestCaseFunction

KNOWN_RUNNERS = ("_pytest.", "pytest_asyncio.", "anyio.")

_errors: dict = {}


def pytest_collectreport(report):
    if report.failed:
        _errors[report.nodeid] = report.longreprtext[-400:]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items):
    """Takes the items before a hook deselects some and looks at them when every hook had its say."""
    functions = [item for item in items if isinstance(item, pytest.Function)]
    result = yield
    tests = {}
    for item in functions:
        nodeid = _without_parameters(item)
        if nodeid not in tests:
            tests[nodeid] = {"id": nodeid, **_code(item), **_run_by(item), "variants": []}
        variant = _closure(item)
        if variant not in tests[nodeid]["variants"]:
            tests[nodeid]["variants"].append(variant)
    written = json.dumps({"errors": _errors, "tests": list(tests.values())})
    Path(os.environ["ORACLE_OUT"]).write_text(written, encoding="utf-8")
    return result


def _without_parameters(item):
    parameters = item.name[len(item.originalname) :]
    return item.nodeid.removesuffix(parameters) if parameters else item.nodeid


def _code(item):
    place = _place(item.obj)
    return {**place, "static": _defs(place["file"])["names"].get(place["line"]) == item.originalname}


def _run_by(item):
    """pytest-asyncio shows by its class of items, anyio by the fixture that its hook looks for."""
    if isinstance(item, TestCaseFunction):
        awaited = not _is_async(item.obj) or issubclass(item.cls, unittest.IsolatedAsyncioTestCase)
        return {"runner": "unittest" if awaited else None, "loop_scope": None}
    if any(kind.__module__.startswith("pytest_asyncio") for kind in type(item).__mro__):
        return {"runner": "pytest-asyncio", "loop_scope": item._loop_scope}
    if not _is_async(item.obj):
        return {"runner": None, "loop_scope": None}
    anyio = item.config.pluginmanager.has_plugin("anyio") and "anyio_backend" in item.fixturenames
    others = [
        hook
        for hook in item.ihook.pytest_pyfunc_call.get_hookimpls()
        if not (hook.wrapper or hook.hookwrapper or hook.function.__module__.startswith(KNOWN_RUNNERS))
    ]
    return {"runner": "anyio" if anyio else "hook" if others else None, "loop_scope": None}


def _is_async(function):
    return inspect.iscoroutinefunction(getattr(getattr(function, "hypothesis", None), "inner_test", function))


def _closure(item):
    chains = item._fixtureinfo.name2fixturedefs
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    closure = []
    for name in item.fixturenames:
        last = chains[name][-1] if chains.get(name) else None
        if name == "request":
            continue
        if name in parameters if last is None else _is_parameter(last):
            closure.append([name, "parametrize"])
        else:
            closure.append([name, None if last is None else _definition(last, item.session._fixturemanager)])
    return closure


def _is_parameter(fixture):
    return getattr(fixture.func, "__name__", "") == "get_direct_param_fixture_func"


@functools.cache
def _definition(fixture, manager):
    function = get_real_func(fixture.func)
    kinds = {
        "asyncgen": inspect.isasyncgenfunction,
        "coroutine": inspect.iscoroutinefunction,
        "generator": inspect.isgeneratorfunction,
    }
    kind = next((kind for kind, applies in kinds.items() if applies(function)), "function")
    autouse = getattr(fixture, "_autouse", None)
    if autouse is None:  # before pytest 8.4
        autouse = fixture.argname in manager._nodeid_autousenames.get(fixture.baseid or "", ())
    return {**_place(function), "scope": fixture.scope, "autouse": autouse, "kind": kind}


def _place(function):
    code = getattr(get_real_func(function), "__code__", None)
    if code is None:
        return {"file": None, "line": None}
    file = _real_path(code.co_filename)
    return {"file": file, "line": _defs(file)["lines"].get(code.co_firstlineno, code.co_firstlineno)}


_real_path = functools.cache(os.path.realpath)


@functools.cache
def _defs(file):
    """Lines of `def` by that of their first decorator (all that code objects know), and the names of static ones."""
    found = {"lines": {}, "names": {}}
    try:
        tree = ast.parse(Path(file).read_bytes())
    except (OSError, SyntaxError, TypeError):
        return found
    pending = [(tree, True)]
    while pending:
        node, static = pending.pop()
        inside = static
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found["lines"][min(part.lineno for part in [node, *node.decorator_list])] = node.lineno
            if static:
                found["names"][node.lineno] = node.name
            inside = False
        pending.extend((child, inside) for child in ast.iter_child_nodes(node))
    return found
