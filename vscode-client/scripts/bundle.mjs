// Puts together what the .vsix holds besides the sources: the client in one file, the server and its dependencies.
import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import path from "node:path";

import { build } from "esbuild";

const CLIENT = path.resolve(import.meta.dirname, "..");
const ROOT = path.dirname(CLIENT);
const LIBRARIES = path.join(CLIENT, "bundled", "libs");

await bundleClient();
bundleServer(findPython());
for (const name of ["LICENSE", "CHANGELOG.md"]) {
  copyFileSync(path.join(ROOT, name), path.join(CLIENT, name));
}

async function bundleClient() {
  await build({
    entryPoints: [path.join(CLIENT, "src/extension.ts")],
    outfile: path.join(CLIENT, "dist/extension.js"),
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    external: ["vscode"],
    minify: true,
    sourcemap: false,
    logLevel: "warning",
  });
}

/** The server's sources and its dependencies, in the versions of constraints.txt: pure Python, nothing compiled. */
function bundleServer(python) {
  rmSync(LIBRARIES, { recursive: true, force: true });
  const project = readFileSync(path.join(ROOT, "pyproject.toml"), "utf8");
  const listed = /^dependencies = \[\n([^\]]*)\]/m.exec(project);
  const requirements = [...listed[1].matchAll(/"([^"]+)"/g)].map((match) => match[1]);
  const platform = ["--platform", "any", "--implementation", "py", "--abi", "none", "--python-version", "3.11"];
  execFileSync(
    python,
    [
      ...["-m", "pip", "--disable-pip-version-check", "install", "-qq", "--target", LIBRARIES, "--no-compile"],
      ...["--only-binary", ":all:", ...platform, "--constraint", path.join(ROOT, "constraints.txt"), ...requirements],
    ],
    { stdio: "inherit" },
  );
  rmSync(path.join(LIBRARIES, "bin"), { recursive: true, force: true });
  // Four thousand files that jedi never finds: it looks for `stubs/NAME/__init__.pyi`, they lie one folder deeper.
  rmSync(path.join(LIBRARIES, "jedi/third_party/typeshed/stubs"), { recursive: true, force: true });
  cpSync(path.join(ROOT, "server/loopscope"), path.join(LIBRARIES, "loopscope"), {
    recursive: true,
    filter: (source) => path.basename(source) !== "__pycache__",
  });
  const wrong = files(LIBRARIES).filter((name) => /\.(pyc|so|pyd|dylib|dll)$/.test(name));
  if (wrong.length > 0) {
    throw new Error(`not pure Python: ${wrong.join(", ")}`);
  }
}

/** A Python 3.11 or later with pip: `$PYTHON`, the one of `dev.py setup`, or one on PATH. */
function findPython() {
  const own = path.join(ROOT, ".loopscope-dev/venv", process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
  const question = "import pip, sys; sys.exit(sys.version_info < (3, 11))";
  for (const candidate of [process.env.PYTHON, existsSync(own) ? own : undefined, "python3", "python"]) {
    try {
      if (candidate !== undefined) {
        execFileSync(candidate, ["-c", question], { stdio: "ignore" });
        return candidate;
      }
    } catch {
      // the next one
    }
  }
  console.error("Packaging needs Python 3.11 or later with pip. `python3 dev.py setup` makes one, or set PYTHON.");
  process.exit(1);
}

function files(folder) {
  return readdirSync(folder).flatMap((name) => {
    const found = path.join(folder, name);
    return statSync(found).isDirectory() ? files(found) : [found];
  });
}
