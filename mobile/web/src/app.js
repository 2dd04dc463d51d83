// The page: what its buttons do.

import { Album } from "./album.js";
import { fetchSample, findSamples, listenForPhotos } from "./arriving.js";
import { Cards } from "./cards.js";
import { Cartoonizer, gainsThreads } from "./cartoonizer.js";
import { Editing } from "./editing.js";
import { Handing } from "./handing.js";
import { Live } from "./live.js";
import {
  control, install, isMetered, isolate, keepFiles, takeShared, takeWish,
} from "./offline.js";
import { grab, HeicError, openFile } from "./photo.js";
import { Stage } from "./stage.js";
import {
  keep, recall, say, sayReason, styleName, switchLanguage, translate,
} from "./strings.js";
import { findLack } from "./support.js";
import { complain, retell, tell, tellOffline, tellRunning } from "./telling.js";

const $ = (id) => document.getElementById(id);
const QUICK = 256; // pixels: drawn in a third of the time
const stage = new Stage($("stage"), () => keep("compared", "yes"));
const cards = new Cards($("styles"), chooseStyle);
const album = new Album($("album"), (file) => open(file));

const state = {
  cartoonizer: null,
  photo: null, // what was opened last; the example at first
  isExample: true,
  cartoon: null,
  style: "",
  gainsThreads: false,
};

// What a reload would lose: a choice that was made, or is being made.
let isTouched = false;
let touch;
const touched = new Promise((done) => (touch = done)).then(() => (isTouched = true));
let settle;
const settled = new Promise((done) => (settle = done)); // no reload will come any more

const live = new Live(
  stage,
  {
    choice: () => liveChoice(),
    onOpen: () => {
      latest++; // what is being drawn is not wanted any more
      editing.end();
      setBusy(false);
      if (state.cartoonizer) cards.fill(state.cartoonizer.table.styles);
    },
    onClose: () => state.photo && setPhoto(state.photo, state.isExample),
    onPhoto: (photo) => {
      album.fill([]);
      setPhoto(photo);
      $("save").focus({ preventScroll: true });
    },
    onError: explain,
    onDrawn: tellEngine,
  },
  settled,
);
const editing = new Editing(stage, {
  photo: () => state.photo,
  onPhoto: (photo) => setPhoto(photo, state.isExample),
});
const handing = new Handing({
  present: () => state.photo && { ...state, strength: $("strength").value / 100 },
  files: () => album.files,
  draw: drawAside,
});

// ------------------------------------------------------------------ telling

function tellEngine() {
  tellRunning(state.cartoonizer ?? {}, state.style);
}

function onProgress({ stage: step, done }) {
  const bar = $("progress");
  bar.hidden = live.isOpen;
  if (done === undefined) bar.removeAttribute("value");
  else bar.value = done;
  if (live.isOpen) return;
  const percent = Math.round((done ?? 0) * 20) * 5; // by fives: each is read aloud
  tell(step === "start" && done < 1 ? "begin" : step, { percent });
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
  if (!state.photo || !state.cartoonizer || live.isOpen) return queue;
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
    if (state.isExample) choice.faces = false; // there are none: one file less to wait for
    // The very first one comes sooner, and then again as fine as it was asked for.
    if (!cartoonizer.drawing && choice.size > QUICK) {
      const variant = await quickVariant(cartoonizer, style);
      const quick = await cartoonizer.draw(photo.pixels, { ...choice, variant, size: QUICK });
      if (mine !== latest || live.isOpen) return;
      showDrawn(quick);
    }
    const cartoon = await cartoonizer.draw(photo.pixels, choice);
    if (mine !== latest || live.isOpen) return;
    showDrawn(cartoon);
    describe();
    tellDrawn(photo, cartoonizer.drawing);
  } catch (error) {
    if (mine === latest) {
      tell(null);
      explain(error);
    }
  } finally {
    if (mine === latest) setBusy(false);
    tellEngine();
  }
  if (mine === latest && state.cartoon) drawCards(mine); // not awaited: it may be long
}

async function warm() {
  const { cartoonizer, style } = state;
  const isQuick = chosen().size > QUICK;
  const variant = isQuick ? await quickVariant(cartoonizer, style) : undefined;
  cartoonizer.warm({ style, variant, size: QUICK, onProgress });
}

/** Half the download, and as like as can be seen; but no GPU takes it. */
async function quickVariant(cartoonizer, style) {
  return (await cartoonizer.triesGpu()) ? undefined : cartoonizer.liveVariant(style);
}

function showDrawn(cartoon) {
  const isFirst = state.cartoon === null;
  state.cartoon = cartoon;
  stage.showCartoon(cartoon);
  if (isFirst) stage.unveil();
}

/** A file's cartoon by the present choices, the stage left alone. */
async function drawAside(file) {
  const { style, cartoonizer } = state;
  const photo = await openFile(file);
  return { photo, cartoon: await cartoonizer.draw(photo.pixels, { style, ...chosen() }) };
}

function tellDrawn(photo, drawing) {
  const seconds = drawing.seconds.toFixed(1);
  const size = ({ width, height }) => `${width}×${height}`;
  if (state.isExample) tell("example");
  else if (photo.isShrunk) {
    tell("shrunk", { seconds, from: size(photo.original), to: size(photo.pixels) });
  } else tell("drawn", { seconds });
}

function setBusy(busy) {
  stage.isBusy = busy;
  if (!busy) $("progress").hidden = true;
  handing.isReady = !busy && state.cartoon !== null && !live.isOpen;
}

