// Builds the page into a folder for any static host: `make web-build`.

import { createHash } from "node:crypto";
import {
  cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { brotliCompress, constants, gzipSync } from "node:zlib";
import { describeFaces, findPreviews, findStyles, LIVE, VARIANT } from "./models.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = resolve(HERE, "../..");
const FACES = join(ROOT, "cartoongan_tf/pictures/faces.tflite"); // Python's own
const HELP = `\
usage: node build.mjs [--models DIR] [--goldens DIR] [--out DIR] [--source URL] [--address URL]

Build the page into a folder that any static host can serve, below any path.

  --models DIR    the styles' exports (saved_models)
  --goldens DIR   of the same models: their cartoons become the styles' previews
                  (mobile/contract/goldens)
  --out DIR       replaced if an earlier build (mobile/web/dist)
  --source URL    where the source code is, for the page's link to it (no link)
  --address URL   where the page will be: other sites need it to show its picture`;

// Chosen when the browser has threads, GPU or neither of the newer instructions.
const WASM = ["litert_wasm_internal", "litert_wasm_threaded_internal", "litert_wasm_compat_internal"];
const STATIC = [
  "index.html", "style.css", "old.js", "manifest.webmanifest", "icon.svg",
  "icon-192.png", "icon-512.png", "example.jpg", "social.jpg", "samples",
];

async function main() {
  const { values: flags } = parseArgs({
    options: {
      help: { type: "boolean", short: "h" },
      models: { type: "string", default: join(ROOT, "saved_models") },
      goldens: { type: "string", default: join(ROOT, "mobile/contract/goldens") },
      out: { type: "string", default: join(HERE, "dist") },
      source: { type: "string", default: "" },
      address: { type: "string", default: "" },
    },
  });
  if (flags.help) return console.log(HELP);
  for (const name of ["source", "address"]) checkAddress(name, flags[name]);
  const { esbuild, litert, unpacker, heif } = await findPackages();
  const styles = findStyles(flags.models);
  const out = prepare(flags.out);

  for (const file of STATIC) cpSync(join(HERE, "src", file), join(out, file), { recursive: true });
  if (flags.address) addAddress(join(out, "index.html"), flags.address);
  for (const file of ["LICENSE", "NOTICE"]) cpSync(join(ROOT, file), join(out, `${file}.txt`));
  const wasm = `wasm-${litert.version}/`;
  mkdirSync(join(out, wasm));
  await Promise.all(WASM.map(async (name) => {
    const from = join(litert.folder, "wasm", name);
    const script = readFileSync(`${from}.js`, "utf8");
    const { code } = await esbuild.transform(script, { minify: true }); // to a half
    writeFileSync(join(out, wasm, `${name}.js`), code);
    const packed = await pack(`${from}.wasm`, `${name}-${litert.version}`);
    cpSync(packed, join(out, wasm, `${name}.wasm-br`)); // a name in .br some would unpack
  }));
  cpSync(join(dirname(unpacker), "../LICENSE-MIT.txt"), join(out, wasm, "brotli.LICENSE.txt"));
  writeFileSync(join(out, wasm, "brotli.wasm-gzip"), gzipSync(readFileSync(unpacker), { level: 9 }));
  const heic = `heic-${heif.version}/`;
  mkdirSync(join(out, heic));
  // As they are, with their licence, so that anyone may lay others in their place: LGPL.
  for (const file of ["libheif.js", "libheif.wasm"]) cpSync(join(heif.folder, file), join(out, heic, file));
  cpSync(join(heif.folder, "LICENSE"), join(out, heic, "LICENSE.txt"));
  cpSync(join(HERE, "src/heic-worker.js"), join(out, heic, "worker.js"));
  writeModels(out, styles, findPreviews(flags.goldens, styles), { wasm, source: flags.source });
  await bundle(esbuild, out, heic);
  writeFileSync(join(out, ".nojekyll"), ""); // GitHub Pages would leave files out
  writeServiceWorker(out);
  const bytes = list(out).reduce((sum, file) => sum + statSync(join(out, file)).size, 0);
  console.log(
    `${out}: ${styles.map(({ name }) => name).join(", ")}; ${(bytes / 1e6).toFixed(1)} MB`,
  );
}

async function findPackages() {
  try {
    const esbuild = await import("esbuild");
    const find = createRequire(import.meta.url).resolve;
    const entry = find("@litertjs/core/package.json");
    const { version } = JSON.parse(readFileSync(entry, "utf8"));
    const unpacker = find("brotli-dec-wasm/web/bg.wasm");
    const heif = find("libheif-js/package.json");
    return {
      esbuild,
      litert: { folder: dirname(entry), version },
      unpacker,
      heif: {
        folder: join(dirname(heif), "libheif-wasm"),
        version: JSON.parse(readFileSync(heif, "utf8")).version,
      },
    };
  } catch (error) {
    throw new Error(`Packages are missing (${error.code}): run \`npm ci\` in ${HERE}`);
  }
}

/** 9 MB to 2, also on hosts that do not compress it: 20 s, and so kept beside the packages. */
async function pack(path, name) {
  const kept = join(HERE, "node_modules/.packed", `${name}.br`);
  if (existsSync(kept)) return kept;
  const data = readFileSync(path);
  const params = { [constants.BROTLI_PARAM_SIZE_HINT]: data.length };
  const packed = await promisify(brotliCompress)(data, { params }); // the best, of 4 MB's window
  mkdirSync(dirname(kept), { recursive: true });
  writeFileSync(`${kept}.${process.pid}`, packed);
  renameSync(`${kept}.${process.pid}`, kept);
  return kept;
}

function prepare(folder) {
  const out = resolve(folder);
  let files = [];
  try {
    files = readdirSync(out);
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
  if (files.length && !files.includes("models.json")) {
    throw new Error(`--out must be new, empty or an earlier build. Received: ${out}`);
  }
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  return out;
}

function checkAddress(name, value) {
  if (value && !/^https?:\/\/[^\s"<>]+$/.test(value)) {
    throw new Error(`--${name} must be an address like https://example.org/. Received: ${value}`);
  }
}

/** Social previews need whole addresses. */
function addAddress(path, address) {
  const root = address.replace(/\/*$/, "/");
  const page = readFileSync(path, "utf8")
    .replace('content="social.jpg"', `content="${root}social.jpg"`)
    .replace('<meta property="og:type"', `<meta property="og:url" content="${root}" />\n    $&`);
  writeFileSync(path, page);
}

function writeModels(out, styles, previews, { wasm, source }) {
  const faces = describeFaces(FACES);
  cpSync(FACES, join(out, faces.url));
  const table = { variant: VARIANT, live: LIVE, wasm, source, faces, styles: [] };
  for (const { name, licence, models } of styles) {
    for (const { path, url } of models) cpSync(path, join(out, url));
    const style = { name, licence };
    if (previews.has(name)) {
      style.preview = `previews/${name}.${models[0].sha256.slice(0, 8)}.png`;
      cpSync(previews.get(name), join(out, style.preview));
    }
    style.models = models.map(({ path: _, ...model }) => model);
    table.styles.push(style);
  }
  writeFileSync(join(out, "models.json"), JSON.stringify(table, null, 1));
}

async function bundle(esbuild, out, heic) {
  const common = {
    bundle: true, minify: true, target: "es2022", outdir: out, logLevel: "warning",
    legalComments: "none",
    define: {
      "import.meta.url": '""', // where the unpacker would look by itself; it is given
      __HEIC__: JSON.stringify(heic),
    },
  };
  const source = (name) => join(HERE, "src", name);
  await esbuild.build({ ...common, entryPoints: [source("worker.js")], format: "iife" });
  // cartoonizer.js alone is for pages that embed it.
  const pages = [source("app.js"), source("cartoonizer.js")];
  await esbuild.build({ ...common, entryPoints: pages, format: "esm" });
}

/** Its list of files, and a version that changes with any of them. */
function writeServiceWorker(out) {
  const files = list(out);
  const isKept = (file) => /^(models|wasm-[^/]+|heic-[^/]+|previews|samples)\//.test(file);
  // not fetched by every first visit: what the page itself does not need
  const isAside = (file) => /^(icon-|social|cartoonizer\.js|\.nojekyll|.*\.txt$)/.test(file);
  const shell = files.filter((file) => !isKept(file) && !isAside(file));
  const hash = createHash("sha256");
  for (const file of shell) hash.update(file).update(readFileSync(join(out, file)));
  const build = {
    version: hash.digest("hex").slice(0, 12),
    shell,
    kept: files.filter(isKept),
  };
  const source = readFileSync(join(HERE, "src/sw.js"), "utf8");
  writeFileSync(join(out, "sw.js"), source.replace("__BUILD__", JSON.stringify(build)));
}

function list(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .map((path) => path.slice(folder.length + 1).replaceAll("\\", "/"))
    .sort();
}

main().catch((error) => {
  console.error(`error: ${error.message.split("\n")[0]}`);
  process.exit(2);
});
