/** Looking for executables and asking them what they are. */

import { execFile } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import * as path from "node:path";

import type { Interpreter, Version } from "./interpreter";

const QUESTION = "import json, sys; print(json.dumps([sys.executable, *sys.version_info[:3]]))";
const PATIENCE_MS = 15_000;

/**
 * The version of a Python, asked in isolated mode from a folder without code; undefined when the executable is none.
 * `-S` keeps what an environment starts by itself (`.pth` files, sitecustomize) from running.
 */
export function askPython(executable: string, cwd: string): Promise<Interpreter | undefined> {
  return new Promise((resolve) => {
    execFile(executable, ["-I", "-S", "-c", QUESTION], { cwd, timeout: PATIENCE_MS, windowsHide: true }, (error, stdout) => {
      resolve(error === null ? answerIn(stdout) : undefined);
    });
  });
}

/** What an answer to the question says; undefined when it is none. */
export function answerIn(output: string): Interpreter | undefined {
  try {
    const answer: unknown = JSON.parse(output);
    if (!Array.isArray(answer)) {
      return undefined;
    }
    const [executable, ...numbers]: unknown[] = answer;
    if (typeof executable !== "string" || numbers.length !== 3 || !numbers.every(Number.isInteger)) {
      return undefined;
    }
    return { executable, version: numbers as unknown as Version };
  } catch {
    return undefined;
  }
}

/**
 * The executable that a name leads to on PATH. Relative entries are passed over, and those below `untrusted` folders:
 * a workspace that nobody trusts must not bring the program that is run.
 */
export function findOnPath(
  name: string,
  environment: NodeJS.ProcessEnv,
  untrusted: readonly string[] = [],
): string | undefined {
  const windows = process.platform === "win32";
  const entries = (environment["PATH"] ?? environment["Path"] ?? "").split(path.delimiter);
  const endings = windows ? [".exe", ".bat", ".cmd"] : [""];
  for (const entry of entries) {
    if (!path.isAbsolute(entry) || untrusted.some((folder) => isBelow(entry, folder))) {
      continue;
    }
    for (const ending of endings) {
      const candidate = path.join(entry, name + ending);
      if (isExecutable(candidate)) {
        return candidate;
      }
    }
  }
  return undefined;
}

function isBelow(entry: string, folder: string): boolean {
  const relative = path.relative(folder, entry);
  return relative === "" || (!relative.startsWith("..") && !path.isAbsolute(relative));
}

function isExecutable(candidate: string): boolean {
  try {
    accessSync(candidate, constants.X_OK);
    return statSync(candidate).isFile();
  } catch {
    return false;
  }
}
