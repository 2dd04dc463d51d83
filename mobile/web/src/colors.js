// What becomes of a photo's colours in its cartoon: docs/look.md, 4, as
// cartoongan_tf/pictures/colors.py. Pictures are planes of levels.

import { mean, REPEATED, times, toPlanes } from "./planes.js";
import { weights } from "./sizes.js";

const WINDOW = 1 / 40; // of the long side: colour is taken from about this far around
const MAX_GAIN = 2; // of contrast: fog may not turn a cartoon's lines to noise
const SHARPNESS = 4; // in L: steps of the cartoon's lightness that stop colour
const STEPS = 10; // of its luma: they stop a shift
const TINT = { away: 18, face: 8 }; // levels: so far chroma may stray from the photo's
const LIGHT = { away: 30, face: 15 }; // and lightness

export const COLORS = {
  style: (cartoon) => cartoon,
  auto: tame,
  photo: keep,
};

/** Takes a style's accidents away, and leaves its tint. */
export function tame(cartoon, small, faces = []) {
  const { width, height } = small;
  const cut = cartoon.map((plane) => new Float32Array(plane));
  const apart = toPlanes(small.pixels);
  for (let c = 0; c < 3; c++) {
    const [drawn, away] = [cut[c], apart[c]];
    for (let i = 0; i < drawn.length; i++) {
      drawn[i] = limit(drawn[i], 255);
      away[i] -= drawn[i];
    }
  }
  const [reds, greens, blues] = guided(luma(cut), apart, width, height, STEPS);
  const lights = luma([reds, greens, blues]);
  for (let y = 0, i = 0; y < height; y++) {
    const shares = weights(faces, y, width);
    for (let x = 0; x < width; x++, i++) {
      const share = shares ? shares[x] : 0;
      const light = lights[i];
      const red = reds[i] - light;
      const green = greens[i] - light;
      const blue = blues[i] - light;
      const size = Math.sqrt(red * red + green * green + blue * blue);
      const tint = TINT.away + (TINT.face - TINT.away) * share;
      const bound = LIGHT.away + (LIGHT.face - LIGHT.away) * share;
      const more = Math.max(0, 1 - tint / Math.max(size, 1e-6));
      const lighter = light * Math.max(0, 1 - bound / Math.max(Math.abs(light), 1e-6));
      cut[0][i] = limit(cut[0][i] + red * more + lighter, 255);
      cut[1][i] = limit(cut[1][i] + green * more + lighter, 255);
      cut[2][i] = limit(cut[2][i] + blue * more + lighter, 255);
    }
  }
  return cut;
}

/** Gives a cartoon the colours and the exposure of its photo. */
export function keep(cartoon, small) {
  const { width, height } = small;
  const [light] = toLab(cartoon);
  const [target, ...colors] = toLab(toPlanes(small.pixels));
  const theirs = measure(light);
  const ours = measure(target);
  const gain = Math.min(MAX_GAIN, ours.deviation / Math.max(theirs.deviation, 1e-3));
  const [a, b] = guided(light, colors, width, height, SHARPNESS);
  const matched = light.map((value) =>
    limit((value - theirs.average) * gain + ours.average, 100),
  );
  return fromLab([matched, a, b]);
}

/** Smooths planes, except across edges of the guide: He et al., 2010. */
function guided(guide, planes, width, height, steps) {
  const radius = Math.max(1, Math.round((Math.max(width, height) * WINDOW) / 2));
  const average = (plane) => mean(plane, width, height, radius, REPEATED);
  const meanGuide = average(guide);
  const variance = average(times(guide, guide));
  for (let i = 0; i < variance.length; i++) variance[i] -= meanGuide[i] ** 2;
  return planes.map((plane) => {
    const slope = average(times(guide, plane));
    const offset = average(plane);
    for (let i = 0; i < slope.length; i++) {
      slope[i] = (slope[i] - meanGuide[i] * offset[i]) / (variance[i] + steps ** 2);
      offset[i] -= slope[i] * meanGuide[i];
    }
    const smooth = average(offset);
    const steep = average(slope);
    for (let i = 0; i < smooth.length; i++) smooth[i] += steep[i] * guide[i];
    return smooth;
  });
}

function limit(value, most) {
  return Math.min(most, Math.max(0, value));
}

function luma([red, green, blue]) {
  const result = new Float64Array(red.length);
  for (let i = 0; i < result.length; i++) {
    result[i] = 0.299 * red[i] + 0.587 * green[i] + 0.114 * blue[i];
  }
  return result;
}

function measure(plane) {
  const average = plane.reduce((sum, value) => sum + value, 0) / plane.length;
  const squares = plane.reduce((sum, value) => sum + (value - average) ** 2, 0);
  return { average, deviation: Math.sqrt(squares / plane.length) };
}

// CIE Lab of sRGB under D65, as OpenCV computes it.
const WHITE = [0.950456, 1, 1.088754];
const TO_XYZ = [
  [0.412453, 0.35758, 0.180423],
  [0.212671, 0.71516, 0.072169],
  [0.019334, 0.119193, 0.950227],
];
const FROM_XYZ = [
  [3.240479, -1.53715, -0.498535],
  [-0.969256, 1.875991, 0.041556],
  [0.055648, -0.204043, 1.057311],
];
const dot = (row, [x, y, z]) => row[0] * x + row[1] * y + row[2] * z;

function toLab(planes) {
  const lab = planes.map((plane) => new Float64Array(plane.length));
  for (let i = 0; i < planes[0].length; i++) {
    const linear = planes.map((plane) => {
      const value = limit(plane[i], 255) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    const [x, y, z] = TO_XYZ.map((row, c) => {
      const share = dot(row, linear) / WHITE[c];
      return share > 0.008856 ? Math.cbrt(share) : 7.787 * share + 16 / 116;
    });
    lab[0][i] = 116 * y - 16;
    lab[1][i] = 500 * (x - y);
    lab[2][i] = 200 * (y - z);
  }
  return lab;
}

function fromLab([light, a, b]) {
  const planes = [0, 1, 2].map(() => new Float32Array(light.length));
  for (let i = 0; i < light.length; i++) {
    const y = (light[i] + 16) / 116;
    const shares = [y + a[i] / 500, y, y - b[i] / 200];
    const xyz = shares.map((share, c) => {
      const isDark = share <= 0.008856 ** (1 / 3);
      return WHITE[c] * (isDark ? (share - 16 / 116) / 7.787 : share ** 3);
    });
    FROM_XYZ.forEach((row, c) => {
      const value = limit(dot(row, xyz), 1);
      const curved = value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055;
      planes[c][i] = curved * 255;
    });
  }
  return planes;
}
