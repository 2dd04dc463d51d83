// Photos from files, drops, the clipboard and the camera: upright levels of bearable
// size, turned and cut.

import { decodeHeic, isHeic } from "./heic.js";

/** Larger photos are shrunk: phones give a page some 300 MB, and we hold it thrice. */
export const MOST_SIDE = 2560;

/** A photo that was opened. */
export class Photo {
  /**
   * @param {ImageData} pixels
   * @param {{width: number, height: number}} original Size before it was shrunk.
   * @param {string} name Of the file, without its ending.
   * @param {string} type Media type of the file.
   */
  constructor(pixels, original, name, type) {
    Object.assign(this, { pixels, original, name, type });
    /** Whether some of it is transparent. */
    this.hasAlpha = type !== "image/jpeg" && clear(pixels.data);
    /** What it was before it was turned and cut. */
    this.whole = null;
  }

  get isShrunk() {
    return this.original.width !== this.pixels.width && !this.whole;
  }

  /** Turned to the right by a quarter. */
  turned() {
    const { width, height } = this.pixels;
    const context = makeContext(height, width);
    context.translate(height, 0);
    context.rotate(Math.PI / 2);
    context.drawImage(toCanvas(this.pixels), 0, 0);
    return this.#edited(context);
  }

  /** A part, in shares of its width and height. */
  cut({ left, top, width, height }) {
    const { pixels } = this;
    const x = Math.round(left * pixels.width);
    const y = Math.round(top * pixels.height);
    const wide = Math.max(1, Math.min(pixels.width - x, Math.round(width * pixels.width)));
    const tall = Math.max(1, Math.min(pixels.height - y, Math.round(height * pixels.height)));
    const context = makeContext(wide, tall);
    context.drawImage(toCanvas(pixels), -x, -y);
    return this.#edited(context);
  }

  #edited(context) {
    const { width, height } = context.canvas;
    const pixels = context.getImageData(0, 0, width, height);
    const photo = new Photo(pixels, { width, height }, this.name, this.type);
    photo.whole = this.whole ?? this;
    return photo;
  }
}

/** A HEIC file that cannot be opened. */
export class HeicError extends Error {}

/**
 * Opens a picture file.
 *
 * @param {File} file
 * @param {function} [onHeic] Is told that it is HEIC, which takes longer.
 * @throws {TypeError} When the browser cannot open it.
 * @throws {RangeError} When it is too large for the browser.
 * @throws {HeicError} When it is HEIC and cannot be opened.
 */
export async function openFile(file, onHeic = () => {}) {
  let bitmap;
  try {
    // Turned upright by its EXIF, its colours to sRGB.
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch (error) {
    if (!(await isHeic(file))) throw new TypeError(String(error.message ?? error));
    onHeic();
    bitmap = await decodeHeic(file).catch(({ message }) => {
      throw new HeicError(message);
    });
  }
  try {
    const name = (file.name ?? "").replace(/\.[^.]*$/, "") || "photo";
    return grab(bitmap, bitmap.width, bitmap.height, name, file.type);
  } finally {
    bitmap.close?.();
  }
}

/** The pixels of a bitmap, a video or a canvas. */
export function grab(source, width, height, name, type, isMirrored = false) {
  const ratio = Math.min(1, MOST_SIDE / Math.max(width, height));
  const [wide, tall] = [width, height].map((side) => Math.max(1, Math.round(side * ratio)));
  const context = makeContext(wide, tall);
  if (!context || !width || !height) throw new RangeError("no room for its pixels");
  context.imageSmoothingQuality = "high";
  if (isMirrored) {
    context.translate(wide, 0);
    context.scale(-1, 1);
  }
  context.drawImage(source, 0, 0, wide, tall);
  let pixels;
  try {
    pixels = context.getImageData(0, 0, wide, tall);
  } catch (error) {
    throw new RangeError(String(error.message ?? error));
  }
  return new Photo(pixels, { width, height }, name, type);
}

/** Whether some pixels are transparent; the network sees white where they are wholly. */
function clear(data) {
  let isClear = false;
  for (let i = 3; i < data.length; i += 4) {
    if (data[i] === 255) continue;
    isClear = true;
    if (data[i] === 0) data[i - 3] = data[i - 2] = data[i - 1] = 255;
  }
  return isClear;
}

function makeContext(width, height) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  return canvas.getContext("2d", { willReadFrequently: true });
}

function toCanvas(pixels) {
  const context = makeContext(pixels.width, pixels.height);
  context.putImageData(pixels, 0, 0);
  return context.canvas;
}
