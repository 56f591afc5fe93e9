/** Other extensions that check or complete Python. What they say too is left to them, unless someone set it otherwise. */

/** What is asked of VS Code. */
export interface Editor {
  readonly has: (extension: string) => boolean;
  /** A setting of another extension by its whole name; undefined when nobody has it. */
  readonly setting: (name: string) => unknown;
}

/** Defaults of the server's settings in this editor. */
export interface Defaults {
  readonly beside?: readonly string[];
  readonly membersOfAllValues?: boolean;
}

/** Settings on which the answer depends, besides which extensions there are. */
export const NEIGHBOURS_SETTINGS = [
  "python.languageServer",
  "python.analysis.typeCheckingMode",
  "basedpyright.analysis.typeCheckingMode",
  "basedpyright.disableLanguageServices",
  "pyright.disableLanguageServices",
  "ty.disableLanguageServices",
  "ruff.enable",
  "ruff.lint.enable",
];

/** `beside` names the tools that check here; members of plain values are left to a server that completes them. */
export function defaultsBeside({ has, setting }: Editor): Defaults {
  const off = (name: string) => setting(name) === "off";
  const yes = (name: string) => setting(name) === true;
  const no = (name: string) => setting(name) === false;
  const server = setting("python.languageServer") ?? "Default";
  const pylance = has("ms-python.vscode-pylance") && (server === "Default" || server === "Pylance");
  const jedi = has("ms-python.python") && (server === "Jedi" || server === "JediLSP");
  const pyright = has("ms-pyright.pyright");
  const basedpyright = has("detachhead.basedpyright");
  const ty = has("astral-sh.ty");

  const checking = {
    mypy: has("ms-python.mypy-type-checker") || has("matangover.mypy"),
    // Pylance checks types only where that is turned on, the other two unless it is turned off.
    pyright:
      (pylance && !off("python.analysis.typeCheckingMode") && setting("python.analysis.typeCheckingMode") !== undefined) ||
      (pyright && !off("python.analysis.typeCheckingMode")) ||
      (basedpyright && !off("basedpyright.analysis.typeCheckingMode")),
    ruff: has("charliermarsh.ruff") && !no("ruff.enable") && !no("ruff.lint.enable"),
    ty,
  };
  const completing =
    pylance ||
    jedi ||
    (pyright && !yes("pyright.disableLanguageServices")) ||
    (basedpyright && !yes("basedpyright.disableLanguageServices")) ||
    (ty && !yes("ty.disableLanguageServices"));

  const beside = Object.entries(checking).flatMap(([tool, checks]) => (checks ? [tool] : []));
  return { ...(beside.length > 0 && { beside }), ...(completing && { membersOfAllValues: false }) };
}
