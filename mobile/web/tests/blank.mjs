// A model whose weights are all zero: LiteRT runs it and draws nothing, as it does
// where memory runs out.

import { FlatBuffer } from "../src/flatbuffer.js";

const BUFFERS = 4; // the field of the root table
const SMALL = 40; // bytes; what is smaller are shapes and paddings, not weights

/** A copy of a `.tflite` with zeros for weights. */
export function blanked(model) {
  const data = Buffer.from(model);
  const file = new FlatBuffer(data);
  let changed = 0;
  for (const buffer of file.tables(file.root, BUFFERS)) {
    // inside its table, or at a place of the file that it names
    const inside = file.places(buffer, 0, 1);
    const from = inside[0] ?? file.number(buffer, 1);
    const bytes = inside.length || file.number(buffer, 2);
    if (bytes < SMALL) continue;
    data.fill(0, from, from + bytes);
    changed++;
  }
  if (!changed) throw new Error("There is no weight in this model");
  return data;
}
