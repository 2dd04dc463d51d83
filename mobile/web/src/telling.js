// The lines of the page that change: what is going on, what went wrong, what works
// offline. Each is remembered by its key, to be told again in another language.

import { say } from "./strings.js";

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
  write("trouble", said.trouble).hidden = !key;
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
