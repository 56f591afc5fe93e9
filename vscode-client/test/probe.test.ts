import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { after, test } from "node:test";

import { isNewEnough } from "../src/interpreter";
import { answerIn, askPython, findOnPath } from "../src/probe";

const folder = mkdtempSync(path.join(tmpdir(), "loopscope-"));
after(() => rmSync(folder, { recursive: true }));

function executable(name: string, text: string): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, 0o755);
  return file;
}

test("the Python of this machine answers", async () => {
  const python = findOnPath("python3", process.env);
  assert.ok(python !== undefined, "the tests need python3 on PATH");
  const found = await askPython(python, folder);
  assert.ok(found !== undefined && isNewEnough(found.version));
});

test("what a workspace puts in the way is not imported", async () => {
  const python = findOnPath("python3", process.env) ?? "";
  writeFileSync(path.join(folder, "json.py"), "raise SystemExit('imported')\n");
  assert.ok((await askPython(python, folder)) !== undefined);
});

test("an executable that is no Python, or ends with an error, gives no answer", async () => {
  assert.equal(await askPython(executable("other", "#!/bin/sh\necho hello\n"), folder), undefined);
  assert.equal(await askPython(executable("broken", "#!/bin/sh\nexit 3\n"), folder), undefined);
  assert.equal(await askPython(path.join(folder, "missing"), folder), undefined);
});

test("answers are read with care", () => {
  assert.deepEqual(answerIn('["/usr/bin/python3", 3, 12, 4]'), { executable: "/usr/bin/python3", version: [3, 12, 4] });
  for (const wrong of ["", "{}", "null", "[]", '["/p", 3, 12]', '["/p", "3", 12, 4]', "[3, 12, 4, 5]"]) {
    assert.equal(answerIn(wrong), undefined, wrong);
  }
});

test("PATH is searched in order, without what is relative, no program or untrusted", () => {
  const first = executable("a/bin/python3", "");
  const second = executable("b/bin/python3", "");
  mkdirSync(path.join(folder, "c/bin/python3"), { recursive: true });
  writeFileSync(path.join(folder, "plain"), "");
  const PATH = ["bin", path.join(folder, "c/bin"), path.dirname(first), path.dirname(second)].join(path.delimiter);
  assert.equal(findOnPath("python3", { PATH }), first);
  assert.equal(findOnPath("python3", { PATH }, [path.join(folder, "a")]), second);
  assert.equal(findOnPath("python3", { PATH }, [folder]), undefined);
  assert.equal(findOnPath("plain", { PATH: folder }), undefined);
  assert.equal(findOnPath("python3", {}), undefined);
});
