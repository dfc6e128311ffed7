/**
 * One upload: gets a URL from the signer, and sends the form with XMLHttpRequest, as only that reports progress.
 *
 * Rules: nothing is thrown; the result is the service's answer, or a `word` of words.js, with `unsure` if the file may
 * be stored. Nothing is kept. Must not know: the page.
 */

import { ask } from "./unfinished.js";

// Of a larger file the service is asked first: no browser hears a refusal while it sends.
const ASK_ABOVE_BYTES = 4e6;
const ASK_MS = 10_000;

/** The path to upload to; `retries` is null for the endpoint without retries. */
export function endpoint(retries) {
  return retries === null ? "upload-with-presigned" : "upload-with-presigned-retry";
}

/** The signer's answer for a file: `uploadUrl`, `key`, maybe `viewUrl`, `grant`, and `parts` if the file may go in parts. */
export async function sign(signer, { name, type, size }, signal) {
  try {
    const response = await ask(signer, { name, type, size }, signal);
    const signed = parse(await response.text());
    return response.ok && (signed.uploadUrl || signed.parts) ? signed : { word: "signerSaid", value: response.status };
  } catch {
    return { word: signal.aborted ? "cancelled" : navigator.onLine ? "noSigner" : "offline" };
  }
}

/** Sends the file. Calls `on.sending`, `on.uploading`, `on.uploaded`, and the method named like an event of the service. */
export async function send(upload, on) {
  const why = await Promise.race([obstacle(upload), aborted(upload)]);
  if (why) return why;
  on.sending();
  return transmit(upload, on);
}

/** What is in the way, as far as that can be known before a byte is sent. */
async function obstacle(upload) {
  if (!(await isUnchanged(upload.file))) return { word: "changed" };
  return upload.file.size > ASK_ABOVE_BYTES ? refusal(upload) : null;
}

/** What the service has against the upload, if it says so; whatever else answers, the upload will show. */
async function refusal({ token, signal, ...upload }) {
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  try {
    const either = AbortSignal.any([signal, AbortSignal.timeout(ASK_MS)]);
    const response = await fetch("check", { method: "POST", headers, body: form(upload), signal: either });
    const answer = parse(await response.text());
    return answer.success === false && ![404, 405].includes(response.status) ? answer : null;
  } catch {
    return null;
  }
}

/** When it is cancelled, which waits for nothing else. */
function aborted({ signal }) {
  return new Promise((resolve) => (signal.onabort = () => resolve({ word: "cancelled" })));
}

/**
 * Whether the file is as it was chosen, as far as its last byte tells; a small one is read whole, as only that tells
 * Firefox that it has grown. Browsers send nothing of a changed file, what is left, or not what they announce.
 */
async function isUnchanged(file) {
  const part = file.size > 1e6 ? file.slice(-1) : file;
  const read = await part.arrayBuffer().catch(() => null);
  return read?.byteLength === part.size;
}

function transmit({ token, signal, ...upload }, on) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    let handled = 0;
    let sent = 0;
    let uploaded = false;
    request.upload.onprogress = ({ loaded, total }) => {
      sent = loaded;
      on.uploading(loaded, total);
    };
    request.upload.onload = () => {
      uploaded = true;
      on.uploaded();
    };
    request.onprogress = () => {
      const lines = request.responseText.split("\n").slice(0, -1);
      for (const { event, ...facts } of lines.slice(handled).map(parse)) if (uploaded) on[event]?.(facts);
      handled = lines.length;
    };
    request.onload = () => resolve(result(request));
    request.onabort = () => resolve({ word: uploaded ? "cancelledLate" : "cancelled" });
    request.onerror = async () => resolve({ word: await reason(upload.file, sent), unsure: uploaded });
    signal.onabort = () => request.abort();
    request.open("POST", endpoint(upload.retries));
    request.setRequestHeader("Accept", "application/x-ndjson");
    if (token) request.setRequestHeader("Authorization", `Bearer ${token}`);
    const whole = form(upload);
    whole.append("file", upload.file);
    request.send(whole);
  });
}

/** The fields that come before the file, so that the service can stream it. */
function form({ file, uploadUrl, grant, retries }) {
  const fields = new FormData();
  if (grant) fields.append("grant", grant);
  fields.append("uploadUrl", uploadUrl);
  if (retries !== null) fields.append("max_retries", retries);
  fields.append("size", file.size);
  return fields;
}

/** The answer: the last line, or the whole text where a proxy has reformatted it; else a proxy's own. */
function result({ status, responseText }) {
  const last = responseText.trim().split("\n").at(-1);
  const answer = [parse(last), parse(responseText)].find(({ success }) => typeof success === "boolean");
  if (answer?.code === "size_mismatch") return { ...answer, word: "changed" }; // as `size` is the file's
  if (answer) return answer;
  if (parse(last).event) return { word: "broke", unsure: true };
  return { word: inFront(status), value: status, unsure: status !== 413 };
}

/** What it means that not the service answered, but something before it. */
export function inFront(status) {
  if (status === 413) return "tooLargeInFront";
  return [502, 503, 504].includes(status) ? "noneBehind" : "foreign";
}

function parse(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

/** Why there is no answer, as far as a page can know. */
async function reason(file, sent) {
  if (!navigator.onLine) return "offline";
  if (!(await isUnchanged(file))) return "changed";
  return sent ? "broke" : "unreachable";
}
