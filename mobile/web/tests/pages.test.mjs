// What `make pages` builds, served below a path as GitHub Pages serves a fork.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { serve } from "../server.mjs";
import { drawn, GOLDENS, MODELS, ROOT, Stand } from "./harness.mjs";

const stand = new Stand();
const out = mkdtempSync(join(tmpdir(), "cartoonizer-pages-"));
const SOURCE = "https://github.com/someone/cartoons";
const flags = ["--models", MODELS, "--goldens", GOLDENS];
const BUILD = join(ROOT, "mobile/web/build.mjs");
before(() => stand.begin());
after(async () => {
  await stand.end();
  rmSync(out, { recursive: true });
});

test("a fork has its own link to the source, a social preview, and threads", async () => {
  const address = "https://someone.github.io/cartoons/";
  const ours = ["--out", out, "--source", SOURCE, "--address", address];
  execFileSync(process.execPath, [BUILD, ...flags, ...ours]);
  assert.ok(existsSync(join(out, ".nojekyll")));
  const server = await serve(out, { path: "/cartoons/" });
  const page = await stand.visit({}, server);
  await drawn(page);
  assert.equal(await page.evaluate(() => crossOriginIsolated), true);
  assert.equal(await page.getAttribute("#source", "href"), SOURCE);
  const preview = await page.getAttribute("meta[property='og:image']", "content");
  assert.equal(preview, `${address}social.jpg`);
  assert.ok(existsSync(join(out, "social.jpg")));
  assert.deepEqual(page.errors, []);
  await server.close();
});

test("an address that is none is refused in one line", () => {
  for (const flag of ["--source", "--address"]) {
    const { status, stderr } = spawnSync(process.execPath, [BUILD, ...flags, flag, "javascript:x"]);
    assert.equal(status, 2);
    assert.match(stderr.toString(), new RegExp(`^error: ${flag} must be an address.*javascript:x\n$`));
  }
});

test("the workflow builds what `make pages` builds, and uploads that folder", () => {
  const workflow = readFileSync(join(ROOT, ".github/workflows/pages.yml"), "utf8");
  assert.match(workflow, /run: make pages SOURCE="\$SOURCE" ADDRESS="\$ADDRESS"/);
  const [, path] = /path: (\S+)/.exec(workflow);
  const said = execFileSync("make", ["-n", "-B", "pages", "SOURCE=a", "ADDRESS=b"], { cwd: ROOT });
  assert.match(said.toString(), new RegExp(`--out ${path} +\\\\\\s+--source "a" --address "b"`));
});
