// What a user does in the window, and what a user sees there.
import fs from "node:fs";
import path from "node:path";

/** A place where the mouse points at nothing: the empty part of the status bar. */
const NOWHERE = [350, 665];

/** Hands and eyes for one window. Every wait ends with an error after Playwright's timeout. */
export function handsOn({ page, folder }) {
  const editor = page.locator(".editor-group-container.active .editor-instance .monaco-editor").first();

  const line = (text) => editor.locator(".view-line", { hasText: text }).first();
  const squiggles = () => editor.locator(".squiggly-error, .squiggly-warning, .squiggly-info");
  const problem = (text) => page.locator(".markers-panel .monaco-list-row", { hasText: text }).first();
  const suggestion = (text) => page.locator(".suggest-widget.visible .monaco-list-row", { hasText: text }).first();
  const notification = (text) => page.locator(".notification-toast", { hasText: text }).first();
  const status = () => page.locator(".statusbar-item", { hasText: "loopscope" }).first();
  const read = (name) => fs.readFileSync(path.join(folder, name), "utf8");

  async function quickInput(keys, text, row, ...choices) {
    const input = page.locator(".quick-input-widget input").first();
    // Keys that are pressed while the window is busy with itself may be lost.
    await until("an input opens", async () => {
      await page.keyboard.press(keys);
      return shows(input);
    });
    await input.fill(text);
    await page.locator(".quick-input-widget .monaco-list-row", { hasText: row }).first().click();
    for (const choice of choices) {
      await page.locator(".quick-input-widget .monaco-list-row", { hasText: choice }).first().click();
    }
    await page.locator(".quick-input-widget").waitFor({ state: "hidden" });
    await page.mouse.move(...NOWHERE);
  }

  /** Opens a file of the workspace and waits for a line of it. */
  async function open(name, text) {
    await quickInput("Control+P", name, path.basename(name));
    await line(text).waitFor();
  }

  /** Runs a command of the palette by its title, and makes the choices that it asks for. */
  async function run(title, ...choices) {
    await quickInput("Control+Shift+P", `>${title}`, title, ...choices);
  }

  /** Puts the cursor right behind the first `text` of the file. */
  async function cursorAfter(text) {
    await editor.locator(".view-lines").click();
    await page.keyboard.press("Control+Home");
    await page.keyboard.press("Control+F");
    const input = page.locator(".find-widget.visible textarea, .find-widget.visible .find-part .monaco-inputbox [role=textbox]").first();
    await input.waitFor();
    await input.fill(text);
    await page.locator(".find-widget.visible .matchesCount", { hasText: /^\d+ of \d+/ }).waitFor();
    await until("the find widget is closed", async () => {
      await page.keyboard.press("Escape");
      return (await page.locator(".find-widget.visible").count()) === 0;
    });
    await page.keyboard.press("ArrowRight");
  }

  /** Types a word as a user does and waits for a suggestion; asks for it where typing on a busy machine did not. */
  async function complete(typed, wanted) {
    await page.keyboard.type(typed, { delay: 60 });
    for (let asked = 0; asked < 3 && !(await shows(suggestion(wanted))); asked++) {
      await page.keyboard.press("Escape");
      await page.keyboard.press("Control+Space");
    }
    await suggestion(wanted).waitFor();
  }

  const shows = (locator) => locator.waitFor({ timeout: 4000 }).then(() => true, () => false);

  /** Waits until `check` answers with something true; the answer. */
  async function until(what, check) {
    for (let waited = 0; waited < 60_000; waited += 100) {
      const answer = await check();
      if (answer) {
        return answer;
      }
      await page.waitForTimeout(100);
    }
    throw new Error(`waited in vain: ${what}`);
  }

  return { page, editor, line, squiggles, problem, suggestion, notification, status, read, open, run, cursorAfter, complete, until };
}
