// Photos from files, drops, the clipboard and the camera: upright levels of bearable
// size.

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
  }

  get isShrunk() {
    return this.original.width !== this.pixels.width;
  }
}

/**
 * Opens a picture file.
 *
 * @throws {TypeError} When the browser cannot open it.
 * @throws {RangeError} When it is too large for the browser.
 */
export async function openFile(file) {
  let bitmap;
  try {
    // Turned upright by its EXIF, its colours to sRGB.
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch (error) {
    throw new TypeError(String(error.message ?? error));
  }
  try {
    const name = (file.name ?? "").replace(/\.[^.]*$/, "") || "photo";
    return grab(bitmap, bitmap.width, bitmap.height, name, file.type);
  } finally {
    bitmap.close();
  }
}

/** The pixels of a bitmap, a video or a canvas, transparent places white. */
export function grab(source, width, height, name, type, isMirrored = false) {
  const ratio = Math.min(1, MOST_SIDE / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * ratio));
  canvas.height = Math.max(1, Math.round(height * ratio));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context || !width || !height) throw new RangeError("no room for its pixels");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  if (isMirrored) {
    context.translate(canvas.width, 0);
    context.scale(-1, 1);
  }
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  let pixels;
  try {
    pixels = context.getImageData(0, 0, canvas.width, canvas.height);
  } catch (error) {
    throw new RangeError(String(error.message ?? error));
  }
  return new Photo(pixels, { width, height }, name, type);
}

/** The first picture among what was dropped or pasted; null if there is none. */
export function findPicture(transfer) {
  const files = [...(transfer?.files ?? [])];
  return files.find((file) => file.type.startsWith("image/")) ?? files[0] ?? null;
}
