// The service worker: the page works without a network, and every answer carries the
// headers that let it use threads, on hosts that cannot be told to send them.

// The build puts its list here: {version, shell: [...], kept: [...]}, addresses
// relative to this file. A kept file's name holds its hash, or its version.
const BUILD = __BUILD__;
const SHELL = `shell-${BUILD.version}`;
const KEPT = "kept";

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(SHELL).then((cache) =>
      // The browser's own cache may hold an earlier version's files: the host is asked.
      cache.addAll(BUILD.shell.map((url) => new Request(url, { cache: "no-cache" }))),
    ),
  );
});

self.addEventListener("activate", (event) => event.waitUntil(settle()));

/** Takes over open pages and drops what earlier versions left. */
async function settle() {
  for (const name of await caches.keys()) {
    if (name.startsWith("shell-") && name !== SHELL) await caches.delete(name);
  }
  const wanted = new Set(BUILD.kept.map(absolute));
  const kept = await caches.open(KEPT);
  for (const request of await kept.keys()) {
    if (!wanted.has(request.url)) await kept.delete(request);
  }
  await self.clients.claim();
}

self.addEventListener("message", ({ data }) => {
  if (data === "take over") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "POST" && request.url === absolute("share")) {
    return event.respondWith(receive(request));
  }
  if (request.method !== "GET" || !request.url.startsWith(absolute("./"))) return;
  event.respondWith(answer(request));
});

/** Photos that another app shares with this one: held until the page opens. */
async function receive(request) {
  const files = (await request.formData()).getAll("photos");
  const shared = await caches.open("shared");
  for (const [i, file] of files.entries()) {
    const name = encodeURIComponent(file.name || `photo ${i + 1}`);
    const headers = { "Content-Type": file.type };
    await shared.put(absolute(`shared/${i}/${name}`), new Response(file, { headers }));
  }
  return Response.redirect(absolute("./?shared"), 303);
}

async function answer(request) {
  const url = request.url.split(/[?#]/)[0];
  const shell = await caches.open(SHELL);
  const found = await shell.match(url === absolute("./") ? absolute("index.html") : url);
  if (found) return isolate(found);
  const kept = await caches.open(KEPT);
  const held = await kept.match(url);
  if (held) return isolate(held);
  const response = await fetch(request);
  if (response.status === 200 && BUILD.kept.map(absolute).includes(url)) {
    // Where there is no room the answer still arrives.
    await kept.put(url, response.clone()).catch(() => {});
  }
  return isolate(response);
}

function isolate(response) {
  if (response.status === 0) return response;
  const headers = new Headers(response.headers);
  headers.set("Cross-Origin-Opener-Policy", "same-origin");
  headers.set("Cross-Origin-Embedder-Policy", "require-corp");
  headers.set("Cross-Origin-Resource-Policy", "same-origin");
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}

function absolute(url) {
  return new URL(url, self.location).href;
}
