// Brotli, unpacked while it arrives: by the browser where it can, which Safari and Firefox
// can, else by a WebAssembly of 99 KB. LiteRT's own is 0.86 MB smaller than by gzip.

import init, { BrotliDecStream, BrotliStreamResultCode } from "brotli-dec-wasm/web";

/** The file that unpacks, beside LiteRT's, itself gzipped. */
export const UNPACKER = "brotli.wasm-gzip";
const PIECE = 1 << 20; // bytes given on at once

/** Whether this browser needs no `UNPACKER`. */
export function knowsBrotli() {
  try {
    return Boolean(new DecompressionStream("brotli"));
  } catch {
    return false;
  }
}

/**
 * Unpacks a stream of bytes.
 *
 * @param {ReadableStream} stream
 * @param {Promise<Response>|null} unpacker `UNPACKER`, where the browser needs it.
 * @returns {Promise<ReadableStream>} Fails where the unpacker did not arrive; the stream
 *   where its bytes are damaged or end too soon.
 */
export async function unpack(stream, unpacker) {
  if (!unpacker) return stream.pipeThrough(new DecompressionStream("brotli"));
  await start(await unpacker);
  const brotli = new BrotliDecStream();
  let { NeedsMoreInput: code } = BrotliStreamResultCode;
  return stream.pipeThrough(
    new TransformStream({
      transform(chunk, controller) {
        let at = 0;
        do {
          const step = brotli.dec(chunk.subarray(at), PIECE);
          at += step.input_offset;
          code = step.code;
          controller.enqueue(step.buf);
          step.free();
        } while (code === BrotliStreamResultCode.NeedsMoreOutput);
      },
      flush() {
        brotli.free();
        if (code !== BrotliStreamResultCode.ResultSuccess) throw new Error("a file is not whole");
      },
    }),
  );
}

async function start(response) {
  if (!response.ok) {
    throw new Error(`${response.url} cannot be loaded (${response.status})`);
  }
  const body = response.body.pipeThrough(new DecompressionStream("gzip"));
  const headers = { "Content-Type": "application/wasm" };
  await init({ module_or_path: new Response(body, { headers }) });
}
