/**
 * One upload in parts: what the page asks its signer, and how the result reads. Loaded with the first large file only.
 *
 * Knows: the signer's actions, which docs/settings.md describes, and upload-in-parts.js, which does the work.
 * Rules: nothing is thrown; the result is like that of sending.js, and `kept` if another try goes on from here.
 * Must not know: the page.
 */

import { inFront } from "./sending.js";
import { ask, discard, isSame, unfinished } from "./unfinished.js";
import { UploadFailure } from "./upload-client.js";
import { NoSuchUpload, s3Parts, uploadInParts } from "./upload-in-parts.js";

// A browser has six connections to the service, and three uploads run at once: a part that waits for one stands still.
const AT_ONCE = 2;
const GONE = 410;
const LOST = { code: "network_failure", fault: "network", retryable: true };
const NO_SIGNER = "noSigner";

/**
 * Sends the file. Calls `on.preparing`, `on.sending`, with what an earlier run has sent when it begins, `on.uploading`,
 * `on.waiting` and `on.completing`.
 */
export async function sendInParts({ file, signer, partBytes, retries, token, signal }, on) {
  let phase = "";
  let before = 0;
  const onProgress = ({ sent, total, remembered, ...progress }) => {
    if (phase !== progress.phase) on[(phase = progress.phase)](remembered !== before && remembered / total);
    if (phase === "sending") on.uploading(sent, total);
    before = remembered;
  };
  const options = {
    ...{ signal, partBytes, onProgress, atOnce: AT_ONCE },
    ...(token && { token }),
    ...(retries !== null && { storageRetries: retries }),
    serviceUrl: new URL(".", document.baseURI).href,
    place: signer,
    target: s3Parts(backEnd(signer)),
    memory: memoryOf(file, signer),
  };
  try {
    return { success: true, ...(await uploadInParts(file, options)) };
  } catch (error) {
    if (!signal.aborted && error.code !== "file_changed") return { ...failure(error), kept: isKept(file, signer) };
    discard(file, signer);
    if (!signal.aborted) return { word: "changed" };
    return { word: phase === "completing" ? "cancelledLate" : "cancelled" };
  }
}

const granted = ({ uploadUrl, grant }) => (grant ? { url: uploadUrl, grant } : uploadUrl);

/** What upload-in-parts.js wants of a back end, from the signer. */
function backEnd(signer) {
  const act = async (action, what, signal) => answer(await heard(ask(signer, { action, ...what }, signal)));
  return {
    create: async (file, signal) => (await act("create", file, signal)).upload,
    sign: async (upload, part, signal) => granted(await act("sign", { upload, ...part }, signal)),
    list: async (upload, signal) => (await act("list", { upload }, signal)).parts,
    complete: (upload, parts, signal) => {
      const named = parts.map(({ number, etag }) => ({ number, etag }));
      return act("complete", { upload, parts: named }, signal);
    },
    abort: (upload) => act("abort", { upload }),
  };
}

function heard(asking) {
  return asking.catch(() => {
    throw new UploadFailure({ ...LOST, detail: NO_SIGNER });
  });
}

async function answer(response) {
  const { ok, status } = response;
  if (ok) return response.json();
  if (status === GONE) throw new NoSuchUpload();
  const retryable = status >= 500 || status === 429;
  throw new UploadFailure({ code: "signer", detail: "It refused.", fault: "client", retryable, status });
}

/** Where upload-in-parts.js remembers the upload of this file. */
function memoryOf({ name, size, lastModified }, signer) {
  return {
    get: (key) => unfinished(signer).find((each) => each.key === key)?.record ?? null,
    set: (key, record) => localStorage.setItem(key, JSON.stringify({ name, size, lastModified, signer, record })),
    delete: (key) => localStorage.removeItem(key),
  };
}

function isKept(file, signer) {
  return unfinished(signer).some((each) => isSame(each, file));
}

/** Why it failed: a word of words.js where the page knows one, else what the service says. */
function failure({ code, detail, retryable, requestId, status = 200 }) {
  if (code === LOST.code) return { word: !navigator.onLine ? "offline" : detail === NO_SIGNER ? NO_SIGNER : "broke" };
  if (code === "foreign_answer") return { word: inFront(status), value: status };
  // Without a code: what the signer said is no JSON.
  if (!code || code === "signer") return { word: "signerSaid", value: status };
  return { code, detail, retryable, request_id: requestId };
}
