/** The status item: whether the server runs, and what it has found for the file at hand. */

import * as vscode from "vscode";

import { type Server, SELECTOR, type State } from "./server";

const PAUSE_MS = 1000;

/** The answer of the server's command `loopscope.status`. */
export interface Found {
  readonly pytest: string | null;
  readonly pytestAsyncio: string | null;
  readonly mode: string | null;
  readonly environment: string | null;
  readonly foundBy: string;
}

/** Keeps the item up to date. It shows while a file is open that the server looks at. */
export class Status implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem("loopscope.status", vscode.StatusBarAlignment.Right, 90);
  private readonly subscriptions: vscode.Disposable[] = [];
  private found: Found | undefined;
  private soon: NodeJS.Timeout | undefined;

  constructor(private readonly server: Server) {
    this.item.name = "loopscope";
    this.item.command = "loopscope.showMenu";
    this.subscriptions.push(
      server.onDidChange(() => void this.refresh()),
      vscode.window.onDidChangeActiveTextEditor(() => void this.refresh()),
      // The server says something new: it may have read another configuration or environment.
      vscode.languages.onDidChangeDiagnostics(() => this.refreshSoon()),
    );
    void this.refresh();
  }

  /** What the server said last of the file at hand, line by line. */
  get lines(): readonly string[] {
    return describe(this.server.state, this.found);
  }

  async refresh(): Promise<void> {
    const document = vscode.window.activeTextEditor?.document;
    if (document === undefined || vscode.languages.match(SELECTOR, document) === 0) {
      this.item.hide();
      return;
    }
    this.show();
    if (this.server.state.kind === "running") {
      this.found = await this.server
        .execute<Found>("loopscope.status", document.uri.toString())
        .catch(() => undefined);
      this.show();
    }
  }

  dispose(): void {
    clearTimeout(this.soon);
    this.item.dispose();
    this.subscriptions.forEach((one) => one.dispose());
  }

  private refreshSoon(): void {
    clearTimeout(this.soon);
    this.soon = setTimeout(() => void this.refresh(), PAUSE_MS);
  }

  private show(): void {
    const { kind } = this.server.state;
    this.item.text = `$(${ICONS[kind]}) loopscope${kind === "running" && this.found?.mode ? `: ${this.found.mode}` : ""}`;
    this.item.backgroundColor =
      kind === "failed" ? new vscode.ThemeColor("statusBarItem.errorBackground") : undefined;
    this.item.tooltip = new vscode.MarkdownString(this.lines.map((line) => line.replace(/[\\`*_<>#]/g, "\\$&")).join("  \n"));
    this.item.accessibilityInformation = { label: `loopscope: ${this.lines.join(", ")}` };
    this.item.show();
  }
}

/** State and findings in words. */
export function describe(state: State, found: Found | undefined): string[] {
  switch (state.kind) {
    case "starting":
      return ["loopscope is starting"];
    case "stopped":
      return ["loopscope is stopped"];
    case "waiting":
      return [`The server has ended; it starts again in ${state.seconds} s`];
    case "failed":
      return [state.message];
    case "running":
      return [
        `pytest ${found?.pytest ?? "not found"}`,
        `pytest-asyncio ${found?.pytestAsyncio ?? "not found"}${found?.mode ? `, ${found.mode} mode` : ""}`,
        ...(found?.environment ? [`Environment: ${shown(found.environment)} (${found.foundBy})`] : []),
        `Server on Python ${state.interpreter.version.join(".")}: ${shown(state.interpreter.executable)}`,
      ];
  }
}

/** A path, relative to the workspace where it is in it. */
function shown(path: string): string {
  return vscode.workspace.asRelativePath(path);
}

const ICONS = { starting: "sync~spin", running: "check", waiting: "sync~spin", stopped: "circle-slash", failed: "error" };
