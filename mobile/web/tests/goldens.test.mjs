// The browser draws what Python draws.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { keep, tame } from "../src/colors.js";
import { finish, Join, Whole } from "../src/joining.js";
import { toPlanes } from "../src/planes.js";
import { shrink } from "../src/sizes.js";
import { choose, compare, decode, drawn, GOLDENS, isNear, LOOK, save, Stand } from "./harness.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
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

// What is made of a photo around the network.
const look = JSON.parse(readFileSync(join(LOOK, "look.json"), "utf8"));
const makers = {
  small: ({ photo }, { longest }) => shrink(photo, longest),
  tamed: ({ cartoon, small }) => level(tame(toPlanes(cartoon.pixels), small), small),
  tamed_faces: ({ cartoon, small }, { faces }) =>
    level(tame(toPlanes(cartoon.pixels), small, faces), small),
  kept: ({ cartoon, small }) => level(keep(toPlanes(cartoon.pixels), small), small),
  joined: ({ cartoon, small, photo }) => {
    const join = new Join(small, toPlanes(cartoon.pixels), photo);
    return { ...photo, pixels: finish(photo, join, null, []) };
  },
};
const level = (planes, size) => ({
  ...size, pixels: finish(size, new Whole(planes, size), null, []),
});

// Python's colors.keep_color, and its tame_color with these faces, beside this file.
const face = (left, top, width, height) => ({ left, top, width, height });
const ours = {
  kept: { of: ["cartoon", "small"], levels: 1 },
  tamed_faces: {
    of: ["cartoon", "small"], levels: 1,
    faces: [face(20, 10, 30, 36), face(70, 40, 12, 15)],
  },
};

for (const [name, golden] of Object.entries({ ...look, ...ours })) {
  test(`${name}.png is made as by Python`, async (context) => {
    const pictures = {};
    for (const of of [name, golden.of].flat()) {
      const folder = of in ours ? HERE : LOOK;
      const { data, ...size } = await decode(page, readFileSync(join(folder, `${of}.png`)));
      pictures[of] = { ...size, pixels: data };
    }
    const { pixels, width, height } = makers[name](pictures, golden);
    const near = compare(
      { data: pixels, width, height },
      { ...pictures[name], data: pictures[name].pixels },
    );
    context.diagnostic(`${near.levels} levels at most, ${near.psnr.toFixed(1)} dB`);
    assert.ok(isNear(near, golden), JSON.stringify(near));
  });
}

test("a photo chosen on the page is saved as the golden cartoon", async () => {
  const golden = said.cartoons.find((g) => g.variant === "float16");
  // goldens are as the network draws
  await page.check("input[name=color][value=style]", { force: true });
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
      const choice = { style, variant, size: 256, color: "style", faces: false };
      const cartoon = await cartoonizer.draw(photo, choice);
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
