// The camera, live: Chromium's fake one plays a film of the example photo.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { decode, drawn, EXAMPLE, NO_GPU, save, SCREENSHOTS, Stand } from "./harness.mjs";

const folder = mkdtempSync(join(tmpdir(), "cartoonizer-film-"));
const film = join(folder, "film.mjpeg");
writeFileSync(film, Buffer.concat(Array(30).fill(EXAMPLE)));
const stand = new Stand([
  ...NO_GPU, "--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${film}`,
]);
before(() => stand.begin());
after(async () => {
  await stand.end();
  rmSync(folder, { recursive: true });
});

test("the camera is drawn live, and its picture taken and saved", async () => {
  const page = await stand.visit({ permissions: ["camera"] });
  await drawn(page);
  await page.click("#camera");
  // styles are chosen by their looks, also where no card was drawn before
  await page.waitForFunction(() =>
    [...document.querySelectorAll("canvas.preview")].every(({ width }) => width > 4));
  await page.waitForFunction(() => /\d+\.\d/.test(document.getElementById("status").textContent));
  assert.match(await page.textContent("#status"), /Live from your camera, \d+\.\d/);
  const [width, height] = await page.$eval("#after", (c) => [c.width, c.height]);
  // joined with the camera's picture, as large as the screen shows it
  const shown = await page.$eval("#stage", (s) => Math.max(s.clientWidth, s.clientHeight));
  assert.equal(Math.max(width, height), Math.min(960, 1280, shown));
  assert.equal(await page.isVisible("#shutter"), true);
  assert.equal(await page.isDisabled("#save"), true);
  await page.screenshot({ path: join(SCREENSHOTS, "camera.png") });

  // a style is changed while it runs
  const styles = await page.$$eval("input[name=style]", (all) => all.map((r) => r.value));
  await page.check(`input[name=style][value=${styles[1]}]`, { force: true });
  await page.click("#shutter");
  await drawn(page);
  assert.equal(await page.isHidden("#shutter"), true);
  const { name, data } = await save(page);
  assert.equal(name, `camera-${styles[1]}.jpg`);
  const cartoon = await decode(page, data);
  assert.ok(Math.abs(cartoon.width / cartoon.height - 4 / 3) < 0.01 && cartoon.width >= 640);
  assert.deepEqual(page.errors, []);
});

test("Escape closes the camera, and the photo from before is back", async () => {
  const page = await stand.visit({ permissions: ["camera"] });
  await drawn(page);
  await page.click("#camera");
  await page.waitForSelector("#shutter");
  await page.keyboard.press("Escape");
  await drawn(page);
  assert.equal(await page.isHidden("#camera-bar"), true);
  assert.match(await page.textContent("#status"), /example/);
});

test("a camera that may not be used is told in one line", async () => {
  const page = await stand.visit({ permissions: [] });
  await drawn(page);
  await page.click("#camera");
  await page.waitForSelector("#trouble:not([hidden])");
  assert.match(await page.textContent("#trouble"), /may not be used/);
  assert.equal(await page.isHidden("#camera-bar"), true);
  assert.equal(await page.isDisabled("#save"), false);
});
