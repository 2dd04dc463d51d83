// HEIC to pixels by libheif (LGPL), whose own files the build lays beside this one,
// unchanged. A worker for one photo: it ends, and its memory with it.

importScripts("libheif.js");

async function decode(file) {
  const response = await fetch("libheif.wasm");
  if (!response.ok) throw new Error(`${response.url} cannot be loaded (${response.status})`);
  const heif = self.libheif({ wasmBinary: await response.arrayBuffer() });
  const images = new heif.HeifDecoder().decode(new Uint8Array(await file.arrayBuffer()));
  // beside the photo there may be its small pictures, its depth
  const image = images.find((each) => each.is_primary()) ?? images[0];
  if (!image) throw new Error("no picture is in it");
  const [width, height] = [image.get_width(), image.get_height()];
  const data = new Uint8ClampedArray(width * height * 4);
  const isDrawn = await new Promise((done) => image.display({ data, width, height }, done));
  if (!isDrawn) throw new Error("its picture cannot be read");
  return { data, width, height };
}

self.onmessage = async ({ data: file }) => {
  try {
    const picture = await decode(file);
    self.postMessage(picture, [picture.data.buffer]);
  } catch (error) {
    self.postMessage({ error: String(error?.message ?? error) });
  }
};
