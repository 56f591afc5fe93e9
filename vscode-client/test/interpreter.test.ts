import assert from "node:assert/strict";
import { test } from "node:test";

import { chooseInterpreter, explainNotFound, type Interpreter, type NotFound, type Sources, type Version } from "../src/interpreter";

/** A machine: which executables answer with which version, what PATH leads to, what the Python extension has active. */
interface Machine {
  readonly pythons?: Record<string, Version>;
  readonly path?: Record<string, string>;
  readonly active?: string;
  readonly setting?: string;
}

function sources(machine: Machine, log: string[] = []): Sources {
  return {
    setting: machine.setting ?? "",
    active: async () => machine.active,
    onPath: (name) => machine.path?.[name],
    ask: async (executable): Promise<Interpreter | undefined> => {
      const version = machine.pythons?.[executable];
      return version === undefined ? undefined : { executable, version };
    },
    passedOver: (reason) => log.push(reason),
  };
}

const NEW: Version = [3, 13, 1];
const OLDEST: Version = [3, 11, 0];
const OLD: Version = [3, 10, 14];
const ANCIENT: Version = [2, 7, 18];

test("the setting wins over everything", async () => {
  const machine = {
    setting: "/set/python",
    active: "/venv/bin/python",
    path: { python3: "/usr/bin/python3" },
    pythons: { "/set/python": OLDEST, "/venv/bin/python": NEW, "/usr/bin/python3": NEW },
  };
  const chosen = await chooseInterpreter(sources(machine));
  assert.deepEqual(chosen, { kind: "chosen", origin: "setting", executable: "/set/python", version: OLDEST });
});

test("a setting that does not work is not replaced in silence", async () => {
  const path = { python3: "/usr/bin/python3" };
  const pythons = { "/usr/bin/python3": NEW, "/set/old": OLD };
  const old = await chooseInterpreter(sources({ setting: "/set/old", path, pythons }));
  assert.deepEqual(old, { kind: "none", origin: "setting", asked: "/set/old", found: { executable: "/set/old", version: OLD } });
  const gone = await chooseInterpreter(sources({ setting: "/set/gone", path, pythons }));
  assert.deepEqual(gone, { kind: "none", origin: "setting", asked: "/set/gone" });
});

test("the Python extension's environment comes before PATH", async () => {
  const pythons = { "/venv/bin/python": NEW, "/usr/bin/python3": NEW };
  const chosen = await chooseInterpreter(sources({ active: "/venv/bin/python", path: { python3: "/usr/bin/python3" }, pythons }));
  assert.equal(chosen.kind === "chosen" && chosen.origin, "pythonExtension");
});

test("an environment that is too old, or broken, leaves it to PATH, and the log says so", async () => {
  const path = { python3: "/usr/bin/python3" };
  for (const [version, reason] of [[OLD, /is Python 3\.10\.14/], [undefined, /does not answer/]] as const) {
    const log: string[] = [];
    const pythons = { "/usr/bin/python3": NEW, ...(version && { "/venv/bin/python": version }) };
    const chosen = await chooseInterpreter(sources({ active: "/venv/bin/python", path, pythons }, log));
    assert.equal(chosen.kind === "chosen" && chosen.executable, "/usr/bin/python3");
    assert.match(log.join(), reason);
  }
});

test("on PATH the first that is new enough counts: python3, python, py", async () => {
  const path = { python3: "/a/python3", python: "/a/python", py: "/a/py" };
  const of = async (pythons: Record<string, Version>) => {
    const chosen = await chooseInterpreter(sources({ path, pythons }));
    return chosen.kind === "chosen" ? chosen.executable : undefined;
  };
  assert.equal(await of({ "/a/python3": NEW, "/a/python": NEW, "/a/py": NEW }), "/a/python3");
  assert.equal(await of({ "/a/python3": OLD, "/a/python": NEW }), "/a/python");
  assert.equal(await of({ "/a/python": ANCIENT, "/a/py": OLDEST }), "/a/py");
  assert.equal(await of({}), undefined);
});

test("what the user is told names the Python that is too old, and where it comes from", async () => {
  const message = async (machine: Machine) => explainNotFound((await chooseInterpreter(sources(machine))) as NotFound);
  assert.match(await message({ path: { python3: "/a/python3" }, pythons: { "/a/python3": OLD } }),
    /needs Python 3\.11 or later to run, but PATH leads to Python 3\.10\.14 \(\/a\/python3\)/);
  assert.match(await message({ setting: "/s", pythons: { "/s": OLD } }), /loopscope\.interpreter names Python 3\.10\.14 \(\/s\)/);
  assert.match(await message({ setting: "/s" }), /\/s, which the setting loopscope\.interpreter names, does not answer/);
  assert.match(await message({ active: "/v", pythons: { "/v": OLD } }), /the Python extension's environment is Python 3\.10\.14/);
  assert.match(await message({}), /found none: no python3, python, py on PATH/);
});
