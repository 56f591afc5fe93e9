// Plays all scenarios. Needs, as environment variables: EDITOR_TOOLS, CHROMIUM, VSIX, PYTHON (with pytest), STAND_INS.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { interpreters } from "./interpreters.mjs";
import { session } from "./session.mjs";
import { trust } from "./trust.mjs";

const ROOT = path.resolve(import.meta.dirname, "../../..");
const PICTURES = path.join(process.env.EDITOR_TOOLS, "pictures");
const { VSIX, PYTHON, STAND_INS } = process.env;
const wanted = process.argv.slice(2);

// Who is ended by a signal ends what it has started.
["SIGINT", "SIGTERM"].forEach((signal) => process.once(signal, () => process.exit(1)));
fs.mkdirSync(PICTURES, { recursive: true });
// Two windows at a time: they wait more than they work.
const lanes = [{ session }, { interpreters, trust }];
const played = await Promise.allSettled(lanes.map(playAll));
const failed = played.filter((one) => one.status === "rejected");
failed.forEach((one) => console.error(one.reason));
process.exit(failed.length > 0 ? 1 : 0);

async function playAll(scenarios) {
  for (const [name, play] of Object.entries(scenarios)) {
    if (wanted.length === 0 || wanted.includes(name)) {
      await playOne(name, play);
    }
  }
}

async function playOne(name, play) {
  const work = fs.mkdtempSync(path.join(os.tmpdir(), `loopscope-${name}-`));
  const started = Date.now();
  let last = "its start";
  const step = (done) => {
    last = done;
    console.log(`   ${((Date.now() - started) / 1000).toFixed(1).padStart(5)} s  ${name}: ${done}`);
  };
  try {
    await play({
      work,
      vsix: [VSIX, STAND_INS],
      example: path.join(ROOT, "examples/shop"),
      python: PYTHON,
      step,
      pictures: PICTURES,
      shot: (picture, page) => page.screenshot({ path: path.join(PICTURES, `${picture}.png`), animations: "disabled" }),
    });
    fs.rmSync(work, { recursive: true, force: true });
  } catch (error) {
    console.error(`${name} failed after ${last}; the window's last picture, logs and files are in ${work}`);
    throw error;
  }
}
