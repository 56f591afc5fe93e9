/** The commands of the palette and of the status item. */

import * as path from "node:path";
import * as vscode from "vscode";
import type { Location, Position } from "vscode-languageclient/node";

import { type Documents } from "./documents";
import { NAMES_ON_PATH } from "./interpreter";
import { askPython, findOnPath } from "./probe";
import { activeInterpreter } from "./pythonExtension";
import { type Server, SHOW_REFERENCES } from "./server";
import { SECTION } from "./settings";
import { type Status } from "./status";

export interface Parts {
  readonly server: Server;
  readonly status: Status;
  readonly documents: Documents;
  readonly log: vscode.LogOutputChannel;
}

/** Registers them all. */
export function registerCommands(parts: Parts): vscode.Disposable[] {
  const { server, documents, log } = parts;
  const commands: Record<string, (...args: never[]) => unknown> = {
    "loopscope.restart": () => server.restart("asked for"),
    "loopscope.showLogs": () => log.show(),
    "loopscope.showMenu": () => showMenu(parts),
    "loopscope.chooseInterpreter": chooseInterpreterSetting,
    "loopscope.showEffectiveConfiguration": () =>
      showFor(parts, "loopscope.effectiveConfiguration", "Effective configuration.md"),
    "loopscope.showLoopMap": () => {
      const file = path.basename(vscode.window.activeTextEditor?.document.uri.path ?? "");
      return showFor(parts, "loopscope.loopMap", `Loop map of ${file}.md`);
    },
    "loopscope.fixAllInWorkspace": () => fixAllInWorkspace(server),
    "loopscope.explainClipboard": async () => explain(server, documents, await vscode.env.clipboard.readText()),
    "loopscope.explainSelection": async () => explain(server, documents, await terminalText()),
    [SHOW_REFERENCES]: (uri: string, at: Position, places: Location[]) => showReferences(server, uri, at, places),
  };
  return Object.entries(commands).map(([name, run]) =>
    vscode.commands.registerCommand(name, async (...args: never[]) => {
      try {
        await run(...args);
      } catch (error) {
        log.error(`${name}: ${String(error)}`);
        void vscode.window.showErrorMessage(`loopscope: ${error instanceof Error ? error.message : String(error)}`);
      }
    }),
  );
}

async function showMenu({ status }: Parts): Promise<void> {
  await status.refresh();
  const entries: (vscode.QuickPickItem & { command?: string })[] = [
    { label: "Show logs", iconPath: new vscode.ThemeIcon("output"), command: "loopscope.showLogs" },
    { label: "Restart the server", iconPath: new vscode.ThemeIcon("debug-restart"), command: "loopscope.restart" },
    {
      label: "Show effective configuration",
      iconPath: new vscode.ThemeIcon("settings"),
      command: "loopscope.showEffectiveConfiguration",
    },
    { label: "Show the loop map of this file", iconPath: new vscode.ThemeIcon("sync"), command: "loopscope.showLoopMap" },
    { label: "Choose the server's interpreter", iconPath: new vscode.ThemeIcon("snake"), command: "loopscope.chooseInterpreter" },
    { label: "", kind: vscode.QuickPickItemKind.Separator },
    ...status.lines.map((line) => ({ label: line })),
  ];
  const chosen = await vscode.window.showQuickPick(entries, { title: "loopscope" });
  if (chosen?.command !== undefined) {
    await vscode.commands.executeCommand(chosen.command);
  }
}

