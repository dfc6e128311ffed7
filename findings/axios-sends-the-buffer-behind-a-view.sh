#!/usr/bin/env bash
# A Uint8Array that is a piece of a larger one as the body of a PUT: axios sends the larger one.
#
# One would expect: of `bytes.subarray(4, 8)` four bytes are sent, as fetch does it, and as axios does with a Node Buffer and
#   with a Blob. "ArrayBufferView" is in the README's list of bodies.
# What happens: axios sends the whole ArrayBuffer behind the view, with the length of all of it. The answer is 200; no error,
#   no warning. It is so with the adapters "http" and "fetch", for a DataView, too.
# Versions: axios 1.21.1; the fetch of Node sends it right
# Source: this script; axios 1.21.1, lib/defaults/index.js line 71 (`return data.buffer`, before any adapter); reported in
#   2019 and 2021, and closed: github.com/axios/axios/issues/2564 and /issues/4068
# Why it matters: who reads a file once and PUTs its parts as subarrays of it stores the whole file as each part: each part
#   has 200 and an ETag, and the completed object is the file several times. What TextEncoder's encodeInto or WebAssembly
#   wrote goes out with the rest of their memory. A copy, `bytes.slice(4, 8)`, is sent right.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts axios@1.21.1 >/dev/null

cat > see.mjs <<'JS'
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import axios from "axios";

let length, received;
const server = createServer(async (request, response) => {
  length = request.headers["content-length"];
  received = "";
  for await (const chunk of request.setEncoding("latin1")) received += chunk;
  response.end();
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const url = `http://127.0.0.1:${server.address().port}/`;
const headers = { "Content-Type": "application/octet-stream" };
const file = new TextEncoder().encode("aaaabbbbcccc");
const piece = file.subarray(4, 8);

/** The status of one PUT, its Content-Length, and the bytes that came. */
async function put(body, options) {
  const { status } = await axios.put(url, body, { headers, ...options });
  return `${status}, ${length}, ${received}`;
}

const seen = {
  "axios, subarray": await put(piece),
  "axios, subarray, adapter fetch": await put(piece, { adapter: "fetch" }),
  "axios, DataView": await put(new DataView(file.buffer, 4, 4)),
  "axios, slice": await put(piece.slice()),
  "axios, Buffer": await put(Buffer.from(file.buffer, 4, 4)),
  "axios, Blob": await put(new Blob([piece])),
  "fetch, subarray": `${(await fetch(url, { method: "PUT", headers, body: piece })).status}, ${length}, ${received}`,
};
server.close();

console.log(`axios ${JSON.parse(readFileSync("node_modules/axios/package.json")).version}, Node ${process.version}`);
for (const [name, found] of Object.entries(seen)) console.log(`${name}: ${found}`);
const wrong = ["axios, subarray", "axios, subarray, adapter fetch", "axios, DataView"];
const right = (name) => seen[name] === (wrong.includes(name) ? "200, 12, aaaabbbbcccc" : "200, 4, bbbb");
process.exit(Object.keys(seen).every(right) ? 0 : 1);
JS
node see.mjs
echo "as described"
