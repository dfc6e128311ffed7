// What a test asks of the TypeScript client, the same in Node and in Chromium.
// call(scenario) begins an upload; abort() ends it; outcome() is what came of it, in values that JSON can carry.
// In Node: node call_upload.mjs, a scenario on the first line of standard input, "abort" perhaps on the second. There
// `path` may be that of a file, to which `change` is done after it was chosen: its new content, or null to delete it.
import { upload, UploadFailure } from "./upload-client.js";

const running = new AbortController();
let ended;

async function chosen(path, change) {
  const { openAsBlob, promises: disk } = await import("node:fs");
  const file = await openAsBlob(path);
  if (change === null) await disk.unlink(path);
  if (typeof change === "string") await disk.writeFile(path, change);
  return file;
}

function made({ bytes, name, type }) {
  const content = new Uint8Array(bytes).map((_, index) => index % 251);
  return name ? new File([content], name, { type }) : new Blob([content], { type });
}

export function call({ bytes, name, type, urls, path, change, ...options }) {
  const told = [];
  let asked = 0;
  const uploadUrl = typeof urls === "string" || urls.url ? urls : async () => urls[asked++];
  const onProgress = ({ failure, ...event }) => told.push(failure ? { ...event, code: failure.code } : event);
  const file = path ? chosen(path, change) : made({ bytes, name, type });
  ended = Promise.resolve(file)
    .then((file) => upload(file, { ...options, uploadUrl, onProgress, signal: running.signal }))
    .then((stored) => ({ stored }))
    .catch((error) => ({ error: { name: error.name, ...error }, known: error instanceof UploadFailure }))
    .then((end) => ({ ...end, told, asked }));
}

export const abort = () => running.abort();
export const outcome = () => ended;

if (typeof process !== "undefined") {
  const { createInterface } = await import("node:readline");
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  call(JSON.parse((await lines.next()).value));
  lines.next().then(({ value }) => value === "abort" && abort());
  console.log(JSON.stringify(await outcome()));
  process.exit();
}
