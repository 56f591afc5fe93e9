/** The Python extension's choice of environment, when it is installed. loopscope does not depend on it. */

import * as vscode from "vscode";

const ID = "ms-python.python";

/** The part of its API that is used (`PythonExtension.environments`). */
interface Api {
  readonly environments: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { readonly path: string };
    resolveEnvironment(path: { readonly path: string }): Promise<
      { readonly executable: { readonly uri?: vscode.Uri | undefined } } | undefined
    >;
    readonly onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
  };
}

/** The interpreter of the environment that is active for a folder; undefined without the extension or an environment. */
export async function activeInterpreter(folder: vscode.Uri | undefined): Promise<string | undefined> {
  try {
    const environments = (await api())?.environments;
    const resolved = await environments?.resolveEnvironment(environments.getActiveEnvironmentPath(folder));
    return resolved?.executable.uri?.fsPath;
  } catch {
    return undefined;
  }
}

/** Calls `listener` whenever another environment becomes active, also when the extension is installed later. */
export function onDidChangeActiveInterpreter(listener: () => void): vscode.Disposable {
  let inner: vscode.Disposable | undefined;
  let disposed = false;
  const connect = async (): Promise<void> => {
    const environments = await api().then((one) => one?.environments, () => undefined);
    if (environments !== undefined && inner === undefined && !disposed) {
      inner = environments.onDidChangeActiveEnvironmentPath(listener);
    }
  };
  const outer = vscode.extensions.onDidChange(() => void connect());
  void connect();
  return new vscode.Disposable(() => {
    disposed = true;
    outer.dispose();
    inner?.dispose();
  });
}

async function api(): Promise<Api | undefined> {
  const extension = vscode.extensions.getExtension<Api>(ID);
  return extension === undefined ? undefined : await extension.activate();
}
