#!/usr/bin/env bash
# A JSON file as the body of a PUT: axios trims it, and superagent sends a description of its Buffer.
#
# One would expect: what is given as a string or as bytes is sent as it is, whatever its Content-Type, as with any other
#   type.
# What happens: with Content-Type: application/json axios parses a string and, if it is JSON, sends it without the white
#   space at both ends; if it is not (JSON lines, JSON with a comment), it sends it as one JSON string, in quotation marks
#   and with \n for each line break. superagent sends a Buffer as {"type":"Buffer","data":[...]}. With another type both send
#   what they were given, and so do axios with a Buffer and superagent with a string.
# Versions: axios 1.21.1, superagent 10.4.2
# Source: this script; axios 1.21.1, lib/defaults/index.js lines 24 to 37 and 103 (`stringifySafely`); superagent 10.4.2,
#   lib/node/index.js line 1207 (only strings are left as they are)
# Why it matters: a .json file is PUT with its own type. Nearly every text file ends with a line break, so the object is not
#   the file: its size and its MD5 differ, and storage refuses it where the URL was signed for the file's length or
#   checksum. The others are stored as something that is no longer the file, with 200. Bytes for axios and a string for
#   superagent are sent right.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts axios@1.21.1 superagent@10.4.2 >/dev/null

cat > see.mjs <<'JS'
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import axios from "axios";
import superagent from "superagent";

let received;
const server = createServer(async (request, response) => {
  received = "";
  for await (const chunk of request.setEncoding("utf8")) received += chunk;
  response.end();
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const url = `http://127.0.0.1:${server.address().port}/`;
const [json, lines] = ['{"a": 1}\n', '{"a": 1}\n{"a": 2}\n'];
const clients = {
  axios: (type, body) => axios.put(url, body, { headers: { "Content-Type": type } }),
  superagent: (type, body) => superagent.put(url).type(type).send(body),
};

/** What came of one PUT: "as it is", or the other body. */
async function put(client, type, body) {
  const { status } = await clients[client](type, body);
  return status === 200 && (received === body.toString() ? "as it is" : received);
}

const types = ["application/json", "text/csv"];
const seen = {};
for (const client of Object.keys(clients)) {
  for (const [name, text] of Object.entries({ json, lines })) {
    for (const type of types) {
      seen[`${client}, ${name} as a string, ${type}`] = await put(client, type, text);
      seen[`${client}, ${name} as a Buffer, ${type}`] = await put(client, type, Buffer.from(text));
    }
  }
}
server.close();

for (const name of ["axios", "superagent"]) {
  console.log(`${name} ${JSON.parse(readFileSync(`node_modules/${name}/package.json`)).version}`);
}
for (const [name, found] of Object.entries(seen)) console.log(`${name}: ${found}`);
const rewritten = {
  "axios, json as a string, application/json": json.trim(),
  "axios, lines as a string, application/json": JSON.stringify(lines),
  "superagent, json as a Buffer, application/json": JSON.stringify(Buffer.from(json)),
  "superagent, lines as a Buffer, application/json": JSON.stringify(Buffer.from(lines)),
};
process.exit(Object.keys(seen).every((name) => seen[name] === (rewritten[name] ?? "as it is")) ? 0 : 1);
JS
echo "Node $(node --version)"
node see.mjs
echo "as described"
