// LiteRT's WebAssembly comes packed, and is unpacked while it arrives.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { brotliDecompressSync, gzipSync } from "node:zlib";
import { drawn, Stand } from "./harness.mjs";

const stand = new Stand();
before(() => stand.begin());
after(() => stand.end());

test("LiteRT arrives packed by Brotli, and a file to unpack it where the browser cannot", async () => {
  const page = await stand.visit({ serviceWorkers: "block" });
  await drawn(page);
  const names = [...page.requested].map((url) => url.split("/").pop());
  assert.deepEqual(
    names.filter((name) => /\.wasm/.test(name)).sort(),
    ["brotli.wasm-gzip", "litert_wasm_internal.wasm-br"],
  );
  const kept = await page.evaluate(async () => {
    const { Cartoonizer } = await import("./cartoonizer.js");
    return (await Cartoonizer.open("./")).files(false);
  });
  assert.ok(kept.some((url) => url.endsWith("brotli.wasm-gzip")), kept.join());
  assert.deepEqual(page.errors, []);
});

test("a browser that unpacks Brotli by itself fetches nothing to do it", async () => {
  // Chromium cannot: here "brotli" is its gzip, and the files are packed so.
  const stub = `self.DecompressionStream = new Proxy(self.DecompressionStream, {
    construct: (Stream, [format]) => new Stream(format === "brotli" ? "gzip" : format),
  });`;
  const page = await stand.visit({ serviceWorkers: "block" });
  await drawn(page);
  const context = page.context();
  await context.addInitScript(stub);
  const from = (url) => join(stand.built.out, new URL(url).pathname);
  await context.route("**/worker.js", (route) => {
    const body = `${stub}\n${readFileSync(from(route.request().url()), "utf8")}`;
    route.fulfill({ body, contentType: "text/javascript" });
  });
  await context.route("**/*.wasm-br", (route) => {
    route.fulfill({ body: gzipSync(brotliDecompressSync(readFileSync(from(route.request().url())))) });
  });
  page.requested.clear();
  await page.reload();
  await drawn(page);
  assert.ok([...page.requested].some((url) => url.endsWith(".wasm-br")));
  assert.ok(![...page.requested].some((url) => url.endsWith("brotli.wasm-gzip")));
  assert.deepEqual(page.errors, []);
});

test("an engine that does not arrive whole, or nothing to unpack it, is told", async () => {
  for (const [pattern, cut] of [["**/*.wasm-br", true], ["**/brotli.wasm-gzip", false]]) {
    const page = await stand.visit({ serviceWorkers: "block" });
    await drawn(page);
    await page.context().route(pattern, (route) => {
      const file = join(stand.built.out, new URL(route.request().url()).pathname);
      if (cut) route.fulfill({ body: readFileSync(file).subarray(0, 900_000) });
      else route.fulfill({ status: 404 });
    });
    await page.reload();
    await page.waitForSelector("#trouble:not([hidden])");
    assert.match(await page.textContent("#trouble"), /could not be drawn/);
  }
});
