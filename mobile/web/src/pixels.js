// Between pixels and the network, as cartoongan_tf/pictures/images.py: RGB levels 0..255
// outside, -1..1 inside.

import { REFLECTED } from "./planes.js";

// Single precision, as numpy computes it.
const SIGNED = Float32Array.from({ length: 256 }, (_, level) =>
  Math.fround(Math.fround(level / 127.5) - 1),
);

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

/** The network's output to planes of levels, not rounded, the reflected margin cut off. */
export function fromOutput(output, side, width, height) {
  return [0, 1, 2].map((channel) => {
    const plane = new Float32Array(width * height);
    let to = 0;
    for (let y = 0; y < height; y++) {
      let from = y * side * 3 + channel;
      for (let x = 0; x < width; x++, from += 3) plane[to++] = (output[from] + 1) * 127.5;
    }
    return plane;
  });
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

/** Indices 0 1 2 1 0 1 ... of a line reflected until it has a length. */
function reflected(length, side) {
  return Int32Array.from({ length: side }, (_, place) => REFLECTED(place, length));
}
