// The engine: LiteRT in a classic worker, so that the page never stands still. Bundled
// to one file without imports, because LiteRT loads its own parts by importScripts.

import { loadAndCompile, loadLiteRt, supportsFeature, Tensor } from "@litertjs/core";
import { knowsBrotli, unpack, UNPACKER } from "./brotli.js";
import { COLORS } from "./colors.js";
import { findFaces } from "./faces.js";
import { finish, Join, Whole } from "./joining.js";
import { fromOutput, range, toInput } from "./pixels.js";
import { resize } from "./resizing.js";
import { choose, rescale, shrink } from "./sizes.js";
import { widen } from "./widen.js";

const KEPT_MODELS = 2; // the one in use and the one before: switching back is instant
const LEAST_KEPT = 256; // pixels: smaller ones draw one style's card and are done
const KEPT_FILES = 3;
const models = new Map(); // url and size -> compiled model, the latest used last
const files = new Map(); // url -> promise of what it holds, the latest used last
let finder = null; // the network that finds faces
let options = null;
let waited = 0; // ms for models, which is no drawing

/** Starts LiteRT on one accelerator; it cannot be moved to another afterwards. */
async function open({ wasm, accelerator, threads, files: wanted }, tell) {
  const arrive = shareOut(wanted, (done) => tell({ stage: "start", done }));
  // The line is busy from the first moment: what fails now is told when it is needed.
  for (const { url, bytes } of wanted) {
    fetchFile(url, bytes, ({ done }) => arrive(url, done * bytes)).catch(() => {});
  }
  const name = await nameWasm(threads);
  const unpacker = knowsBrotli() ? null : fetch(`${wasm}${UNPACKER}`);
  const code = fetch(`${wasm}${name}.wasm-br`);
  for (const file of [unpacker, code]) file?.catch(() => {}); // told where it is awaited
  const failing = new Promise((_, reject) => {
    self.Module = {
      locateFile: (file) => wasm + file,
      // it calls everything an error
      printErr: (text) => (/^(INFO|WARNING):/.test(text) ? console.debug : console.error)(text),
      // it would wait for ever for what failed
      instantiateWasm: (...how) => void instantiate(code, arrive, unpacker, ...how).catch(reject),
    };
  });
  if (threads > 1) {
    // Its threads start as workers of their own, from its file, not from this one.
    self.Module.mainScriptUrlOrBlob = `${wasm}litert_wasm_threaded_internal.js`;
    // It starts as many as there are cores, and one thread more that a model asks for
    // is waited for without end.
    const pool = (threads - 1) * (KEPT_MODELS + 1);
    Object.defineProperty(navigator, "hardwareConcurrency", { value: pool });
  }
  if (accelerator === "wasm") {
    // LiteRT would take a GPU device all the same, and hold it.
    delete Object.getPrototypeOf(navigator).gpu;
  }
  const liteRt = await Promise.race([loadLiteRt(wasm, { threads: threads > 1 }), failing]);
  if (accelerator === "webgpu" && !liteRt.getWebGpuDevice()) {
    throw new Error("no GPU adapter");
  }
  options = {
    accelerator,
    ...(threads > 1 && { cpuOptions: { numThreads: threads } }),
    // Instance norms sum squares over the whole picture: too much for 16 bits.
    gpuOptions: { precision: "fp32" },
  };
  return name;
}

/**
 * How much has come of several files, as one share of them all.
 *
 * @param {object[]} files Those whose `bytes` are known.
 * @param {function} tell Gets the share, as soon as the size of the engine is known too.
 * @returns {function} Takes an address, how many bytes of it came, and of how many.
 */
function shareOut(files, tell) {
  const parts = new Map(files.map(({ url, bytes }) => [url, [0, bytes]]));
  let isEngine = false;
  return (url, got, all = parts.get(url)?.[1]) => {
    isEngine ||= !parts.has(url);
    parts.set(url, [got, all]);
    const [done, whole] = [...parts.values()].reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0]);
    if (isEngine && whole >= done) tell(done / whole);
  };
}

/** Which of its files LiteRT will ask for: it chooses by these. */
async function nameWasm(threads) {
  if (!(await supportsFeature("relaxedSimd"))) return "litert_wasm_compat_internal";
  return threads > 1 ? "litert_wasm_threaded_internal" : "litert_wasm_internal";
}

/** Compiles WebAssembly while it arrives, packed: not every host compresses it. */
async function instantiate(code, arrive, unpacker, imports, receive) {
  const response = await code;
  if (!response.ok) {
    throw new Error(`${response.url} cannot be loaded (${response.status})`);
  }
  const all = Number(response.headers.get("content-length")) || NaN;
  let got = 0;
  const counted = new TransformStream({
    transform(chunk, controller) {
      arrive(response.url, (got += chunk.length), all);
      controller.enqueue(chunk);
    },
  });
  const body = await unpack(response.body.pipeThrough(counted), unpacker);
  const headers = { "Content-Type": "application/wasm" };
  const { instance, module } = await WebAssembly.instantiateStreaming(
    new Response(body, { headers }), imports,
  );
  receive(instance, module);
}

