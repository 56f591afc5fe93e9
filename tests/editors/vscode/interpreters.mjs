// What the user is told when no Python can run the server, and that choosing one mends it. In a workspace of two folders.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

import { handsOn } from "./hands.mjs";
import { command, serverPid, serverPids } from "./processes.mjs";
import { withWindow } from "./window.mjs";

/** A window without any Python on PATH and without an open file; then a setting that names Python 3.10; then one that works. */
export async function interpreters({ work, vsix, example, python, step, shot }) {
  const folder = twoFolders(work, example);
  const old = python310(work);
  const nothing = path.join(work, "empty");
  fs.mkdirSync(nothing);
  await withWindow({ work, folder, vsix: vsix.slice(0, 1), env: { PATH: nothing } }, async (window) => {
    const { open, notification, pressAway, squiggles, status, until, page } = handsOn(window);
    await notification("found none: no python3, python, py on PATH").waitFor();
    await open("tests/test_orders.py", "async def test_new_shop_is_empty");
    await status().locator(".codicon-error").waitFor();
    await shot("no-python", page);
    step("no Python");
    window.setOnMachine({ "loopscope.interpreter": old });
    const tooOld = notification("loopscope.interpreter names Python 3.10");
    await tooOld.waitFor();
    await tooOld.getByRole("button", { name: "Choose Interpreter" }).click();
    await page.locator(".quick-input-widget .monaco-list-row", { hasText: "Browse" }).waitFor();
    await pressAway("Escape", page.locator(".quick-input-widget"));
    step("Python 3.10");
    const good = { "loopscope.interpreter": python, "loopscope.environment": path.dirname(path.dirname(python)) };
    window.setOnMachine(good);
    await squiggles().first().waitFor();
    await status().filter({ hasText: "strict" }).waitFor();
    step("a Python that works");
    window.setOnMachine({ ...good, "loopscope.importStrategy": "fromEnvironment" });
    const runs = () => command(serverPid(work)).includes("--from-environment");
    await until("the environment's own loopscope runs", runs);
    await status().filter({ hasText: "strict" }).waitFor();
    step("the server of the environment");
    await open("tests/test_annex.py", "async def test_new_shop_is_empty");
    await squiggles().first().waitFor();
    await status().filter({ hasText: "auto" }).waitFor();
    assert.equal(serverPids(work).length, 1);
    step("one server for both folders");
  });
}

/** A workspace of the example and of another project, which has pytest-asyncio's other mode; its file. */
function twoFolders(work, example) {
  const [shop, annex] = ["shop", "annex"].map((name) => path.join(work, name));
  for (const folder of [shop, annex]) {
    fs.cpSync(example, folder, { recursive: true, filter: (source) => !source.includes("__pycache__") });
  }
  fs.renameSync(path.join(annex, "tests/test_orders.py"), path.join(annex, "tests/test_annex.py"));
  const configuration = path.join(annex, "pyproject.toml");
  fs.writeFileSync(configuration, fs.readFileSync(configuration, "utf8").replace('"strict"', '"auto"'));
  const file = path.join(work, "shops.code-workspace");
  fs.writeFileSync(file, JSON.stringify({ folders: [{ path: shop }, { path: annex }] }));
  return file;
}

/** A Python 3.10 of this machine, or else a program that answers as one. */
function python310(work) {
  const versions = path.join(process.env.HOME ?? "", ".pyenv/versions");
  const installed = fs.existsSync(versions) ? fs.readdirSync(versions).filter((name) => name.startsWith("3.10.")) : [];
  for (const candidate of ["python3.10", ...installed.map((name) => path.join(versions, name, "bin/python"))]) {
    try {
      const question = ["-c", "import sys; assert sys.version_info[:2] == (3, 10); print(sys.executable)"];
      return execFileSync(candidate, question, { stdio: ["ignore", "pipe", "ignore"] }).toString().trim();
    } catch {
      // not here
    }
  }
  const standIn = path.join(work, "python3.10");
  fs.writeFileSync(standIn, `#!/bin/sh\necho '["${standIn}", 3, 10, 14]'\n`, { mode: 0o755 });
  return standIn;
}
