// What this page cannot do without.

// A module with one SIMD instruction: LiteRT's code is full of them.
const SIMD = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65,
  0, 253, 15, 253, 98, 11,
);

/** The first thing that this browser lacks, as its name; null if it lacks nothing. */
export function findLack() {
  if (typeof WebAssembly !== "object") return "WebAssembly";
  if (!WebAssembly.validate(SIMD)) return "WebAssembly SIMD";
  if (typeof Worker !== "function") return "Web Workers";
  if (typeof createImageBitmap !== "function") return "createImageBitmap";
  if (typeof DecompressionStream !== "function") return "DecompressionStream";
  return null;
}