/** A model, fetched and compiled unless it is there. */
async function load(choice, tell) {
  const url = `${choice.url} ${choice.size}`;
  const kept = models.get(url);
  if (kept) {
    models.delete(url);
    models.set(url, kept);
    return kept;
  }
  const isBrief = choice.size < LEAST_KEPT;
  const model = await compile(choice, tell, isBrief ? alone(options) : options);
  if (options.accelerator === "webgpu" && !isOnGpu(model)) {
    model.delete();
    throw new Error("the GPU cannot run every part of this model");
  }
  if (isBrief) return model;
  models.set(url, model);
  for (const [other, old] of models) {
    if (models.size <= KEPT_MODELS) break;
    old.delete();
    models.delete(other);
  }
  return model;
}

async function compile({ url, bytes, size, from, shapes }, tell, how) {
  const begun = performance.now();
  const file = await fetchFile(url, bytes, tell);
  const stored = from ? resize(file, shapes, from, size) : file;
  const data = how.accelerator === "wasm" ? widen(stored) : stored;
  const model = await loadAndCompile(data, how);
  waited += performance.now() - begun;
  return model;
}

/** LiteRT falls back to the CPU by itself where it must; the user shall know. */
function isOnGpu(model) {
  return model.options.accelerator === "webgpu" && model.isFullyAccelerated;
}

/** A file's bytes. The latest are kept: another size is made of the same. */
function fetchFile(url, bytes, tell) {
  const promise = files.get(url) ?? download(url, bytes, tell);
  files.delete(url);
  files.set(url, promise);
  promise.catch(() => files.delete(url));
  for (const other of files.keys()) {
    if (files.size <= KEPT_FILES) break;
    files.delete(other);
  }
  return promise;
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

/**
 * Draws RGBA levels of any size.
 *
 * @param {object} order
 * @param {object[]} order.models Of one style, the smallest first.
 * @param {object} [order.faces] The model that finds faces; without it none is looked for.
 * @param {"auto"|"style"|"photo"} order.color
 */
async function draw({ models: choices, faces: file, color, ...photo }, tell) {
  const begun = performance.now();
  waited = 0;
  const { faces, lack } = await look(photo, file);
  const longest = Math.max(photo.width, photo.height);
  const { first, second, again } = choose(longest, faces, choices.at(-1).size);
  const drawSmall = async (side) => {
    const small = shrink(photo, side);
    const drawn = await drawWhole(small, choices, tell);
    const cartoon = COLORS[color](drawn, small, rescale(faces, photo, small));
    const isWhole = small.width === photo.width && small.height === photo.height;
    return isWhole ? new Whole(cartoon, small) : new Join(small, cartoon, photo);
  };
  const coarse = await drawSmall(first);
  const fine = again.length ? await drawSmall(second) : null;
  const pixels = finish(photo, coarse, fine, again);
  const seconds = (performance.now() - begun - waited) / 1000;
  return { pixels, seconds, lack, faces: faces.length, size: Math.min(first, longest) };
}

/** Small networks gain nothing by threads. */
function alone(how) {
  return how.cpuOptions ? { ...how, cpuOptions: { numThreads: 1 } } : how;
}

/** Where faces cannot be looked for, a photo is drawn as one without. */
async function look(photo, file) {
  if (!file) return { faces: [] };
  try {
    // On the CPU always: it is small, and one of its answers counts as true or false.
    finder ??= await compile(file, () => {}, alone({ ...options, accelerator: "wasm" }));
    return { faces: await findFaces(photo, (input) => run(finder, input, 128)) };
  } catch (error) {
    return { faces: [], lack: String(error?.message ?? error) };
  }
}

/** A picture's cartoon at its own size, by the smallest model that holds it. */
async function drawWhole({ pixels, width, height }, choices, tell) {
  const model = choices.find(({ size }) => size >= Math.max(width, height));
  const compiled = await load(model, tell);
  tell({ stage: "draw" });
  const input = toInput(pixels, width, height, model.size);
  const [output] = await run(compiled, input, model.size);
  if (model.size < LEAST_KEPT) compiled.delete();
  check(input, output);
  return fromOutput(output, model.size, width, height);
}

/** A network's outputs for a square of a side. */
async function run(compiled, input, side) {
  const tensor = new Tensor(input, [1, side, side, 3]);
  let results = [];
  try {
    results = await compiled.run([tensor]);
    return await Promise.all(results.map((result) => result.data()));
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
