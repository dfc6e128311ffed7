#!/usr/bin/env bash
# An object for Dropzone's option `params`: the form goes out without its members, and the next Dropzone of the page has them.
#
# One would expect: "Can be an object of additional parameters to transfer to the server", as the comment of the option says:
#   the members are fields of the form, and they belong to this Dropzone alone.
# What happens: the form has the file alone. No error, no warning. The default of `params` is a function; the deep merge of
#   the options hangs the members on that function, which is called and returns nothing. All Dropzones of the page share it:
#   a second one, made without `params`, finds the first one's values in its options. A function that returns the same
#   object is sent, and the fork @deltablot/dropzone, which merges with Object.assign, sends the object.
#   Dropzone 5.9.3 sends it too.
# Versions: dropzone 6.3.5 and 5.9.3, @deltablot/dropzone 7.4.4; jsdom 26.1.0 is the page
# Source: this script; dropzone 6.3.5, src/options.ts line 393 (what is promised), src/extend.ts line 100 (a function may be
#   merged into), src/dropzone.ts line 1634 (is called); reported in 2022 for 6.0.0-beta.2, and open:
#   github.com/dropzone/dropzone/issues/2158
# Why it matters: who goes from Dropzone 5 to 6 with `params: {folder, token, ...}` sends each file without them. The server
#   refuses it, or stores it in the wrong place, and the page has nothing to show. Whatever was in the object, also a token or
#   a signed URL, stays on a function that the whole page shares.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts \
  dropzone@6.3.5 dropzone-5@npm:dropzone@5.9.3 @deltablot/dropzone@7.4.4 jsdom@26.1.0 >/dev/null

cat > see.mjs <<'JS'
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { JSDOM } from "jsdom";

const page = '<!DOCTYPE html><div id="first"></div><div id="second"></div>';
let names;

const server = createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request.setEncoding("latin1")) body += chunk;
  if (request.method === "POST") names = [...body.matchAll(/form-data; name="([^"]+)"/g)].map((found) => found[1]);
  response.setHeader("Content-Type", request.method === "POST" ? "application/json" : "text/html");
  response.end(request.method === "POST" ? "{}" : page);
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const url = `http://127.0.0.1:${server.address().port}/`;

/** The names of the fields that one file is sent with, and `folder` in the options of the page's next Dropzone. */
async function send(name, params, script = "dist/dropzone-min.js") {
  const { window } = await JSDOM.fromURL(url, { runScripts: "outside-only" });
  window.eval(readFileSync(`node_modules/${name}/${script}`, "utf8"));
  const dropzone = new window.Dropzone("#first", { url, params });
  const ended = new Promise((resolve, reject) => {
    dropzone.on("success", resolve);
    dropzone.on("error", (file, message) => reject(new Error(message)));
  });
  dropzone.addFile(new window.File(["12345"], "a.txt", { type: "text/plain" }));
  await ended;
  const next = new window.Dropzone("#second", { url }).options.params.folder;
  window.close();
  return `sent ${names.join(", ")}; the next Dropzone's params.folder: ${next}`;
}

const members = { folder: "holidays" };
const seen = {
  "dropzone, an object": await send("dropzone", members),
  "dropzone, a function": await send("dropzone", () => members),
  "dropzone 5, an object": await send("dropzone-5", members, "dist/min/dropzone.min.js"),
  "@deltablot/dropzone, an object": await send("@deltablot/dropzone", members),
};
server.close();

const wanted = {
  "dropzone, an object": "sent file; the next Dropzone's params.folder: holidays",
  "dropzone, a function": "sent folder, file; the next Dropzone's params.folder: undefined",
  "dropzone 5, an object": "sent folder, file; the next Dropzone's params.folder: undefined",
  "@deltablot/dropzone, an object": "sent folder, file; the next Dropzone's params.folder: undefined",
};
for (const name of ["dropzone", "dropzone-5", "@deltablot/dropzone", "jsdom"]) {
  const { version } = JSON.parse(readFileSync(`node_modules/${name}/package.json`));
  console.log(`${name} ${version}`);
}
for (const [name, found] of Object.entries(seen)) console.log(`${name}: ${found}`);
process.exitCode = Object.keys(wanted).every((name) => seen[name] === wanted[name]) ? 0 : 1;
JS
echo "Node $(node --version)"
node see.mjs
echo "as described"
