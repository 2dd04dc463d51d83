// The drawing is sized by faces, which BlazeFace finds.
//
// face.jpg: Grace Hopper, US Navy, public domain, as matplotlib ships it, made smaller.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pick } from "../src/faces.js";
import { choose as chooseSize, weights } from "../src/sizes.js";
import { choose, compare, decode, drawn, save, SCREENSHOTS, Stand } from "./harness.mjs";

const FACE = readFileSync(new URL("face.jpg", import.meta.url));
const LARGE = { size: "512", style: "hosoda" };
const stand = new Stand();
before(() => stand.begin());
after(() => stand.end());

const said = (page) => page.textContent("#drawn-at");

test("the largest face is drawn 95 pixels high, within bounds", () => {
  const first = (longest, heights, most = 720) => {
    const faces = heights.map((height) => ({ height }));
    const { first, again } = chooseSize(longest, faces, most);
    return [first, again.length];
  };
  assert.deepEqual(first(2000, []), [480, 0]);
  assert.deepEqual(first(2000, [], 256), [256, 0]);
  assert.deepEqual(first(600, [196]), [291, 0]);
  assert.deepEqual(first(600, [590]), [224, 0]);
  assert.deepEqual(first(2000, [100]), [720, 0]);
  assert.deepEqual(first(2000, [100], 512), [512, 0]);
  assert.deepEqual(first(2000, [800, 400, 200]), [238, 1]); // 24 pixels: seen again
  assert.deepEqual(first(2000, [800, 400, 200], 256), [238, 1]);
  assert.deepEqual(first(2000, [600, 100], 256), [256, 0]); // as large the first time
  assert.deepEqual(first(220, [200, 40]), [224, 0]); // drawn as it is
});

test("what is done for a face fades out around it", () => {
  const faces = [{ left: 10, top: 10, width: 20, height: 20 }];
  const row = weights(faces, 20, 60);
  assert.equal(row[20], 1);
  assert.equal(row[31], 1); // 0.575 of its width from the middle
  assert.ok(row[36] > 0 && row[36] < 1);
  assert.equal(row[41], 0);
  assert.equal(weights(faces, 40, 60), null);
});

test("of boxes of one face the surest is kept; profiles and specks are not", () => {
  const face = { left: 100, top: 100, width: 50, height: 50, eyes: 25, score: 0.9 };
  const found = [
    { ...face, left: 104, score: 0.8 },
    face,
    { ...face, left: 110, top: 110, width: 25, height: 25, score: 0.85 }, // cut by a tile
    { ...face, left: 300, eyes: 9 },
    { ...face, left: 400, width: 15, height: 15, eyes: 7 },
    { ...face, left: 200, height: 60, score: 0.76 },
  ];
  assert.deepEqual(pick(found, 500).map(({ left }) => left), [200, 100]);
});

test("a portrait is drawn as large as its face asks, as by Python; the switch ends it", async () => {
  const page = await stand.visit({}, { settings: LARGE });
  await drawn(page);
  await choose(page, "face.jpg", FACE, "image/jpeg");
  const faces = await find(page, FACE);
  assert.equal(faces.faces, 1);
  assert.ok(Math.abs(faces.size - 290) <= 1, `${faces.size}`); // Python: 290
  assert.match(await said(page), /^29\d pixels; faces found: 1$/);
  await page.screenshot({ path: join(SCREENSHOTS, "face.png") });
  const withFaces = await decode(page, (await save(page)).data);
  await page.uncheck("#faces");
  await page.waitForFunction(() => document.getElementById("save").disabled);
  await drawn(page);
  assert.equal(await said(page), "450 pixels; faces found: 0");
  const without = await decode(page, (await save(page)).data);
  assert.ok(compare(withFaces, without).psnr < 40, "the drawing is another");
  assert.deepEqual(page.errors, []);
});

test("faces much smaller than the largest are drawn a second time", async () => {
  const page = await stand.visit({}, { settings: LARGE });
  await drawn(page);
  const group = await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes]));
    const canvas = new OffscreenCanvas(900, 720);
    const context = canvas.getContext("2d");
    context.fillStyle = "#9ac";
    context.fillRect(0, 0, 900, 720);
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 67, 45, 270, 270, 0, 0, 720, 720);
    context.drawImage(bitmap, 730, 250, 154, 180);
    const png = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
    let text = "";
    for (const byte of png) text += String.fromCharCode(byte);
    return btoa(text);
  }, FACE.toString("base64"));
  await choose(page, "group.png", Buffer.from(group, "base64"), "image/png");
  assert.match(await said(page), /^2\d\d pixels; faces found: 2$/);
  await page.screenshot({ path: join(SCREENSHOTS, "faces.png") });
  assert.deepEqual(page.errors, []);
});

test("where the faces' model does not arrive a photo is drawn without, and the console says so", async () => {
  const page = await stand.visit({ serviceWorkers: "block" });
  const told = [];
  page.on("console", (message) => told.push(message.text()));
  await page.context().route("**/models/faces.*", (route) => route.fulfill({ status: 404 }));
  await page.reload();
  await drawn(page);
  await choose(page, "face.jpg", FACE, "image/jpeg");
  assert.match(await said(page), /faces found: 0$/);
  assert.ok(told.some((text) => /Faces are not looked for: .*404/.test(text)), told.join());
});

/** What the class that other pages embed says of a picture. */
function find(page, data) {
  return page.evaluate(async (base64) => {
    const { Cartoonizer } = await import("./cartoonizer.js");
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes]));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext("2d");
    context.drawImage(bitmap, 0, 0);
    const photo = context.getImageData(0, 0, canvas.width, canvas.height);
    const cartoonizer = await Cartoonizer.open("./", { engine: "cpu" });
    await cartoonizer.draw(photo, { style: cartoonizer.styles[0] });
    return cartoonizer.drawing;
  }, data.toString("base64"));
}
