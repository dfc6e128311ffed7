#!/usr/bin/env bash
# An option that is given as an async function is not called, and nothing says so.
#
# One would expect: `preprocess`, which is there to wait for something before a chunk is sent, may be an async function, as any
#   function may.
# What happens: simple-uploader.js takes for functions only what Object.prototype.toString calls [object Function]. That of an
#   async function is [object AsyncFunction]. The chunk is sent at once, without the preprocessing.
# Version: simple-uploader.js 0.6.0 of npm, Node 20
# Source: this script; src/utils.js (isFunction) and src/chunk.js (send) of that package; its README, "preprocess"
# Why it matters: a URL is signed there. Without it each chunk goes out with no URL, or with that of the chunk before.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund simple-uploader.js@0.6.0
cat > see.cjs <<'JS'
// What the package looks for in a browser when it is loaded.
const { File } = require("node:buffer");
const document = { createElement: () => ({}) };
globalThis.window = { File, Blob, FileList: Array, navigator: {}, document };
globalThis.document = document;
const Uploader = require("simple-uploader.js");
const { Chunk } = Uploader;

function called(preprocess) {
  let times = 0;
  const count = preprocess(() => (times += 1));
  const uploader = { opts: { chunkSize: 1, preprocess: count, readFileFn() {} } };
  new Chunk(uploader, { size: 1, file: {} }, 0).send();
  return times;
}

const plain = called((note) => (chunk) => note(chunk));
const asynchronous = called((note) => async (chunk) => note(chunk));
console.log(`simple-uploader.js ${require("simple-uploader.js/package.json").version}, Node ${process.version}`);
console.log(`a plain function is called ${plain} time(s), an async function ${asynchronous} time(s)`);
process.exit(plain === 1 && asynchronous === 0 ? 0 : 1);
JS
node see.cjs
echo "as described"
