// What a test asks of `uploadInParts`, the same in Node and in Chromium.
// call(scenario, file) begins an upload; stop() pauses it; outcome() is what came of it, in values that JSON can carry.
// In Node: node call_parts.js, a scenario on the first line of standard input, "stop" perhaps on the second. There the
// file is made of `content`, and `memory` is the path of a file that remembers.
import { UploadFailure } from "./upload-client.js";
import { azureBlocks, googleSession } from "./part-targets.js";
import { partsBackEnd } from "./parts-back-end.js";
import { abandonUpload, s3Parts, uploadInParts } from "./upload-in-parts.js";

const running = new AbortController();
const asked = [];
const told = [];
let ended;

async function counted(url, request) {
  asked.push(new URL(url, "http://here").pathname.split("/").at(-1));
  return asking(url, request);
}

let cookie = ""; // of which a browser takes care itself

async function asking(url, request) {
  if (typeof process === "undefined") return fetch(url, request);
  const response = await fetch(url, { ...request, headers: { ...request.headers, cookie } });
  cookie = response.headers.get("set-cookie")?.split(";")[0] ?? cookie;
  return response;
}

const TARGETS = {
  s3: ({ backEnd }) => s3Parts(partsBackEnd(backEnd, counted)),
  azure: ({ sas }) => azureBlocks(() => sas),
  google: ({ session, begins }) => googleSession(session ?? (() => begins.shift())),
};

export function call({ kind, action, backEnd, sas, session, begins, stopAt, ...options }, file) {
  const onProgress = ({ failure, ...event }) => {
    told.push(failure ? { ...event, code: failure.code } : event);
    if (event.phase === stopAt) stop();
  };
  const target = TARGETS[kind ?? "s3"]({ backEnd, sas, session, begins });
  const does = action === "abandon" ? abandonUpload : uploadInParts;
  ended = does(file, { ...options, target, onProgress, signal: running.signal })
    .then((done) => ({ done }))
    .catch((error) => ({ error: { name: error.name, said: String(error), ...error }, known: error instanceof UploadFailure }))
    .then((end) => ({ ...end, told, asked }));
}

export const stop = () => running.abort();
export const outcome = () => ended;
export const phase = () => told.at(-1)?.phase;

function fileMemory(path, { existsSync, readFileSync, renameSync, writeFileSync }) {
  const all = () => (existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {});
  const write = (change) => {
    writeFileSync(`${path}.new`, JSON.stringify({ ...all(), ...change }));
    renameSync(`${path}.new`, path); // whole, whenever the process is killed
  };
  return {
    get: (key) => all()[key] ?? null,
    set: (key, value) => write({ [key]: value, cookie }),
    delete: (key) => write({ [key]: undefined }),
    cookie: () => all().cookie ?? "",
  };
}

if (typeof process !== "undefined") {
  const { createInterface } = await import("node:readline");
  const disk = await import("node:fs");
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const { memory, path, lastModified, ...scenario } = JSON.parse((await lines.next()).value);
  const kept = memory && fileMemory(memory, disk);
  cookie = kept?.cookie() ?? "";
  const file = new File([disk.readFileSync(path)], "large.bin", { lastModified, type: "application/x-large" });
  call({ ...scenario, ...(kept && { memory: kept }) }, file);
  lines.next().then(({ value }) => value === "stop" && stop());
  console.log(JSON.stringify(await outcome()));
  process.exit();
}
