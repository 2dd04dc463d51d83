// What widening float16 weights is worth in WebAssembly, and int8 beside it: one
// thread, 256x256, turn by turn in one run, so that other work falls on all alike.
//
//   MODELS=saved_models GOLDENS=mobile/contract/goldens node mobile/web/bench.mjs

import { cpSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { serve } from "./server.mjs";
import { build, launch } from "./tests/harness.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROUNDS = 7;

const built = build();
cpSync(join(built.out, "worker.js"), join(built.out, "wide", "worker.js"));
await esbuild.build({
  entryPoints: [join(HERE, "src/worker.js")],
  bundle: true, format: "iife", outfile: join(built.out, "plain", "worker.js"),
  plugins: [{
    name: "leave float16 as it is",
    setup({ onLoad }) {
      onLoad({ filter: /widen\.js$/ }, () => ({ contents: "export const widen = (m) => m;" }));
    },
  }],
});
const server = await serve(built.out);
const browser = await launch();
try {
  const page = await (await browser.newContext({ serviceWorkers: "block" })).newPage();
  page.setDefaultTimeout(0);
  await page.goto(new URL("old.js", server.address).href);
  const seconds = await page.evaluate(async (rounds) => {
    const { Cartoonizer } = await import("./cartoonizer.js");
    const photo = new ImageData(256, 256);
    photo.data.forEach((_, i) => (photo.data[i] = (i * 7919) % 251));
    const table = await (await fetch("models.json")).json();
    const real = globalThis.Worker;
    const open = (path) => ({
      cartoonizer: new Cartoonizer(new URL("./", location.href), table, {
        engine: "cpu", threads: 1,
      }),
      Worker: class extends real {
        constructor() {
          super(new URL(path, location.href));
        }
      },
    });
    const runs = {
      "float16, as written": [open("plain/worker.js"), "float16"],
      "float16, widened": [open("wide/worker.js"), "float16"],
      int8: [open("wide/worker.js"), "int8"],
    };
    const times = {};
    for (let round = 0; round <= rounds; round++) {
      for (const [name, [{ cartoonizer, Worker }, variant]] of Object.entries(runs)) {
        globalThis.Worker = Worker; // which worker the class starts
        const style = cartoonizer.styles[0];
        await cartoonizer.draw(photo, { style, variant, size: 256, color: "style", faces: false });
        globalThis.Worker = real;
        if (round) (times[name] ??= []).push(cartoonizer.drawing.seconds); // the first one warms up
      }
    }
    return times;
  }, ROUNDS);
  const median = (all) => all.sort((a, b) => a - b)[all.length >> 1];
  const base = median(seconds["float16, widened"]);
  for (const [name, all] of Object.entries(seconds)) {
    console.log(`${name}: ${(median(all) / base).toFixed(2)} times (${median(all).toFixed(2)} s)`);
  }
} finally {
  await browser.close();
  await server.close();
  built.remove();
}
