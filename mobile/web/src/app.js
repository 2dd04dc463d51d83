// The page: what its buttons do.

import { Camera } from "./camera.js";
import { Cartoonizer } from "./cartoonizer.js";
import { install, keepFiles } from "./offline.js";
import { findPicture, grab, openFile } from "./photo.js";
import { canShare, makeFile, save, share } from "./saving.js";
import { Stage } from "./stage.js";
import {
  keep, recall, say, sayReason, styleName, switchLanguage, translate,
} from "./strings.js";
import { findLack } from "./support.js";
import { complain, retell, tell, tellOffline } from "./telling.js";

const $ = (id) => document.getElementById(id);
const stage = new Stage($("stage"));
const camera = new Camera();

const state = {
  cartoonizer: null,
  photo: null, // what was opened last; the example at first
  isExample: true,
  cartoon: null,
  style: "",
  isTouched: false, // a choice was made that a reload would lose
};

// ------------------------------------------------------------------ telling

function tellEngine() {
  const { running, fallback, drawing, table } = state.cartoonizer ?? {};
  const { accelerator, threads } = running ?? {};
  let device = "–";
  if (accelerator === "webgpu") device = say("onGpu");
  else if (running) device = say(threads > 1 ? "onCpu" : "onCpuAlone", { threads });
  $("running").textContent = device;
  $("took").textContent = drawing
    ? say("second", { seconds: drawing.seconds.toFixed(2) })
    : "–";
  $("drawn-at").textContent = drawing ? say("pixels", drawing) : "–";
  $("fallback").hidden = !fallback;
  $("fallback").textContent = fallback
    ? say("fellBack", { reason: sayReason(fallback) })
    : "";
  const style = table?.styles.find(({ name }) => name === state.style);
  $("licence").textContent = style?.licence ?? "–";
}

function onProgress({ stage: step, done }) {
  const bar = $("progress");
  bar.hidden = camera.isOpen;
  if (done === undefined) bar.removeAttribute("value");
  else bar.value = done;
  if (!camera.isOpen) tell(step, { percent: Math.round((done ?? 0) * 100) });
}

function explain(error) {
  const message = error.message ?? String(error);
  if (/came out blank/.test(message)) complain("blank");
  else complain("failed", { reason: sayReason(message) });
}

// ------------------------------------------------------------------ drawing

let latest = 0;
let queue = Promise.resolve();

/** Draws the photo again; of several wishes in a row only the last is fulfilled. */
function redraw() {
  tellEngine();
  if (!state.photo || !state.cartoonizer || camera.isOpen) return queue;
  const mine = ++latest;
  queue = queue.then(() => (mine === latest ? draw(mine) : null));
  return queue;
}

async function draw(mine) {
  const { photo, cartoonizer, style } = state;
  setBusy(true);
  complain(null);
  try {
    const choice = { style, onProgress, ...chosen() };
    const cartoon = await cartoonizer.draw(photo.pixels, choice);
    if (mine !== latest || camera.isOpen) return;
    state.cartoon = cartoon;
    stage.showCartoon(cartoon);
    describe();
    tellDrawn(photo, cartoonizer.drawing.seconds);
  } catch (error) {
    if (mine === latest) {
      tell(null);
      explain(error);
    }
  } finally {
    if (mine === latest) setBusy(false);
    tellEngine();
  }
}

function tellDrawn(photo, taken) {
  const seconds = taken.toFixed(1);
  const size = ({ width, height }) => `${width}×${height}`;
  if (state.isExample) tell("example");
  else if (photo.isShrunk) {
    tell("shrunk", { seconds, from: size(photo.original), to: size(photo.pixels) });
  } else tell("drawn", { seconds });
}

function setBusy(busy) {
  stage.isBusy = busy;
  if (!busy) $("progress").hidden = true;
  const isReady = !busy && state.cartoon !== null && !camera.isOpen;
  $("save").disabled = $("share").disabled = !isReady;
}

function setPhoto(photo, isExample = false) {
  state.photo = photo;
  state.isExample = isExample;
  state.cartoon = null;
  stage.showPhoto(photo.pixels);
  stage.showCartoon(null);
  // One thing is the next to do: choose a photo, then save its cartoon.
  $("choose").classList.toggle("main", isExample);
  $("save").classList.toggle("main", !isExample);
  return redraw();
}

