// One session in one window, from the first squiggle to a server that was killed.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

import { newFilm } from "./film.mjs";
import { handsOn } from "./hands.mjs";
import { command, serverPid } from "./processes.mjs";
import { withWindow } from "./window.mjs";

const MAIL = `import pytest


@pytest.mark.asyncio
async def test_mail(database, mocker):
    send = mocker.patch("shop.place_order")
    assert await send(database, "tea")
`;
const STOCK = "async def test_stock(catalogue):\n    assert catalogue\n";
const SETTINGS = {
  "editor.codeActionsOnSave": { "source.fixAll.loopscope": "explicit" },
  "editor.inlayHints.enabled": "on",
};

const NEEDED = /^(_?pytest|pluggy|iniconfig|packaging|pytest_(asyncio|mock))(-.*\.dist-info)?$/;
const FILMED = { x: 52, y: 36, width: 1044, height: 610 };

/** Plays it. `shot(name, page)` takes a picture, `step(name)` says what is done by now; pictures go to a folder. */
export async function session({ work, vsix, example, python, step, shot, pictures }) {
  const folder = path.join(work, "shop");
  fs.cpSync(example, folder, { recursive: true, filter: (source) => !source.includes("__pycache__") });
  fs.writeFileSync(path.join(folder, "tests/test_mail.py"), MAIL);
  fs.writeFileSync(path.join(folder, "tests/test_stock.py"), STOCK);
  const own = makeEnvironment(path.join(folder, ".venv"), python);
  const active = path.join(work, "active-python");
  activate(active, own);
  const printed = path.join(work, "printed");
  fs.writeFileSync(printed, pytestOutput(folder, python));
  const env = { ACTIVE_PYTHON: active, PYTEST_OUTPUT: printed };
  await withWindow({ work, folder, vsix, settings: SETTINGS, env }, async (window) => {
    const hands = handsOn(window);
    const film = newFilm(window.page, FILMED);
    for (const part of [diagnostics, quickFix, completion, reading, definitionInPlugin, documents, terminal, fixAllOnSave, rename, hintsAndLenses, configuration, statusMenu, logs, preview, environmentChange, crash]) {
      await part(hands, { shot: (name) => shot(name, window.page), film, work, active, python: own });
      step(part.name);
    }
    film.write(path.join(pictures, "demo.png"));
    step("film");
  });
}

async function diagnostics({ page, open, squiggles, problem, status }, { shot }) {
  await open("tests/test_orders.py", "async def test_new_shop_is_empty");
  await squiggles().first().waitFor();
  await page.keyboard.press("Control+Shift+M");
  await problem("is_empty").waitFor();
  await status().filter({ hasText: "strict" }).waitFor();
  await shot("problems");
  // From here on the editor has the whole width and height.
  await page.keyboard.press("Control+J");
  await page.keyboard.press("Control+B");
}

async function quickFix({ page, editor, line, cursorAfter }, { shot, film }) {
  await film.frame(1500);
  await cursorAfter("assert is_empty");
  await editor.locator(".lightBulbWidget").waitFor();
  await film.frame(900);
  await page.keyboard.press("Control+.");
  await page.locator(".action-widget .monaco-list-row", { hasText: "await" }).first().waitFor();
  await shot("quick-fix");
  await film.frame(1800);
  await page.keyboard.press("Enter");
  await line("assert await is_empty(database)").waitFor();
  await film.frame(1500);
}

async function completion({ page, line, complete, cursorAfter }, { shot, film }) {
  await cursorAfter("async def test_two_orders(database");
  await film.frame(600);
  await complete(", cata", "catalogue");
  await shot("completion");
  await film.frame(1800);
  await page.keyboard.press("Enter");
  await line("async def test_two_orders(database, catalogue").waitFor(); // a hint of the type may follow
  await film.frame(1200);
  await cursorAfter("assert 2 * 3 == 6");
  await page.keyboard.press("Enter");
  await complete("tmp_pa", "tmp_path");
  await film.frame(1800);
  await page.keyboard.press("Enter");
  await line("def test_prices(tmp_path").waitFor();
  await film.frame(1500);
}

async function reading({ page, cursorAfter, run }, { shot, film }) {
  await cursorAfter("async def test_order_is_stored(database, cata");
  await run("Show or Focus Hover");
  const hover = page.locator(".monaco-hover:not(.hidden)", { hasText: "loop scope" }).first();
  await hover.waitFor();
  assert.match(await hover.innerText(), /session/);
  await shot("hover");
  await film.frame(2500);
  await page.keyboard.press("Escape");
}

