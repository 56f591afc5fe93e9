// In a workspace that is not trusted, settings of the workspace choose no program; the server runs all the same.
import fs from "node:fs";
import path from "node:path";

import { handsOn } from "./hands.mjs";
import { withWindow } from "./window.mjs";

const SETTINGS = { "security.workspace.trust.enabled": true, "security.workspace.trust.startupPrompt": "never" };

export async function trust({ work, vsix, example, python, step }) {
  const folder = path.join(work, "shop");
  fs.cpSync(example, folder, { recursive: true, filter: (source) => !source.includes("__pycache__") });
  const trap = path.join(folder, "trap");
  const ran = path.join(work, "ran");
  fs.writeFileSync(trap, `#!/bin/sh\necho x >> '${ran}'\nexec '${python}' "$@"\n`, { mode: 0o755 });
  fs.mkdirSync(path.join(folder, ".vscode"));
  fs.writeFileSync(path.join(folder, ".vscode/settings.json"), JSON.stringify({ "loopscope.interpreter": "${workspaceFolder}/trap" }));
  const PATH = `${path.dirname(python)}${path.delimiter}${process.env.PATH}`;
  await withWindow({ work, folder, vsix: vsix.slice(0, 1), settings: SETTINGS, env: { PATH }, trust: true }, async (window) => {
    const { page, open, squiggles, status, until, run } = handsOn(window);
    await open("tests/test_orders.py", "async def test_new_shop_is_empty");
    await page.getByText("Restricted Mode").first().waitFor();
    await squiggles().first().waitFor();
    await status().filter({ hasText: "strict" }).waitFor();
    if (fs.existsSync(ran)) {
      throw new Error("a program of a workspace that is not trusted was run");
    }
    step("not trusted: nothing of the workspace is run");
    await run("Workspaces: Manage Workspace Trust");
    await page.getByRole("button", { name: "Trust", exact: true }).first().click();
    await until("the workspace's interpreter runs", () => fs.existsSync(ran));
    step("trusted: the workspace's interpreter runs the server");
    await run("Welcome: Open Walkthrough...", "Get started with loopscope");
    await page.getByText("Read a problem and mend it").first().waitFor();
    await page.keyboard.press("Control+B"); // pictures are shown where there is room
    await page.getByText("Read a problem and mend it").first().click();
    const picture = page.getByAltText("A quick fix that inserts await").first();
    await until("its picture is shown", () => picture.evaluate((image) => image.naturalWidth > 0));
    step("the walkthrough");
  });
}
