/** loopscope in VS Code: starts the server and shows what it says. All knowledge of tests is the server's. */

import * as vscode from "vscode";

import { registerCommands } from "./commands";
import { Documents } from "./documents";
import { NEIGHBOURS_SETTINGS } from "./neighbours";
import { onDidChangeActiveInterpreter } from "./pythonExtension";
import { Server } from "./server";
import { RESTARTING } from "./settings";
import { Status } from "./status";

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel("loopscope", { log: true });
  const running = new Server(context, log);
  server = running;
  const status = new Status(running);
  const documents = new Documents();
  context.subscriptions.push(
    log,
    running,
    status,
    documents,
    ...registerCommands({ server: running, status, documents, log }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      const changed = RESTARTING.find((name) => event.affectsConfiguration(name));
      if (changed !== undefined) {
        void running.restart(`the setting ${changed} has changed`);
      }
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (NEIGHBOURS_SETTINGS.some((name) => event.affectsConfiguration(name))) {
        void running.settingsChanged();
      }
    }),
    vscode.extensions.onDidChange(() => void running.settingsChanged()),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void running.restart("the workspace is trusted now")),
    onDidChangeActiveInterpreter(() => void running.environmentChanged()),
  );
  // Not awaited: other extensions need not wait for a process to start.
  void running.restart("the extension is active");
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}
