/** Variables in settings, as other extensions know them: `~`, `${workspaceFolder}`, `${workspaceFolder:name}`, `${env:X}`. */

export interface Places {
  readonly home: string;
  readonly environment: NodeJS.ProcessEnv;
  /** The workspace folders in order: name and path. */
  readonly folders: readonly { readonly name: string; readonly path: string }[];
}

/** The text with its variables replaced; what is not known stays as it is. */
export function resolveVariables(text: string, places: Places): string {
  const replaced = text.trim().replace(/\$\{(workspaceFolder|env)(?::([^}]*))?\}/g, (whole, kind, name) => {
    if (kind === "env") {
      return places.environment[name] ?? "";
    }
    const folder = name === undefined ? places.folders[0] : places.folders.find((one) => one.name === name);
    return folder?.path ?? whole;
  });
  return /^~(?=$|[\\/])/.test(replaced) ? places.home + replaced.slice(1) : replaced;
}
