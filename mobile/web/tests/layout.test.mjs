// Where things are: what a walk through the page by eye found at the sizes of phones,
// tablets and desktops, and must not be again.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { choose, drawn, EXAMPLE, SCREENSHOTS, Stand, turnedJpeg } from "./harness.mjs";

const stand = new Stand();
before(() => stand.begin());
after(() => stand.end());

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
const across = { ...phone, viewport: { width: 844, height: 390 } };
const tablet = { ...phone, viewport: { width: 768, height: 1024 } };
const laptop = { viewport: { width: 1366, height: 768 } };
const desktop = { viewport: { width: 2560, height: 1440 } };
const tall = { name: "tall.jpg", mimeType: "image/jpeg", buffer: turnedJpeg(6) };
const wide = { name: "wide.jpg", mimeType: "image/jpeg", buffer: EXAMPLE };

async function visit(options) {
  const page = await stand.visit(options, { cores: 2 });
  await drawn(page);
  return page;
}

async function open(page, files) {
  await page.setInputFiles("#file", files);
  await page.waitForFunction(() => document.getElementById("save").disabled);
  await drawn(page);
}

/** What is seen of an element: its box in the window. */
const box = (page, selector) =>
  page.$eval(selector, (element) => element.getBoundingClientRect().toJSON());

for (const [name, options] of Object.entries({ laptop, desktop })) {
  test(`${name}: picture, strip and buttons are seen together, also while cropping`, async () => {
    const page = await visit(options);
    const { height } = options.viewport;
    const least = await box(page, "#stage");
    await open(page, [tall, wide]);
    for (const id of ["#save", "#save-all", "#copy", "#turn", "#album", "#stage"]) {
      const { top, bottom } = await box(page, id);
      assert.ok(top >= 0 && bottom <= height, `${id}: ${top} to ${bottom}`);
    }
    assert.equal(await page.evaluate(() => scrollY), 0);
    await page.$eval("#cut", (button) => button.click());
    await page.selectOption("#cut-ratio", "1:1");
    for (const id of ["#stage", "#cut-done", "#closer"]) {
      const { top, bottom } = await box(page, id);
      assert.ok(top >= 0 && bottom <= height, `cropping, ${id}: ${top} to ${bottom}`);
    }
    assert.equal(await page.isVisible("#save"), false); // it would save the whole
    await page.click("#cut-away");
    // A photo of another shape does not move the buttons.
    await choose(page, "tall.jpg", tall.buffer, "image/jpeg");
    const { top } = await box(page, "#save");
    await choose(page, "wide.jpg", EXAMPLE, "image/jpeg");
    assert.equal((await box(page, "#save")).top, top);
    assert.ok(least.height > height / 2);
  });
}

test("a phone held across: words and buttons do not overlap, and all are reached", async () => {
  const page = await visit(across);
  const clear = async () => {
    const words = await page.evaluate(() => {
      const range = document.createRange();
      range.selectNodeContents(document.getElementById("status"));
      return range.getBoundingClientRect().toJSON();
    });
    const tools = await box(page, ".tools");
    const isApart = words.bottom <= tools.top || words.right <= tools.left;
    assert.ok(isApart, JSON.stringify([words, tools]));
    assert.ok(words.height < 40, `${words.height} pixels of words`);
  };
  await clear();
  assert.ok((await box(page, "#save")).bottom <= 390);
  await open(page, [tall, wide]);
  await clear();
  const [stage, save] = [await box(page, "#stage"), await box(page, "#save-all")];
  assert.ok(save.bottom - stage.top <= 390 && stage.height > 120);
  await page.screenshot({ path: join(SCREENSHOTS, "across.png") });
  // Help is read from its beginning.
  await page.click("#help");
  assert.equal(await page.$eval("#helping", (dialog) => dialog.scrollTop), 0);
  assert.equal(await page.evaluate(() => document.activeElement.id), "helping-title");
});

