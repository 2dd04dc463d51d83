// The finished cartoon as a file: saved or shared. It carries no place, no date and no
// other data of the photo.

import { blend } from "./pixels.js";

const QUALITY = 0.95; // as Python: flat colour shows blocks early

/** The cartoon at a strength as a file, of the photo's own kind where we write it. */
export async function makeFile(photo, cartoon, strength, style) {
  const { width, height } = cartoon;
  const pixels =
    strength < 1 ? blend(photo.pixels.data, cartoon.data, strength) : cartoon.data;
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d").putImageData(new ImageData(pixels, width, height), 0, 0);
  const type = photo.type === "image/png" ? "image/png" : "image/jpeg";
  const blob = await new Promise((give) => canvas.toBlob(give, type, QUALITY));
  if (!blob) throw new Error("the browser has no room for it");
  const ending = type === "image/png" ? "png" : "jpg";
  return new File([blob], `${photo.name}-${style}.${ending}`, { type });
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
