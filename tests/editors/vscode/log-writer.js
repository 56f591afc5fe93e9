// In the place of @vscode/spdlog, which is native code to be compiled: it writes the log files that the Output panel shows.
const fs = require("node:fs");
const path = require("node:path");

const NAMES = ["trace", "debug", "info", "warning", "error", "critical"];

class Logger {
  constructor(file) {
    this.file = file;
    this.level = NAMES.indexOf("info");
    this.plain = false;
  }

  getLevel() {
    return this.level;
  }

  setLevel(level) {
    this.level = level;
  }

  clearFormatters() {
    this.plain = true;
  }

  setPattern() {}

  flush() {}

  drop() {}
}

NAMES.forEach((name, level) => {
  Logger.prototype[name === "warning" ? "warn" : name] = function (message) {
    if (level >= this.level) {
      const when = new Date().toISOString().replace("T", " ").replace("Z", "");
      fs.appendFileSync(this.file, this.plain ? message : `${when} [${name}] ${message}\n`);
    }
  };
});

exports.setFlushOn = () => undefined;
exports.setLevel = () => undefined;
exports.createAsyncRotatingLogger = async (_name, file) => {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  return new Logger(file);
};
