/** Which Python runs the server: the setting, else the Python extension's, else the first on PATH that is new enough. */

export const OLDEST = [3, 11] as const;
export const NAMES_ON_PATH = ["python3", "python", "py"] as const;

export type Version = readonly [major: number, minor: number, patch: number];

/** Where a candidate comes from; what the user is told depends on it. */
export type Origin = "setting" | "pythonExtension" | "path";

/** A Python that answered. `executable` is its own `sys.executable`. */
export interface Interpreter {
  readonly executable: string;
  readonly version: Version;
}

export interface Chosen extends Interpreter {
  readonly kind: "chosen";
  readonly origin: Origin;
}

/** No Python can run the server. `found` is one that is too old, if there is any. */
export interface NotFound {
  readonly kind: "none";
  readonly origin: Origin;
  readonly asked: string;
  readonly found?: Interpreter;
}

export interface Sources {
  /** The setting `loopscope.interpreter`, variables resolved; empty when it is not set. */
  readonly setting: string;
  /** The interpreter that the Python extension has active, if there is that extension. */
  readonly active: () => Promise<string | undefined>;
  /** The executable that a name leads to on PATH. */
  readonly onPath: (name: string) => string | undefined;
  /** Asks an executable for its version; undefined when it does not answer as a Python does. */
  readonly ask: (executable: string) => Promise<Interpreter | undefined>;
  /** Told about each candidate that is passed over. */
  readonly passedOver: (reason: string) => void;
}

/**
 * The Python for the server. A setting that does not work is not replaced in silence; an active environment that is
 * too old is, since the tests that are analysed may run on any Python.
 */
export async function chooseInterpreter(sources: Sources): Promise<Chosen | NotFound> {
  if (sources.setting !== "") {
    const found = await sources.ask(sources.setting);
    return found !== undefined && isNewEnough(found.version)
      ? { kind: "chosen", origin: "setting", ...found }
      : notFound("setting", sources.setting, found);
  }
  const active = await sources.active();
  const first = active === undefined ? undefined : await sources.ask(active);
  if (first !== undefined && isNewEnough(first.version)) {
    return { kind: "chosen", origin: "pythonExtension", ...first };
  }
  if (active !== undefined) {
    sources.passedOver(`${active}, the Python extension's environment, ${complaint(first)}`);
  }
  let tooOld: Interpreter | undefined;
  for (const name of NAMES_ON_PATH) {
    const executable = sources.onPath(name);
    const found = executable === undefined ? undefined : await sources.ask(executable);
    if (found !== undefined && isNewEnough(found.version)) {
      return { kind: "chosen", origin: "path", ...found };
    }
    if (executable !== undefined) {
      sources.passedOver(`${executable}, on PATH, ${complaint(found)}`);
    }
    tooOld ??= found;
  }
  return first !== undefined && tooOld === undefined
    ? notFound("pythonExtension", active ?? "", first)
    : notFound("path", NAMES_ON_PATH.join(", "), tooOld);
}

export function isNewEnough([major, minor]: Version): boolean {
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

/** What the user is told when nothing can run the server. */
export function explainNotFound(result: NotFound): string {
  const needed = `loopscope needs Python ${OLDEST.join(".")} or later to run`;
  const mayDiffer = "The tests that it looks at may use any version.";
  if (result.found !== undefined) {
    const what = `Python ${result.found.version.join(".")} (${result.found.executable})`;
    const where = {
      setting: `the setting loopscope.interpreter names ${what}`,
      pythonExtension: `the Python extension's environment is ${what}`,
      path: `PATH leads to ${what}`,
    }[result.origin];
    return `${needed}, but ${where}. ${mayDiffer}`;
  }
  if (result.origin === "setting") {
    return `${needed}, but ${result.asked}, which the setting loopscope.interpreter names, does not answer as a Python.`;
  }
  return `${needed}, and found none: no ${NAMES_ON_PATH.join(", ")} on PATH. ${mayDiffer}`;
}

function notFound(origin: Origin, asked: string, found: Interpreter | undefined): NotFound {
  return found === undefined ? { kind: "none", origin, asked } : { kind: "none", origin, asked, found };
}

function complaint(found: Interpreter | undefined): string {
  return found === undefined ? "does not answer as a Python" : `is Python ${found.version.join(".")}`;
}
