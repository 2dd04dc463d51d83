// What can be done with photos and cartoons: enlarged, turned, cut, several at once,
// saved as is wanted, copied, handed over by other apps.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { resize } from "../src/resizing.js";
import { Zoom } from "../src/zoom.js";
import { crc32 } from "../src/zips.js";
import {
  choose, compare, decode, drawn, EXAMPLE, save, SCREENSHOTS, Stand,
} from "./harness.mjs";

const stand = new Stand();
let page;
before(async () => {
  await stand.begin();
  page = await stand.visit({ permissions: ["clipboard-read", "clipboard-write"] }, { cores: 2 });
  await drawn(page);
});
after(() => stand.end());

const table = () => JSON.parse(readFileSync(join(stand.built.out, "models.json"), "utf8"));
const PYTHON = process.env.BIN ? join(process.env.BIN, "python") : "python3";

/** A PNG that the page itself draws. */
async function paint(width, height, script) {
  const text = await page.evaluate(async ({ width, height, script }) => {
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d");
    for (const [style, ...box] of script) {
      context.fillStyle = style;
      context.fillRect(...box);
    }
    const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
    return btoa(String.fromCharCode(...bytes));
  }, { width, height, script });
  return Buffer.from(text, "base64");
}

test("of one file a style's model of every size is made, to the byte", async () => {
  const { MODELS, ROOT } = await import("./harness.mjs");
  const { findStyles } = await import("../models.mjs");
  const { createHash } = await import("node:crypto");
  let made = 0;
  for (const { name, models } of findStyles(MODELS)) {
    const { shapes, path, sha256, size } = models.find((model) => model.shapes);
    const file = readFileSync(path);
    const large = resize(new Uint8Array(file), shapes, size, 512);
    const truth = readFileSync(path.replace(`_${size}_`, "_512_"));
    assert.ok(truth.equals(large), name);
    assert.equal(createHash("sha256").update(file).digest("hex"), sha256); // as it was
    made++;
  }
  assert.ok(made > 0 && ROOT);
  const photos = table().styles.flatMap(({ models }) => models.filter((m) => m.variant === "float16"));
  assert.equal(photos.length, made, "a style's photo weights are shipped once");
});

test("the first cartoon comes by the smaller file, and then as fine as was asked for", async () => {
  const visit = await stand.visit({}, { settings: { size: "512" }, cores: 2 });
  await drawn(visit);
  assert.match(await visit.textContent("#drawn-at"), /^480 pixels/);
  const models = [...visit.requested].filter((url) => /models\/.*pepper/.test(url));
  assert.deepEqual(models.map((url) => /int8|float16/.exec(url)[0]), ["int8", "float16"]);
  const { data } = await save(visit);
  const fine = await decode(visit, data);
  await visit.check("input[name=color][value=style]", { force: true });
  await drawn(visit);
  await visit.check("input[name=color][value=auto]", { force: true });
  await drawn(visit);
  assert.equal(compare(await decode(visit, (await save(visit)).data), fine).levels, 0);
});

test("the cards show the visitor's own photo in each style", async () => {
  const photo = await paint(400, 200, [["#36c", 0, 0, 400, 120], ["#4a3", 0, 120, 400, 80]]);
  await choose(page, "mine.png", photo, "image/png");
  const styles = table().styles.map(({ name }) => name);
  await page.waitForFunction((count) => {
    const cards = [...document.querySelectorAll(".preview")];
    const first = cards[0].dataset.of;
    const alike = cards.filter((card) => card.dataset.of === first);
    const isOld = cards.some((card) => card.classList.contains("is-old"));
    return first && !isOld && alike.length === count;
  }, styles.length);
  const cards = await page.$$eval(".preview", (all) =>
    all.map((card) => [card.width, card.height, card.toDataURL()]));
  for (const [width, height] of cards) assert.deepEqual([width, height], [128, 64]);
  assert.equal(new Set(cards.map(([, , data]) => data)).size, styles.length, "each its own");
});

test("on mobile data only the style in use is fetched, until the rest is asked for", async () => {
  const metered = await stand.browser.newContext();
  await metered.addInitScript(() => {
    Object.defineProperty(navigator, "connection", { value: { type: "cellular" } });
    localStorage.setItem("size", "256");
    window.hardwareConcurrency = 2;
  });
  const visit = await metered.newPage();
  await visit.goto(stand.server.address);
  await drawn(visit);
  await visit.waitForFunction(() => /used/.test(document.getElementById("offline").textContent));
  await visit.waitForTimeout(1000);
  const kept = () => visit.evaluate(async () => {
    const cache = await caches.open("kept");
    return (await cache.keys()).map(({ url }) => url).filter((url) => /float16/.test(url));
  });
  assert.ok((await kept()).every((url) => /pepper/.test(url)), await kept());
  await visit.click("#running-details summary");
  await visit.click("#keep-all");
  await visit.waitForFunction(() => document.getElementById("offline").textContent === "Works");
  assert.equal((await kept()).length, table().styles.length);
  await metered.close();
});

