// What the browser tests share: a built page, a server, Chromium.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { serve } from "../server.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const WEB = dirname(HERE);
export const ROOT = resolve(WEB, "../..");
export const GOLDENS = process.env.GOLDENS ?? join(ROOT, "mobile/contract/goldens");
export const LOOK = join(ROOT, "mobile/contract/look");
export const MODELS = process.env.MODELS ?? join(ROOT, "saved_models");
export const SCREENSHOTS = join(WEB, "screenshots");
export const EXAMPLE = readFileSync(join(WEB, "src/example.jpg"));

export const PATIENCE = Number(process.env.PATIENCE ?? 240_000); // ms; a drawing takes half a minute on a busy machine

const FLAGS = [
  "--no-sandbox", // root in a container
  "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];
export const NO_GPU = ["--disable-gpu"];
export const SOFTWARE_GPU = [
  "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan", "--use-vulkan=swiftshader",
];

/** Builds the page, once for a test file. */
export function build() {
  if (!existsSync(join(GOLDENS, "goldens.json"))) {
    throw new Error(`Goldens are missing: ${GOLDENS}; \`make test-web\` makes them`);
  }
  const out = mkdtempSync(join(tmpdir(), "cartoonizer-web-"));
  execFileSync(process.execPath, [
    join(WEB, "build.mjs"), "--models", MODELS, "--goldens", GOLDENS, "--out", out,
  ]);
  mkdirSync(SCREENSHOTS, { recursive: true });
  return { out, remove: () => rmSync(out, { recursive: true }) };
}

export function launch(flags = NO_GPU) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [...FLAGS, ...flags],
  });
}

/** A test file's own page, server and browser; `before` and `after` of its tests. */
export class Stand {
  constructor(flags) {
    this.flags = flags;
  }

  async begin() {
    this.built = build();
    this.server = await serve(this.built.out);
    this.browser = await launch(this.flags);
  }

  async end() {
    await this.browser?.close();
    await this.server?.close();
    this.built?.remove();
  }

  /** A visitor's page, drawn at the small size; `errors` holds what went wrong in it. */
  async visit(options = {}, { address = this.server.address, settings = {}, cores = 4 } = {}) {
    const context = await this.browser.newContext(options);
    context.setDefaultTimeout(PATIENCE);
    // Whether threads are worth a reload is decided by the cores, not by this machine's.
    await context.addInitScript((count) => {
      Object.defineProperty(navigator, "hardwareConcurrency", { get: () => count });
    }, cores);
    await context.addInitScript((kept) => {
      for (const [key, value] of Object.entries(kept)) {
        if (localStorage.getItem(key) === null) localStorage.setItem(key, value);
      }
    }, { size: "256", ...settings });
    const page = await context.newPage();
    page.errors = [];
    page.requested = new Set();
    page.on("pageerror", (error) => page.errors.push(error.message));
    page.on("request", (request) => page.requested.add(request.url()));
    await page.goto(address);
    return page;
  }
}

/** Waits until the page has drawn what it shows and is idle. */
export async function drawn(page) {
  await page.waitForFunction(
    () => {
      const trouble = document.getElementById("trouble");
      if (trouble?.hidden === false) throw new Error(trouble.textContent);
      return document.getElementById("save")?.disabled === false; // no page yet: wait
    },
    null,
    { polling: 100 },
  );
}

/** Chooses a file, and waits for its cartoon. */
export async function choose(page, name, buffer, mimeType) {
  await page.setInputFiles("#file", { name, mimeType, buffer });
  await page.waitForFunction(() => document.getElementById("save").disabled);
  await drawn(page);
}

/** Presses save; gives the file's name and content. */
export async function save(page) {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.click("#save"),
  ]);
  const path = await download.path();
  return { name: download.suggestedFilename(), data: readFileSync(path) };
}

/** A picture file's pixels, as the browser reads them. */
export async function decode(page, data) {
  const { width, height, text } = await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes]));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext("2d");
    context.drawImage(bitmap, 0, 0);
    const { data: pixels } = context.getImageData(0, 0, canvas.width, canvas.height);
    let binary = "";
    for (let i = 0; i < pixels.length; i += 32768) {
      binary += String.fromCharCode(...pixels.subarray(i, i + 32768));
    }
    return { width: canvas.width, height: canvas.height, text: btoa(binary) };
  }, data.toString("base64"));
  return { width, height, data: new Uint8ClampedArray(Buffer.from(text, "base64")) };
}

/** How far two pictures are apart: the most levels anywhere, and dB over all. */
export function compare(picture, golden) {
  if (picture.width !== golden.width || picture.height !== golden.height) {
    throw new Error(
      `The sizes differ: ${picture.width}x${picture.height}, ` +
        `${golden.width}x${golden.height}`,
    );
  }
  let levels = 0;
  let sum = 0;
  for (let i = 0; i < golden.data.length; i++) {
    if (i % 4 === 3) continue;
    const off = Math.abs(picture.data[i] - golden.data[i]);
    levels = Math.max(levels, off);
    sum += off * off;
  }
  const error = sum / ((golden.data.length / 4) * 3);
  return { levels, psnr: error ? 10 * Math.log10(255 ** 2 / error) : Infinity };
}

/** Whether a comparison is within a golden's tolerance. */
export function isNear({ levels, psnr }, tolerance) {
  return levels <= (tolerance.levels ?? Infinity) && psnr >= (tolerance.psnr ?? 0);
}

/** The example photo as a JPEG that its EXIF turns. */
export function turnedJpeg(orientation) {
  const exif = Buffer.from([
    0xff, 0xe1, 0, 34, ...Buffer.from("Exif\0\0"), ...Buffer.from("MM\0*\0\0\0\x08"),
    0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0,
  ]);
  return Buffer.concat([EXAMPLE.subarray(0, 2), exif, EXAMPLE.subarray(2)]);
}
