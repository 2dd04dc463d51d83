// As much of FlatBuffers as a `.tflite` needs: tables, vectors and the offsets between
// them, in place. Names of fields are in TFLite's schema; here they are numbers.

/** A `.tflite` as tables. */
export class FlatBuffer {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get root() {
    return this.follow(0);
  }

  /** Where an offset leads. */
  follow(place) {
    return place + this.view.getUint32(place, true);
  }

  /** Where a table's field is; 0 if it has none. */
  field(table, number) {
    const layout = table - this.view.getInt32(table, true);
    const entry = 4 + 2 * number;
    if (entry >= this.view.getUint16(layout, true)) return 0;
    const offset = this.view.getUint16(layout + entry, true);
    return offset ? table + offset : 0;
  }

  /** Places of a vector field's elements, all of `size` bytes. */
  places(table, number, size = 4) {
    const place = this.field(table, number);
    if (!place) return [];
    const vector = this.follow(place);
    const length = this.view.getUint32(vector, true);
    return Array.from({ length }, (_, i) => vector + 4 + size * i);
  }

  /** The tables of a vector of tables. */
  tables(table, number) {
    return this.places(table, number).map((place) => this.follow(place));
  }

  /** A field that is a whole number. */
  number(table, number, kind = "Uint32") {
    const place = this.field(table, number);
    return place ? this.view[`get${kind}`](place, true) : 0;
  }
}
