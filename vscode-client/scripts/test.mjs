// Bundles each test file, since Node runs no TypeScript, and runs them.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";

import { build } from "esbuild";

const CLIENT = path.resolve(import.meta.dirname, "..");
const OUT = path.join(CLIENT, "dist/test");
const names = readdirSync(path.join(CLIENT, "test")).filter((name) => name.endsWith(".test.ts"));
await build({
  entryPoints: names.map((name) => path.join(CLIENT, "test", name)),
  outdir: OUT,
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  sourcemap: "inline",
  logLevel: "warning",
});
const built = names.map((name) => path.join(OUT, name.replace(/\.ts$/, ".js")));
process.exit(spawnSync(process.execPath, ["--enable-source-maps", "--test", ...built], { stdio: "inherit" }).status ?? 1);
