#!/usr/bin/env bash
# A file that the server refuses with a 4xx: Uppy's XHR Upload sends the whole of it four times.
#
# One would expect: a refusal such as 403, 413 or 415 is the end, as in the sister plugin @uppy/aws-s3 6.3.1, whose comment is
#   "Don't retry client errors (except 429 rate limit)" (lib/s3-client/S3Client.js line 81).
# What happens: each answer that is not 2xx is retried three times, whatever its status. The file is sent four times, and only
#   then is `upload-error` fired. With `shouldRetry` it is sent once.
# Versions: @uppy/xhr-upload 6.0.0, @uppy/core 6.3.1; jsdom 26.1.0 is the page
# Source: this script; @uppy/core 6.3.1, lib/utils/fetcher.js line 31 (`shouldRetry = () => true`, `retries = 3`) and line 69.
#   That there are three retries is meant; that a refusal is retried, neither the package's README nor its types say.
# Why it matters: "too large", "wrong type", "not signed in", "link expired": the user waits four uploads long for the reason,
#   pays for them on a phone, and the server takes in four times what it does not want. A limit on requests is reached four
#   times as soon.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts \
  @uppy/core@6.3.1 @uppy/xhr-upload@6.0.0 jsdom@26.1.0 >/dev/null

cat > see.mjs <<'JS'
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { JSDOM } from "jsdom";

const size = 1_000_000;
let status, requests, received;

const server = createServer(async (request, response) => {
  if (request.method !== "POST") return response.setHeader("Content-Type", "text/html").end("<!DOCTYPE html>");
  requests += 1;
  for await (const chunk of request) received += chunk.length;
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end("{}");
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const endpoint = `http://127.0.0.1:${server.address().port}/`;

const { window } = await JSDOM.fromURL(endpoint, { pretendToBeVisual: true });
for (const name of ["window", "document", "XMLHttpRequest", "FormData", "Blob", "File"]) {
  globalThis[name] = name === "window" ? window : window[name];
}
const { default: Uppy } = await import("@uppy/core");
const { default: XHRUpload } = await import("@uppy/xhr-upload");
const quiet = { debug() {}, warn() {}, error() {} };

/** How often one file is sent that is answered with `code`, and how many times `upload-error` is fired. */
async function send(code, options) {
  [status, requests, received] = [code, 0, 0];
  let errors = 0;
  const uppy = new Uppy({ logger: quiet }).use(XHRUpload, { endpoint, ...options });
  uppy.on("upload-error", () => (errors += 1));
  uppy.addFile({ name: "a.bin", type: "application/octet-stream", data: new Blob([new Uint8Array(size)]) });
  const { failed } = await uppy.upload();
  uppy.destroy();
  const files = Math.floor(received / size);
  return `requests ${requests}, whole files received ${files}, upload-error ${errors}, failed ${failed.length}`;
}

const refusals = [401, 403, 413, 415, 422];
const own = { shouldRetry: (xhr) => xhr.status >= 500 };
const seen = {};
for (const code of refusals) seen[`status ${code}`] = await send(code);
seen["status 413 with shouldRetry"] = await send(413, own);
seen["status 200"] = await send(200);
window.close();
server.close();

for (const name of ["@uppy/core", "@uppy/xhr-upload", "jsdom"]) {
  const { version } = JSON.parse(readFileSync(`node_modules/${name}/package.json`));
  console.log(`${name} ${version}`);
}
for (const [name, found] of Object.entries(seen)) console.log(`${name}: ${found}`);
const refused = "requests 4, whole files received 4, upload-error 1, failed 1";
const wanted = Object.fromEntries(refusals.map((code) => [`status ${code}`, refused]));
wanted["status 413 with shouldRetry"] = "requests 1, whole files received 1, upload-error 1, failed 1";
wanted["status 200"] = "requests 1, whole files received 1, upload-error 0, failed 0";
process.exitCode = Object.keys(wanted).every((name) => seen[name] === wanted[name]) ? 0 : 1;
JS
echo "Node $(node --version)"
node see.mjs
echo "as described"
