// How photos come: chosen, dropped, pasted, as a sample, by the system's "open with".

import { complain } from "./telling.js";

const $ = (id) => document.getElementById(id);

/**
 * Listens for photos.
 *
 * @param {function} take Gets files.
 * @param {function} openSample Gets a sample's address.
 */
export function listenForPhotos(take, openSample) {
  // A desktop's dialog hides HEIC otherwise; a phone's gallery shows every photo anyway.
  if (matchMedia("(hover: hover)").matches) $("file").accept += ",.heic,.heif";
  $("choose").onclick = () => $("file").click();
  $("file").onchange = () => {
    take([...$("file").files]);
    $("file").value = ""; // the same file may be chosen again
  };
  addEventListener("paste", (event) => {
    const files = findPictures(event.clipboardData);
    if (files.length) take(files);
    else complain("noPaste");
  });
  addEventListener("dragover", (event) => {
    event.preventDefault();
    document.body.classList.add("is-dragging");
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) document.body.classList.remove("is-dragging");
  });
  addEventListener("drop", (event) => {
    event.preventDefault();
    document.body.classList.remove("is-dragging");
    take(findPictures(event.dataTransfer));
  });
  for (const button of document.querySelectorAll("[data-sample]")) {
    button.onclick = () => openSample(button.dataset.sample);
    button.querySelector("img").onerror = () => (button.hidden = true); // no network
  }
  // What an installed page was asked to open.
  self.launchQueue?.setConsumer(async ({ files }) => {
    if (files?.length) take(await Promise.all(files.map((file) => file.getFile())));
  });
}

/** The pictures among what was dropped or pasted; else what else was. */
export function findPictures(transfer) {
  const files = [...(transfer?.files ?? [])];
  // a desktop that does not know HEIC gives it no type
  const pictures = files.filter(({ type, name }) =>
    type.startsWith("image/") || /\.hei[cf]$/i.test(name));
  return pictures.length ? pictures : files.slice(0, 1);
}

/** Addresses of the sample photos, small and whole. */
export function findSamples() {
  const buttons = [...document.querySelectorAll("[data-sample]")];
  return buttons.flatMap((button) => [
    button.querySelector("img").getAttribute("src"), button.dataset.sample,
  ]);
}

/** A sample photo as a file. */
export async function fetchSample(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} cannot be loaded (${response.status})`);
  return new File([await response.blob()], url.split("/").pop(), { type: "image/jpeg" });
}
