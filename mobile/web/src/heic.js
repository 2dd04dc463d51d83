// HEIC photos, as iPhones take them, where the browser cannot open them itself: what opens
// them is fetched with the first one.

const P3 = 12; // the code of Display P3's primaries, in which iPhones see

/** Whether a file is HEIC, by its first bytes: names and types are missing or wrong. */
export async function isHeic(file) {
  const head = new Uint8Array(await file.slice(0, 64).arrayBuffer());
  const text = String.fromCharCode(...head);
  return text.slice(4, 8) === "ftyp" && /he[iv][cxms]/.test(text.slice(8));
}

/**
 * A HEIC file's picture, upright.
 *
 * @returns {Promise<HTMLCanvasElement>} In sRGB.
 * @throws {Error} When it cannot be read, or what reads it did not arrive.
 */
export async function decodeHeic(file) {
  const worker = new Worker(`${__HEIC__}worker.js`); // the build names the folder
  try {
    const { error, data, width, height } = await new Promise((done, fail) => {
      worker.onmessage = (event) => done(event.data);
      worker.onerror = (event) => {
        event.preventDefault?.();
        fail(new Error(event.message || "it cannot be loaded"));
      };
      worker.postMessage(file);
    });
    if (error) throw new Error(error);
    const colorSpace = isWide(await file.slice(0, 1 << 16).arrayBuffer()) ? "display-p3" : "srgb";
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const pixels = new ImageData(data, width, height, { colorSpace });
    canvas.getContext("2d").putImageData(pixels, 0, 0); // converts
    return canvas;
  } finally {
    worker.terminate();
  }
}

/** Whether a file's colours are Display P3's, by its colour box. libheif gives them as they are. */
export function isWide(buffer) {
  const bytes = new Uint8Array(buffer);
  for (let i = 4; i + 10 < bytes.length; i++) {
    if (read(bytes, i, 4) !== "colr") continue;
    const kind = read(bytes, i + 4, 4);
    if (kind === "nclx" && (bytes[i + 8] << 8) + bytes[i + 9] === P3) return true;
    const size = new DataView(buffer).getUint32(i - 4);
    const name = kind === "prof" ? read(bytes, i, size).replaceAll("\0", "") : "";
    if (name.includes("Display P3")) return true; // its letters take one byte or two
  }
  return false;
}

function read(bytes, at, count) {
  let text = "";
  for (const byte of bytes.subarray(at, at + count)) text += String.fromCharCode(byte);
  return text;
}
