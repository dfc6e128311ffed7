#!/usr/bin/env bash
# How the forms of JavaScript's HTTP clients end, byte by byte.
#
# One would expect: two releases of one client, and two clients with boundaries of the same shape, end a
#   multipart/form-data body in the same way, so that a server that knows the request's Content-Length and the head of the
#   last part also knows the length of the file in it.
# What happens: RFC 2046 section 5.1.1 allows anything after the closing delimiter, and three endings are in use: nothing
#   (undici 6.21.2, formdata-polyfill 4.0.10, so node-fetch 3), one line break (undici 6.21.3 and 7), two line breaks
#   (form-data-encoder 4.1.0, so got). undici changed its ending in a patch release; nothing else in the request tells.
# Versions: undici 6.21.2 (the fetch of Node 22.14), 6.21.3 and 7.16.0; formdata-polyfill 4.0.10; form-data-encoder 4.1.0
# Source: this script; github.com/nodejs/undici/blob/main/lib/web/fetch/body.js
# Why it matters: who streams the file of a form on, with a Content-Length, before the form has ended, must foretell the
#   file's length. A length that is wrong by two bytes means a PUT that is given up, or a request that never ends.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund \
  undici-old@npm:undici@6.21.2 undici-new@npm:undici@6.21.3 undici-7@npm:undici@7.16.0 \
  formdata-polyfill@4.0.10 form-data-encoder@4.1.0 >/dev/null

cat > see.mjs <<'JS'
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { FormDataEncoder } from "form-data-encoder";
import { formDataToBlob } from "formdata-polyfill/esm.min.js";

const load = createRequire(import.meta.url);
const seen = {};

function ending(body, boundary) {
  const closing = `--${boundary}--`;
  return JSON.stringify(body.slice(body.lastIndexOf(closing) + closing.length));
}

function form(Form, Blob) {
  const made = new Form();
  made.append("file", new Blob(["12345"]), "a.txt");
  return made;
}

const server = createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request.setEncoding("latin1")) body += chunk;
  const boundary = /boundary="?([^";]+)/.exec(request.headers["content-type"])[1];
  seen[request.url.slice(1)] = [ending(body, boundary), boundary.replace(/[0-9]+/g, "9")];
  response.end();
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const url = `http://127.0.0.1:${server.address().port}/`;

for (const name of ["undici-old", "undici-new", "undici-7"]) {
  const { fetch, FormData } = load(name);
  const { version } = load(`${name}/package.json`);
  await fetch(`${url}undici-${version}`, { method: "POST", body: form(FormData, Blob) });
}
const blob = formDataToBlob(form(FormData, Blob), Blob);
seen["formdata-polyfill-4.0.10"] = [ending(await blob.text(), /boundary=(.+)/.exec(blob.type)[1]), ""];
const encoder = new FormDataEncoder(form(FormData, Blob));
let encoded = "";
for await (const chunk of encoder) encoded += Buffer.from(chunk).toString("latin1");
seen["form-data-encoder-4.1.0"] = [ending(encoded, encoder.boundary), ""];
server.close();

const wanted = {
  "undici-6.21.2": '""',
  "undici-6.21.3": '"\\r\\n"',
  "undici-7.16.0": '"\\r\\n"',
  "formdata-polyfill-4.0.10": '""',
  "form-data-encoder-4.1.0": '"\\r\\n\\r\\n"',
};
for (const [name, [found, shape]] of Object.entries(seen)) {
  console.log(`${name}: after the closing delimiter ${found}${shape && `, boundary like ${shape}`}`);
}
const same = Object.keys(wanted).every((name) => seen[name]?.[0] === wanted[name]);
const oneShape = seen["undici-6.21.2"][1] === seen["undici-6.21.3"][1];
process.exitCode = same && oneShape ? 0 : 1;
JS
echo "Node $(node --version)"
node see.mjs
echo "as described"
