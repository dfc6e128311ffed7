/**
 * One upload: a URL from the signer, and the form over XMLHttpRequest, which alone tells how sending goes.
 *
 * Rules: nothing is thrown, every end is an answer: the service's own, or `word`, what the page says of an end without
 * one, `unsure` when the file may be stored. Nothing is kept. Must not know: the page.
 */

const NDJSON = "application/x-ndjson";

/** Where an upload goes; `retries` is null for the endpoint that does not try again. */
export function endpoint(retries) {
  return retries === null ? "upload-with-presigned" : "upload-with-presigned-retry";
}

/** What the signer gives for this file: `uploadUrl`, `key` and, to look at it, `viewUrl`. */
export async function sign(signer, { name, type, size }, signal) {
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify({ name, type, size });
  try {
    const answer = await fetch(signer, { method: "POST", headers, body, signal });
    const signed = parsed(await answer.text());
    return answer.ok && signed.uploadUrl ? signed : { word: "signerSaid", value: answer.status };
  } catch {
    return { word: signal.aborted ? "cancelled" : navigator.onLine ? "noSigner" : "offline" };
  }
}

/** Sends the file; how it ended. `tell` hears of `sent`, `storing`, `attempt` and `waiting`. */
export function send({ file, uploadUrl, retries, token, signal }, tell) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    let lines = 0;
    let sent = 0;
    let storing = false;
    request.upload.onprogress = ({ loaded, total }) => {
      sent = loaded;
      tell.sent(loaded, total);
    };
    request.upload.onload = () => {
      storing = true;
      tell.storing();
    };
    request.onprogress = () => {
      const whole = request.responseText.split("\n").slice(0, -1);
      for (const { event, ...facts } of whole.slice(lines).map(parsed)) if (storing) tell[event]?.(facts);
      lines = whole.length;
    };
    request.onload = () => resolve(result(request));
    request.onabort = () => resolve({ word: storing ? "cancelledLate" : "cancelled" });
    request.onerror = async () => resolve({ word: await reason(file, sent), unsure: storing });
    signal.onabort = () => request.abort();
    request.open("POST", endpoint(retries));
    request.setRequestHeader("Accept", NDJSON);
    if (token) request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.send(form(file, uploadUrl, retries));
  });
}

/** The fields stand before the file, so that its bytes can go on as they come. */
function form(file, uploadUrl, retries) {
  const fields = new FormData();
  fields.append("uploadUrl", uploadUrl);
  if (retries !== null) fields.append("max_retries", retries);
  fields.append("size", file.size);
  fields.append("file", file);
  return fields;
}

/** The last line, or all of it where a program before the service has laid it out anew. */
function result({ status, responseText }) {
  const last = responseText.trim().split("\n").at(-1);
  const found = [parsed(last), parsed(responseText)].find((each) => typeof each.success === "boolean");
  if (found) return found;
  if (parsed(last).event) return { word: "broke", unsure: true };
  return status === 413 ? { word: "foreign413" } : { word: "foreign", value: status, unsure: true };
}

function parsed(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

/** Why there is no answer, as far as a page can know. */
async function reason(file, sent) {
  if (!navigator.onLine) return "offline";
  const readable = await file.slice(0, 1).arrayBuffer().then(() => true, () => false);
  if (!readable) return "unreadable";
  return sent ? "broke" : "unreachable";
}
