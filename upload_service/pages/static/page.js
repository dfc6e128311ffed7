/**
 * The upload page: takes files, gives each its presigned URL, and uploads a few at once.
 *
 * Rules: presigned URLs and tokens are secrets; they leave their field with an upload, and go nowhere else.
 * An upload in parts outlives the page: it is shown as interrupted until its file comes again, or is removed.
 * Must not know: how an upload is sent, how a row looks.
 */

import { curl } from "./curl.js";
import { FAILED, Row, percent } from "./row.js";
import { send, sign } from "./sending.js";
import { discard, isSame, unfinished } from "./unfinished.js";
import { say, time } from "./words.js";

const MAX_AT_ONCE = 3;

const $ = (id) => document.getElementById(id);
const { signer } = document.documentElement.dataset;
const rows = new Set();
let token = "";
let running = 0;

showUrlField(!signer);

function showUrlField(shown) {
  $("by-hand").hidden = $("start").hidden = !shown;
}

/** Says what to do first; without a word, nothing. */
function hint(word) {
  $("notice").textContent = word ? say(word) : "";
}

/** Adds files to the list; with a signer they are sent at once. */
function add(files) {
  hint();
  for (const file of files) {
    const row = rowsIn("interrupted").find((each) => isSame(each.file, file)) ?? newRow(file);
    row.file = file;
    if (signer) row.become("queued");
  }
  refresh();
}

function newRow(file) {
  const row = new Row(file, { cancel, again });
  rows.add(row);
  $("rows").append(row.item);
  return row;
}

const urlLines = () => $("urls").value.split("\n").map((line) => line.trim()).filter(Boolean);
const isUrl = (line) => /^https?:\/\/\S+$/i.test(line);
const rowsIn = (...states) => [...rows].filter((row) => states.includes(row.state));
const notStarted = () => rowsIn("", "ready", "needsUrl", "badUrl");

/** Shows which files have a URL, and starts what may start. */
function refresh() {
  $("files").hidden = !rows.size;
  const urls = urlLines();
  notStarted().forEach((row, index) => row.become(!urls[index] ? "needsUrl" : isUrl(urls[index]) ? "ready" : "badUrl"));
  const next = rowsIn("queued").slice(0, MAX_AT_ONCE - running);
  if (next.length && $("asking").hidden && $("sending").reportValidity()) next.forEach(run);
}

/** Gives URLs to the files that have not started, then to those that failed. */
function start() {
  const targets = [...notStarted(), ...rowsIn(...FAILED)];
  assignUrls(targets);
  if (!targets.length) hint("noFiles");
  else if (notStarted().length || !targets.some(({ state }) => state === "queued")) askForUrl();
  refresh();
}

/** Gives these rows the lines of the URL field from `first` on; a used line leaves the field. */
function assignUrls(targets, first = 0) {
  hint();
  const left = urlLines().filter((line, index) => {
    const row = targets[index - first];
    if (!row || !isUrl(line)) return true;
    row.signed = { uploadUrl: line };
    row.become("queued");
    return false;
  });
  $("urls").value = left.join("\n");
}

function askForUrl() {
  hint("noUrl");
  $("urls").focus();
}

async function run(row) {
  running += 1;
  const result = await upload(row);
  running -= 1;
  row.control = null;
  if (result.code !== "unauthorized") finish(row, result);
  else if (row.token === token) askForToken(row);
  else row.become("queued"); // there is a new token
  refresh();
}

/** Keeps the URL for another try, unless that cannot help or the signer gives a new one. */
function finish(row, result) {
  row.finish(result, row.signed);
  if (signer || result.retryable === false) row.signed = undefined;
}

