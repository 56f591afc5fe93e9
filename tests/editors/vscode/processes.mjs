// The server process of a scenario, as the system knows it.
import fs from "node:fs";

/** The process of the server that this session's extension has started; the first, if there are more. */
export function serverPid(work) {
  return serverPids(work)[0];
}

/** All of them. */
export function serverPids(work) {
  return fs
    .readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => command(pid).some((word) => word.startsWith(work) && word.endsWith("run_server.py")));
}

/** The command line of a process; empty when it has ended. */
export function command(pid) {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return [];
  }
}