async function definitionInPlugin({ page, open, line, cursorAfter }) {
  await open("tests/test_mail.py", "async def test_mail");
  await cursorAfter("async def test_mail(database, mock");
  await page.keyboard.press("F12");
  await line("mocker = pytest.fixture()(_mocker)").or(line("def _mocker(")).first().waitFor();
  await page.locator(".tab.active", { hasText: "plugin.py" }).waitFor();
}

async function rename({ page, open, cursorAfter, read, until, run }) {
  await open("tests/conftest.py", "async def database");
  await cursorAfter("async def databa");
  await page.keyboard.press("F2");
  const input = page.locator(".rename-box input");
  await input.waitFor();
  await input.fill("store");
  await page.keyboard.press("Enter");
  await page.locator(".view-line", { hasText: "async def store" }).first().waitFor();
  await run("File: Save All Files");
  await until("the other files are renamed too", () =>
    read("tests/test_mail.py").includes("test_mail(store, mocker)") && read("tests/test_orders.py").includes("place_order(store, "));
}

async function hintsAndLenses({ page, open, editor }, { shot }) {
  await open("tests/conftest.py", "async def store");
  await editor.locator(".view-line", { hasText: "loop: session" }).first().waitFor();
  const lens = editor.locator(".codelens-decoration", { hasText: /\d uses?/ }).first();
  await lens.waitFor();
  await shot("lenses");
  await lens.locator("a").first().click();
  await page.locator(".peekview-widget", { hasText: "Locations" }).first().waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".peekview-widget").first().waitFor({ state: "hidden" });
}

async function documents({ page, open, run, until }, { shot }) {
  await open("tests/test_orders.py", "async def test_new_shop_is_empty");
  await run("loopscope: Show the Loop Map of the Current File");
  await page.locator(".view-line", { hasText: "Event loops of" }).locator("span.mtkb").first().waitFor();
  await shot("loop-map");
  await page.keyboard.press("Control+W");
  await run("loopscope: Show Effective Configuration");
  await page.locator(".view-line", { hasText: "Effective configuration" }).first().waitFor();
  await page.locator(".view-line", { hasText: "rootdir" }).first().waitFor();
  await page.keyboard.press("Control+W");
  const output = "FAILED tests/test_orders.py::test_first_order - Failed: async def functions are not natively supported.";
  await page.evaluate((text) => navigator.clipboard.writeText(text), output);
  await run("loopscope: Explain pytest Output from the Clipboard");
  await page.locator(".view-line", { hasText: "What pytest said, explained" }).first().waitFor();
  await page.locator(".view-line", { hasText: "async-test-never-runs" }).first().waitFor();
  await shot("explained");
  await page.keyboard.press("Control+W");
  await until("the document is closed", async () => (await page.locator(".tab", { hasText: "explained" }).count()) === 0);
}

async function terminal({ page, run, until }) {
  const before = await page.evaluate(() => navigator.clipboard.readText());
  await run("Stand-In: Print pytest's Output");
  const screen = page.locator(".terminal-wrapper.active .xterm-screen").first();
  await page.locator(".terminal-wrapper.active .xterm-rows, .terminal-wrapper.active canvas").first().waitFor();
  const { x, y, width, height } = await screen.boundingBox();
  await page.mouse.move(x + 2, y + 2);
  await page.mouse.down();
  await page.mouse.move(x + width - 2, y + height - 2, { steps: 5 });
  await page.mouse.up();
  await screen.click({ button: "right" });
  await page.locator(".monaco-menu .action-label", { hasText: "Explain pytest Output Selected in the Terminal" }).click();
  await page.locator(".view-line", { hasText: "What pytest said, explained" }).first().waitFor();
  await page.locator(".view-line", { hasText: "tests/test_stock.py:1 async-test-never-runs" }).first().waitFor();
  await until("the clipboard is as before", async () => (await page.evaluate(() => navigator.clipboard.readText())) === before);
  await page.keyboard.press("Control+W");
  await run("Terminal: Kill All Terminals");
}

