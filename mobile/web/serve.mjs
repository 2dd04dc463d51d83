// Serves the built page on this machine: `make web`.

import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { existsSync } from "node:fs";
import { serve } from "./server.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const HELP = `\
usage: node serve.mjs [--dir DIR] [--port N]

Serve the built page to browsers on this machine.

  --dir DIR  what \`make web-build\` wrote (mobile/web/dist)
  --port N   8080, or the next free one`;

async function main() {
  const { values: flags } = parseArgs({
    options: {
      help: { type: "boolean", short: "h" },
      dir: { type: "string", default: join(HERE, "dist") },
      port: { type: "string", default: "8080" },
    },
  });
  if (flags.help) return console.log(HELP);
  const dir = resolve(flags.dir);
  if (!existsSync(join(dir, "index.html"))) {
    throw new Error(`There is no page yet: run \`make web-build\`. Received: ${dir}`);
  }
  const port = Number(flags.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new Error(`--port must be 0 to 65535. Received: ${flags.port}`);
  }
  const { address } = await serve(dir, { port, tries: 20 });
  console.log(`The page: ${address}   (Ctrl-C ends it)`);
}

main().catch((error) => {
  console.error(`error: ${error.message.split("\n")[0]}`);
  process.exit(2);
});
