// The finished cartoon as a file: saved, copied or shared. It carries no place, no date
// and no other data of the photo.

import { blend } from "./pixels.js";

const ENDINGS = { "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp" };

/** The kind of file that fits a photo: JPEG has no room for what is transparent. */
export function usualType({ type, hasAlpha }) {
  if (hasAlpha) return type === "image/webp" ? type : "image/png";
  return type === "image/png" ? type : "image/jpeg";
}

/**
 * The cartoon as a file.
 *
 * @param {Photo} photo
 * @param {ImageData} cartoon
 * @param {object} choice
 * @param {string} choice.style For its name.
 * @param {number} choice.strength 0 to 1.
 * @param {string} [choice.type] A media type; by default the photo's own kind.
 * @param {number} [choice.quality] 0 to 1, of JPEG and WebP.
 * @param {number} [choice.longest] The most pixels of its long side.
 */
export async function makeFile(photo, cartoon, choice) {
  const { style, strength, quality, longest = Infinity } = choice;
  const wanted = choice.type || usualType(photo);
  const canvas = paint(photo, cartoon, strength, wanted);
  const blob = await encode(shrink(canvas, longest), wanted, quality);
  // a browser that does not write WebP gives PNG
  const { type } = blob;
  return new File([blob], `${photo.name}-${style}.${ENDINGS[type] ?? "png"}`, { type });
}

function paint(photo, cartoon, strength, type) {
  const { width, height } = cartoon;
  const pixels =
    strength < 1 ? blend(photo.pixels.data, cartoon.data, strength) : cartoon.data;
  const canvas = make(width, height);
  canvas.getContext("2d").putImageData(new ImageData(pixels, width, height), 0, 0);
  if (!photo.hasAlpha || type !== "image/jpeg") return canvas;
  const white = make(width, height);
  const context = white.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.drawImage(canvas, 0, 0);
  return white;
}

function shrink(canvas, longest) {
  const ratio = longest / Math.max(canvas.width, canvas.height);
  if (ratio >= 1) return canvas;
  const [width, height] = [canvas.width, canvas.height].map((side) =>
    Math.max(1, Math.round(side * ratio)),
  );
  const small = make(width, height);
  const context = small.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(canvas, 0, 0, width, height);
  return small;
}

async function encode(canvas, type, quality) {
  const blob = await new Promise((give) => canvas.toBlob(give, type, quality));
  if (!blob) throw new Error("the browser has no room for it");
  return blob;
}

function make(width, height) {
  return Object.assign(document.createElement("canvas"), { width, height });
}

/** Hands a file to the browser's downloads. */
export function save(file) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = file.name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Whether this browser can put a picture on the clipboard. */
export function canCopy() {
  return typeof ClipboardItem === "function" && Boolean(navigator.clipboard?.write);
}

/**
 * Puts a picture on the clipboard, which takes PNG alone.
 *
 * @param {Promise<File>} making Not awaited before: Safari allows it only at once.
 */
export function copy(making) {
  return navigator.clipboard.write([new ClipboardItem({ "image/png": making })]);
}

/** Whether this browser can hand a picture to other apps. */
export function canShare() {
  const probe = new File([new Uint8Array(1)], "a.png", { type: "image/png" });
  return navigator.canShare?.({ files: [probe] }) ?? false;
}

/** Hands a file to another app; false when the visitor changed their mind. */
export async function share(file) {
  try {
    await navigator.share({ files: [file] });
    return true;
  } catch (error) {
    if (error.name === "AbortError") return false;
    throw error;
  }
}
