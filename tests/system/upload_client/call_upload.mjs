// What a test asks of the TypeScript client, the same in Node and in Chromium.
// call(scenario) begins an upload; abort() ends it; outcome() is what came of it, in values that JSON can carry.
// In Node: node call_upload.mjs, a scenario on the first line of standard input, "abort" perhaps on the second.
import { upload, UploadFailure } from "./upload-client.js";

const running = new AbortController();
let ended;

export function call({ bytes, name, type, urls, ...options }) {
  const told = [];
  let asked = 0;
  const uploadUrl = typeof urls === "string" ? urls : async () => urls[asked++];
  const onProgress = ({ failure, ...event }) => told.push(failure ? { ...event, code: failure.code } : event);
  const content = new Uint8Array(bytes).map((_, index) => index % 251);
  const file = name ? new File([content], name, { type }) : new Blob([content], { type });
  ended = upload(file, { ...options, uploadUrl, onProgress, signal: running.signal })
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
