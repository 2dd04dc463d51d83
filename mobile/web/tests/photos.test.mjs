// Photos come in by every way, upright and whole, and go out as files.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { isWide } from "../src/heic.js";
import {
  choose, compare, decode, drawn, EXAMPLE, PATIENCE, save, Stand, turnedJpeg,
} from "./harness.mjs";

const stand = new Stand();
let page;

before(async () => {
  await stand.begin();
  page = await stand.visit();
  await drawn(page);
});
after(() => stand.end());

/** Hands the page a file as a drop or a paste does. */
async function hand(kind, name, data, type) {
  await page.evaluate(
    ({ kind, name, data, type }) => {
      const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], name, { type }));
      const options = { bubbles: true, cancelable: true };
      const event =
        kind === "drop"
          ? new DragEvent("drop", { ...options, dataTransfer: transfer })
          : new ClipboardEvent("paste", { ...options, clipboardData: transfer });
      document.body.dispatchEvent(event);
    },
    { kind, name, data: data.toString("base64"), type },
  );
}

for (const kind of ["drop", "paste"]) {
  test(`a photo that comes by ${kind} is drawn and saved at its size`, async () => {
    await hand(kind, `by ${kind}.jpg`, EXAMPLE, "image/jpeg");
    await page.waitForFunction(() => document.getElementById("save").disabled);
    await drawn(page);
    const { name, data } = await save(page);
    assert.equal(name, `by ${kind}-pepper.jpg`);
    const photo = await decode(page, EXAMPLE);
    const cartoon = await decode(page, data);
    assert.deepEqual([cartoon.width, cartoon.height], [photo.width, photo.height]);
    assert.ok(compare(cartoon, photo).psnr < 35, "it is still the photo");
    assert.match(await page.textContent("#status"), /Saved as by/);
  });
}

test("a photo that its EXIF turns is drawn upright", async () => {
  await choose(page, "turned.jpg", turnedJpeg(6), "image/jpeg");
  const cartoon = await decode(page, (await save(page)).data);
  assert.deepEqual([cartoon.width, cartoon.height], [720, 960]);
  // the stored top left corner is now at the top right
  const before = await page.evaluate(() => {
    const canvas = document.getElementById("before");
    return [...canvas.getContext("2d").getImageData(717, 2, 1, 1).data];
  });
  const stored = await decode(page, EXAMPLE);
  for (let c = 0; c < 3; c++) {
    assert.ok(Math.abs(before[c] - stored.data[(2 * 960 + 2) * 4 + c]) < 12, before);
  }
});

// The example at 320x240, its turn stored as EXIF 6, by pillow-heif 1.8.1 (x265).
const HEIC = readFileSync(new URL("turned.heic", import.meta.url));

/** What lies on the stage, and how colourful it is. */
async function onStage(of) {
  const { width, height, data } = await of.$eval("#before", (canvas) => {
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
    return { width, height, data: [...data] };
  });
  let colour = 0;
  for (let i = 0; i < data.length; i += 4) {
    const levels = data.slice(i, i + 3);
    colour += Math.max(...levels) - Math.min(...levels);
  }
  return { width, height, data, colour: colour / (width * height) };
}

test("a HEIC photo is opened upright, by what is fetched with the first one", async () => {
  const own = await stand.visit({}, { cores: 2 });
  await drawn(own);
  await own.waitForFunction(() => document.getElementById("offline").textContent === "Works");
  const fetched = () => [...own.requested].filter((url) => /heic-/.test(url));
  assert.deepEqual(fetched(), [], "no visit pays for it before");
  // named wrongly, and without a type, as some desktops hand it over
  await choose(own, "holiday.photo", HEIC, "application/octet-stream");
  assert.ok(fetched().length > 0);
  const photo = await onStage(own);
  assert.deepEqual([photo.width, photo.height], [240, 320]);
  const jpeg = await own.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes]));
    const context = new OffscreenCanvas(240, 320).getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 0, 0, 240, 320);
    return [...context.getImageData(0, 0, 240, 320).data];
  }, turnedJpeg(6).toString("base64"));
  const { psnr } = compare({ ...photo }, { width: 240, height: 320, data: jpeg });
  assert.ok(psnr > 28, `${psnr} dB`);
  assert.equal((await save(own)).name, "holiday-pepper.jpg");

  // the same levels as Display P3's are more colourful ones of sRGB
  const wide = Buffer.from(HEIC);
  wide[wide.indexOf("nclx") + 5] = 12;
  await own.context().setOffline(true); // what opens it is kept by now
  await choose(own, "wide.heic", wide, "image/heic");
  const { colour } = await onStage(own);
  assert.ok(colour > photo.colour * 1.03, `${photo.colour} ${colour}`);
  assert.deepEqual(own.errors, []);
  await own.context().close();
});

