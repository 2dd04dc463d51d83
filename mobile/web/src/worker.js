// The engine: LiteRT in a classic worker, so that the page never stands still. Bundled
// to one file without imports, because LiteRT loads its own parts by importScripts.

import { loadAndCompile, loadLiteRt, Tensor } from "@litertjs/core";
import { fit, fromOutput, range, resize, toInput } from "./pixels.js";
import { widen } from "./widen.js";

const KEPT_MODELS = 2; // the one in use and the one before: switching back is instant
const models = new Map(); // url -> compiled model, the latest used last
let options = null;

/** Starts LiteRT on one accelerator; it cannot be moved to another afterwards. */
async function open({ wasm, accelerator, threads }) {
  self.Module = { locateFile: (file) => wasm + file };
  if (threads > 1) {
    // Its threads start as workers of their own, from its file, not from this one.
    self.Module.mainScriptUrlOrBlob = `${wasm}litert_wasm_threaded_internal.js`;
  }
  if (accelerator === "wasm") {
    // LiteRT would take a GPU device all the same, and hold it.
    Object.defineProperty(navigator, "gpu", { value: undefined });
  }
  const liteRt = await loadLiteRt(wasm, { threads: threads > 1 });
  if (accelerator === "webgpu" && !liteRt.getWebGpuDevice()) {
    throw new Error("no GPU adapter");
  }
  options = {
    accelerator,
    ...(threads > 1 && { cpuOptions: { numThreads: threads } }),
    // Instance norms sum squares over the whole picture: too much for 16 bits.
    gpuOptions: { precision: "fp32" },
  };
}

/** Fetches and compiles a model, unless it is there. */
async function load({ url, bytes }, tell) {
  const kept = models.get(url);
  if (kept) {
    models.delete(url);
    models.set(url, kept);
    return kept;
  }
  const isCpu = options.accelerator === "wasm";
  const stored = await download(url, bytes, tell);
  const data = isCpu ? widen(stored) : stored;
  const model = await loadAndCompile(data, options);
  if (options.accelerator === "webgpu" && !isOnGpu(model)) {
    model.delete();
    throw new Error("the GPU cannot run every part of this model");
  }
  models.set(url, model);
  for (const [other, old] of models) {
    if (models.size <= KEPT_MODELS) break;
    old.delete();
    models.delete(other);
  }
  return model;
}

/** LiteRT falls back to the CPU by itself where it must; the user shall know. */
function isOnGpu(model) {
  return model.options.accelerator === "webgpu" && model.isFullyAccelerated;
}

async function download(url, bytes, tell) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} cannot be loaded (${response.status})`);
  const data = new Uint8Array(bytes);
  const reader = response.body.getReader();
  let got = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (got + value.length > bytes) throw new Error(`${url} is not the file it was`);
    data.set(value, got);
    got += value.length;
    tell({ stage: "download", done: got / bytes });
  }
  if (got !== bytes) throw new Error(`${url} is not whole: ${got} of ${bytes} bytes`);
  return data;
}

/** Draws RGBA levels of any size; gives RGBA levels of that size, or of the model's. */
async function draw({ model, pixels, width, height, enlarge }, tell) {
  const side = model.size;
  const compiled = await load(model, tell);
  tell({ stage: "draw" });
  const begun = performance.now();
  const small = fit(width, height, side);
  const fitted = resize(pixels, width, height, small.width, small.height);
  const input = toInput(fitted, small.width, small.height, side);
  const output = await run(compiled, input, side);
  check(input, output);
  let cartoon = fromOutput(output, side, small.width, small.height);
  let size = small;
  if (enlarge && (small.width !== width || small.height !== height)) {
    cartoon = resize(cartoon, small.width, small.height, width, height);
    size = { width, height };
  }
  return { pixels: cartoon, ...size, seconds: (performance.now() - begun) / 1000 };
}

async function run(compiled, input, side) {
  const tensor = new Tensor(input, [1, side, side, 3]);
  let results = [];
  try {
    results = await compiled.run([tensor]);
    return await results[0].data();
  } finally {
    tensor.delete();
    for (const result of results) result.delete();
  }
}

/** Where memory runs out LiteRT gives zeros, without a word. */
function check(input, output) {
  const { least, most } = range(output);
  const photo = range(input);
  const isFlat = most - least < 1e-3 && photo.most - photo.least > 0.1;
  if (!Number.isFinite(least) || (least === 0 && most === 0) || isFlat) {
    throw new Error("the picture came out blank");
  }
}

const tasks = { open, draw };

self.onmessage = async ({ data: { id, task, message } }) => {
  try {
    const result = await tasks[task](message, (progress) =>
      self.postMessage({ id, progress }),
    );
    const moved = result?.pixels ? [result.pixels.buffer] : [];
    self.postMessage({ id, result }, moved);
  } catch (error) {
    self.postMessage({ id, error: String(error?.message ?? error) });
  }
};
