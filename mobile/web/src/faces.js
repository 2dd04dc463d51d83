// Faces in a photo by BlazeFace: docs/look.md, 2, as cartoongan_tf/pictures/faces.py.

import { resize } from "./sizes.js";

const SIDE = 128; // pixels: what the network takes
const SURE = 0.75; // score, 0..1
const OVERLAP = 0.3; // of two boxes' union: they are one face
const WITHIN = 0.6; // of the smaller one: a tile's border cut a large face
const SMALLEST = 0.04; // of the long side
const EYES = 0.2; // of the box's width at least between the eyes: no profile, no stain
const LEAST = 16; // pixels: narrower photos have none

/**
 * The faces of a photo, the largest first: boxes from the brows to the chin.
 *
 * @param {object} photo `{pixels, width, height}`.
 * @param {function} run The network: an input to its outputs, in any order.
 */
export async function findFaces(photo, run) {
  const longest = Math.max(photo.width, photo.height);
  if (Math.min(photo.width, photo.height) < LEAST) return [];
  const found = [];
  for (const side of [SIDE, 2 * SIDE]) {
    const scale = side / longest;
    const small = resize(photo, scale);
    for (const top of starts(small.height)) {
      for (const left of starts(small.width)) {
        const outputs = await run(cut(small, left, top));
        found.push(...read(outputs, left, top, scale));
      }
    }
  }
  return pick(found, longest);
}

/** One face for each of several boxes, the surest; none that is too small or turned. */
export function pick(found, longest) {
  const kept = [];
  for (const face of found.sort((a, b) => b.score - a.score)) {
    const isLarge = face.height >= SMALLEST * longest;
    const isFrontal = face.eyes >= EYES * face.width;
    if (isLarge && isFrontal && !kept.some((other) => isSame(face, other))) kept.push(face);
  }
  return kept.sort((a, b) => b.height - a.height);
}

function isSame(face, other) {
  const shared = overlap(face, other, "left", "width") * overlap(face, other, "top", "height");
  const areas = [face, other].map(({ width, height }) => width * height);
  const union = areas[0] + areas[1] - shared;
  return shared > OVERLAP * union || shared > WITHIN * Math.min(...areas);
}

function overlap(face, other, begin, size) {
  const end = Math.min(face[begin] + face[size], other[begin] + other[size]);
  return Math.max(0, end - Math.max(face[begin], other[begin]));
}

/** Where tiles begin: each overlaps half of the one before. */
function starts(length) {
  const all = [0];
  if (length > SIDE) {
    for (let at = SIDE / 2; at < length - SIDE / 2; at += SIDE / 2) all.push(at);
  }
  return all;
}

/** A tile as the network's input; black where the picture ends. */
function cut({ pixels, width, height }, left, top) {
  const input = new Float32Array(SIDE * SIDE * 3).fill(-1);
  for (let y = 0; y < Math.min(SIDE, height - top); y++) {
    let to = y * SIDE * 3;
    let from = ((top + y) * width + left) * 4;
    for (let x = 0; x < Math.min(SIDE, width - left); x++, from++) {
      for (let c = 0; c < 3; c++) input[to++] = pixels[from++] / 127.5 - 1;
    }
  }
  return input;
}

/** What the network found in a tile, in pixels of the photo. */
function read(outputs, left, top, scale) {
  const [boxes, scores] = [16, 1].map((each) =>
    outputs.find(({ length }) => length === each * ANCHORS.length),
  );
  const faces = [];
  ANCHORS.forEach(([x, y], n) => {
    const score = 1 / (1 + Math.exp(-scores[n]));
    if (!(score >= SURE)) return;
    const [across, down, wide, high, eye, , other] = boxes.subarray(16 * n, 16 * n + 16);
    faces.push({
      left: (across + x - wide / 2 + left) / scale,
      top: (down + y - high / 2 + top) / scale,
      width: wide / scale,
      height: high / scale,
      eyes: Math.abs(eye - other) / scale,
      score,
    });
  });
  return faces;
}

// Middles of the network's cells: two for each of 16x16, six for each of 8x8.
const ANCHORS = [[16, 2], [8, 6]].flatMap(([cells, each]) => {
  const middle = (cell) => ((cell + 0.5) * SIDE) / cells;
  return Array.from({ length: cells * cells * each }, (_, i) => {
    const cell = Math.floor(i / each);
    return [middle(cell % cells), middle(Math.floor(cell / cells))];
  });
});
