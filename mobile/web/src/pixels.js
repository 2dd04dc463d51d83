// Pixel arithmetic, the same as Python's (cartoongan_tf/pictures/images.py): RGB levels 0..255
// outside the network, -1..1 inside, rounded to the nearest level.

// Single precision, as numpy computes it.
const SIGNED = Float32Array.from({ length: 256 }, (_, level) =>
  Math.fround(Math.fround(level / 127.5) - 1),
);

/** The size of a picture shrunk, ratio kept, into a square; it never grows. */
export function fit(width, height, side) {
  const ratio = Math.min(1, side / width, side / height);
  if (ratio === 1) return { width, height };
  const scaled = (length) => Math.max(1, roundHalfEven(length * ratio));
  return { width: scaled(width), height: scaled(height) };
}

/**
 * RGBA levels to the network's input: a square, top left the picture, reflected at
 * its right and bottom border.
 */
export function toInput(pixels, width, height, side) {
  const input = new Float32Array(side * side * 3);
  const columns = reflected(width, side);
  const rows = reflected(height, side);
  let to = 0;
  for (let y = 0; y < side; y++) {
    const row = rows[y] * width;
    for (let x = 0; x < side; x++) {
      const from = (row + columns[x]) * 4;
      input[to++] = SIGNED[pixels[from]];
      input[to++] = SIGNED[pixels[from + 1]];
      input[to++] = SIGNED[pixels[from + 2]];
    }
  }
  return input;
}

/** The network's output to RGBA levels, the reflected margin cut off. */
export function fromOutput(output, side, width, height) {
  // Assigning to a clamped array rounds halves to even and cuts at 0 and 255.
  const pixels = new Uint8ClampedArray(width * height * 4);
  let to = 0;
  for (let y = 0; y < height; y++) {
    let from = y * side * 3;
    for (let x = 0; x < width; x++) {
      pixels[to++] = (output[from++] + 1) * 127.5;
      pixels[to++] = (output[from++] + 1) * 127.5;
      pixels[to++] = (output[from++] + 1) * 127.5;
      pixels[to++] = 255;
    }
  }
  return pixels;
}

/** A blend of photo and cartoon: 1 for the cartoon, 0 for the photo. */
export function blend(photo, cartoon, strength) {
  const mixed = new Uint8ClampedArray(cartoon.length);
  for (let i = 0; i < mixed.length; i++) {
    mixed[i] = strength * cartoon[i] + (1 - strength) * photo[i];
  }
  return mixed;
}

/** Least and greatest of some numbers; both NaN if one of them is no number. */
export function range(values) {
  let least = Infinity;
  let most = -Infinity;
  for (const value of values) {
    if (Number.isNaN(value)) return { least: NaN, most: NaN };
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return { least, most };
}

/**
 * Resizes RGBA levels by Lanczos of three lobes, antialiased: first along the rows,
 * then along the columns, levels between, as Pillow does. Alpha becomes opaque.
 */
export function resize(pixels, width, height, newWidth, newHeight) {
  let at = pixels;
  if (newWidth !== width) at = resizeRows(at, width, height, newWidth);
  if (newHeight !== height) at = resizeColumns(at, newWidth, height, newHeight);
  return at === pixels ? new Uint8ClampedArray(pixels) : at;
}

// Weights are whole numbers: sums are exact, whichever machine adds them.
const BITS = 22;
const HALF = 1 << (BITS - 1);
const LOBES = 3;

function resizeRows(pixels, width, height, newWidth) {
  const result = new Uint8ClampedArray(newWidth * height * 4);
  const taps = weigh(width, newWidth);
  let to = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < newWidth; x++) {
      const { first, weights } = taps[x];
      let from = (y * width + first) * 4;
      let red = HALF;
      let green = HALF;
      let blue = HALF;
      for (let k = 0; k < weights.length; k++, from += 4) {
        const weight = weights[k];
        red += pixels[from] * weight;
        green += pixels[from + 1] * weight;
        blue += pixels[from + 2] * weight;
      }
      result[to++] = red >> BITS;
      result[to++] = green >> BITS;
      result[to++] = blue >> BITS;
      result[to++] = 255;
    }
  }
  return result;
}

function resizeColumns(pixels, width, height, newHeight) {
  const result = new Uint8ClampedArray(width * newHeight * 4);
  const taps = weigh(height, newHeight);
  const sums = new Float64Array(width * 4);
  let to = 0;
  for (let y = 0; y < newHeight; y++) {
    const { first, weights } = taps[y];
    sums.fill(HALF);
    for (let k = 0; k < weights.length; k++) {
      const weight = weights[k];
      const from = (first + k) * width * 4;
      for (let i = 0; i < sums.length; i++) sums[i] += pixels[from + i] * weight;
    }
    for (let i = 0; i < sums.length; i++) {
      result[to++] = i % 4 === 3 ? 255 : sums[i] >> BITS;
    }
  }
  return result;
}

/** For every place of the result: where its sources begin, and their weights. */
function weigh(length, newLength) {
  const scale = length / newLength;
  const stretch = Math.max(1, scale);
  const reach = LOBES * stretch;
  return Array.from({ length: newLength }, (_, place) => {
    const centre = (place + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - reach + 0.5));
    const end = Math.min(length, Math.floor(centre + reach + 0.5));
    const raw = [];
    for (let x = first; x < end; x++) raw.push(lanczos((x - centre + 0.5) / stretch));
    const sum = raw.reduce((a, b) => a + b, 0);
    const weights = Int32Array.from(raw, (w) => Math.round((w / sum) * (1 << BITS)));
    return { first, weights };
  });
}

function lanczos(x) {
  if (x === 0) return 1;
  if (Math.abs(x) >= LOBES) return 0;
  const angle = Math.PI * x;
  return (LOBES * Math.sin(angle) * Math.sin(angle / LOBES)) / (angle * angle);
}

/** Indices 0 1 2 1 0 1 ... of a line reflected until it has a length. */
function reflected(length, side) {
  const period = Math.max(1, 2 * (length - 1));
  return Int32Array.from({ length: side }, (_, place) =>
    Math.min(place % period, period - (place % period)),
  );
}

function roundHalfEven(value) {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 ? below + 1 : below;
}
