// What went wrong for visitors once, and must not again.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { serve } from "../server.mjs";
import { choose, drawn, EXAMPLE, NO_GPU, save, Stand } from "./harness.mjs";

const CAT = readFileSync(new URL("../src/samples/cat.jpg", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "cartoonizer-film-"));
const film = join(folder, "film.mjpeg");
writeFileSync(film, Buffer.concat(Array(30).fill(CAT)));
const stand = new Stand([
  ...NO_GPU, "--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${film}`,
]);
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const slow = []; // servers whose service worker is late

before(() => stand.begin());
after(async () => {
  for (const server of slow) await server.close();
  await stand.end();
  rmSync(folder, { recursive: true });
});

/** A server that holds back the service worker until it is told. */
async function serveSlowly() {
  let go;
  const gate = new Promise((done) => (go = done));
  const wait = (url) => (url.includes("sw.js") ? gate : null);
  const server = await serve(stand.built.out, { wait });
  slow.push(server);
  return { ...server, go };
}

const stay = (page) => page.evaluate(() => void (window.isSame = true));
const isSame = (page) => page.evaluate(() => window.isSame === true);
const controlled = (page) =>
  page.waitForFunction(() => navigator.serviceWorker.controller !== null);

/** Moves fingers over the page as Chromium's own input. */
async function swipe(page, ...paths) {
  const session = await page.context().newCDPSession(page);
  const at = (i) => paths.map((path, id) => ({ x: path[i][0], y: path[i][1], id }));
  await session.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: at(0) });
  for (let i = 1; i < paths[0].length; i++) {
    await session.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: at(i) });
  }
  await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
}

/** Points from one to another. */
const line = ([x, y], [toX, toY], steps = 8) =>
  Array.from({ length: steps + 1 }, (_, i) => [
    x + ((toX - x) * i) / steps, y + ((toY - y) * i) / steps,
  ]);

test("a photo that is being chosen during a slow first visit is not lost", async () => {
  const server = await serveSlowly();
  const page = await stand.visit({}, server);
  await stay(page);
  const [picker] = await Promise.all([
    page.waitForEvent("filechooser"),
    page.click("#choose"),
  ]);
  server.go(); // now the page could be loaded again, the picker being open
  await controlled(page);
  await page.waitForTimeout(500);
  assert.ok(await isSame(page));
  await picker.setFiles({ name: "mine.jpg", mimeType: "image/jpeg", buffer: EXAMPLE });
  await page.waitForFunction(() => !/example/.test(document.getElementById("status").textContent));
  await drawn(page);
  assert.equal((await save(page)).name, "mine-pepper.jpg");
  assert.ok(await isSame(page));
});

test("where threads gain little the page is not loaded again", async () => {
  const server = await serveSlowly();
  const page = await stand.visit({}, { address: server.address, cores: 2 });
  await stay(page);
  server.go();
  await drawn(page);
  await controlled(page);
  await page.waitForTimeout(500);
  assert.ok(await isSame(page));
  await page.reload();
  await drawn(page); // as before, whether or not it could have threads now
  assert.equal(await page.textContent("#running"), "CPU, 1 thread");
});

test("the camera that is opened while the page begins is shown, and has its threads", async () => {
  const server = await serveSlowly();
  const page = await stand.visit({ permissions: ["camera"] }, server);
  await stay(page);
  await page.click("#camera");
  assert.match(await page.textContent("#status"), /Opening the camera/);
  server.go();
  await page.waitForSelector("#shutter");
  assert.equal(await isSame(page), false);
  assert.equal(await page.evaluate(() => crossOriginIsolated), true);
  const ratio = () => page.$eval("#before", ({ width, height }) => width / height);
  // not the example, whose sides are as 4 to 3, not even before the first cartoon
  await page.waitForFunction(() => document.getElementById("before").width > 300);
  assert.ok(Math.abs((await ratio()) - 450 / 300) < 0.02, String(await ratio()));
  await page.waitForFunction(() => /\d+\.\d/.test(document.getElementById("status").textContent));
  assert.match(await page.textContent("#running"), /CPU, 4 threads/);
  assert.deepEqual(page.errors, []);
});

test("it is not said that nothing works offline before that is known", async () => {
  const server = await serveSlowly();
  const page = await stand.visit({}, { address: server.address, cores: 2 });
  await drawn(page);
  assert.equal(await page.textContent("#offline"), "Not yet");
  server.go();
  await page.waitForFunction(() => document.getElementById("offline").textContent === "Works");
});

