// The class that a page embeds: a photo's pixels in, the cartoon's out, in a worker.

import { knowsBrotli, UNPACKER } from "./brotli.js";

const SIZES = [256, 512];
const COLORS = ["auto", "style", "photo"];
const MOST_THREADS = 4; // more gain nothing at these sizes and make phones hot
const [SINGLE, THREADED, COMPAT] = ["", "threaded_", "compat_"].map(
  (kind) => `litert_wasm_${kind}internal`,
);
const LEAST_CORES = 4; // on two, two threads took as long as one

/**
 * Whether this device would draw faster in threads, which only a page with COOP and
 * COEP has: it has the cores, and no GPU that is taken instead.
 */
export async function gainsThreads(engine = "auto") {
  const cores = navigator.hardwareConcurrency || 1;
  if (cores < LEAST_CORES) return false;
  return engine === "cpu" || !(await findGpu(engine === "gpu")).isTaken;
}

/** A software "GPU" is slower than the CPU: taken only when asked for. */
async function findGpu(isAsked) {
  const adapter = await navigator.gpu?.requestAdapter().catch(() => null);
  if (!adapter) return { isTaken: false, isThere: false };
  const info = adapter.info ?? {};
  const isSoftware = info.isFallbackAdapter || /swiftshader/i.test(info.architecture);
  return { isTaken: isAsked || !isSoftware, isThere: true };
}

/**
 * Draws cartoons.
 *
 * @example
 * const cartoonizer = await Cartoonizer.open("cartoonizer/");
 * const cartoon = await cartoonizer.draw(imageData, { style: "paprika" });
 */
export class Cartoonizer {
  /**
   * @param {string} base Address of the folder that `make web-build` wrote.
   * @param {object} [settings]
   * @param {"auto"|"gpu"|"cpu"} [settings.engine]
   * @param {number} [settings.threads] At most so many, where there can be any.
   */
  static async open(base = "./", settings = {}) {
    const root = new URL(base, document.baseURI);
    const response = await fetch(new URL("models.json", root));
    if (!response.ok) throw new Error(`models.json is missing (${response.status})`);
    return new Cartoonizer(root, await response.json(), settings);
  }

  constructor(root, table, { engine = "auto", threads = MOST_THREADS } = {}) {
    this.root = root;
    this.table = table;
    this.engine = engine;
    this.threads = threads;
    this.worker = null;
    this.waiting = new Map();
    this.turn = Promise.resolve();
    this.count = 0;
    this.code = null; // which of LiteRT's files it runs
    /** What it runs on: `{accelerator, threads}`; null before the first picture. */
    this.running = null;
    /** Why it does not run on the GPU although it was tried; null if it was not. */
    this.fallback = null;
    /** Of the last picture: `{seconds, size, faces}`, its drawing's long side, how many. */
    this.drawing = null;
  }

  /** Names of the styles. */
  get styles() {
    return this.table.styles.map((style) => style.name);
  }

  /**
   * The variant to draw a camera's pictures with: the faster one, where there is one.
   * GPUs take float16 alone.
   */
  liveVariant(style) {
    if (this.running?.accelerator === "webgpu") return this.table.variant;
    const { models } = this.table.styles.find(({ name }) => name === style);
    const isLive = ({ variant }) => variant === this.table.live;
    return models.some(isLive) ? this.table.live : this.table.variant;
  }

  /**
   * Draws one photo. Photos are drawn in the order of the calls.
   *
   * @param {ImageData} photo Any size. The network sees it small, and its cartoon is
   *   joined with it (docs/look.md).
   * @param {object} choice
   * @param {string} choice.style One of `styles`.
   * @param {256|512} [choice.size] What the network draws at, at most; by default as
   *   large as there is a model. 128 only for photos of that size: a style's card.
   * @param {"auto"|"style"|"photo"} [choice.color] The style's colours without its
   *   accidents; as the network draws; the photo's.
   * @param {boolean} [choice.faces] Whether the drawing is sized by faces.
   * @param {string} [choice.variant] Of the model file; `float16`, or `int8`, which is
   *   faster and a little further from the trained network.
   * @param {function} [choice.onProgress] Gets `{stage, done}`: `start` and `download`
   *   (with the share done, once it is known), `draw`.
   * @returns {Promise<ImageData>}
   */
  draw(photo, choice) {
    const result = this.turn.then(() => this.#draw(photo, choice));
    this.turn = result.catch(() => {});
    return result;
  }

  /**
   * Addresses of all files that drawing without a network needs, those of photos first.
   *
   * @param {boolean} withThreads Whether the page will have them.
   */
  files(withThreads) {
    const { wasm, faces, styles, variant } = this.table;
    const code = withThreads && this.code !== COMPAT ? THREADED : (this.code ?? SINGLE);
    const models = styles.flatMap((style) => style.models);
    const isFirst = (model) => model.variant === variant;
    return [
      `${wasm}${code}.js`, `${wasm}${code}.wasm-br`, faces.url,
      ...(knowsBrotli() ? [] : [`${wasm}${UNPACKER}`]),
      ...models.filter(isFirst).map(({ url }) => url),
      ...models.filter((model) => !isFirst(model)).map(({ url }) => url),
    ];
  }

  /**
   * Starts what a first drawing will need, without waiting for its photo. What fails is
   * told by that drawing.
   */
  warm(choice) {
    const started = this.turn.then(async () => {
      if (!this.worker) await this.#start(this.#find(choice).slice(0, 1), choice.onProgress);
    });
    this.turn = started.catch(() => {});
    return this.turn;
  }

  /** Ends the worker and frees its memory; the next `draw` starts another. */
  close() {
    this.worker?.terminate();
    this.worker = null;
    this.running = null;
    for (const { reject } of this.waiting.values()) reject(new Error("closed"));
    this.waiting.clear();
  }

  /** Changes what it runs on: "auto", "gpu" or "cpu". */
  use(engine) {
    // in its turn: what was asked for before is still drawn
    this.turn = this.turn.then(() => {
      if (engine === this.engine) return;
      this.engine = engine;
      this.fallback = null;
      this.close();
    });
    return this.turn;
  }

  async #draw(photo, choice) {
    const { onProgress = () => {}, color = "auto", faces = true } = choice;
    if (!COLORS.includes(color)) {
      throw new Error(`color must be one of ${COLORS.join(", ")}. Received: ${color}`);
    }
    const order = {
      models: this.#find(choice),
      faces: faces ? this.#locate(this.table.faces) : null,
      color,
      pixels: photo.data,
      width: photo.width,
      height: photo.height,
    };
    if (!this.worker) {
      await this.#start([...order.models.slice(0, 1), order.faces].filter(Boolean), onProgress);
    }
    let drawn;
    try {
      drawn = await this.#ask("draw", order, onProgress);
    } catch (error) {
      if (this.running?.accelerator !== "webgpu") throw error;
      this.fallback = error.message;
      await this.#restart([], onProgress);
      drawn = await this.#ask("draw", order, onProgress);
    }
    const { pixels, lack, ...drawing } = drawn;
    if (lack) console.warn(`Faces are not looked for: ${lack}`);
    this.drawing = drawing;
    return new ImageData(pixels, photo.width, photo.height);
  }

