/** loopscope's settings in VS Code. */

import * as os from "node:os";
import * as vscode from "vscode";

import { type Defaults, defaultsBeside } from "./neighbours";
import { resolveVariables } from "./variables";

export const SECTION = "loopscope";

/** Settings of the client: a change of one needs another server process. The server knows none of them. */
export const CLIENT_SETTINGS = ["interpreter", "importStrategy", "trace.server"] as const;
export const RESTARTING = CLIENT_SETTINGS.filter((name) => name !== "trace.server").map((name) => `${SECTION}.${name}`);

export type ImportStrategy = "useBundled" | "fromEnvironment";

/** `loopscope.interpreter`, variables resolved; empty when not set, or when nothing of the workspace may be run. */
export function interpreterSetting(): string {
  if (!vscode.workspace.isTrusted) {
    return "";
  }
  const written = vscode.workspace.getConfiguration(SECTION).get<string>("interpreter") ?? "";
  return resolveVariables(written, {
    home: os.homedir(),
    environment: process.env,
    folders: (vscode.workspace.workspaceFolders ?? []).map((one) => ({ name: one.name, path: one.uri.fsPath })),
  });
}

/** `loopscope.importStrategy`; the bundled server where the workspace is not trusted. */
export function importStrategy(): ImportStrategy {
  const written = vscode.workspace.getConfiguration(SECTION).get<ImportStrategy>("importStrategy");
  return vscode.workspace.isTrusted && written === "fromEnvironment" ? written : "useBundled";
}

/**
 * What the user has set for the server, which wins over the project's own pyproject.toml; and below `defaults`, over which
 * both win, what follows from the other extensions.
 */
export function serverSettings(scope: vscode.Uri | undefined): Record<string, unknown> {
  return { ...written(scope), defaults: defaults(scope) };
}

function defaults(scope: vscode.Uri | undefined): Defaults {
  return defaultsBeside({
    has: (extension) => vscode.extensions.getExtension(extension) !== undefined,
    setting: (name) => vscode.workspace.getConfiguration(undefined, scope).get(name),
  });
}

function written(scope: vscode.Uri | undefined): Record<string, unknown> {
  const configuration = vscode.workspace.getConfiguration(SECTION, scope);
  const found: Record<string, unknown> = {};
  for (const name of Object.keys(configuration)) {
    const of = CLIENT_SETTINGS.some((own) => own.split(".")[0] === name) ? undefined : configuration.inspect(name);
    const values = [of?.workspaceFolderValue, of?.workspaceValue, of?.globalValue];
    if (values.some((value) => value !== undefined && value !== null)) {
      found[name] = configuration.get(name);
    }
  }
  return found;
}