test("two fingers enlarge the picture, one moves it then", async () => {
  const page = await stand.visit(phone, { cores: 2 });
  await drawn(page);
  const box = await page.locator("#frame").boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await swipe(page, line([x - 20, y], [x - 80, y]), line([x + 20, y], [x + 80, y]));
  const place = () => page.$eval("#frame", ({ style }) =>
    ["--left", "--wide"].map((name) => parseFloat(style.getPropertyValue(name))));
  const [left, wide] = await place();
  assert.ok(wide > 300 && wide < 500, `${wide}%`); // four times
  assert.equal(await page.evaluate(() => visualViewport.scale), 1); // the page stays
  await swipe(page, line([x, y], [x + 60, y]));
  const moved = await place();
  assert.ok(moved[0] > left + 5, `${left} ${moved}`);
  await page.click("#fit");
  assert.deepEqual(await place(), [0, 100]);
});

test("fingers enlarge a picture whose divider passes under one of them", async () => {
  const page = await stand.visit(phone, { cores: 2 });
  // The divider, which a new cartoon sends across, stops on its way.
  await page.evaluate(() => {
    const draw = window.requestAnimationFrame;
    const isUnderWay = () => Number(document.getElementById("divider").value) % 100 > 0;
    window.requestAnimationFrame = (f) => draw((time) => isUnderWay() || f(time));
  });
  await drawn(page);
  await page.waitForFunction(() => Number(document.getElementById("divider").value) % 100 > 0);
  const frame = await page.locator("#frame").boundingBox();
  const handle = await page.locator(".handle").boundingBox();
  const [x, y] = [handle.x + handle.width / 2, frame.y + frame.height / 2];
  const knob = await page.locator(".handle svg").boundingBox();
  const isGrip = await page.evaluate((points) => points.map((point) =>
    document.elementFromPoint(...point).closest(".handle") !== null,
  ), [[x, y], [knob.x + knob.width / 2, knob.y + knob.height / 2]]);
  assert.deepEqual(isGrip, [false, true]); // its line is none, its knob can be caught
  await swipe(page, line([x, y - 20], [x, y - 80]), line([x, y + 20], [x, y + 80]));
  const wide = await page.$eval("#frame", ({ style }) => style.getPropertyValue("--wide"));
  assert.ok(parseFloat(wide) > 300 && parseFloat(wide) < 500, wide);
});

test("scrolling over the picture moves the page, not the divider", async () => {
  const page = await stand.visit(phone, { cores: 2 });
  await drawn(page);
  await page.waitForTimeout(1200); // the cartoon is shown whole by then
  const box = await page.locator("#frame").boundingBox();
  const [x, y] = [box.x + box.width * 0.6, box.y + box.height * 0.7];
  await swipe(page, line([x, y], [x + 15, y - 150], 12));
  await page.waitForFunction(() => scrollY > 50);
  assert.equal(await page.inputValue("#divider"), "0");
});

test("labels on a narrow picture do not overlap", async () => {
  const page = await stand.visit({}, { cores: 2 });
  await drawn(page);
  const narrow = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(60, 600);
    canvas.getContext("2d").fillStyle = "#a84";
    canvas.getContext("2d").fillRect(10, 10, 40, 400);
    const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
    return btoa(String.fromCharCode(...bytes));
  });
  for (const [name, photo] of [["narrow", Buffer.from(narrow, "base64")], ["wide", EXAMPLE]]) {
    await choose(page, `${name}.png`, photo, "image/png");
    await page.waitForTimeout(1200);
    for (const percent of [0, 20, 50, 80, 100]) {
      await page.fill("#divider", String(percent));
      const boxes = await page.$$eval(".tag", (tags) =>
        tags.filter((tag) => getComputedStyle(tag).visibility === "visible")
          .map((tag) => tag.getBoundingClientRect().toJSON()));
      const frame = await page.locator("#frame").boundingBox();
      for (const box of boxes) {
        assert.ok(box.left >= frame.x && box.right <= frame.x + frame.width, name);
      }
      if (boxes.length === 2) assert.ok(boxes[0].right < boxes[1].left, name);
      if (name === "wide" && percent === 50) assert.equal(boxes.length, 2);
    }
  }
});

test("holding the picture shows the photo, letting go the cartoon", async () => {
  const page = await stand.visit({}, { cores: 2 });
  await drawn(page);
  await page.waitForTimeout(1200);
  const seen = () => page.$eval(".pane-after", (pane) => getComputedStyle(pane).visibility);
  assert.equal(await seen(), "visible");
  const box = await page.locator("#frame").boundingBox();
  await page.mouse.move(box.x + 200, box.y + 100);
  await page.mouse.down();
  await page.waitForFunction(() => document.querySelector(".is-peeking"));
  assert.equal(await seen(), "hidden");
  await page.mouse.up();
  assert.equal(await seen(), "visible");
  assert.equal(await page.inputValue("#divider"), "0");
});

test("a HEIC photo is told what to do with", async () => {
  const page = await stand.visit({}, { cores: 2 });
  await drawn(page);
  await page.setInputFiles("#file", {
    name: "IMG_1.HEIC", mimeType: "image/heic", buffer: Buffer.from("    ftypheic"),
  });
  await page.waitForSelector("#trouble:not([hidden])");
  assert.match(await page.textContent("#trouble"), /HEIC.*IMG_1.*Most Compatible/);
});

