// What the tests need of other extensions.
const fs = require("node:fs");
const vscode = require("vscode");

exports.activate = (context) => {
  context.subscriptions.push(vscode.commands.registerCommand("standIn.printOutput", printOutput));
  return { environments: environments() };
};

/** The environments API of the Python extension. The file that $ACTIVE_PYTHON names holds the active interpreter's path. */
function environments() {
  const file = process.env.ACTIVE_PYTHON;
  const changed = new vscode.EventEmitter();
  // Also told when a file is read, unlike what is wanted.
  fs.watchFile(file, { interval: 200 }, (now, before) => now.mtimeMs !== before.mtimeMs && changed.fire({}));
  return {
    getActiveEnvironmentPath: () => ({ path: fs.readFileSync(file, "utf8").trim() }),
    resolveEnvironment: async ({ path }) => (path ? { executable: { uri: vscode.Uri.file(path) } } : undefined),
    onDidChangeActiveEnvironmentPath: changed.event,
  };
}

/** Prints the file that $PYTEST_OUTPUT names in a terminal that is made of no process: VS Code's own need native code. */
function printOutput() {
  const written = new vscode.EventEmitter();
  const text = fs.readFileSync(process.env.PYTEST_OUTPUT, "utf8").replaceAll("\n", "\r\n");
  const pty = { onDidWrite: written.event, open: () => written.fire(text), close: () => undefined };
  vscode.window.createTerminal({ name: "pytest", pty }).show();
}