test("a phone: styles are seen below a tall photo, and the picture beside what is set", async () => {
  const page = await visit(phone);
  await open(page, [tall, wide]);
  const bar = await box(page, ".results");
  const card = await box(page, ".card");
  assert.ok(card.bottom <= bar.top, `${card.bottom} below ${bar.top}`);
  // The strip stays below the finger.
  const strip = await box(page, "#album");
  await page.click("#album button:nth-child(2)");
  await page.waitForFunction(() => document.getElementById("save").disabled);
  await drawn(page);
  assert.equal((await box(page, "#album")).top, strip.top);
  // The picture is seen while its strength is set.
  await page.$eval("#strength", (range) => range.scrollIntoView({ block: "end" }));
  const [frame, strength] = [await box(page, "#frame"), await box(page, "#strength")];
  assert.ok(frame.top >= 0 && frame.bottom <= strength.top, JSON.stringify([frame, strength]));
  assert.ok(strength.bottom <= bar.top);
  await page.screenshot({ path: join(SCREENSHOTS, "phone-strength.png") });
  // What is reached by keyboard, upwards, is not behind it.
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await page.focus("#faces");
  for (let i = 0; i < 6; i++) {
    await page.keyboard.press("Shift+Tab");
    const [id, top, edge] = await page.evaluate(() => {
      const { activeElement } = document;
      const stage = document.getElementById("stage").getBoundingClientRect();
      const shown = activeElement.closest("label") ?? activeElement;
      const isBelow = activeElement.closest(".right");
      return [activeElement.id || activeElement.value, shown.getBoundingClientRect().top,
        isBelow ? stage.bottom : 0];
    });
    assert.ok(top >= edge - 1, `${id} at ${top}, the picture to ${edge}`);
  }
});

test("letters twice as large: nothing overflows, no bar over half of the page", async () => {
  const page = await stand.visit(phone, { cores: 2 });
  const session = await page.context().newCDPSession(page);
  await session.send("Page.enable");
  await session.send("Page.setFontSizes", { fontSizes: { standard: 32, fixed: 26 } });
  await page.reload();
  await drawn(page);
  assert.equal(await page.$eval("html", (e) => getComputedStyle(e).fontSize), "32px");
  await open(page, [tall, wide]);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= 390, `it is ${width} pixels wide`);
  const shown = await page.$$eval("button, label, summary, a", (all) =>
    all.filter((e) => e.checkVisibility() && !e.closest(".skip, .cards, .hidden, .album"))
      .map((e) => [e.textContent.trim(), e.getBoundingClientRect().right]));
  assert.deepEqual(shown.filter(([, right]) => right > 390), []);
  const position = await page.$eval(".results", (e) => getComputedStyle(e).position);
  assert.notEqual(position, "fixed");
});

for (const [name, options] of Object.entries({ phone, across, tablet })) {
  test(`${name}: all that is pressed has 44 pixels`, async () => {
    const page = await visit(options);
    await open(page, [tall, wide]);
    for (const id of ["#saving", "#running-details"]) await page.$eval(id, (e) => (e.open = true));
    const all = "button, select, .card, .switch label, .check, summary, a:not(.skip), input[type=range]:not(#divider)";
    const small = await page.$$eval(all, (found) =>
      found.filter((e) => e.checkVisibility())
        .map((e) => [e.id || e.textContent.trim(), e.getBoundingClientRect()])
        .filter(([, { width, height }]) => width < 44 || height < 44)
        .map(([what, { width, height }]) => `${what} ${width}x${height}`));
    assert.deepEqual(small, []);
  });
}

test("a button tells that it is done, in its own place", async () => {
  const page = await visit(phone);
  await open(page, [tall, wide]);
  const before = await box(page, ".results");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#save")]);
  await download.path();
  await page.waitForFunction(() => document.querySelector("#save span").textContent === "Saved");
  assert.deepEqual(await box(page, ".results"), before); // nothing moves for it
  await page.waitForFunction(() => document.querySelector("#save span").textContent === "Save");
  assert.deepEqual(await box(page, ".results"), before);
});

test("the handle is whole on a picture that is lower than it", async () => {
  const page = await visit(phone);
  const low = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(900, 90);
    canvas.getContext("2d").fillRect(10, 10, 400, 40);
    const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
    return btoa(String.fromCharCode(...bytes));
  });
  await page.waitForFunction(() => document.querySelector(".preview").dataset.of); // the sample's
  await choose(page, "low.png", Buffer.from(low, "base64"), "image/png");
  const [frame, handle] = [await box(page, "#frame"), await box(page, ".handle svg")];
  assert.ok(frame.height < 40);
  const middle = ({ top, bottom }) => (top + bottom) / 2;
  assert.ok(Math.abs(middle(frame) - middle(handle)) < 2, JSON.stringify([frame, handle]));
  // and the cards show a part of it that can be seen
  await page.waitForFunction(() => {
    const { dataset, classList } = document.querySelector(".preview");
    return dataset.of && !classList.contains("is-old");
  });
  const sides = await page.$eval(".preview", ({ width, height }) => [width, height]);
  assert.deepEqual(sides, [128, 64]);
});