function setPhoto(photo, isExample = false) {
  editing.end();
  state.photo = photo;
  state.isExample = isExample;
  state.cartoon = null;
  stage.element.classList.toggle("has-alpha", photo.hasAlpha);
  stage.showPhoto(photo.pixels);
  stage.showCartoon(null);
  cards.age();
  editing.update();
  handing.update();
  document.body.classList.toggle("is-own", !isExample);
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

function liveChoice() {
  const { style, cartoonizer } = state;
  if (!cartoonizer) return null;
  const variant = cartoonizer.liveVariant(style);
  // Looking for faces would take longer than drawing.
  const choice = { ...chosen(), style, variant, size: 256, faces: false, onProgress };
  return { draw: (pixels) => cartoonizer.draw(pixels, choice) };
}

// ------------------------------------------------------------------ styles

function chooseStyle(name) {
  state.style = name;
  touch();
  keep("style", name);
  redraw();
}

/** The photo in every style, as long as nothing else is asked for. */
function drawCards(mine) {
  const { photo, cartoonizer, style } = state;
  const isWanted = () => mine === latest && !live.isOpen;
  return cards.draw(cartoonizer, photo, { style, color: chosen().color, isWanted });
}

// ------------------------------------------------------------------ photos

/** Opens what was chosen, dropped, pasted or handed over: one photo or several. */
function take(files) {
  if (!files.length) return;
  if (files.length > 1) album.fill(files);
  handing.update();
  open(files[0]);
}

let opening = null; // of several in a row the last is wanted

/** Opens a file; one that cannot be opened takes nothing away. */
async function open(file) {
  touch();
  live.close(false);
  complain(null);
  tell("opening");
  opening = file;
  const before = album.current;
  album.mark(file);
  try {
    const photo = await openFile(file, () => opening === file && tell("heicSoon"));
    if (opening !== file) return;
    if (!album.files.includes(file)) album.fill([file]);
    setPhoto(photo);
    stage.reveal();
  } catch (error) {
    if (opening !== file) return;
    album.mark(before);
    tell(null);
    const name = file.name || "?";
    if (error instanceof RangeError) complain("tooLarge", { name });
    else if (error instanceof HeicError) complain("heic", { name });
    else if (error instanceof TypeError) complain("noPhoto", { name });
    else explain(error);
  }
}

async function openSample(url) {
  tell("opening");
  try {
    take([await fetchSample(url)]);
  } catch (error) {
    tell(null);
    explain(error);
  }
}

/** Anything that the visitor begins; the camera waits for a reload by itself. */
function listenForTouches() {
  const onTouch = ({ target }) => target.closest?.("#camera") || touch();
  for (const kind of ["pointerdown", "keydown", "dragenter", "paste"]) {
    addEventListener(kind, onTouch, { capture: true });
  }
}

// ------------------------------------------------------------------ choices

function setStrength() {
  const percent = $("strength").value;
  $("strength-said").textContent = `${percent}%`;
  stage.strength = percent / 100;
}

function listenForChoices() {
  $("compare").hidden = recall("compared") === "yes"; // told until it was done once
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
  $("help").onclick = () => $("helping").showModal();
  $("keep-all").onclick = () => keepModels();
}

/** Everything that depends on the language. */
function show() {
  translate();
  if (state.cartoonizer) cards.list(state.cartoonizer.table.styles, state.style);
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
  listenForTouches();
  listenForChoices();
  listenForPhotos(take, openSample);
  live.listen();
  editing.listen();
  handing.listen();
  const example = showExample();
  const installed = install((take) => {
    $("update").hidden = false;
    $("reload").onclick = take;
  });
  installed.then((is) => is || tellOffline("offlineNo"));
  const models = openModels();
  state.gainsThreads = await gainsThreads($("engine").value);
  if (state.gainsThreads) {
    const findWish = () => (live.isWanted ? "camera" : "");
    await isolate(installed, touched, () => !isTouched, findWish);
  }
  settle(); // threads are decided before the engine starts
  if (takeWish() === "camera") live.open();
  const shared = await takeShared();
  await models;
  if (!state.cartoonizer) return;
  warm(); // not awaited: it takes longer than the example
  await example;
  if (shared.length) take(shared);
  else await redraw();
  if (!(await installed)) return;
  await control();
  if (!isMetered()) return keepModels();
  tellOffline("offlineUsed");
  $("keep-all").hidden = false;
}

async function openModels() {
  try {
    const engine = $("engine").value;
    state.cartoonizer = await Cartoonizer.open("./", { engine });
  } catch (error) {
    complain("noModels", { reason: sayReason(error.message) });
    return;
  }
  const { styles, table } = state.cartoonizer;
  state.style = styles.includes(recall("style")) ? recall("style") : styles[0];
  cards.list(table.styles, state.style);
  if (table.source) Object.assign($("source"), { href: table.source, hidden: false });
}

async function showExample() {
  const picture = new Image();
  picture.src = "example.jpg";
  await picture.decode();
  if (state.photo) return;
  const { naturalWidth: width, naturalHeight: height } = picture;
  const photo = grab(picture, width, height, "example", "image/jpeg");
  state.photo = photo;
  if (live.isOpen) return;
  stage.showPhoto(photo.pixels);
  editing.update();
  if (!live.isWanted && $("progress").hidden) tell("example");
}

async function keepModels() {
  $("keep-all").hidden = true;
  const files = [...state.cartoonizer.files(state.gainsThreads), ...findSamples()];
  const all = await keepFiles(files, (done, of) =>
    tellOffline("offlineLoading", { done, all: of }),
  );
  tellOffline(all ? "offlineReady" : "offlineFull");
}

begin();
