"""Compares loopscope with a run of pytest, test by test and name by name."""

from pathlib import PurePath

from loopscope.workspace.folders import test_files
from loopscope.workspace.loops import runner, test_loop_scope
from loopscope.workspace.model import Runner, Unknown
from loopscope.workspace.snapshot import Snapshot


def answers(snapshot: Snapshot, start: PurePath) -> dict[str, dict]:
    """What loopscope says, in the shape of the oracle, plus the unknown names."""
    found = {}
    for path in test_files(snapshot.queries, start):
        view = snapshot.module(path)
        for test in view.tests:
            closure = view.closure(test)
            decided = runner(snapshot, view, test)
            scope = test_loop_scope(snapshot, view, test)
            assert test.nodeid not in found, f"{test.nodeid} twice"
            found[test.nodeid] = {
                "closure": list(closure.names),
                "initial": list(closure.initial),
                "chains": {
                    name: [[*_place(snapshot, each), getattr(each.scope, "value", None)] for each in chain]
                    for name, chain in closure.chains.items()
                },
                "direct": sorted(closure.direct),
                "missing": sorted(closure.missing),
                "unknown": {name: why.reason for name, why in closure.unknown.items()},
                "place": [str(test.code_path), _line(snapshot, test.code_path, test.id)],
                "runner": decided if isinstance(decided, Unknown) else decided.value,
                "loop_scope": scope.reason if isinstance(scope, Unknown) else scope.value.value,
            }
    return found


def differences(said: dict, judged: dict) -> list[str]:
    """What loopscope says of one test and pytest does not; names that are unknown are left out."""
    # What is unknown may ask for `request`.
    unknown = {*said["unknown"], "request"} if said["unknown"] else set()
    found = []
    for key in ("closure", "initial"):
        one, other = ([name for name in record[key] if name not in unknown] for record in (said, judged))
        if one != other:
            found.append(f"{key}: loopscope {one}, pytest {other}")
    for name in {*said["chains"], *judged["chains"]} - unknown:
        one, other = said["chains"].get(name), judged["chains"].get(name)
        if one != other:
            found.append(f"{name}: loopscope {one}, pytest {other}")
    direct = [name for name in said["direct"] if name in judged["closure"]]
    if direct != [name for name in judged["direct"] if name not in unknown]:
        found.append(f"direct: loopscope {direct}, pytest {judged['direct']}")
    if said["missing"] != [name for name in judged["missing"] if name not in unknown]:
        found.append(f"missing: loopscope {said['missing']}, pytest {judged['missing']}")
    if said["place"] != judged["place"]:
        found.append(f"place: loopscope {said['place']}, pytest {judged['place']}")
    asyncio = judged["item"] == "pytest_asyncio"
    if not isinstance(said["runner"], Unknown) and (said["runner"] is Runner.PYTEST_ASYNCIO) != asyncio:
        found.append(f"runner: loopscope {said['runner']}, pytest {judged['item']}")
    if asyncio and said["loop_scope"] != judged["loop_scope"]:
        found.append(f"loop scope: loopscope {said['loop_scope']}, pytest {judged['loop_scope']}")
    return found


def _place(snapshot, fixture):
    if fixture.id.qualname.startswith("<locals>."):
        text = snapshot.files.read(fixture.path)
        at = text.index(f"def {fixture.function.name}(")
        return [str(fixture.path), text.count("\n", 0, at) + 1]
    return [str(fixture.path), _line(snapshot, fixture.path, fixture.id)]


def _line(snapshot, path, id_):
    facts = snapshot.facts(path)
    if id_ in facts.layout.defs:
        return facts.layout.defs[id_].line
    body = facts.body(id_)
    if body is not None:
        return snapshot.files.read(path).count("\n", 0, facts.span(body, body.node).start) + 1
    # A lambda: where the name is assigned.
    lines = snapshot.files.read(path).splitlines()
    return next(at for at, line in enumerate(lines, 1) if line.strip().startswith(f"{id_.qualname.split('.')[-1]} ="))
