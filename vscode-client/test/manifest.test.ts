import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

interface Step {
  readonly id: string;
  readonly description: string;
  readonly media: { readonly image: string; readonly altText: string };
}

// npm runs the tests in the client's folder.
const manifest = JSON.parse(readFileSync("package.json", "utf8"));
const commands: string[] = manifest.contributes.commands.map((one: { command: string }) => one.command);
const steps: Step[] = manifest.contributes.walkthroughs.flatMap((one: { steps: Step[] }) => one.steps);

test("each command that is shown is registered, and what menus and walkthrough name is one", () => {
  const registered = [...readFileSync("src/commands.ts", "utf8").matchAll(/^ {4}"(loopscope\.\w+)":/gm)].map((match) => match[1]);
  assert.deepEqual(commands.toSorted(), registered.toSorted());
  const named = [...JSON.stringify(manifest.contributes).matchAll(/(?:command|onCommand):(loopscope\.\w+)/g)].map((match) => match[1]);
  const inMenus = Object.values<{ command: string }[]>(manifest.contributes.menus).flat().map((one) => one.command);
  assert.ok(named.length > 0 && inMenus.length > 0);
  assert.deepEqual([...named, ...inMenus].filter((name) => !commands.includes(name ?? "")), []);
});

test("pictures of walkthrough and readme are there", () => {
  const ofReadme = [...readFileSync("README.md", "utf8").matchAll(/!\[[^\]]+\]\(([^)]+)\)/g)].map((match) => match[1] ?? "");
  const pictures = [manifest.icon, ...steps.map((step) => step.media.image), ...ofReadme];
  assert.deepEqual(pictures.filter((name) => !existsSync(name)), []);
});

test("a walkthrough knows bold, underlined, ``code`` and links, and no other Markdown", () => {
  for (const { id, description } of steps) {
    const plain = description.replaceAll(/\*\*[^*]+\*\*|``[^`]+``/g, "");
    assert.doesNotMatch(plain, /[*`]/, id);
  }
});

test("settings that choose what is run are ignored in workspaces that are not trusted", () => {
  const ignored: string[] = manifest.capabilities.untrustedWorkspaces.restrictedConfigurations;
  const properties: Record<string, { scope: string }> = manifest.contributes.configuration.properties;
  const choosing = Object.keys(properties).filter((name) => properties[name]?.scope === "machine-overridable");
  assert.deepEqual(ignored.toSorted(), [...choosing, "loopscope.environment"].toSorted());
});
