// What a window that failed its test shows and has logged, as text: all that remains of it on a CI machine.
import fs from "node:fs";
import path from "node:path";

const PARTS = {
  tabs: ".tabs-container",
  editors: ".editor-instance .monaco-editor .view-lines",
  panel: ".part.panel .content",
  notifications: ".notification-toast",
  "input and menus": ".quick-input-widget, .monaco-menu, .action-widget, .suggest-widget.visible, .monaco-hover, .monaco-dialog-box",
  "status bar": ".part.statusbar",
};
const SHOWN = 3000;
const LOGS = { loopscope: 40, remoteexthost: 15, "server.log": 10, "console.log": 15 };

/** Reports on a window and the files of its session. Never throws: the failure is what matters. */
export async function reportOn(page, work) {
  return [await seen(page).catch((error) => `the window does not answer: ${error}`), ...logged(work)].join("\n");
}

async function seen(page) {
  const texts = await page.evaluate((parts) => {
    const visible = (element) => element.checkVisibility();
    const top = (element) => element.getBoundingClientRect().top;
    const lines = (element) => [...element.querySelectorAll(".view-line")].sort((one, other) => top(one) - top(other));
    const text = (element) => lines(element).map((each) => each.textContent).join("\n") || element.innerText;
    return Object.entries(parts).map(([name, selector]) => [name, [...document.querySelectorAll(selector)].filter(visible).map(text)]);
  }, PARTS);
  return texts.filter(([, shown]) => shown.length > 0).map(([name, shown]) => part(name, shown.join("\n---\n"))).join("\n");
}

function part(name, text) {
  return `[${name}]\n${text.replace(/\u00a0/g, " ").replace(/\n\s*\n+/g, "\n").trim().slice(0, SHOWN)}`;
}

/** The ends of the logs. */
function logged(work) {
  const files = fs.readdirSync(work, { recursive: true }).filter((name) => name.endsWith(".log"));
  return Object.entries(LOGS).flatMap(([wanted, lines]) =>
    files
      .filter((name) => path.basename(name).startsWith(wanted))
      .map((name) => part(name, fs.readFileSync(path.join(work, name), "utf8").trimEnd().split("\n").slice(-lines).join("\n"))),
  );
}
