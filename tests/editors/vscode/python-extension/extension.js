// The environments API of the Python extension. The file that $ACTIVE_PYTHON names holds the active interpreter's path.
const fs = require("node:fs");
const vscode = require("vscode");

exports.activate = () => {
  const file = process.env.ACTIVE_PYTHON;
  const changed = new vscode.EventEmitter();
  fs.watchFile(file, { interval: 200 }, () => changed.fire({}));
  const active = () => fs.readFileSync(file, "utf8").trim();
  return {
    environments: {
      getActiveEnvironmentPath: () => ({ path: active() }),
      resolveEnvironment: async ({ path }) => (path ? { executable: { uri: vscode.Uri.file(path) } } : undefined),
      onDidChangeActiveEnvironmentPath: changed.event,
    },
  };
};
