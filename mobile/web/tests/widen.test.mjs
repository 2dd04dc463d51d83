// A float16 model is widened to what the exporter's float32 model would be.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { FlatBuffer } from "../src/flatbuffer.js";
import { widen } from "../src/widen.js";
import { build } from "./harness.mjs";

let built;
before(() => (built = build()));
after(() => built.remove());

function read(variant) {
  const table = JSON.parse(readFileSync(join(built.out, "models.json"), "utf8"));
  const { url } = table.styles[0].models.find((m) => m.variant === variant);
  return new Uint8Array(readFileSync(join(built.out, url)));
}

function count(model) {
  const file = new FlatBuffer(model);
  const [subgraph] = file.tables(file.root, 2);
  const codes = file.tables(file.root, 1).map((code) => file.number(code, 3, "Int32"));
  const operators = file.tables(subgraph, 3).map((o) => codes[file.number(o, 0)]);
  const types = file.tables(subgraph, 0).map((t) => file.number(t, 1, "Int8"));
  return {
    operators: operators.length,
    dequantize: operators.filter((code) => code === 6).length,
    halves: types.filter((type) => type === 1).length,
  };
}

test("no float16 is left, nor what widened it in every run", () => {
  const model = read("float16");
  const before = count(model);
  assert.ok(before.dequantize > 5 && before.halves === before.dequantize, JSON.stringify(before));
  const now = count(widen(model));
  assert.deepEqual(now, {
    operators: before.operators - before.dequantize,
    dequantize: 0,
    halves: 0,
  });
});

test("the model that was given stays as it was", () => {
  const model = read("float16");
  const copy = model.slice();
  widen(model);
  assert.deepEqual(model, copy);
});

test("a model without float16 is given back", () => {
  const model = read("int8");
  assert.equal(widen(model), model);
});
