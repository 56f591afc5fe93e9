// An animated picture out of screenshots.
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const UPNG = createRequire(path.join(process.env.EDITOR_TOOLS, "package.json"))("upng-js");
const COLOURS = 64;

/** Collects frames of a page; `clip` is the part that they show. */
export function newFilm(page, clip) {
  const frames = [];
  const delays = [];

  /** Takes a frame that is shown for so many milliseconds. */
  async function frame(milliseconds) {
    const image = UPNG.decode(await page.screenshot({ clip, animations: "disabled", caret: "initial" }));
    frames.push(UPNG.toRGBA8(image)[0]);
    delays.push(milliseconds);
  }

  /** Writes the animated picture, in a palette so that it stays small. */
  function write(file) {
    fs.writeFileSync(file, Buffer.from(UPNG.encode(frames, clip.width, clip.height, COLOURS, delays)));
  }

  return { frame, write };
}
