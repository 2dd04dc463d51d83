// The shipped models as the page needs them: found by their model.json, checked, named
// by their hash.

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";

const FORMAT = 1;
const ORDER = ["pepper", "paprika", "hayao", "hosoda", "shinkai"]; // others follow by name
const SIZES = [256, 512];
export const VARIANT = "float16"; // nearest to the trained network, on CPU and GPU
// For the camera: it computes in int8, 1.5 to 2.5 times as fast in WebAssembly. A style
// whose int8 file was marked low-fidelity is drawn live by the other.
export const LIVE = "int8";
const LIVE_SIZE = 256;
const MOST_WORDS = 1000; // models that differ in more are no two sizes of one network
/** The side that the styles' small pictures are drawn at: half of the file's. */
export const CARD_SIZE = 128;

/**
 * All styles of a folder whose models of both sizes are there.
 *
 * @param {string} folder Such as saved_models: a folder for each style, an output of
 *   `python -m cartoongan_tf.export`.
 */
export function findStyles(folder) {
  const styles = new Map();
  for (const path of findContracts(folder)) {
    const contract = readContract(path);
    const name = relative(folder, path).split(sep)[0];
    const models = styles.get(name)?.models ?? [];
    for (const entry of contract.models) {
      const side = entry.input.shape[1];
      const { variant, file } = entry;
      const isOurs = variant === VARIANT && SIZES.includes(side);
      const isLive = variant === LIVE && side === LIVE_SIZE && !/low-fidelity/.test(file);
      if ((!isOurs && !isLive) || !file.endsWith(".tflite")) continue;
      checkShape(path, entry);
      const model = { ...readModel(path, entry), variant, size: side };
      // a style's own model.json and that of its tflite/ may name the same file
      if (!models.some(({ url }) => url === model.url)) models.push(model);
    }
    if (models.length) styles.set(name, { name, licence: contract.licence, models });
  }
  for (const { name, models } of styles.values()) {
    const has = (size) => models.some((m) => m.size === size && m.variant === VARIANT);
    const missing = SIZES.filter((size) => !has(size));
    if (missing.length) {
      throw new Error(
        `A style needs a ${VARIANT} .tflite of ${SIZES.join(" and ")} pixels. ` +
          `Received: ${join(folder, name)} without ${missing.join(", ")}`,
      );
    }
  }
  if (!styles.size) {
    throw new Error(
      `There are no models in ${folder}/. Export some: \`python -m cartoongan_tf.export ` +
        `--style paprika --tflite --quantize float16 int8 --image-size 256 512 --out ` +
        `${folder}/paprika\`, or name another folder: make web MODELS=DIR`,
    );
  }
  for (const style of styles.values()) style.models = share(style.models);
  const place = ({ name }) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  return [...styles.values()].sort(
    (a, b) => place(a) - place(b) || a.name.localeCompare(b.name),
  );
}

function findContracts(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => basename(path) === "model.json")
    .filter((path) => path.split(sep).every((part) => !part.startsWith(".")))
    .sort()
    .map((path) => join(folder, path));
}

function readContract(path) {
  const contract = JSON.parse(readFileSync(path, "utf8"));
  if (contract.format !== FORMAT) {
    throw new Error(`model.json must be of format ${FORMAT}. Received: ${path}`);
  }
  return contract;
}

function checkShape(path, { file, input, output }) {
  for (const { dtype, shape, layout, channels, range } of [input, output]) {
    const side = shape[1];
    const fits =
      dtype === "float32" && layout === "NHWC" && channels === "RGB" &&
      String(shape) === String([1, side, side, 3]) && String(range) === "-1,1";
    if (!fits) {
      throw new Error(
        `A model must take and give one float32 RGB square, -1..1. Received: ${file} ` +
          `in ${path}`,
      );
    }
  }
}

function readModel(contract, { file, sha256 }) {
  const path = join(dirname(contract), file);
  if (!existsSync(path)) {
    throw new Error(`A file that model.json names must be there. Received none: ${path}`);
  }
  const data = readFileSync(path);
  if (createHash("sha256").update(data).digest("hex") !== sha256) {
    throw new Error(`A model must be the one of its model.json. Received another: ${path}`);
  }
  const name = basename(file, ".tflite").replace(/[^\w.-]/g, "_");
  const url = `models/${name}.${sha256.slice(0, 8)}.tflite`;
  return { path, url, bytes: data.length, sha256 };
}

/** Of two sizes of one network only the smaller is shipped, and what the other changes. */
function share(models) {
  const find = (size) => models.find((m) => m.size === size && m.variant === VARIANT);
  const [small, large] = SIZES.map(find);
  const shapes = compareSizes(readFileSync(small.path), readFileSync(large.path), ...SIZES);
  if (!shapes) return models;
  small.shapes = { sizes: [CARD_SIZE, large.size], ...shapes };
  return models.filter((model) => model !== large);
}

/**
 * How a model differs from the same network's of another size: `scaled`, the places of
 * words that are a side of a shape; `set`, places and values of others, such as the
 * exporter's own number of the file. Null where they are two networks.
 */
export function compareSizes(small, large, from, to) {
  if (small.length !== large.length || small.length % 4) return null;
  const scaled = [];
  const others = [];
  for (let place = 0; place < small.length; place += 4) {
    const [before, after] = [small, large].map((file) => file.readInt32LE(place));
    if (before === after) continue;
    const isSide = before > 0 && before <= from && after === (before * to) / from;
    if (isSide) scaled.push(place);
    else others.push([place, after]);
    if (scaled.length + others.length > MOST_WORDS) return null;
  }
  return { scaled, set: { [to]: others } };
}

/** The model that finds faces, named by its hash as the others are. */
export function describeFaces(path) {
  const data = readFileSync(path);
  const hash = createHash("sha256").update(data).digest("hex");
  return { url: `models/faces.${hash.slice(0, 8)}.tflite`, bytes: data.length };
}

/** Golden cartoons of exactly these models, as the styles' previews. */
export function findPreviews(folder, styles) {
  const list = join(folder, "goldens.json");
  if (!existsSync(list)) return new Map();
  const { cartoons } = JSON.parse(readFileSync(list, "utf8"));
  const previews = new Map();
  for (const { name, models } of styles) {
    const hashes = new Set(models.map(({ sha256 }) => sha256));
    const golden = cartoons.find(
      (g) => g.photo === "photo.png" && g.style === name && hashes.has(g.model_sha256),
    );
    if (golden) previews.set(name, join(folder, golden.cartoon));
  }
  return previews;
}
