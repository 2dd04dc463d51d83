// The page without a network: the service worker, and what it should keep.

const RELOADED = "reloaded-for-threads";
const WISH = "wish";
const PATIENCE = 4000; // ms; then one thread must do

/**
 * Installs the service worker.
 *
 * @param {function} onUpdate Is told when a new version waits; gets a function that
 *   takes it.
 * @returns {Promise<boolean>} Whether a service worker may keep this page.
 */
export async function install(onUpdate) {
  if (!("serviceWorker" in navigator)) return false;
  try {
    watch(await navigator.serviceWorker.register("sw.js"), onUpdate);
    return true;
  } catch {
    return false; // a private window, a host without https, a browser told not to
  }
}

/**
 * Loads the page once more, before anything was drawn: only then do the service
 * worker's headers hold, which threads need. Not if the visitor would lose anything.
 *
 * @param {Promise<boolean>} installed Of `install`.
 * @param {Promise} touched Ends the waiting.
 * @param {function} mayReload
 * @param {function} findWish What is to be done after it: a word or "".
 */
export async function isolate(installed, touched, mayReload, findWish) {
  if (self.crossOriginIsolated || isMarked()) return;
  const late = new Promise((done) => setTimeout(done, PATIENCE, false));
  const taken = installed.then((is) => is && control());
  if (!(await Promise.race([taken, late, touched])) || !mayReload()) return;
  mark(findWish());
  location.reload();
  await new Promise(() => {}); // nothing more happens on this page
}

/** Waits until the service worker has taken over this page. */
export function control() {
  const { serviceWorker } = navigator;
  if (serviceWorker.controller) return Promise.resolve(true);
  return new Promise((done) =>
    serviceWorker.addEventListener("controllerchange", () => done(true), { once: true }),
  );
}

/** What was to be done when the page was loaded once more. */
export function takeWish() {
  try {
    const wish = sessionStorage.getItem(WISH) ?? "";
    sessionStorage.removeItem(WISH);
    return wish;
  } catch {
    return "";
  }
}

/** Photos that another app handed over: the service worker holds them for this page. */
export async function takeShared() {
  if (!new URLSearchParams(location.search).has("shared")) return [];
  history.replaceState(null, "", location.pathname);
  const cache = await caches.open("shared").catch(() => null);
  const files = [];
  for (const request of (await cache?.keys()) ?? []) {
    const answer = await cache.match(request);
    const name = decodeURIComponent(request.url.split("/").pop());
    const type = answer.headers.get("content-type");
    files.push(new File([await answer.blob()], name, { type }));
  }
  await self.caches?.delete("shared");
  return files;
}

/** Whether every byte may cost the visitor money. Not every browser knows. */
export function isMetered() {
  const { connection } = navigator;
  if (connection) return connection.saveData || connection.type === "cellular";
  return matchMedia("(pointer: coarse)").matches; // a phone that does not tell
}

function watch(registration, onUpdate) {
  const tell = (worker) => {
    if (!worker || !navigator.serviceWorker.controller) return;
    onUpdate(() => {
      navigator.serviceWorker.addEventListener("controllerchange", () =>
        location.reload(),
      );
      worker.postMessage("take over");
    });
  };
  tell(registration.waiting);
  registration.addEventListener("updatefound", () => {
    const worker = registration.installing;
    worker.addEventListener("statechange", () => {
      if (worker.state === "installed") tell(registration.waiting);
    });
  });
}

// Once a tab: where reloading does not help it must not go on for ever.
function isMarked() {
  try {
    return sessionStorage.getItem(RELOADED) !== null;
  } catch {
    return true;
  }
}

function mark(wish) {
  try {
    sessionStorage.setItem(RELOADED, "1");
    if (wish) sessionStorage.setItem(WISH, wish);
  } catch {
    // then isMarked says so
  }
}

/**
 * Fetches files through the service worker, one by one, so that it keeps them.
 *
 * @param {string[]} urls
 * @param {function} onProgress Gets how many of how many are there.
 * @returns {Promise<boolean>} Whether all are kept.
 */
export async function keepFiles(urls, onProgress) {
  const cache = await caches.open("kept");
  let done = 0;
  for (const url of urls) {
    const address = new URL(url, document.baseURI).href;
    try {
      if (!(await cache.match(address))) await (await fetch(address)).arrayBuffer();
      if (await cache.match(address)) done++;
    } catch {
      return false;
    }
    onProgress(done, urls.length);
  }
  return done === urls.length;
}

/** Whether a file is kept already. */
export async function isKept(url) {
  const cache = await self.caches?.open("kept").catch(() => null);
  return Boolean(await cache?.match(new URL(url, document.baseURI).href));
}
