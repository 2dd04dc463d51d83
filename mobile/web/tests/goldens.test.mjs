// The browser draws what Python draws.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fit, resize } from "../src/pixels.js";
import { choose, compare, decode, drawn, GOLDENS, isNear, save, Stand } from "./harness.mjs";

const said = JSON.parse(readFileSync(join(GOLDENS, "goldens.json"), "utf8"));
const read = (name) => readFileSync(join(GOLDENS, name));
const stand = new Stand();
let page;

before(async () => {
  await stand.begin();
  page = await stand.visit();
  await drawn(page);
});
after(() => stand.end());

for (const golden of said.cartoons) {
  test(`${golden.cartoon} is drawn as by Python`, async (context) => {
    const photo = await decode(page, read(golden.photo));
    const truth = await decode(page, read(golden.cartoon));
    const cartoon = await draw(page, photo, golden);
    const near = compare(cartoon, truth);
    context.diagnostic(`${near.levels} levels at most, ${near.psnr.toFixed(1)} dB`);
    assert.ok(isNear(near, golden.tolerance), JSON.stringify(near));
  });
}

for (const golden of said.resizes) {
  test(`${golden.resized} is resized as by Python`, async (context) => {
    const photo = await decode(page, read(golden.photo));
    const truth = await decode(page, read(golden.resized));
    const { width, height } = golden;
    const data = resize(photo.data, photo.width, photo.height, width, height);
    const near = compare({ data, width, height }, truth);
    context.diagnostic(`${near.levels} levels at most`);
    assert.ok(isNear(near, golden.tolerance), JSON.stringify(near));
  });
}

test("photos are fitted to the size that Python fits them to", () => {
  const [fitted] = said.resizes;
  const { width, height } = fit(301, 203, said.image_size);
  assert.deepEqual([width, height], [fitted.width, fitted.height]);
  assert.deepEqual(fit(40, 30, 256), { width: 40, height: 30 }); // never enlarged
  assert.deepEqual(fit(5000, 1, 256), { width: 256, height: 1 });
});

test("a photo chosen on the page is saved as the golden cartoon", async () => {
  const golden = said.cartoons.find((g) => g.variant === "float16");
  await page.check(`input[name=style][value=${golden.style}]`, { force: true });
  await choose(page, "photo.png", read("photo.png"), "image/png");
  const { name, data } = await save(page);
  assert.equal(name, `photo-${golden.style}.png`);
  const near = compare(await decode(page, data), await decode(page, read(golden.cartoon)));
  assert.ok(isNear(near, golden.tolerance), JSON.stringify(near));
  assert.deepEqual(page.errors, []);
});

test("one thread draws the same as several", async () => {
  const golden = said.cartoons.find((g) => g.variant === "float16");
  const photo = await decode(page, read(golden.photo));
  const truth = await decode(page, read(golden.cartoon));
  const near = compare(await draw(page, photo, golden, { threads: 1 }), truth);
  assert.ok(isNear(near, golden.tolerance), JSON.stringify(near));
});

/** Draws with the class that other pages embed. */
async function draw(page, { width, height, data }, { style, variant }, settings = {}) {
  const drawing = await page.evaluate(
    async ({ width, height, data, style, variant, settings }) => {
      const { Cartoonizer } = await import("./cartoonizer.js");
      const pixels = Uint8ClampedArray.from(atob(data), (c) => c.charCodeAt(0));
      const photo = new ImageData(pixels, width, height);
      window.opened ??= {};
      const key = JSON.stringify(settings);
      window.opened[key] ??= await Cartoonizer.open("./", { engine: "cpu", ...settings });
      const cartoonizer = window.opened[key];
      const cartoon = await cartoonizer.draw(photo, { style, variant, size: 256 });
      const { threads } = cartoonizer.running;
      let binary = "";
      for (const level of cartoon.data) binary += String.fromCharCode(level);
      return { width: cartoon.width, height: cartoon.height, text: btoa(binary), threads };
    },
    { width, height, data: Buffer.from(data).toString("base64"), style, variant, settings },
  );
  if (settings.threads) assert.equal(drawing.threads, settings.threads);
  return { ...drawing, data: new Uint8ClampedArray(Buffer.from(drawing.text, "base64")) };
}
