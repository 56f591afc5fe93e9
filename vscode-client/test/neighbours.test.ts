import assert from "node:assert/strict";
import { test } from "node:test";

import { type Defaults, defaultsBeside } from "../src/neighbours";

function beside(extensions: string[], settings: Record<string, unknown> = {}): Defaults {
  return defaultsBeside({ has: (one) => extensions.includes(one), setting: (name) => settings[name] });
}

const PYLANCE = ["ms-python.python", "ms-python.vscode-pylance"];
const TYPES = "python.analysis.typeCheckingMode";

test("alone, nothing is left to others", () => {
  assert.deepEqual(beside([]), {});
  assert.deepEqual(beside(["ms-python.python"], { "python.languageServer": "None" }), {});
});

test("Pylance completes members; its checks count where they are on", () => {
  assert.deepEqual(beside(PYLANCE), { membersOfAllValues: false });
  assert.deepEqual(beside(PYLANCE, { [TYPES]: "off" }), { membersOfAllValues: false });
  assert.deepEqual(beside(PYLANCE, { [TYPES]: "basic" }), { beside: ["pyright"], membersOfAllValues: false });
});

test("Pylance is no neighbour where another language server is chosen", () => {
  assert.deepEqual(beside(PYLANCE, { "python.languageServer": "None", [TYPES]: "basic" }), {});
  assert.deepEqual(beside(PYLANCE, { "python.languageServer": "Jedi" }), { membersOfAllValues: false });
});

test("pyright and basedpyright check unless that is turned off, and complete unless that is", () => {
  const both = { beside: ["pyright"], membersOfAllValues: false };
  assert.deepEqual(beside(["ms-pyright.pyright"]), both);
  assert.deepEqual(beside(["detachhead.basedpyright"]), both);
  assert.deepEqual(beside(["ms-pyright.pyright"], { [TYPES]: "off", "pyright.disableLanguageServices": true }), {});
  const quiet = { "basedpyright.analysis.typeCheckingMode": "off", "basedpyright.disableLanguageServices": true };
  assert.deepEqual(beside(["detachhead.basedpyright"], quiet), {});
});

test("ty, mypy and ruff", () => {
  assert.deepEqual(beside(["astral-sh.ty"]), { beside: ["ty"], membersOfAllValues: false });
  assert.deepEqual(beside(["astral-sh.ty"], { "ty.disableLanguageServices": true }), { beside: ["ty"] });
  assert.deepEqual(beside(["charliermarsh.ruff"]), { beside: ["ruff"] });
  assert.deepEqual(beside(["charliermarsh.ruff"], { "ruff.lint.enable": false }), {});
  assert.deepEqual(beside(["ms-python.mypy-type-checker"]), { beside: ["mypy"] });
  assert.deepEqual(beside(["charliermarsh.ruff", "astral-sh.ty", "matangover.mypy"]).beside, ["mypy", "ruff", "ty"]);
});