/** Lets the user choose the Python that runs the server, and keeps the choice in the user's settings. */
async function chooseInterpreterSetting(): Promise<void> {
  const candidates = [
    await activeInterpreter(vscode.workspace.workspaceFolders?.[0]?.uri),
    ...NAMES_ON_PATH.map((name) => findOnPath(name, process.env)),
  ];
  const answers = await Promise.all(
    [...new Set(candidates)].map((one) => (one === undefined ? undefined : askPython(one, path.dirname(one)))),
  );
  const browse = { label: "$(folder) Browse…", description: "choose an executable", path: undefined };
  const found = new Map(answers.flatMap((one) => (one === undefined ? [] : [[one.executable, one] as const])));
  const items = [...found.values()].map((one) => ({
    label: `Python ${one.version.join(".")}`,
    description: one.executable,
    path: one.executable,
  }));
  const chosen = await vscode.window.showQuickPick([...items, browse], {
    title: "The Python that runs the loopscope server (3.11 or later)",
  });
  if (chosen === undefined) {
    return;
  }
  const executable =
    chosen.path ?? (await vscode.window.showOpenDialog({ title: "Python executable", canSelectMany: false }))?.[0]?.fsPath;
  if (executable !== undefined) {
    const configuration = vscode.workspace.getConfiguration(SECTION);
    const inWorkspace = configuration.inspect("interpreter")?.workspaceValue !== undefined;
    await configuration.update("interpreter", executable, !inWorkspace);
  }
}

/** Shows what a command of the server writes about the file at hand. */
async function showFor({ server, documents }: Parts, command: string, name: string): Promise<void> {
  const uri = vscode.window.activeTextEditor?.document.uri ?? vscode.workspace.workspaceFolders?.[0]?.uri;
  const text = await answerOf<string | null>(server, command, uri?.toString());
  if (text === null) {
    void vscode.window.showInformationMessage("loopscope: open a test file, a conftest or a pytest configuration file first.");
    return;
  }
  await documents.show(name, text);
}

/** The server sends the edit itself; VS Code previews one whose changes are to be confirmed. */
async function fixAllInWorkspace(server: Server): Promise<void> {
  const preview = { label: "$(list-tree) Preview the changes", detail: "Tick the files that you want changed, then apply.", confirm: true };
  const apply = { label: "$(check-all) Apply all safe fixes", detail: "One undo takes them back.", confirm: false };
  const chosen = await vscode.window.showQuickPick([preview, apply], { title: "loopscope: fix all in workspace" });
  if (chosen === undefined) {
    return;
  }
  const fixes = await answerOf<number>(server, "loopscope.fixWorkspace", chosen.confirm);
  if (fixes === 0) {
    void vscode.window.showInformationMessage("loopscope: there is nothing in the workspace that a safe fix mends.");
  }
}

async function explain(server: Server, documents: Documents, output: string): Promise<void> {
  if (output.trim() === "") {
    void vscode.window.showInformationMessage("loopscope: copy or select the output of pytest first.");
    return;
  }
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.toString();
  await documents.show("pytest output explained.md", await answerOf<string>(server, "loopscope.explain", output, folder));
}

/** What is selected in the terminal, else all of its text. VS Code hands it out through the clipboard only, which is put back. */
async function terminalText(): Promise<string> {
  const before = await vscode.env.clipboard.readText();
  const copied = async (): Promise<string> => {
    await vscode.commands.executeCommand("workbench.action.terminal.copySelection");
    return vscode.env.clipboard.readText();
  };
  try {
    await vscode.env.clipboard.writeText("");
    const selected = await copied();
    if (selected !== "") {
      return selected;
    }
    await vscode.commands.executeCommand("workbench.action.terminal.selectAll");
    const all = await copied();
    await vscode.commands.executeCommand("workbench.action.terminal.clearSelection");
    return all;
  } finally {
    await vscode.env.clipboard.writeText(before);
  }
}

async function showReferences(server: Server, uri: string, at: Position, places: Location[]): Promise<void> {
  const convert = server.converter;
  if (convert !== undefined) {
    const locations = places.map((place) => convert.asLocation(place));
    await vscode.commands.executeCommand("editor.action.showReferences", convert.asUri(uri), convert.asPosition(at), locations);
  }
}

async function answerOf<T>(server: Server, command: string, ...args: unknown[]): Promise<T> {
  const answer = await server.execute<T>(command, ...args);
  if (answer === undefined) {
    throw new Error("the server does not run; its log says why.");
  }
  return answer;
}
