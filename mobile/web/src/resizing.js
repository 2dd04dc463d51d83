// One file a style: its model of another size has the same weights, and only a few of
// its 32 bit words differ, nearly all of them sides of shapes.

/**
 * A model as it was exported for another size.
 *
 * @param {Uint8Array} model As it was downloaded; stays as it is.
 * @param {object} shapes Of `compareSizes` in models.mjs: `scaled`, places of the words
 *   that grow with the size; `set`, by size the places and values of the other words.
 * @param {number} from The size that the file has.
 * @param {number} to The size that is wanted.
 */
export function resize(model, { scaled, set }, from, to) {
  const copy = model.slice();
  const view = new DataView(copy.buffer);
  for (const place of scaled) {
    view.setInt32(place, (view.getInt32(place, true) * to) / from, true);
  }
  for (const [place, value] of set[to] ?? []) view.setInt32(place, value, true);
  return copy;
}
