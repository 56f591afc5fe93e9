// What a user does in the window, and what a user sees there.
import fs from "node:fs";
import path from "node:path";

/** A place where the mouse points at nothing: the empty part of the status bar. */
const NOWHERE = [350, 665];

/** Milliseconds until what keys bring about is to be seen; keys that are pressed while the window is busy may be lost. */
const PATIENCE = 5000;

/** Hands and eyes for one window. Every wait ends with an error after Playwright's timeout. */
export function handsOn({ page, folder }) {
  const group = page.locator(".editor-group-container.active");
  const editor = group.locator(".editor-instance .monaco-editor").first();
  const find = page.locator(".find-widget.visible");
  const quickInputWidget = page.locator(".quick-input-widget");

  const line = (text) => editor.locator(".view-line", { hasText: text }).first();
  const squiggles = () => editor.locator(".squiggly-error, .squiggly-warning, .squiggly-info");
  const problem = (text) => page.locator(".markers-panel .monaco-list-row", { hasText: text }).first();
  const suggestion = (text) => page.locator(".suggest-widget.visible .monaco-list-row", { hasText: text }).first();
  const notification = (text) => page.locator(".notification-toast", { hasText: text }).first();
  const status = () => page.locator(".statusbar-item", { hasText: "loopscope" }).first();
  const tab = (name) => group.locator(".tab.active", { hasText: name }).first();
  const read = (name) => fs.readFileSync(path.join(folder, name), "utf8");

  /** Presses keys, and again when they were lost, until something shows. */
  async function press(keys, locator) {
    await until(`${keys} brings up ${locator}`, async () => {
      await page.keyboard.press(keys);
      return comes(locator);
    });
  }

  /** Presses keys until something that shows is gone. */
  async function pressAway(keys, locator) {
    await until(`${keys} takes away ${locator}`, async () => {
      if (await locator.isVisible()) {
        await page.keyboard.press(keys);
      }
      return goes(locator);
    });
  }

  async function quickInput(keys, text, row, ...choices) {
    const input = quickInputWidget.locator("input").first();
    const rows = (wanted) => quickInputWidget.locator(".monaco-list-row", { hasText: wanted }).first();
    await press(keys, input);
    // What is searched before the window knows all files and commands is not searched again by itself.
    await until(`${text} is offered`, async () => {
      await input.fill("");
      await input.fill(text);
      return comes(rows(row));
    });
    await rows(row).click();
    for (const choice of choices) {
      await rows(choice).click();
    }
    await quickInputWidget.waitFor({ state: "hidden" });
    await page.mouse.move(...NOWHERE);
  }

  /** Opens a file of the workspace and waits for a line of it. */
  async function open(name, text) {
    await quickInput("Control+P", name, path.basename(name));
    await tab(path.basename(name)).waitFor();
    await line(text).waitFor();
  }

  /** Runs a command of the palette by its title, and makes the choices that it asks for. */
  async function run(title, ...choices) {
    await quickInput("Control+Shift+P", `>${title}`, title, ...choices);
  }

  /** Closes the editor of that name, which is the active one, and no other. */
  async function close(name) {
    await tab(name).waitFor();
    await pressAway("Control+W", tab(name));
  }

  /** Puts the cursor right behind the first `text` of the file. */
  async function cursorAfter(text) {
    await editor.locator(".view-lines").click();
    await page.keyboard.press("Control+Home");
    const input = find.locator("textarea, .find-part .monaco-inputbox [role=textbox]").first();
    await press("Control+F", input);
    await input.fill(text);
    await find.locator(".matchesCount", { hasText: /^\d+ of \d+/ }).waitFor();
    const selected = page.locator(".statusbar-item", { hasText: `(${text.length} selected)` });
    await selected.waitFor();
    await pressAway("Escape", find);
    await page.keyboard.press("ArrowRight");
    await selected.waitFor({ state: "hidden" });
  }

  /** Types a word as a user does and waits for a suggestion; asks for it where typing on a busy machine did not. */
  async function complete(typed, wanted) {
    await page.keyboard.type(typed, { delay: 60 });
    for (let asked = 0; asked < 3 && !(await comes(suggestion(wanted))); asked++) {
      await page.keyboard.press("Escape");
      await page.keyboard.press("Control+Space");
    }
    await suggestion(wanted).waitFor();
  }

  /** Waits until the active editor shows a text, wherever its lines are wrapped. */
  async function says(text) {
    await until(`the editor says ${text}`, async () => {
      const rows = await editor.locator(".view-line").evaluateAll((lines) => {
        const placed = lines.map((each) => [each.getBoundingClientRect().top, each.textContent]);
        return placed.sort(([one], [other]) => one - other).map(([, shown]) => shown);
      });
      return rows.join(" ").replace(/\s+/g, " ").includes(text);
    });
  }

  /** Whether something comes true within the patience of keys. */
  async function soon(check) {
    for (const end = Date.now() + PATIENCE; Date.now() < end && !(await check()); ) {
      await page.waitForTimeout(100);
    }
    return check();
  }

  const comes = (locator) => locator.waitFor({ timeout: PATIENCE }).then(() => true, () => false);
  const goes = (locator) => locator.waitFor({ state: "hidden", timeout: PATIENCE }).then(() => true, () => false);

  /** Waits until `check` answers with something true; the answer. */
  async function until(what, check) {
    for (const end = Date.now() + 60_000; Date.now() < end; ) {
      const answer = await check();
      if (answer) {
        return answer;
      }
      await page.waitForTimeout(100);
    }
    throw new Error(`waited in vain: ${what}`);
  }

  const eyes = { editor, line, squiggles, problem, suggestion, notification, status, read, says, comes, soon, until };
  return { page, ...eyes, press, pressAway, open, run, close, cursorAfter, complete };
}