test("what is transparent stays so, on white in a JPEG", async () => {
  const photo = await paint(120, 90, [["#c63", 10, 10, 60, 60], ["rgba(20,80,200,0.5)", 70, 10, 40, 70]]);
  await choose(page, "clear.png", photo, "image/png");
  const { name, data } = await save(page);
  assert.equal(name, "clear-pepper.png");
  const [before, cartoon] = [await decode(page, photo), await decode(page, data)];
  let most = 0;
  for (let i = 3; i < before.data.length; i += 4) {
    most = Math.max(most, Math.abs(before.data[i] - cartoon.data[i]));
  }
  assert.equal(most, 0);
  await page.evaluate(() => (document.getElementById("saving").open = true));
  await page.selectOption("#format", "image/jpeg");
  const jpeg = await decode(page, (await save(page)).data);
  assert.ok([0, 1, 2].every((c) => jpeg.data[c] > 245), "white, not black");
  await page.selectOption("#format", "");
});

test("format, quality and size are those that were chosen", async () => {
  await choose(page, "mine.jpg", EXAMPLE, "image/jpeg");
  const usual = await save(page);
  await page.fill("#quality", "60");
  const coarse = await save(page);
  assert.ok(coarse.data.length < usual.data.length * 0.7);
  await page.selectOption("#pixels", "640");
  await page.selectOption("#format", "image/webp");
  const { name, data } = await save(page);
  assert.equal(name, "mine-pepper.webp");
  assert.equal(data.subarray(8, 12).toString(), "WEBP");
  const { width, height } = await decode(page, data);
  assert.deepEqual([width, height], [640, 480]);
  await page.selectOption("#format", "image/png");
  assert.equal(await page.isDisabled("#quality"), true);
  await page.selectOption("#format", "");
  await page.selectOption("#pixels", "");
  await page.fill("#quality", "95");
});

test("the cartoon is copied", async () => {
  await page.click("#copy");
  await page.waitForFunction(() => document.getElementById("status").textContent === "Copied");
  const size = await page.evaluate(async () => {
    const [item] = await navigator.clipboard.read();
    const bitmap = await createImageBitmap(await item.getType("image/png"));
    return [bitmap.width, bitmap.height];
  });
  assert.deepEqual(size, [960, 720]);
});

test("a photo is turned and cut, and is again as it was", async () => {
  const photo = await paint(300, 200, [["#fff", 0, 0, 300, 200], ["#d22", 0, 0, 60, 60]]);
  await choose(page, "corner.png", photo, "image/png");
  const shown = () => page.$eval("#before", (canvas) => {
    const { width, height } = canvas;
    const at = (x, y) => canvas.getContext("2d").getImageData(x, y, 1, 1).data[1] < 100;
    return { size: [width, height], red: [at(5, 5), at(width - 5, 5)] };
  });
  await page.click("#turn");
  await drawn(page);
  assert.deepEqual(await shown(), { size: [200, 300], red: [false, true] });

  await page.click("#cut");
  await page.selectOption("#cut-ratio", "1:1");
  await page.screenshot({ path: join(SCREENSHOTS, "cutting.png") });
  await page.focus("#frame");
  for (let i = 0; i < 30; i++) await page.keyboard.press("ArrowDown"); // sees what is above
  await page.keyboard.press("ArrowUp");
  for (let i = 0; i < 30; i++) await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await drawn(page);
  assert.deepEqual((await shown()).size, [200, 200]);
  const { width, height } = await decode(page, (await save(page)).data);
  assert.deepEqual([width, height], [200, 200]);

  await page.click("#undo");
  await drawn(page);
  assert.deepEqual(await shown(), { size: [300, 200], red: [true, false] });
  assert.equal(await page.isHidden("#undo"), true);
  await page.click("#cut");
  await page.keyboard.press("Escape");
  assert.equal(await page.isHidden("#cut-bar"), true);
});

test("a picture in a frame is moved no further than its borders", () => {
  const zoom = new Zoom();
  zoom.fit(2); // of its own ratio
  assert.deepEqual(zoom.seen, { left: -0, top: -0, width: 1, height: 1 });
  zoom.to(2, 0, 0);
  zoom.move(1, 1);
  assert.deepEqual([zoom.left, zoom.top], [0, 0]);
  zoom.move(-9, -9);
  assert.deepEqual(zoom.seen, { left: 0.5, top: 0.5, width: 0.5, height: 0.5 });
  zoom.fit(2, 1); // a square of a wide photo, its middle at first
  assert.deepEqual(zoom.seen, { left: 0.25, top: -0, width: 0.5, height: 1 });
  zoom.to(100);
  assert.equal(zoom.scale, 8);
});

