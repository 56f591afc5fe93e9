"""A plugin that writes down what pytest decided for every collected test: `-p pytest_oracle`, ORACLE_OUT=file.json."""

import ast
import functools
import inspect
import json
import os
from pathlib import Path

import pytest
from _pytest import fixtures


@functools.cache
def _lines(path):
    tree = ast.parse(Path(path).read_bytes())
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found[min([node.lineno, *(each.lineno for each in node.decorator_list)])] = node.lineno
    return found


def _real(function):
    function = inspect.unwrap(getattr(function, "__func__", function))
    return function.func if isinstance(function, functools.partial) else function


def _place(function):
    code = _real(function).__code__
    return [os.path.realpath(code.co_filename), _lines(code.co_filename).get(code.co_firstlineno, code.co_firstlineno)]


def _is_direct(fixturedef):
    return type(fixturedef) is not fixtures.FixtureDef or fixturedef.func.__name__ == "get_direct_param_fixture_func"


def _record(item):
    info = item._fixtureinfo
    chains, direct, missing = {}, [], []
    for name in info.names_closure:
        defs = info.name2fixturedefs.get(name)
        if not defs:
            missing += [name] if name != "request" else []
        elif _is_direct(defs[-1]):
            direct.append(name)
        else:
            chains[name] = [[*_place(each.func), each.scope] for each in defs]
    callspec = getattr(item, "callspec", None)
    given = [] if callspec is None else [name for name in callspec.params if name in missing]
    record = {
        "closure": list(info.names_closure),
        "initial": list(info.initialnames),
        "chains": chains,
        "direct": sorted({*direct, *given}),
        "missing": sorted(set(missing) - set(given)),
        "place": [os.path.realpath(item.path), None] if item.obj is None else _place(item.obj),
        "item": type(item).__module__.partition(".")[0],
        "coroutine": inspect.iscoroutinefunction(item.obj) or inspect.isasyncgenfunction(item.obj),
    }
    if record["item"] == "pytest_asyncio":
        record["loop_scope"] = item._loop_scope
    return record


class Oracle:
    def __init__(self):
        self.tests = {}
        self.errors = []
        self.order = {}

    def pytest_itemcollected(self, item):
        self.order[f"{item.parent.nodeid}::{getattr(item, 'originalname', None) or item.name}"] = None

    def pytest_collectreport(self, report):
        if report.failed:
            self.errors.append([report.nodeid, str(report.longrepr)])

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items):
        for item in items:
            name = getattr(item, "originalname", None) or item.name
            self.tests.setdefault(f"{item.parent.nodeid}::{name}", _record(item))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self):
        found = {"tests": self.tests, "order": list(self.order), "errors": self.errors}
        Path(os.environ["ORACLE_OUT"]).write_text(json.dumps(found))


def pytest_configure(config):
    config.pluginmanager.register(Oracle())
