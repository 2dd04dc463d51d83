// The page without a network: the service worker, and what it should keep.

const RELOADED = "reloaded-for-threads";
const PATIENCE = 8000; // ms; then one thread must do

/**
 * Installs the service worker. The page may be loaded once more, before anything was
 * drawn: only then do its headers hold, which threads need.
 *
 * @param {function} onUpdate Is told when a new version waits; gets a function that
 *   takes it.
 * @param {function} mayReload Whether the visitor would lose nothing by it.
 * @returns {Promise<boolean>} Whether a service worker keeps this page.
 */
export async function install(onUpdate, mayReload) {
  if (!("serviceWorker" in navigator)) return false;
  const { serviceWorker } = navigator;
  try {
    watch(await serviceWorker.register("sw.js"), onUpdate);
  } catch {
    return false; // a private window, a host without https, a browser told not to
  }
  if (!serviceWorker.controller) {
    const taken = new Promise((done) =>
      serviceWorker.addEventListener("controllerchange", () => done(true), {
        once: true,
      }),
    );
    const late = new Promise((done) => setTimeout(done, PATIENCE, false));
    if (!(await Promise.race([taken, late]))) return true;
  }
  if (!self.crossOriginIsolated && !isMarked() && mayReload()) {
    mark();
    location.reload();
    await new Promise(() => {}); // nothing more happens on this page
  }
  return true;
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

function mark() {
  try {
    sessionStorage.setItem(RELOADED, "1");
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
