// A small cartoon to the photo's size, as sharp as the photo: docs/look.md, 5, as
// cartoongan_tf/pictures/joining.py.

import { mean, REFLECTED, times, toPlanes } from "./planes.js";
import { weights } from "./sizes.js";

const SMOOTHNESS = 400; // square levels: edges of the photo fainter than 20 count less
const SHARPENING = 5; // at most, of what a cartoon's pixel differs by from those around
const EACH = 2; // a time of enlarging: of an edge two pixels wide more would make steps
const FIELDS = 4; // of each channel: slope, rest, lowest and highest level

/** A small photo and its cartoon, ready to be joined with the large photo. */
export class Join {
  /**
   * @param {object} small The photo that the network saw: `{pixels, width, height}`.
   * @param {Float32Array[]} cartoon What it made of it, in planes.
   * @param {object} photo The large one.
   */
  constructor(small, cartoon, photo) {
    const { width, height } = small;
    Object.assign(this, { width, height, photo });
    this.stride = 3 * FIELDS;
    this.fields = new Float32Array(width * height * this.stride);
    const enlarging = Math.max(photo.height / height, photo.width / width);
    this.sharpening = Math.min(SHARPENING, EACH * (enlarging - 1));
    toPlanes(small.pixels).forEach((plane, channel) =>
      this.#prepare(plane, cartoon[channel], channel * FIELDS),
    );
    this.narrow = new Float32Array(width * this.stride);
    this.columns = spread(width, photo.width);
    this.rows = spread(height, photo.height);
  }

  #prepare(photo, cartoon, at) {
    const { width, height, fields, stride } = this;
    const average = (plane, radius) => mean(plane, width, height, radius, REFLECTED);
    const meanPhoto = average(photo, 2);
    const meanCartoon = average(cartoon, 2);
    const squares = average(times(photo, photo), 2);
    const together = average(times(photo, cartoon), 2);
    const around = average(cartoon, 1);
    const { lows, highs } = findBounds(cartoon, width, height);
    for (let i = 0, to = at; i < photo.length; i++, to += stride) {
      const variance = squares[i] - meanPhoto[i] * meanPhoto[i];
      const covariance = together[i] - meanPhoto[i] * meanCartoon[i];
      // More than 1 would make the photo's noise louder, less than 0 turn it about.
      const slope = Math.min(1, Math.max(0, covariance / (variance + SMOOTHNESS)));
      const sharp = cartoon[i] + this.sharpening * (cartoon[i] - around[i]);
      fields[to] = slope;
      fields[to + 1] = sharp - slope * photo[i];
      fields[to + 2] = lows[i];
      fields[to + 3] = highs[i];
    }
  }

  /** A row of the large cartoon, RGB in float levels, into an array. */
  row(y, levels) {
    const { fields, narrow, stride } = this;
    const { pixels, width } = this.photo;
    const { firsts, seconds, shares } = this.columns;
    const down = this.rows.shares[y];
    let above = this.rows.firsts[y] * narrow.length;
    let below = this.rows.seconds[y] * narrow.length;
    for (let i = 0; i < narrow.length; i++) {
      const value = fields[above++];
      narrow[i] = value + (fields[below++] - value) * down;
    }
    const row = y * width * 4;
    for (let x = 0, end = 0; x < width; x = end) {
      // all pixels between the same two of the small picture
      const first = firsts[x];
      while (end < width && firsts[end] === first) end++;
      let left = first * stride;
      let right = seconds[x] * stride;
      for (let c = 0; c < 3; c++, left += FIELDS, right += FIELDS) {
        const slope = narrow[left];
        const rest = narrow[left + 1];
        const low = narrow[left + 2];
        const high = narrow[left + 3];
        const slopes = narrow[right] - slope;
        const rests = narrow[right + 1] - rest;
        const lows = narrow[right + 2] - low;
        const highs = narrow[right + 3] - high;
        for (let at = x; at < end; at++) {
          const share = shares[at];
          const photo = pixels[row + at * 4 + c];
          const level = (slope + slopes * share) * photo + rest + rests * share;
          const least = low + lows * share;
          const most = high + highs * share;
          levels[at * 3 + c] = level < least ? least : level > most ? most : level;
        }
      }
    }
  }
}

/** A cartoon that was drawn at the photo's own size, read as a `Join` is. */
export class Whole {
  constructor(cartoon, { width }) {
    Object.assign(this, { cartoon, width });
  }

  row(y, levels) {
    this.cartoon.forEach((plane, channel) => {
      let from = y * this.width;
      for (let to = channel; to < levels.length; to += 3) levels[to] = plane[from++];
    });
  }
}

/**
 * The large cartoon, RGBA levels, as transparent as the photo.
 *
 * @param {Join|Whole} first
 * @param {Join|Whole} [second] What counts where the faces are.
 * @param {object[]} faces In pixels of the large photo.
 */
export function finish({ pixels: photo, width, height }, first, second, faces) {
  // Assigning to a clamped array rounds halves to even and cuts at 0 and 255.
  const pixels = new Uint8ClampedArray(width * height * 4);
  const levels = new Float32Array(width * 3);
  const finer = new Float32Array(width * 3);
  let to = 0;
  for (let y = 0; y < height; y++) {
    first.row(y, levels);
    const shares = second ? weights(faces, y, width) : null;
    if (shares) {
      second.row(y, finer);
      for (let i = 0; i < levels.length; i++) {
        levels[i] += shares[(i / 3) | 0] * (finer[i] - levels[i]);
      }
    }
    for (let from = 0; from < levels.length; ) {
      pixels[to++] = levels[from++];
      pixels[to++] = levels[from++];
      pixels[to++] = levels[from++];
      pixels[to] = photo[to]; // what is transparent stays so
      to++;
    }
  }
  return pixels;
}

/** The least and the largest of 3x3 pixels, the border repeated. */
function findBounds(plane, width, height) {
  const [low, high, lows, highs] = [1, 2, 3, 4].map(() => new Float32Array(plane.length));
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const left = plane[x ? i - 1 : i];
      const right = plane[x < width - 1 ? i + 1 : i];
      low[i] = Math.min(left, plane[i], right);
      high[i] = Math.max(left, plane[i], right);
    }
  }
  for (let y = 0, i = 0; y < height; y++) {
    const up = y ? width : 0;
    const down = y < height - 1 ? width : 0;
    for (let x = 0; x < width; x++, i++) {
      lows[i] = Math.min(low[i - up], low[i], low[i + down]);
      highs[i] = Math.max(high[i - up], high[i], high[i + down]);
    }
  }
  return { lows, highs };
}

/** For each place of a longer line: between which two of the shorter, and how far. */
function spread(length, newLength) {
  const firsts = new Int32Array(newLength);
  const seconds = new Int32Array(newLength);
  const shares = new Float32Array(newLength);
  for (let i = 0; i < newLength; i++) {
    const place = ((i + 0.5) * length) / newLength - 0.5;
    const cut = Math.min(length - 1, Math.max(0, place));
    firsts[i] = Math.floor(cut);
    seconds[i] = Math.min(firsts[i] + 1, length - 1);
    shares[i] = cut - firsts[i];
  }
  return { firsts, seconds, shares };
}
