// How it looks and reads: screenshots to look at, both languages, small and large
// screens, dark and light, accessible.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { devices } from "playwright-core";
import { STRINGS as languages } from "../src/texts.js";
import { choose, drawn, SCREENSHOTS, Stand, turnedJpeg } from "./harness.mjs";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const stand = new Stand();
before(() => stand.begin());
after(() => stand.end());

const desktop = { viewport: { width: 1280, height: 800 } };
const phone = devices["Pixel 7"];
const small = devices["iPhone SE"];
const LOOKS = {
  "desktop-en": { ...desktop, locale: "en-GB" },
  "desktop-ko-dark": { ...desktop, locale: "ko-KR", colorScheme: "dark" },
  "large-en": { viewport: { width: 2560, height: 1440 }, locale: "en-GB" },
  "large-ko-dark": { viewport: { width: 2560, height: 1440 }, locale: "ko-KR", colorScheme: "dark" },
  "phone-en": { ...phone, locale: "en-US" },
  "phone-ko": { ...phone, locale: "ko-KR" },
  "phone-en-dark": { ...phone, locale: "en-US", colorScheme: "dark" },
  "small-ko": { ...small, defaultBrowserType: "chromium", locale: "ko-KR" },
  "landscape-en": { ...devices["Pixel 7 landscape"], locale: "en-US" },
};

for (const [name, options] of Object.entries(LOOKS)) {
  test(`${name}: all fits, reads in one language, and is accessible`, async () => {
    const page = await stand.visit(options);
    await drawn(page);
    await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
    await page.click("#running-details summary");
    await page.screenshot({ path: join(SCREENSHOTS, `${name}-all.png`), fullPage: true });

    const language = name.includes("-ko") ? "ko" : "en";
    assert.equal(await page.getAttribute("html", "lang"), language);
    const texts = await page.$$eval("[data-text]", (all) =>
      all.map((element) => [element.dataset.text, element.textContent]),
    );
    for (const [key, text] of texts) assert.equal(text, languages[language][key]);

    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= page.viewportSize().width, `it is ${wide} pixels wide`);

    const stage = await page.$eval("#stage", (element) => element.clientWidth);
    const { width: room } = page.viewportSize();
    assert.ok(stage >= (room > 1000 ? 0.6 : 0.5) * room, `the picture has ${stage} pixels`);

    const low = await page.$$eval("button:not([hidden]), select, .card, .switch label, .check", (all) =>
      all.filter((e) => e.offsetParent && e.getBoundingClientRect().height < 40)
        .map((e) => e.outerHTML),
    );
    assert.deepEqual(low, [], "too small for a finger");
    await choose(page, "mine.jpg", turnedJpeg(6), "image/jpeg");
    await page.screenshot({ path: join(SCREENSHOTS, `${name}-portrait.png`) });

    // The page's own policy lets no script in but its own: it is told to Chromium.
    const session = await page.context().newCDPSession(page);
    await session.send("Page.setBypassCSP", { enabled: true });
    await page.reload();
    await drawn(page);
    await page.click("#running-details summary");
    await page.addScriptTag({ path: axe });
    const { violations, passes } = await page.evaluate(() => axe.run());
    assert.ok(passes.length > 20, "it looked at the page");
    assert.deepEqual(
      violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
      [],
    );
    await page.click("#help"); // what opens is as accessible
    const opened = await page.evaluate(() => axe.run("#helping"));
    assert.deepEqual(opened.violations.map(({ id }) => id), []);
    await page.keyboard.press("Escape");
    await page.click("#cut");
    const cutting = await page.evaluate(() => axe.run(".left"));
    assert.deepEqual(cutting.violations.map(({ id }) => id), []);
    assert.deepEqual(page.errors, []);
  });
}

test("both languages say the same things with the same blanks", () => {
  const blanks = (text) => [...text.matchAll(/\{\w+\}/g)].map(([b]) => b).sort();
  const { en, ko } = languages;
  assert.deepEqual(Object.keys(ko), Object.keys(en));
  for (const key of Object.keys(en)) assert.deepEqual(blanks(ko[key]), blanks(en[key]), key);
  for (const [key, text] of Object.entries(ko)) {
    assert.ok(key === "other" || /[가-힣]|GPU/.test(text), key);
  }
});

test("the switch changes the language, and the next visit keeps it", async () => {
  const page = await stand.visit({ locale: "en-US" });
  await drawn(page);
  await page.click("#language");
  assert.equal(await page.textContent("#choose span"), "사진 고르기");
  assert.match(await page.textContent("#status"), /예시/);
  assert.match(await page.textContent(".card"), /페퍼/);
  await page.reload();
  await drawn(page);
  assert.equal(await page.getAttribute("html", "lang"), "ko");
});

test("all can be done by keyboard", async () => {
  const page = await stand.visit({ ...desktop });
  await drawn(page);
  const reached = [];
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press("Tab");
    const [id, hasRing] = await page.evaluate(() => {
      const element = document.activeElement;
      return [element.id || element.name || element.tagName, element.matches(":focus-visible")];
    });
    if (id === "BODY") break; // round
    assert.ok(hasRing, id);
    reached.push(id);
  }
  for (const id of ["language", "divider", "save", "choose", "camera", "style", "strength", "size", "color", "faces", "SUMMARY", "turn", "cut", "closer", "help"]) {
    assert.ok(reached.includes(id), `${id} is not reached: ${reached}`);
  }
  await page.focus("input[name=style]:checked");
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction(() => document.getElementById("save").disabled);
  await drawn(page);
  const styles = await page.$$eval("input[name=style]", (all) => all.map((r) => r.checked));
  assert.equal(styles.indexOf(true), 1);
});

test("Chromium would install it", async () => {
  const page = await stand.visit();
  await drawn(page);
  const session = await page.context().newCDPSession(page);
  const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
  // Playwright's pages are private windows, which install nothing: the one objection.
  const others = installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito");
  assert.deepEqual(others, []);
  const { errors, data } = await session.send("Page.getAppManifest");
  assert.deepEqual(errors, []);
  assert.equal(JSON.parse(data).display, "standalone");
});
