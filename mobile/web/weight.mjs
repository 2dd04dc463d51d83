// What a first visit costs: how many bytes, and how long until the first cartoon, on a
// line of 10 Mbit/s and 40 ms, with a host that compresses text, as GitHub Pages does.
//
// FILES=1 also lists what came before the first cartoon.
//
//   MODELS=saved_models GOLDENS=mobile/contract/goldens node mobile/web/weight.mjs

import { readdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { build, launch } from "./tests/harness.mjs";

const RATE = 10e6 / 8; // bytes a second, all answers together
const DELAY = 40; // ms before each answer
const PIECE = 8192;
const ROUNDS = Number(process.env.ROUNDS ?? 3);
const TEXT = [".html", ".js", ".css", ".json", ".svg", ".webmanifest"];
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css",
  ".json": "application/json", ".svg": "image/svg+xml", ".jpg": "image/jpeg",
  ".webmanifest": "application/manifest+json" };

const built = build();
let sent = 0;
let free = 0; // when the line is
let last = 0; // when something was sent last
const listed = new Map(); // path -> bytes

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

async function send(request, response) {
  const path = new URL(request.url, "http://localhost").pathname.replace(/\/$/, "/index.html");
  const file = join(built.out, path);
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return response.writeHead(404).end();
  await sleep(DELAY);
  const ending = extname(file);
  const tag = `"${statSync(file).mtimeMs}"`;
  // as GitHub Pages: kept for ten minutes
  const headers = { "Content-Type": TYPES[ending] ?? "application/octet-stream", ETag: tag,
    "Cache-Control": "max-age=600" };
  if (request.headers["if-none-match"] === tag) return response.writeHead(304, headers).end();
  const isText = TEXT.includes(ending);
  const data = isText ? gzipSync(readFileSync(file)) : readFileSync(file);
  response.writeHead(200, {
    ...headers, "Content-Length": data.length, ...(isText && { "Content-Encoding": "gzip" }),
  });
  for (let at = 0; at < data.length; at += PIECE) {
    const piece = data.subarray(at, at + PIECE);
    const now = performance.now();
    free = Math.max(free, now) + (piece.length / RATE) * 1000;
    await sleep(free - now);
    if (response.destroyed) return;
    response.write(piece);
    sent += piece.length;
    listed.set(path, (listed.get(path) ?? 0) + piece.length);
    last = performance.now();
  }
  response.end();
}

const server = createServer(send);
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const address = `http://localhost:${server.address().port}/`;
try {
  for (const cores of [2, 4]) {
    for (let round = 0; round < ROUNDS; round++) {
      const browser = await launch();
      const context = await browser.newContext();
      await context.addInitScript((count) => {
        Object.defineProperty(navigator, "hardwareConcurrency", { get: () => count });
      }, cores);
      const page = await context.newPage();
      page.setDefaultTimeout(120_000);
      sent = 0;
      listed.clear();
      await sleep(1500); // the browser before is gone by then
      const before = cpuSeconds();
      const begun = performance.now();
      await page.goto(address, { waitUntil: "commit" });
      const first = await drawn(page, () => document.querySelector(".has-cartoon"));
      const seconds = (performance.now() - begun) / 1000;
      const bytes = sent;
      const line = (last - begun) / 1000;
      const files = [...listed].map(([path, size]) => `  ${size} ${path}`).join("\n");
      const computed = cpuSeconds() - before;
      await drawn(page, () => document.getElementById("offline")?.textContent === "Works");
      console.log(
        `${cores} cores, ${first}: first cartoon after ${seconds.toFixed(1)} s, ` +
          `its ${(bytes / 1e6).toFixed(1)} MB after ${line.toFixed(1)} s, ` +
          `${computed.toFixed(1)} s of processors' time; all kept after ${(sent / 1e6).toFixed(1)} MB`,
      );
      if (process.env.FILES) console.log(files);
      await browser.close();
    }
  }
} finally {
  server.close();
  built.remove();
}

/** Waits for what a page shall show, also where it is loaded once more; gives its engine. */
async function drawn(page, condition) {
  for (;;) {
    try {
      await page.waitForFunction(condition, null, { polling: 50 });
      return await page.evaluate(() => document.getElementById("running").textContent);
    } catch (error) {
      if (!/context was destroyed|navigat/i.test(error.message)) throw error;
    }
  }
}

/** What Chromium's processes have computed so far: on a busy machine the honest figure. */
function cpuSeconds() {
  let ticks = 0;
  for (const id of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const text = readFileSync(`/proc/${id}/stat`, "utf8");
      if (!/\(chrom/.test(text)) continue;
      const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
      ticks += Number(fields[11]) + Number(fields[12]);
    } catch {
      // it ended meanwhile
    }
  }
  return ticks / 100;
}