test("what opens HEIC is shipped as it was, with its licence", async () => {
  const table = await (await fetch(new URL("app.js", stand.server.address))).text();
  const folder = /heic-[\d.]+\//.exec(table)[0];
  for (const name of ["libheif.js", "libheif.wasm", "LICENSE"]) {
    const shipped = await fetch(new URL(folder + name.replace(/^LICENSE$/, "LICENSE.txt"), stand.server.address));
    const path = new URL(`../node_modules/libheif-js/libheif-wasm/${name}`, import.meta.url);
    assert.ok(readFileSync(path).equals(Buffer.from(await shipped.arrayBuffer())), name);
  }
  const worker = await fetch(new URL(`${folder}LICENSE.txt`, stand.server.address));
  const text = await worker.text();
  assert.match(text, /GNU LESSER GENERAL PUBLIC LICENSE/);
  assert.match(text, /GNU GENERAL PUBLIC LICENSE/);
});

test("colours are Display P3's where a file says so, by a profile or a number", () => {
  const box = (kind, content) => {
    const size = Buffer.alloc(4);
    size.writeUInt32BE(12 + content.length);
    const bytes = Buffer.concat([Buffer.from("____"), size, Buffer.from(`colr${kind}`), content, Buffer.alloc(9)]);
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  };
  const utf16 = Buffer.from("Display P3", "utf16le").swap16();
  assert.equal(isWide(box("prof", Buffer.concat([Buffer.alloc(130), utf16]))), true);
  assert.equal(isWide(box("prof", Buffer.from("sRGB IEC61966-2.1"))), false);
  assert.equal(isWide(box("nclx", Buffer.from([0, 12, 0, 13, 0, 6, 0x80]))), true);
  assert.equal(isWide(box("nclx", Buffer.from([0, 1, 0, 13, 0, 6, 0x80]))), false);
});

test("several HEIC photos that are dropped without a type are all taken", async () => {
  const count = await page.evaluate((base64) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const transfer = new DataTransfer();
    for (const name of ["a.HEIC", "b.heif"]) transfer.items.add(new File([bytes], name));
    document.body.dispatchEvent(
      new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: transfer }));
    return document.querySelectorAll("#album button").length;
  }, HEIC.toString("base64"));
  assert.equal(count, 2);
  await page.waitForFunction(() => document.getElementById("before").width === 240);
  await drawn(page);
});

test("the saved file carries nothing of the photo's own data", async () => {
  await choose(page, "turned.jpg", turnedJpeg(1), "image/jpeg");
  const { data } = await save(page);
  assert.equal(data.indexOf("Exif"), -1);
});

test("strength blends photo and cartoon", async () => {
  const png = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(90, 67);
    const context = canvas.getContext("2d");
    const colours = context.createLinearGradient(0, 0, 90, 67);
    ["#124", "#e83", "#5c6", "#fff"].forEach((c, i) => colours.addColorStop(i / 3, c));
    context.fillStyle = colours;
    context.fillRect(0, 0, 90, 67);
    const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
    return btoa(String.fromCharCode(...bytes));
  });
  const file = Buffer.from(png, "base64");
  await choose(page, "colours.png", file, "image/png");
  const at = {};
  for (const percent of [0, 50, 100]) {
    await page.fill("#strength", String(percent));
    assert.equal(await page.textContent("#strength-said"), `${percent}%`);
    at[percent] = await decode(page, (await save(page)).data);
  }
  const photo = await decode(page, file);
  assert.equal(compare(at[0], photo).levels, 0);
  assert.ok(compare(at[100], photo).levels > 5);
  const data = photo.data.map((level, i) => (level + at[100].data[i]) / 2);
  assert.ok(compare(at[50], { ...photo, data }).levels <= 1);
});

