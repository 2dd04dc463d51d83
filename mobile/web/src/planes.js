// Pictures as planes: an array of numbers for each channel. Plain loops: a call or an
// array for each pixel would take several times as long.

/** Red, green and blue of RGBA levels. */
export function toPlanes(pixels) {
  const size = pixels.length / 4;
  return [0, 1, 2].map((channel) => {
    const plane = new Float32Array(size);
    for (let i = 0, from = channel; i < size; i++, from += 4) plane[i] = pixels[from];
    return plane;
  });
}

/** Places beyond a border as those within: cb|abc, and with it repeated cba|abc. */
export const REFLECTED = (place, length) => {
  const period = Math.max(1, 2 * (length - 1));
  const at = ((place % period) + period) % period;
  return Math.min(at, period - at);
};
export const REPEATED = (place, length) => {
  const at = ((place % (2 * length)) + 2 * length) % (2 * length);
  return Math.min(at, 2 * length - 1 - at);
};

/** Means of square boxes of `2 * radius + 1` pixels, by running sums. */
export function mean(plane, width, height, radius, border) {
  const result = new Float64Array(plane.length);
  const side = 2 * radius + 1;
  const count = side * side;
  const row = (y) => border(y - radius, height) * width;
  const columns = Int32Array.from({ length: width + 2 * radius }, (_, i) =>
    border(i - radius, width),
  );
  const sums = new Float64Array(width); // of each column, as tall as a box
  for (let y = 0; y < side - 1; y++) {
    for (let x = 0, from = row(y); x < width; x++) sums[x] += plane[from++];
  }
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0, from = row(y + side - 1); x < width; x++) sums[x] += plane[from++];
    let sum = 0;
    for (let i = 0; i < side - 1; i++) sum += sums[columns[i]];
    for (let x = 0; x < width; x++) {
      sum += sums[columns[x + side - 1]];
      result[to++] = sum / count;
      sum -= sums[columns[x]];
    }
    for (let x = 0, from = row(y); x < width; x++) sums[x] -= plane[from++];
  }
  return result;
}

/** Products of two planes, pixel by pixel. */
export function times(one, other) {
  const result = new Float64Array(one.length);
  for (let i = 0; i < result.length; i++) result[i] = one[i] * other[i];
  return result;
}