/** What the controls say of the look. */
function chosen() {
  const [size, color] = ["size", "color"].map(
    (name) => document.querySelector(`input[name=${name}]:checked`).value,
  );
  return { size: Number(size), color, faces: $("faces").checked };
}

// ------------------------------------------------------------------ photos

async function open(file) {
  if (!file) return;
  state.isTouched = true;
  closeCamera(false);
  complain(null);
  tell("opening");
  try {
    setPhoto(await openFile(file));
    stage.reveal();
  } catch (error) {
    tell(null);
    const name = file.name || "?";
    if (error instanceof RangeError) complain("tooLarge", { name });
    else if (error instanceof TypeError) complain("noPhoto", { name });
    else explain(error);
  }
}

function listenForPhotos() {
  $("choose").onclick = () => $("file").click();
  $("file").onchange = () => {
    open($("file").files[0]);
    $("file").value = ""; // the same file may be chosen again
  };
  addEventListener("paste", (event) => {
    const file = findPicture(event.clipboardData);
    if (file) open(file);
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
    open(findPicture(event.dataTransfer));
  });
}

// ------------------------------------------------------------------ camera

async function openCamera(change = () => camera.open()) {
  state.isTouched = true;
  complain(null);
  try {
    await change();
  } catch (error) {
    closeCamera();
    if (error.name === "NotAllowedError") complain("cameraRefused");
    else if (error.name === "NotFoundError") complain("noCamera");
    else complain("cameraBusy", { reason: error.message });
    return;
  }
  $("camera-bar").hidden = false;
  stage.reveal();
  $("switch-camera").hidden = camera.cameras.length < 2;
  $("status").ariaLive = "off"; // a rate that changes all the time is noise
  stage.isLive = true;
  latest++; // what is being drawn is not wanted any more
  setBusy(false);
  stage.isBusy = true;
  $("shutter").focus({ preventScroll: true });
  live(camera.stream);
}

/** Draws pictures of one camera until it is closed. */
async function live(stream) {
  let drawn = 0;
  let begun = 0;
  while (camera.stream === stream) {
    await new Promise(requestAnimationFrame);
    const photo = camera.grab(true);
    if (!photo) continue;
    const { style, cartoonizer } = state;
    if (!cartoonizer) continue; // the page is still loading
    const variant = cartoonizer.liveVariant(style);
    // Looking for faces would take longer than drawing.
    const look = { ...chosen(), size: 256, faces: false };
    const choice = { style, variant, ...look, onProgress };
    try {
      const cartoon = await cartoonizer.draw(photo.pixels, choice);
      if (camera.stream !== stream) return;
      stage.showPhoto(photo.pixels);
      stage.showCartoon(cartoon);
    } catch (error) {
      if (camera.stream !== stream) return;
      closeCamera();
      return explain(error);
    }
    stage.isBusy = false;
    const now = performance.now();
    if (!drawn++) begun = now; // the first one loads the model
    else if (drawn % 5 === 0) {
      tell("live", { rate: ((drawn - 1) / ((now - begun) / 1000)).toFixed(1) });
      tellEngine();
    }
  }
}

function closeCamera(isBack = true) {
  if (!camera.isOpen && $("camera-bar").hidden) return;
  camera.close();
  $("camera-bar").hidden = true;
  $("status").ariaLive = "polite";
  stage.isLive = false;
  if (isBack && state.photo) setPhoto(state.photo, state.isExample);
}

function shoot() {
  const photo = camera.grab(false);
  if (!photo) return;
  closeCamera(false);
  setPhoto(photo);
  $("save").focus({ preventScroll: true });
}

function listenForCamera() {
  $("camera").onclick = () => (camera.isOpen ? closeCamera() : openCamera());
  $("close-camera").onclick = () => {
    closeCamera();
    $("camera").focus();
  };
  $("switch-camera").onclick = () => openCamera(() => camera.switch());
  $("shutter").onclick = shoot;
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && camera.isOpen) $("close-camera").click();
  });
  // A camera that nobody looks at is closed.
  addEventListener("visibilitychange", () => document.hidden && closeCamera());
}

// ------------------------------------------------------------------ results

