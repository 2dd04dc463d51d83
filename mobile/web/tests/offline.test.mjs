// After the first visit the page needs no network; on any host it gets its threads.

import assert from "node:assert/strict";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { serve } from "../server.mjs";
import { choose, drawn, EXAMPLE, Stand } from "./harness.mjs";

const stand = new Stand();
before(() => stand.begin());
after(() => stand.end());

const isolated = (page) => page.evaluate(() => crossOriginIsolated);
const keeps = (page) =>
  page.waitForFunction(() => document.getElementById("offline").textContent === "Works");

test("with the server shut down, every style is drawn at every size", async () => {
  const server = await serve(stand.built.out, { path: "/below/a/path/" });
  const page = await stand.visit({}, server);
  await drawn(page);
  await keeps(page);
  await server.close();
  await assert.rejects(fetch(server.address));

  await page.reload();
  await drawn(page);
  assert.equal(await isolated(page), true);
  await page.click("[data-sample*=temple]"); // the samples are there, and their small pictures
  await page.waitForFunction(() => document.getElementById("save").disabled);
  await drawn(page);
  const small = await page.$$eval(".samples img", (all) => all.map((img) => img.naturalWidth));
  assert.ok(small.every((width) => width > 0), small);
  await choose(page, "mine.jpg", EXAMPLE, "image/jpeg");
  const styles = await page.$$eval("input[name=style]", (all) => all.map((r) => r.value));
  assert.ok(styles.length >= 2);
  for (const style of styles) {
    for (const size of ["256", "512"]) {
      await page.check(`input[name=size][value="${size}"]`, { force: true });
      await page.check(`input[name=style][value=${style}]`, { force: true });
      await drawn(page);
    }
  }
  await keeps(page);
  assert.deepEqual(page.errors, []);
});

test("a host without COOP and COEP gets threads by the service worker", async () => {
  const page = await stand.visit();
  await drawn(page);
  const headers = await (await fetch(stand.server.address)).headers;
  assert.equal(headers.get("cross-origin-embedder-policy"), null);
  assert.equal(await isolated(page), true);
  await page.click("#running-details summary");
  assert.match(await page.textContent("#running"), /CPU, \d threads/);
});

test("without a service worker one thread draws", async () => {
  const page = await stand.visit({ serviceWorkers: "block" });
  await drawn(page);
  assert.equal(await isolated(page), false);
  await page.click("#running-details summary");
  assert.equal(await page.textContent("#running"), "CPU, 1 thread");
  assert.equal(await page.textContent("#offline"), "Not in this browser window");
  assert.deepEqual(page.errors, []);
});

test("a new version is offered, and taken when the visitor wants it", async () => {
  const page = await stand.visit();
  await drawn(page);
  await keeps(page);
  const path = join(stand.built.out, "style.css");
  const worker = join(stand.built.out, "sw.js");
  appendFileSync(path, "\n:root { --new: 1; }\n");
  const version = /"version":"(\w+)"/;
  writeFileSync(worker, readFileSync(worker, "utf8").replace(version, '"version":"new"'));

  await page.reload();
  await page.waitForSelector("#update:not([hidden])");
  const isNew = () =>
    page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--new"));
  assert.equal(await isNew(), "");
  await page.click("#reload");
  await page.waitForFunction(() =>
    getComputedStyle(document.documentElement).getPropertyValue("--new"));
  await drawn(page);
  const caches = await page.evaluate(() => caches.keys());
  assert.deepEqual(caches.sort(), ["kept", "shell-new"]);
});
