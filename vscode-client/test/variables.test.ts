import assert from "node:assert/strict";
import { test } from "node:test";

import { resolveVariables } from "../src/variables";

const PLACES = {
  home: "/home/me",
  environment: { VENV: "/venvs/one" },
  folders: [
    { name: "shop", path: "/w/shop" },
    { name: "api", path: "/w/api" },
  ],
};

test("variables are replaced, and what is not known stays", () => {
  const resolved = (text: string) => resolveVariables(text, PLACES);
  assert.equal(resolved("~/venv/bin/python"), "/home/me/venv/bin/python");
  assert.equal(resolved("${workspaceFolder}/.venv/bin/python"), "/w/shop/.venv/bin/python");
  assert.equal(resolved("${workspaceFolder:api}/.venv"), "/w/api/.venv");
  assert.equal(resolved("${workspaceFolder:other}/.venv"), "${workspaceFolder:other}/.venv");
  assert.equal(resolved("${env:VENV}/bin/python"), "/venvs/one/bin/python");
  assert.equal(resolved(" /usr/bin/python3 "), "/usr/bin/python3");
  assert.equal(resolved("~other/python"), "~other/python");
  assert.equal(resolved(""), "");
});