  /** A style's models up to a size, the smallest first. */
  #find({ style, size, variant = this.table.variant }) {
    const files = this.table.styles.find((each) => each.name === style)?.models ?? [];
    const isFitting = (each) =>
      each.variant === variant &&
      // smaller ones are for the styles' small pictures alone
      (size ? each.size <= size : true) && each.size >= Math.min(size ?? 256, 256);
    const fitting = files.flatMap(expand).filter(isFitting).sort((a, b) => a.size - b.size);
    if (!fitting.length || (size && fitting.at(-1).size !== size)) {
      throw new Error(
        `There is no model for this. Received: style=${style}, size=${size}, ` +
          `variant=${variant}; styles: ${this.styles.join(", ")}; sizes: ${SIZES}`,
      );
    }
    return fitting.map((file) => this.#locate(file));
  }

  #locate({ url, ...rest }) {
    return { url: new URL(url, this.root).href, ...rest };
  }

  /** Starts the worker, which fetches files meanwhile that it will need. */
  async #start(files, onProgress) {
    if (this.engine !== "cpu" && !this.fallback && (await this.#mayUseGpu())) {
      try {
        return await this.#open("webgpu", 1, files, onProgress);
      } catch (error) {
        this.fallback = error.message;
      }
    }
    await this.#restart(files, onProgress);
  }

  async #restart(files, onProgress) {
    const cores = navigator.hardwareConcurrency || 1;
    const isWorth = self.crossOriginIsolated && cores >= LEAST_CORES;
    const threads = isWorth ? Math.min(cores, this.threads) : 1;
    if (threads > 1) {
      try {
        return await this.#open("wasm", threads, files, onProgress);
      } catch {
        // An old browser has threads but not what else the threaded file needs.
      }
    }
    await this.#open("wasm", 1, files, onProgress);
  }

  /** Whether it will begin on the GPU. */
  async triesGpu() {
    if (this.engine === "cpu" || this.fallback) return false;
    return (await findGpu(this.engine === "gpu")).isTaken;
  }

  async #mayUseGpu() {
    const isAsked = this.engine === "gpu";
    const { isTaken, isThere } = await findGpu(isAsked);
    if (isAsked && !isThere) this.fallback = "this browser offers no GPU";
    return isTaken;
  }

  async #open(accelerator, threads, files, onProgress = () => {}) {
    this.close();
    onProgress({ stage: "start" });
    this.worker = new Worker(new URL("worker.js", this.root));
    this.worker.onmessage = ({ data }) => this.#hear(data);
    this.worker.onerror = (event) => {
      event.preventDefault?.();
      const error = new Error(event.message || "the engine stopped");
      for (const { reject } of this.waiting.values()) reject(error);
      this.waiting.clear();
      this.close();
    };
    const wasm = new URL(this.table.wasm, this.root).href;
    try {
      this.code = await this.#ask("open", { wasm, accelerator, threads, files }, onProgress);
    } catch (error) {
      this.close();
      throw error;
    }
    this.running = { accelerator, threads };
  }

  #ask(task, message, onProgress = () => {}) {
    const id = ++this.count;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject, onProgress });
      this.worker.postMessage({ id, task, message });
    });
  }

  #hear({ id, progress, result, error }) {
    const waiting = this.waiting.get(id);
    if (!waiting) return;
    if (progress) return waiting.onProgress(progress);
    this.waiting.delete(id);
    if (error) waiting.reject(new Error(error));
    else waiting.resolve(result);
  }
}

/** A file's models: the one of its own size, and those that are made of it. */
function expand({ shapes, ...file }) {
  const others = (shapes?.sizes ?? []).map((size) => ({
    ...file, size, from: file.size, shapes,
  }));
  return [file, ...others];
}
