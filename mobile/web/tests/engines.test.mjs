// What it runs on, and what is told when that does not work.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  choose, compare, decode, drawn, NO_GPU, save, SOFTWARE_GPU, Stand,
} from "./harness.mjs";
import { blanked } from "./blank.mjs";

const stand = new Stand(NO_GPU);
const gpuStand = new Stand(SOFTWARE_GPU);
before(async () => {
  await stand.begin();
  await gpuStand.begin();
});
after(async () => {
  await stand.end();
  await gpuStand.end();
});

test("the GPU draws what the CPU draws", async (context) => {
  const page = await gpuStand.visit({}, { settings: { engine: "gpu" } });
  const told = [];
  page.on("console", (message) => told.push(message.text()));
  await drawn(page);
  await page.click("#running-details summary");
  const [running, fallback] = await page.evaluate(() =>
    ["running", "fallback"].map((id) => document.getElementById(id).textContent),
  );
  assert.equal(running, "GPU", fallback);
  await choose(page, "photo.png", await png(page), "image/png");
  const byGpu = await decode(page, (await save(page)).data);
  await page.selectOption("#engine", "cpu");
  await page.waitForFunction(() => /CPU/.test(document.getElementById("running").textContent));
  await drawn(page);
  const byCpu = await decode(page, (await save(page)).data);
  const near = compare(byGpu, byCpu);
  context.diagnostic(`${near.levels} levels at most, ${near.psnr.toFixed(1)} dB`);
  assert.ok(near.psnr >= 45, JSON.stringify(near));
  assert.ok(!told.some((text) => /Faces are not/.test(text)), told.join()); // on the CPU
  assert.deepEqual(page.errors, []);
});

test("the camera, too, is drawn by the GPU, which takes no int8", async () => {
  const page = await gpuStand.visit();
  await drawn(page);
  const [variant, running, fallback] = await page.evaluate(async () => {
    const { Cartoonizer } = await import("./cartoonizer.js");
    const cartoonizer = await Cartoonizer.open("./", { engine: "gpu" });
    const [style] = cartoonizer.styles;
    const photo = new ImageData(64, 64);
    photo.data.forEach((_, i) => (photo.data[i] = (i * 7919) % 251));
    await cartoonizer.draw(photo, { style, size: 256, faces: false });
    const live = cartoonizer.liveVariant(style);
    await cartoonizer.draw(photo, { style, size: 256, variant: live, faces: false });
    return [live, cartoonizer.running.accelerator, cartoonizer.fallback];
  });
  assert.deepEqual([variant, running, fallback], ["float16", "webgpu", null]);
});

test("a software GPU is not taken by itself", async () => {
  const page = await gpuStand.visit();
  await drawn(page);
  await page.click("#running-details summary");
  assert.match(await page.textContent("#running"), /CPU/);
  assert.equal(await page.isHidden("#fallback"), true);
});

test("a GPU that was asked for and is not there is told", async () => {
  const page = await stand.visit({}, { settings: { engine: "gpu" } });
  await drawn(page);
  await page.click("#running-details summary");
  assert.match(await page.textContent("#running"), /CPU/);
  assert.match(await page.textContent("#fallback"), /CPU draws instead: .*no GPU/);
});

test("a drawing of zeros is told, not shown", async () => {
  const page = await stand.visit({ serviceWorkers: "block" });
  await drawn(page);
  const models = join(stand.built.out, "models");
  await page.context().route("**/models/*.tflite", (route) => {
    const name = decodeURIComponent(route.request().url().split("/").pop());
    route.fulfill({ body: blanked(readFileSync(join(models, name))) });
  });
  const style = await page.$$eval("input[name=style]", (all) => all.at(-1).value);
  await page.check(`input[name=style][value=${style}]`, { force: true });
  await page.waitForSelector("#trouble:not([hidden])");
  assert.match(await page.textContent("#trouble"), /came out blank/);
});

test("a model that does not arrive whole is told, and drawn once it does", async () => {
  const page = await stand.visit({ serviceWorkers: "block" });
  await drawn(page);
  await page.context().route("**/models/*.tflite", (route) =>
    route.fulfill({ body: Buffer.from("half") }),
  );
  const styles = await page.$$eval("input[name=style]", (all) => all.map((r) => r.value));
  await page.check(`input[name=style][value=${styles.at(-1)}]`, { force: true });
  await page.waitForSelector("#trouble:not([hidden])");
  assert.match(await page.textContent("#trouble"), /could not be drawn: a file did not arrive whole/);
  await page.context().unroute("**/models/*.tflite");
  await page.check("input[name=size][value='512']", { force: true });
  await drawn(page);
  assert.equal(await page.isHidden("#trouble"), true);
});

test("a browser without WebAssembly is told", async () => {
  // Without a service worker: the page's own reload, for threads, would cross this one.
  const page = await stand.visit({ serviceWorkers: "block" });
  await page.addInitScript(() => delete globalThis.WebAssembly);
  await page.reload();
  await page.waitForSelector("#trouble:not([hidden])");
  assert.match(await page.textContent("#trouble"), /lacks WebAssembly\./);
  assert.equal(await page.isDisabled("#choose"), true);
});

test("a browser without scripts is told", async () => {
  const page = await stand.visit({ javaScriptEnabled: false });
  assert.match(await page.textContent("body"), /needs JavaScript/);
});

test("a server without models is told", async () => {
  const page = await stand.visit({ serviceWorkers: "block" });
  await page.context().route("**/models.json", (route) => route.fulfill({ status: 404 }));
  await page.reload();
  await page.waitForSelector("#trouble:not([hidden])");
  assert.match(await page.textContent("#trouble"), /models are missing.*404/);
});

test("the build holds the page and nothing else", () => {
  const files = readdirSync(stand.built.out);
  assert.ok(!files.some((file) => /test|node_modules|package|\.map$/.test(file)));
});

async function png(page) {
  const text = await page.evaluate(async () => {
    const bitmap = await createImageBitmap(await (await fetch("example.jpg")).blob());
    const canvas = new OffscreenCanvas(240, 180);
    canvas.getContext("2d").drawImage(bitmap, 0, 0, 240, 180);
    const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
    let binary = "";
    for (const byte of bytes) binary += String.fromCharCode(byte);
    return btoa(binary);
  });
  return Buffer.from(text, "base64");
}