async function fixAllOnSave({ page, open, cursorAfter, read, until }) {
  await open("tests/test_orders.py", "async def test_new_shop_is_empty");
  assert.doesNotMatch(read("tests/test_orders.py"), /await place_order\(database, catalogue/);
  await cursorAfter("assert database.orders == [");
  await page.keyboard.press("Control+S");
  await until("saving has fixed", () => read("tests/test_orders.py").includes("await place_order(database, catalogue[0])"));
}

async function configuration({ page, open, cursorAfter, complete, run }, { shot }) {
  await open("pyproject.toml", "asyncio_mode");
  await cursorAfter('asyncio_default_fixture_loop_scope = "function"');
  await page.keyboard.press("Enter");
  await complete("asyncio_default_test", "asyncio_default_test_loop_scope");
  await shot("configuration");
  await page.keyboard.press("Escape");
  await run("File: Revert File");
}

async function statusMenu({ page, status }, { shot }) {
  await status().click();
  const menu = page.locator(".quick-input-widget");
  await menu.locator(".monaco-list-row", { hasText: /pytest-asyncio .*strict mode/ }).waitFor();
  await menu.locator(".monaco-list-row", { hasText: /Environment: \.venv/ }).waitFor();
  await menu.locator(".monaco-list-row", { hasText: "Show logs" }).waitFor();
  await shot("status");
  await page.keyboard.press("Escape");
  await menu.waitFor({ state: "hidden" });
}

async function logs({ page, run, cursorAfter }) {
  await run("loopscope: Show Logs");
  const output = page.locator(".part.panel");
  const said = (text) => output.locator(".view-line", { hasText: text }).first();
  await said("The server runs on Python").waitFor();
  await run("Developer: Set Log Level...", "loopscope", "Trace");
  await cursorAfter("asyncio_default_fixture_loop_scope");
  await said("Received response 'textDocument/").waitFor();
  await run("Developer: Set Log Level...", "loopscope", "Info");
  await page.keyboard.press("Control+J");
  await output.waitFor({ state: "hidden" });
}

async function preview({ page, run, read, until }, { shot }) {
  assert.equal(read("tests/test_stock.py"), STOCK);
  await run("loopscope: Fix All in Workspace…", "Preview the changes");
  const change = page.locator(".panel .monaco-list-row", { hasText: "test_stock.py" });
  await change.waitFor();
  await shot("preview");
  assert.equal(read("tests/test_stock.py"), STOCK);
  await change.locator("input[type=checkbox], .monaco-checkbox, .edit-checkbox").first().click();
  await page.getByRole("button", { name: "Apply" }).first().click();
  await until("the fix is saved", async () => {
    await run("File: Save All Files");
    return read("tests/test_stock.py").includes("@pytest.mark.asyncio");
  });
}

async function environmentChange({ until }, { work, active, python }) {
  const pid = await until("a server runs", () => serverPid(work));
  // The same Python by another name: the server that runs on it is started again.
  const other = path.join(work, "other-python");
  fs.mkdirSync(path.join(other, "bin"), { recursive: true });
  fs.writeFileSync(path.join(other, "pyvenv.cfg"), fs.readFileSync(path.join(path.dirname(python), "../pyvenv.cfg")));
  fs.symlinkSync(fs.realpathSync(python), path.join(other, "bin/python"));
  activate(active, path.join(other, "bin/python"));
  await until("another server runs", () => serverPid(work) !== undefined && serverPid(work) !== pid);
  activate(active, python);
  await until("the first Python runs again", () => command(serverPid(work))[0] === python);
}

async function crash({ page, open, cursorAfter, squiggles, until, status }, { work }) {
  await open("tests/test_mail.py", "async def test_mail");
  const pid = await until("a server runs", () => serverPid(work));
  process.kill(pid, "SIGKILL");
  // The next one is killed while it starts.
  const starting = await until("another server starts", () => [serverPid(work)].find((other) => other !== pid));
  process.kill(starting, "SIGKILL");
  await until("a third server runs", () => ![undefined, pid, starting].includes(serverPid(work)));
  await status().filter({ hasText: "strict" }).waitFor();
  await cursorAfter("async def test_mail(store, mocker");
  await page.keyboard.type(", nonesuch");
  await squiggles().first().waitFor();
}

/** Writes the file that says which Python is active; whoever watches it never sees half of it. */
function activate(file, python) {
  fs.writeFileSync(`${file}.new`, python);
  fs.renameSync(`${file}.new`, file);
}

/** What pytest really prints for the example's tests. */
function pytestOutput(folder, python) {
  const run = spawnSync(python, ["-m", "pytest", "-p", "no:cacheprovider", "--color=yes"], { cwd: folder, encoding: "utf8" });
  return run.stdout;
}

/** A virtual environment with the packages that the example's tests need, copied from that of `python`; its interpreter. */
function makeEnvironment(prefix, python) {
  execFileSync(python, ["-m", "venv", "--without-pip", prefix]);
  const sitePackages = "import sysconfig; print(sysconfig.get_path('purelib'))";
  const [from, to] = [python, path.join(prefix, "bin/python")].map((one) => execFileSync(one, ["-c", sitePackages]).toString().trim());
  for (const name of fs.readdirSync(from).filter((one) => NEEDED.test(one))) {
    fs.cpSync(path.join(from, name), path.join(to, name), { recursive: true });
  }
  return path.join(prefix, "bin/python");
}
