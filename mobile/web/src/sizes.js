// The size at which a photo is drawn, and the shrinking to it: docs/look.md, 1 to 3, as
// cartoongan_tf/pictures/sizes.py.

const USUAL = 480; // pixels: the long side of a drawing without faces
const FACE = 95; // pixels: the height of the largest face when it is drawn
const SMALLEST = 224;
const LARGEST = 720; // however large or small that face is
const TINY = 40; // pixels: a face drawn smaller gets a second pass
const REACH = 1; // of a face's box, from its middle: here what is done for faces is 0
const CORE = 0.65; // and up to here it is done in full

/**
 * The long side at which a photo is drawn, that of a second pass, and the faces that
 * need one. What the second is not larger than the first for, needs none.
 *
 * @param {number} longest The photo's long side.
 * @param {object[]} faces Of `findFaces`, the largest first.
 * @param {number} most The side of the largest model.
 */
export function choose(longest, faces, most) {
  const usual = Math.min(USUAL, most);
  if (!faces.length) return { first: usual, second: usual, again: [] };
  const wanted = Math.round((longest * FACE) / faces[0].height);
  const size = Math.min(Math.max(wanted, SMALLEST), LARGEST);
  const first = Math.min(size, most);
  const isLarger = size < 0.75 * USUAL && size < longest && first < usual;
  const scale = Math.min(size, longest) / longest;
  const again = isLarger ? faces.filter(({ height }) => height * scale < TINY) : [];
  return { first, second: usual, again };
}

/** A picture whose long side is at most so many pixels, by area average. */
export function shrink(picture, longest) {
  const share = longest / Math.max(picture.width, picture.height);
  return share < 1 ? resize(picture, share) : picture;
}

/** RGBA levels, each the mean of the picture over its rectangle, rounded. */
export function resize({ pixels, width, height }, share) {
  const scaled = (side) => Math.max(1, Math.floor(side * share + 0.5));
  const [wide, tall] = [scaled(width), scaled(height)];
  const result = new Uint8ClampedArray(wide * tall * 4);
  const columns = weigh(width, wide);
  const rows = weigh(height, tall);
  const sums = new Float64Array(width * 4);
  let to = 0;
  for (const { first, weights } of rows) {
    sums.fill(0);
    for (let k = 0; k < weights.length; k++) {
      const from = (first + k) * sums.length;
      const weight = weights[k];
      for (let i = 0; i < sums.length; i++) sums[i] += pixels[from + i] * weight;
    }
    for (const { first: column, weights: shares } of columns) {
      let [red, green, blue] = [0, 0, 0];
      for (let k = 0, from = column * 4; k < shares.length; k++, from += 4) {
        red += sums[from] * shares[k];
        green += sums[from + 1] * shares[k];
        blue += sums[from + 2] * shares[k];
      }
      result[to++] = red;
      result[to++] = green;
      result[to++] = blue;
      result[to++] = 255;
    }
  }
  return { pixels: result, width: wide, height: tall };
}

/** For each place of a line: where the pixels under it begin, and their shares. */
function weigh(length, newLength) {
  const step = length / newLength;
  return Array.from({ length: newLength }, (_, place) => {
    const [from, to] = [place * step, (place + 1) * step];
    const first = Math.min(length - 1, Math.floor(from + 1e-9));
    const end = Math.min(length, Math.max(first + 1, Math.ceil(to - 1e-9)));
    const weights = Float64Array.from({ length: end - first }, (_, k) => {
      const [left, right] = [first + k, first + k + 1];
      return (Math.min(right, to) - Math.max(left, from)) / step;
    });
    return { first, weights };
  });
}

/**
 * How much what is done for faces counts in a row: 1 within them, 0 away from them;
 * null where no face reaches.
 *
 * @param {object[]} faces In pixels of this picture.
 */
export function weights(faces, y, width) {
  let row = null;
  for (const face of faces) {
    const down = (y + 0.5 - face.top - face.height / 2) / face.height;
    if (Math.abs(down) >= REACH) continue;
    row ??= new Float32Array(width);
    const middle = face.left + face.width / 2;
    const begin = Math.max(0, Math.floor(middle - REACH * face.width));
    const end = Math.min(width, Math.ceil(middle + REACH * face.width));
    for (let x = begin; x < end; x++) {
      const far = Math.hypot((x + 0.5 - middle) / face.width, down);
      row[x] = Math.max(row[x], Math.min(1, Math.max(0, (REACH - far) / (REACH - CORE))));
    }
  }
  return row;
}

/** Faces in pixels of the same picture at another size. */
export function rescale(faces, from, to) {
  const across = to.width / from.width;
  const down = to.height / from.height;
  return faces.map(({ left, top, width, height }) => ({
    left: left * across,
    top: top * down,
    width: width * across,
    height: height * down,
  }));
}