test("a double-click enlarges where it was, and back", async () => {
  const box = await page.locator("#frame").boundingBox();
  const wide = () => page.$eval("#frame", ({ style }) => parseFloat(style.getPropertyValue("--wide")));
  await page.mouse.dblclick(box.x + 100, box.y + 80);
  assert.equal(await wide(), 250);
  await page.mouse.dblclick(box.x + 100, box.y + 80);
  assert.equal(await wide(), 100);
  await page.click("#closer");
  assert.ok((await wide()) > 140);
  await page.click("#fit");
  assert.equal(await wide(), 100);
});

test("several photos are shown in a strip and saved as one file", async () => {
  const small = await paint(90, 60, [["#5af", 0, 0, 90, 60], ["#253", 10, 30, 40, 30]]);
  await page.setInputFiles("#file", [
    { name: "one.jpg", mimeType: "image/jpeg", buffer: EXAMPLE },
    { name: "둘.png", mimeType: "image/png", buffer: small },
    { name: "둘.png", mimeType: "image/png", buffer: small },
    { name: "letter.jpg", mimeType: "image/jpeg", buffer: Buffer.from("Dear reader") },
  ]);
  await page.waitForFunction(() => document.getElementById("save").disabled);
  await drawn(page);
  assert.equal(await page.locator("#album button").count(), 4);
  await page.screenshot({ path: join(SCREENSHOTS, "album.png") });
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#save-all")]);
  assert.equal(download.suggestedFilename(), "cartoons.zip");
  const folder = mkdtempSync(join(tmpdir(), "cartoonizer-zip-"));
  const path = join(folder, "cartoons.zip");
  writeFileSync(path, readFileSync(await download.path()));
  // Python's own reader checks every checksum
  const said = execFileSync(PYTHON, ["-c", `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as file:
    assert file.testzip() is None
    print(*file.namelist(), sep="\\n")`, path], { env: { ...process.env, PYTHONIOENCODING: "utf-8" } });
  rmSync(folder, { recursive: true });
  assert.deepEqual(said.toString().trim().split("\n"),
    ["one-pepper.jpg", "둘-pepper.png", "둘-pepper (2).png"]);
  assert.match(await page.textContent("#trouble"), /letter/); // told, and the others saved

  await page.click("#album button:nth-child(2)");
  await page.waitForFunction(() => document.getElementById("save").disabled);
  await drawn(page);
  assert.equal((await save(page)).name, "둘-pepper.png");
  await choose(page, "alone.jpg", EXAMPLE, "image/jpeg");
  assert.equal(await page.isHidden("#album"), true);
  assert.equal(await page.isHidden("#save-all"), true);
});

test("checksums are those of every .zip", () => {
  assert.equal(crc32(Buffer.from("123456789")), 0xcbf43926);
});

test("a sample photo is drawn by a press", async () => {
  await page.click("[data-sample*=temple]");
  await page.waitForFunction(() => document.getElementById("save").disabled);
  await drawn(page);
  assert.equal((await save(page)).name, "temple-pepper.jpg");
});

test("photos that another app shares are opened", async () => {
  const visit = await stand.visit({}, { cores: 2 });
  await drawn(visit);
  await visit.waitForFunction(() => navigator.serviceWorker.controller !== null);
  const landed = await visit.evaluate(async (data) => {
    const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
    const body = new FormData();
    for (const name of ["from the gallery.jpg", "another.jpg"]) {
      body.append("photos", new File([bytes], name, { type: "image/jpeg" }));
    }
    return (await fetch("share", { method: "POST", body })).url; // as the system posts it
  }, EXAMPLE.toString("base64"));
  assert.match(landed, /\?shared$/);
  await visit.goto(landed);
  await drawn(visit);
  assert.equal(await visit.locator("#album button").count(), 2);
  assert.equal((await save(visit)).name, "from the gallery-pepper.jpg");
  assert.equal(new URL(visit.url()).search, "");
  await visit.reload(); // they were handed over once
  await drawn(visit);
  assert.match(await visit.textContent("#status"), /example/);
  const manifest = await (await fetch(new URL("manifest.webmanifest", stand.server.address))).json();
  assert.equal(manifest.share_target.params.files[0].name, "photos");
  assert.ok(manifest.file_handlers[0].accept["image/jpeg"]);
});

test("help opens and closes; the source is linked where the build knows it", async () => {
  await page.click("#help");
  assert.equal(await page.isVisible("#helping"), true);
  assert.match(await page.textContent("#helping"), /HEIC/);
  await page.screenshot({ path: join(SCREENSHOTS, "help.png") });
  await page.keyboard.press("Escape");
  assert.equal(await page.isVisible("#helping"), false);
  assert.equal(await page.isHidden("#source"), true);
  for (const link of ["LICENSE.txt", "NOTICE.txt"]) {
    assert.ok((await fetch(new URL(link, stand.server.address))).ok, link);
  }
  assert.deepEqual(page.errors, []);
});