async function upload(row) {
  row.token = token;
  const { signal } = (row.control = new AbortController());
  if (!row.signed) {
    row.become("signing");
    const signed = await sign(signer, row.file, signal);
    if (signed.word) {
      if (signed.word !== "cancelled") showUrlField(true);
      return signed;
    }
    row.signed = signed;
  }
  const retries = $("retry").checked ? Number($("retries").value || 3) : null;
  row.become("checking");
  if (row.signed.parts) return uploadParts(row, retries);
  row.showCurl(curl(row.file, retries, token));
  return send({ ...row.signed, file: row.file, retries, token, signal }, {
    sending: () => row.become("sending"),
    uploading: (loaded, total) => row.progress(loaded, total),
    uploaded: () => row.become("storing"),
    scanning: () => row.become("scanning"),
    attempt: ({ attempt }) => attempt > 1 && row.become("storingAgain", attempt),
    waiting: ({ seconds }) => row.become("waiting", time(seconds)),
  });
}

/** Sends a large file as the signer offers it; the signer's last answer says where it is. */
async function uploadParts(row, retries) {
  const parts = await import("./parts.js").catch(() => null);
  if (!parts) return { word: "unreachable", kept: true };
  const { partBytes } = row.signed.parts;
  const result = await parts.sendInParts({ file: row.file, signer, partBytes, retries, token, signal: row.control.signal }, {
    preparing: () => row.become("checking"),
    sending: (from) => (from ? row.become("goesOn", percent(from)) : row.become("sending")),
    uploading: (loaded, total) => row.progress(loaded, total),
    waiting: () => row.become("pausing"),
    completing: () => row.become("storing"),
  });
  if (result.success) row.signed = result;
  return result;
}

/** The service wants a token; nothing is sent until there is one. */
function askForToken(row) {
  row.become("needsToken");
  $("token-hint").textContent = say(token ? "tokenWrong" : "tokenHint");
  $("asking").hidden = false;
  $("token").focus();
}

function cancel(row) {
  if (row.control) return row.control.abort();
  if (signer) discard(row.file, signer);
  rows.delete(row);
  row.item.remove();
  hint();
  $("pick").focus();
  return refresh();
}

/** Tries again, with the first URL that no waiting file needs, if any. */
function again(row) {
  assignUrls([row], notStarted().length);
  if (row.signed || signer) row.become("queued");
  else askForUrl();
  refresh();
}

if (signer) for (const each of unfinished(signer)) newRow(each).interrupt(each.sent);
refresh();

$("pick").onchange = ({ target }) => {
  add(target.files);
  target.value = ""; // so that the same file can be chosen again
};
$("urls").oninput = () => {
  hint();
  refresh();
};
$("sending").onsubmit = (event) => {
  event.preventDefault();
  start();
};
$("asking").onsubmit = (event) => {
  event.preventDefault();
  token = $("token").value.replace(/[^!-~]/g, "");
  $("token").value = "";
  $("asking").hidden = true;
  for (const row of rowsIn("needsToken")) row.become("queued");
  refresh();
};
$("retry").onchange = $("retries").onchange = () => {
  $("retries").disabled = !$("retry").checked;
  refresh();
};

/** Whether text goes to a field. */
const isField = ({ target }) => target.closest?.("#urls, #retries, #token");

/** Adds what was dropped or pasted. */
function take(files) {
  add(files);
  if (!files.length) hint("noneGiven");
}

addEventListener("paste", (event) => {
  const { files, types } = event.clipboardData;
  if (isField(event) && (types.includes("text/plain") || !files.length)) return;
  event.preventDefault();
  take(files);
});
for (const type of ["dragover", "dragleave", "drop"]) {
  addEventListener(type, (event) => {
    const { files, types } = event.dataTransfer;
    // A file may come as its address (WebKit), which the browser would open in the page's place.
    if (!types.includes("Files") && (isField(event) || !types.includes("text/uri-list"))) return;
    event.preventDefault();
    document.body.classList.toggle("over", type === "dragover");
    if (type === "drop") take(files);
  });
}

addEventListener("beforeunload", (event) => {
  if (running) event.preventDefault();
});
