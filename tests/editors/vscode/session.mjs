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
  "terminal.integrated.gpuAcceleration": "off", // its text is then in the page
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

async function diagnostics({ page, open, squiggles, problem, status, press, pressAway }, { shot }) {
  await open("tests/test_orders.py", "async def test_new_shop_is_empty");
  await squiggles().first().waitFor();
  await press("Control+Shift+M", problem("is_empty"));
  await status().filter({ hasText: "strict" }).waitFor();
  await shot("problems");
  // From here on the editor has the whole width and height.
  await pressAway("Control+J", page.locator(".part.panel"));
  await pressAway("Control+B", page.locator(".part.sidebar"));
}

async function quickFix({ page, editor, line, cursorAfter, press }, { shot, film }) {
  await film.frame(1500);
  await cursorAfter("assert is_empty");
  await editor.locator(".lightBulbWidget").waitFor();
  await film.frame(900);
  await press("Control+.", page.locator(".action-widget .monaco-list-row.focused", { hasText: "await" }));
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

async function reading({ page, cursorAfter, run, comes, until }, { shot, film }) {
  await cursorAfter("async def test_order_is_stored(database, cata");
  const hover = page.locator(".monaco-hover:not(.hidden)", { hasText: /loop scope[^]*session/ }).first();
  await until("a hover", async () => {
    await run("Show or Focus Hover");
    return comes(hover);
  });
  await shot("hover");
  await film.frame(2500);
  await page.keyboard.press("Escape");
}

async function definitionInPlugin({ page, open, line, cursorAfter, press }) {
  await open("tests/test_mail.py", "async def test_mail");
  await cursorAfter("async def test_mail(database, mock");
  await press("F12", page.locator(".tab.active", { hasText: "plugin.py" }));
  await line("mocker = pytest.fixture()(_mocker)").or(line("def _mocker(")).first().waitFor();
}

async function rename({ page, open, line, cursorAfter, press, read, until, run }) {
  await open("tests/conftest.py", "async def database");
  await cursorAfter("async def databa");
  const input = page.locator(".rename-box input");
  await press("F2", input);
  await input.fill("store");
  await input.press("Enter");
  await line("async def store").waitFor();
  await until("the other files are renamed too", async () => {
    await run("File: Save All Files");
    return read("tests/test_mail.py").includes("test_mail(store, mocker)") && read("tests/test_orders.py").includes("place_order(store, ");
  });
}

async function hintsAndLenses({ page, open, editor, pressAway }, { shot }) {
  await open("tests/conftest.py", "async def store");
  await editor.locator(".view-line", { hasText: "loop: session" }).first().waitFor();
  const lens = editor.locator(".codelens-decoration", { hasText: /\d uses?/ }).first();
  await lens.waitFor();
  await shot("lenses");
  await lens.locator("a").first().click();
  await page.locator(".peekview-widget", { hasText: "Locations" }).first().waitFor();
  await pressAway("Escape", page.locator(".peekview-widget").first());
}

async function documents({ page, open, line, run, close, says }, { shot }) {
  await open("tests/test_orders.py", "async def test_new_shop_is_empty");
  await run("loopscope: Show the Loop Map of the Current File");
  await line("Event loops of").locator("span.mtkb").first().waitFor();
  await shot("loop-map");
  await close("Loop map of test_orders.py");
  await run("loopscope: Show Effective Configuration");
  await says("# Effective configuration");
  await says("rootdir");
  await close("Effective configuration");
  const output = "FAILED tests/test_orders.py::test_first_order - Failed: async def functions are not natively supported.";
  await page.evaluate((text) => navigator.clipboard.writeText(text), output);
  await run("loopscope: Explain pytest Output from the Clipboard");
  await says("# What pytest said, explained");
  await says("async-test-never-runs");
  await shot("explained");
  await close("explained");
}

async function terminal({ page, run, until, says, close }) {
  const before = await page.evaluate(() => navigator.clipboard.readText());
  await run("Stand-In: Print pytest's Output");
  const rows = page.locator(".terminal-wrapper.active .xterm-rows").first();
  await until("all is printed", async () => /1 failed.* in \d/.test(await rows.innerText()));
  const selection = page.locator(".terminal-wrapper.active .xterm-selection div").first();
  const explain = async (expected) => {
    await rows.click({ button: "right", force: true }); // what takes the mouse covers them
    const entry = page.locator(".monaco-menu .action-label", { hasText: "Explain pytest Output in the Terminal" });
    await entry.waitFor();
    // A menu that has just come up does not listen to the mouse yet.
    await until("the menu's entry is chosen", async () => {
      await entry.click({ timeout: 1000 }).catch(() => undefined);
      return !(await entry.isVisible());
    });
    await says("# What pytest said, explained");
    await says(expected);
    await until("the clipboard is as before", async () => (await page.evaluate(() => navigator.clipboard.readText())) === before);
    await close("explained");
  };
  await explain("tests/test_stock.py:1 async-test-never-runs");
  await selection.waitFor({ state: "hidden" });
  await rows.locator("div", { hasText: "1 failed" }).locator("span", { hasText: "1 failed" }).dblclick({ force: true });
  await selection.waitFor();
  await explain("Nothing in this output is a message that loopscope knows.");
  await run("Terminal: Kill All Terminals");
}

async function fixAllOnSave({ page, open, cursorAfter, read, soon, until }) {
  await open("tests/test_orders.py", "async def test_new_shop_is_empty");
  assert.doesNotMatch(read("tests/test_orders.py"), /await place_order\(database, catalogue/);
  await cursorAfter("assert database.orders == [");
  const fixed = () => read("tests/test_orders.py").includes("await place_order(database, catalogue[0])");
  await until("saving has fixed", async () => {
    await page.keyboard.press("Control+S");
    return soon(fixed);
  });
}

async function configuration({ page, open, cursorAfter, complete, pressAway, run }, { shot }) {
  await open("pyproject.toml", "asyncio_mode");
  await cursorAfter('asyncio_default_fixture_loop_scope = "function"');
  await page.keyboard.press("Enter");
  await complete("asyncio_default_test", "asyncio_default_test_loop_scope");
  await shot("configuration");
  await pressAway("Escape", page.locator(".suggest-widget.visible"));
  await run("File: Revert File");
  await page.locator(".tab.active:not(.dirty)", { hasText: "pyproject.toml" }).waitFor();
}

async function statusMenu({ page, status, pressAway }, { shot }) {
  await status().click();
  const menu = page.locator(".quick-input-widget");
  await menu.locator(".monaco-list-row", { hasText: /pytest-asyncio .*strict mode/ }).waitFor();
  await menu.locator(".monaco-list-row", { hasText: /Environment: \.venv/ }).waitFor();
  await menu.locator(".monaco-list-row", { hasText: "Show logs" }).waitFor();
  await shot("status");
  await pressAway("Escape", menu);
}

async function logs({ page, run, cursorAfter, pressAway }) {
  await run("loopscope: Show Logs");
  const output = page.locator(".part.panel");
  const said = (text) => output.locator(".view-line", { hasText: text }).first();
  await said("The server runs on Python").waitFor();
  await run("Developer: Set Log Level...", "loopscope", "Trace");
  await cursorAfter("asyncio_default_fixture_loop_scope");
  await said("Received response 'textDocument/").waitFor();
  await run("Developer: Set Log Level...", "loopscope", "Info");
  await pressAway("Control+J", output);
}

async function preview({ page, run, read, until }, { shot }) {
  assert.equal(read("tests/test_stock.py"), STOCK);
  await run("loopscope: Fix All in Workspace…", "Preview the changes");
  const change = page.locator(".panel .monaco-list-row", { hasText: "test_stock.py" });
  await change.waitFor();
  await shot("preview");
  assert.equal(read("tests/test_stock.py"), STOCK);
  await change.locator(".edit-checkbox").click();
  await change.locator(".edit-checkbox.checked").waitFor();
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

async function crash({ page, open, press, cursorAfter, problem, until, status }, { work }) {
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
  await press("Control+Shift+M", problem("nonesuch"));
}

/** Writes the file that says which Python is active; whoever watches it never sees half of it. */
function activate(file, python) {
  fs.writeFileSync(`${file}.new`, python);
  fs.renameSync(`${file}.new`, file);
}

/** What pytest really prints for one of the example's tests, wherever this runs: it writes longer summaries on a CI machine. */
function pytestOutput(folder, python) {
  const arguments_ = ["-m", "pytest", "-p", "no:cacheprovider", "--color=yes", "tests/test_stock.py"];
  const done = spawnSync(python, arguments_, { cwd: folder, encoding: "utf8", env: { PATH: process.env.PATH, COLUMNS: "80" } });
  assert.match(done.stdout, /1 failed/);
  return done.stdout;
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
