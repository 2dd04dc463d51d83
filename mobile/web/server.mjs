// A static server like any host's: it sends no special headers. For this machine only.

import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".wasm": "application/wasm",
};

/**
 * Serves a folder on localhost.
 *
 * @param {string} dir
 * @param {object} [options]
 * @param {number} [options.port] 0 for any.
 * @param {number} [options.tries] How many ports to try, from `port` upwards.
 * @param {string} [options.path] Below which the folder appears.
 * @param {function} [options.wait] Gets a request's path; its promise is awaited first.
 * @returns {Promise<{address: string, close: function}>}
 */
export async function serve(dir, { port = 0, tries = 1, path = "/", wait } = {}) {
  const server = createServer(async (request, response) => {
    await wait?.(request.url);
    answer(dir, path, request, response);
  });
  for (let left = tries; ; left--, port++) {
    try {
      await new Promise((done, fail) => {
        server.once("error", fail).listen(port, "127.0.0.1", () => {
          server.off("error", fail);
          done();
        });
      });
      break;
    } catch (error) {
      if (error.code !== "EADDRINUSE" || left <= 1) throw error;
    }
  }
  const close = () =>
    new Promise((done) => {
      server.close(done);
      server.closeAllConnections();
    });
  return { address: `http://localhost:${server.address().port}${path}`, close };
}

function answer(dir, path, request, response) {
  const refuse = (status) => response.writeHead(status).end();
  if (!["GET", "HEAD"].includes(request.method)) return refuse(405);
  let wanted;
  try {
    wanted = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
  } catch {
    return refuse(400);
  }
  if (!wanted.startsWith(path)) return refuse(404);
  let file = normalize(join(dir, wanted.slice(path.length)));
  if (file !== dir && !file.startsWith(dir + sep)) return refuse(404);
  let found = statSync(file, { throwIfNoEntry: false });
  if (found?.isDirectory()) {
    file = join(file, "index.html");
    found = statSync(file, { throwIfNoEntry: false });
  }
  if (!found?.isFile()) return refuse(404);
  const type = TYPES[extname(file)] ?? "application/octet-stream";
  const tag = `"${found.size}-${found.mtimeMs}"`;
  const headers = { "Content-Type": type, "Cache-Control": "no-cache", ETag: tag };
  if (request.headers["if-none-match"] === tag) return response.writeHead(304, headers).end();
  response.writeHead(200, { ...headers, "Content-Length": found.size });
  if (request.method === "HEAD") return response.end();
  createReadStream(file).on("error", () => response.destroy()).pipe(response);
}
