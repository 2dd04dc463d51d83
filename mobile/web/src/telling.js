// The lines of the page that change: what is going on, what went wrong, what works
// offline. Each is remembered by its key, to be told again in another language.

import { say, sayReason } from "./strings.js";

const said = { status: null, trouble: null, offline: ["offlineWait"] };

function write(id, line) {
  const element = document.getElementById(id);
  element.textContent = line ? say(...line) : "";
  return element;
}

/** Tells what is going on; nothing without a key. */
export function tell(key, values) {
  said.status = key ? [key, values] : null;
  write("status", said.status);
}

/** Tells what went wrong; nothing, and the last trouble is over, without a key. */
export function complain(key, values) {
  said.trouble = key ? [key, values] : null;
  const element = write("trouble", said.trouble);
  element.hidden = !key;
  if (key) element.scrollIntoView({ block: "nearest" }); // who reads further down misses it
}

/** Tells how far the page can do without a network. */
export function tellOffline(key, values) {
  said.offline = [key, values];
  write("offline", said.offline);
}

/** Tells everything again, the language having changed. */
export function retell() {
  for (const [id, line] of Object.entries(said)) write(id, line);
}

/** Tells what draws, how long it took, and under what licence the style is. */
export function tellRunning({ running, fallback, drawing, table }, name) {
  const $ = (id) => document.getElementById(id);
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
  const style = table?.styles.find((each) => each.name === name);
  Object.assign($("licence"), { textContent: style?.licence ?? "–", lang: "en" });
}