test("a photo that is too large is shrunk, and the page says so", async () => {
  const large = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(5120, 1000);
    canvas.getContext("2d").fillStyle = "#8ac";
    canvas.getContext("2d").fillRect(1000, 200, 2000, 500);
    const blob = await canvas.convertToBlob({ type: "image/jpeg" });
    const bytes = new Uint8Array(await blob.arrayBuffer());
    let text = "";
    for (const byte of bytes) text += String.fromCharCode(byte);
    return btoa(text);
  });
  await choose(page, "large.jpg", Buffer.from(large, "base64"), "image/jpeg");
  assert.match(await page.textContent("#status"), /5120×1000.*2560×500/);
  const cartoon = await decode(page, (await save(page)).data);
  assert.deepEqual([cartoon.width, cartoon.height], [2560, 500]);
});

test("a file that is no photo is refused in one line, and the last one stays", async () => {
  await page.setInputFiles("#file", {
    name: "letter.jpg", mimeType: "image/jpeg", buffer: Buffer.from("Dear reader"),
  });
  await page.waitForSelector("#trouble:not([hidden])");
  assert.equal(
    await page.textContent("#trouble"),
    "This file is no photo that this browser can open: letter.jpg",
  );
  assert.equal(await page.isDisabled("#save"), false);
  await choose(page, "good.jpg", EXAMPLE, "image/jpeg");
  assert.equal(await page.isHidden("#trouble"), true);
});

test("of many wishes in a row the last is fulfilled", async () => {
  const styles = await page.$$eval("input[name=style]", (all) => all.map((r) => r.value));
  for (const style of [...styles, ...styles].reverse()) {
    await page.check(`input[name=style][value=${style}]`, { force: true });
  }
  await drawn(page);
  const { name } = await save(page);
  assert.equal(name, `good-${styles[0]}.jpg`);
});

test("the divider rests at the edge; it follows its handle and keys", async () => {
  await choose(page, "good.jpg", EXAMPLE, "image/jpeg");
  await page.waitForFunction(() => document.getElementById("divider").value === "0");
  const cut = () =>
    page.$eval("#frame", (frame) => parseFloat(frame.style.getPropertyValue("--cut")));
  assert.equal(await cut(), 0);
  const box = await page.locator("#frame").boundingBox();
  const knob = await page.locator(".handle svg").boundingBox();
  assert.ok(knob.x >= box.x && knob.y > box.y + box.height / 2, "within, below faces");
  await page.mouse.click(box.x + box.width * 0.25, box.y + box.height / 2);
  assert.equal(await cut(), 0); // a click is no pull
  await page.mouse.move(knob.x + knob.width / 2, knob.y + knob.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.25, knob.y, { steps: 4 });
  await page.mouse.up();
  assert.ok(Math.abs((await cut()) - 25) < 1);
  await page.focus("#divider");
  await page.keyboard.press("ArrowRight");
  assert.ok(Math.abs((await cut()) - 26) < 1);
  await page.keyboard.press("End");
  assert.equal(await cut(), 100);
  await page.keyboard.press("Home");
});

test("the cartoon is shared where the browser can share", async () => {
  // Headless Chromium has no share sheet: this stands in for it alone.
  const sharing = await stand.visit();
  await sharing.addInitScript(() => {
    navigator.canShare = ({ files }) => files.every((file) => file.type === "image/png");
    navigator.share = async ({ files }) => void (window.shared = files[0]);
  });
  await drawn(sharing); // by then the page's own reload, for threads, is over
  await sharing.reload();
  await drawn(sharing);
  await sharing.click("#share");
  await sharing.waitForFunction(() => window.shared, null, { timeout: PATIENCE });
  const [name, size] = await sharing.evaluate(() => [shared.name, shared.size]);
  assert.equal(name, "example-pepper.jpg");
  assert.ok(size > 10_000);
  assert.equal(await sharing.textContent("#status"), "Shared");
});

test("nothing goes to another host, and the browser would refuse it", async () => {
  for (const url of page.requested) {
    assert.ok(url.startsWith(stand.server.address) || /^(blob|data):/.test(url), url);
  }
  const refused = await page.evaluate(() =>
    fetch("http://127.0.0.2:9/").then(() => "answered", (error) => error.name),
  );
  assert.equal(refused, "TypeError");
  const said = await page.evaluate(
    () => new Promise((done) => {
      document.addEventListener("securitypolicyviolation", (e) => done(e.violatedDirective));
      fetch("http://127.0.0.2:9/").catch(() => {});
    }),
  );
  assert.equal(said, "connect-src");
  assert.deepEqual(page.errors, []);
});