async function handOut(how) {
  try {
    const { photo, cartoon, style } = state;
    const file = await makeFile(photo, cartoon, $("strength").value / 100, style);
    if ((await how(file)) === false) return;
    if (how === share) tell("shared");
    else tell("saved", { file: file.name });
  } catch (error) {
    complain("notSaved", { reason: error.message });
  }
}

// ------------------------------------------------------------------ choices

function listStyles() {
  const cards = state.cartoonizer.table.styles.map(({ name, preview }) => {
    const card = document.createElement("label");
    card.className = "card";
    card.dataset.style = name;
    const radio = Object.assign(document.createElement("input"), {
      type: "radio",
      name: "style",
      value: name,
      checked: name === state.style,
    });
    const picture = document.createElement(preview ? "img" : "span");
    picture.className = "preview";
    if (preview) Object.assign(picture, { src: preview, alt: "" });
    const text = document.createElement("span");
    text.textContent = styleName(name);
    card.append(radio, picture, text);
    radio.onchange = () => {
      state.style = name;
      state.isTouched = true;
      keep("style", name);
      redraw();
    };
    return card;
  });
  $("styles").replaceChildren(...cards);
}

function setStrength() {
  const percent = $("strength").value;
  $("strength-said").textContent = `${percent}%`;
  stage.strength = percent / 100;
}

function listenForChoices() {
  $("strength").oninput = setStrength;
  setStrength();
  for (const name of ["size", "color"]) {
    const kept = document.querySelector(`input[name=${name}][value="${recall(name)}"]`);
    if (kept) kept.checked = true;
  }
  $("faces").checked = recall("faces") !== "no";
  $("look").onchange = () => {
    const { size, color, faces } = chosen();
    keep("size", String(size));
    keep("color", color);
    keep("faces", faces ? "yes" : "no");
    redraw();
  };
  $("engine").value = recall("engine") || "auto";
  $("engine").onchange = async () => {
    keep("engine", $("engine").value);
    await state.cartoonizer?.use($("engine").value);
    redraw();
  };
  $("language").onclick = () => {
    switchLanguage();
    show();
  };
  $("save").onclick = () => handOut(save);
  $("share").hidden = !canShare();
  $("share").onclick = () => handOut(share);
}

/** Everything that depends on the language. */
function show() {
  translate();
  if (state.cartoonizer) listStyles();
  retell();
  tellEngine();
  describe();
}

function describe() {
  const style = styleName(state.style);
  stage.describe(say("beforePicture"), say("afterPicture", { style }));
}

// ------------------------------------------------------------------ beginning

async function begin() {
  show();
  const lack = findLack();
  if (lack) {
    complain("unsupported", { what: lack });
    $("choose").disabled = $("camera").disabled = true;
    return;
  }
  listenForChoices();
  listenForPhotos();
  listenForCamera();
  const example = showExample();
  const isKept = install(
    (take) => {
      $("update").hidden = false;
      $("reload").onclick = take;
    },
    () => !state.isTouched,
  );
  await openModels();
  const kept = await isKept; // threads are decided before the engine starts
  if (!state.cartoonizer) return;
  await example;
  await redraw();
  if (kept) await keepModels();
}

async function openModels() {
  try {
    const engine = $("engine").value;
    state.cartoonizer = await Cartoonizer.open("./", { engine });
  } catch (error) {
    complain("noModels", { reason: sayReason(error.message) });
    return;
  }
  const { styles } = state.cartoonizer;
  state.style = styles.includes(recall("style")) ? recall("style") : styles[0];
  listStyles();
}

async function showExample() {
  const picture = new Image();
  picture.src = "example.jpg";
  await picture.decode();
  if (state.photo) return;
  const { naturalWidth: width, naturalHeight: height } = picture;
  state.photo = grab(picture, width, height, "example", "image/jpeg");
  stage.showPhoto(state.photo.pixels);
  tell("example");
}

async function keepModels() {
  const { table } = state.cartoonizer;
  const files = [table.faces, ...table.styles.flatMap(({ models }) => models)];
  const urls = files.map(({ url }) => url);
  const all = await keepFiles(urls, (done, of) =>
    tellOffline("offlineLoading", { done, all: of }),
  );
  tellOffline(all ? "offlineReady" : "offlineFull");
}

begin();