test("while the engine is still coming the page says how far", async () => {
  const page = await stand.visit({}, { address: "about:blank", cores: 2 });
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", {
    offline: false, latency: 50, downloadThroughput: 1e6, uploadThroughput: 1e6, // 8 Mbit/s
  });
  await page.addInitScript(() => {
    window.said = [];
    addEventListener("DOMContentLoaded", () => {
      const status = document.getElementById("status");
      new MutationObserver(() => window.said.push([status.textContent, document.getElementById("progress").hidden]))
        .observe(status, { childList: true });
    });
  });
  await page.goto(stand.server.address);
  await drawn(page);
  const said = await page.evaluate(() => window.said);
  const steps = said.filter(([text]) => /^Loading… \d+%/.test(text));
  assert.ok(steps.length >= 3, JSON.stringify(said));
  assert.ok(steps.every(([, isHidden]) => !isHidden), "with the bar");
  const percents = steps.map(([text]) => Number(/\d+/.exec(text)[0]));
  assert.deepEqual(percents, [...percents].sort((a, b) => a - b));
});

test("a file that is no photo takes nothing away, and is told where it is seen", async () => {
  const page = await stand.visit(phone, { cores: 2 });
  await drawn(page);
  const two = ["one.jpg", "two.jpg"].map((name) => ({ name, mimeType: "image/jpeg", buffer: EXAMPLE }));
  await page.setInputFiles("#file", two);
  await page.waitForFunction(() => document.getElementById("save").disabled);
  await drawn(page);
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await page.setInputFiles("#file", {
    name: "letter.txt", mimeType: "text/plain", buffer: Buffer.from("Dear reader"),
  });
  await page.waitForSelector("#trouble:not([hidden])");
  assert.ok(await page.$eval("#trouble", (e) => e.getBoundingClientRect().top >= 0), "in view");
  assert.equal(await page.locator("#album button").count(), 2);
  assert.equal(await page.getAttribute("#album button", "aria-current"), "true");
  await choose(page, "alone.jpg", EXAMPLE, "image/jpeg");
  await page.setInputFiles("#file", {
    name: "letter.txt", mimeType: "text/plain", buffer: Buffer.from("Dear reader"),
  });
  await page.waitForSelector("#trouble:not([hidden])");
  assert.equal(await page.isHidden("#save-all"), true);
});

test("of two photos opened in a row the last is shown, however long the first takes", async () => {
  const page = await stand.visit({}, { cores: 2 });
  await drawn(page);
  await page.evaluate(() => {
    const open = createImageBitmap;
    window.createImageBitmap = async (file, ...rest) => {
      if (file.name === "slow.jpg") await new Promise((done) => setTimeout(done, 1500));
      return open(file, ...rest);
    };
  });
  await page.setInputFiles("#file", { name: "slow.jpg", mimeType: "image/jpeg", buffer: EXAMPLE });
  await choose(page, "quick.jpg", CAT, "image/jpeg");
  await page.waitForTimeout(2000);
  await drawn(page);
  assert.equal((await save(page)).name, "quick-pepper.jpg");
});

test("saving all says how far it is, and is ended by the same button", async () => {
  const page = await stand.visit({}, { cores: 2 });
  await drawn(page);
  const many = Array.from({ length: 12 }, (_, i) => ({
    name: `${i}.jpg`, mimeType: "image/jpeg", buffer: EXAMPLE,
  }));
  await page.setInputFiles("#file", many);
  await page.waitForFunction(() => document.getElementById("save").disabled);
  await drawn(page);
  await page.click("#save-all");
  assert.equal(await page.textContent("#save-all span"), "Cancel");
  await page.waitForFunction(() => document.getElementById("progress").value > 0);
  assert.equal(await page.isVisible("#progress"), true);
  await page.click("#save-all");
  await page.waitForFunction(() => document.querySelector("#save-all span").textContent === "Save all");
  assert.equal(await page.isVisible("#progress"), false);
  assert.equal(await page.textContent("#trouble"), "");
});

test("cards of the photo before are pale until they are drawn again", async () => {
  const page = await stand.visit({}, { cores: 2 });
  await drawn(page);
  await page.waitForFunction(() =>
    [...document.querySelectorAll(".preview")].every((card) => card.dataset.of));
  const paleAtOnce = await page.evaluate(async (data) => {
    const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], "cat.jpg", { type: "image/jpeg" }));
    document.body.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: transfer }));
    while (!document.body.classList.contains("is-own")) await new Promise(requestAnimationFrame);
    return document.querySelectorAll(".preview.is-old").length;
  }, CAT.toString("base64"));
  assert.equal(paleAtOnce, 5);
  await page.waitForFunction(() => document.querySelectorAll(".preview.is-old").length === 0);
});
