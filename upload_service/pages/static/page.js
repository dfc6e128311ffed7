/**
 * The page: files in, each with a URL of its own, a few at once.
 *
 * Rules: a presigned URL or a token is a secret: it leaves its field for an upload, and goes nowhere else.
 * Must not know: how an upload is sent, how a row looks.
 */

import { curl } from "./curl.js";
import { FAILED, Row } from "./row.js";
import { send, sign } from "./sending.js";
import { say, time, translate } from "./words.js";

const MOST_AT_ONCE = 3;

const at = (id) => document.getElementById(id);
const { signer } = document.documentElement.dataset;
const rows = new Set();
let token = "";
let running = 0;

translate();
byHand(!signer);

/** Whether there is a field for URLs. */
function byHand(shown) {
  at("by-hand").hidden = at("start").hidden = !shown;
}

/** What a person should do first; nothing once they have done something. */
function hint(word) {
  at("notice").textContent = word ? say(word) : "";
}

/** Takes files in; with a signer they are sent at once. */
function add(files) {
  hint();
  for (const file of files) {
    const row = new Row(file, { cancel, again });
    rows.add(row);
    at("rows").append(row.part);
    if (signer) row.become("queued");
  }
  refresh();
}

const lines = () => at("urls").value.split("\n").map((line) => line.trim()).filter(Boolean);
const isUrl = (line) => /^https?:\/\/\S+$/i.test(line);
const those = (...states) => [...rows].filter((row) => states.includes(row.state));
const idle = () => those("", "ready", "needsUrl", "badUrl");

/** Says of each file that waits whether there is a URL for it, and sends what may be sent. */
function refresh() {
  at("files").hidden = !rows.size;
  const urls = lines();
  idle().forEach((row, index) => row.become(!urls[index] ? "needsUrl" : isUrl(urls[index]) ? "ready" : "badUrl"));
  const next = those("queued").slice(0, MOST_AT_ONCE - running);
  if (next.length && at("asking").hidden && at("sending").reportValidity()) next.forEach(run);
}

/** Gives URLs to the files that wait, then to those that failed. */
function start() {
  const wanting = [...idle(), ...those(...FAILED)];
  share(wanting);
  if (!wanting.length) hint("noFiles");
  else if (idle().length || !wanting.some(({ state }) => state === "queued")) askForUrl();
  refresh();
}

/** Gives these files their lines, from this one on; what is given leaves the field. */
function share(files, first = 0) {
  hint();
  const left = lines().filter((line, index) => {
    const row = files[index - first];
    if (!row || !isUrl(line)) return true;
    row.place = { uploadUrl: line };
    row.become("queued");
    return false;
  });
  at("urls").value = left.join("\n");
}

function askForUrl() {
  hint("noUrl");
  at("urls").focus();
}

async function run(row) {
  running += 1;
  const result = await upload(row);
  running -= 1;
  row.control = null;
  if (result.code !== "unauthorized") end(row, result);
  else if (row.token === token) ask(row);
  else row.become("queued"); // a token has been given meanwhile
  refresh();
}

/** The URL is kept for another try, unless it would not help, or the signer has a fresh one. */
function end(row, result) {
  row.end(result, row.place);
  if (signer || result.retryable === false) row.place = undefined;
}

async function upload(row) {
  row.token = token;
  const { signal } = (row.control = new AbortController());
  if (!row.place) {
    row.become("signing");
    const signed = await sign(signer, row.file, signal);
    if (signed.word) {
      if (signed.word !== "cancelled") byHand(true);
      return signed;
    }
    row.place = signed;
  }
  const retries = at("retry").checked ? Number(at("retries").value || 3) : null;
  row.become("sending");
  row.showCurl(curl(row.file, retries, token));
  return send({ file: row.file, uploadUrl: row.place.uploadUrl, retries, token, signal }, {
    sent: (loaded, total) => row.sent(loaded, total),
    storing: () => row.become("storing"),
    attempt: ({ attempt }) => attempt > 1 && row.become("storingAgain", attempt),
    waiting: ({ seconds }) => row.become("waiting", time(seconds)),
  });
}

/** The service wants a token: nothing more is sent before there is one. */
function ask(row) {
  row.become("needsToken");
  at("token-hint").textContent = say(token ? "tokenWrong" : "tokenHint");
  at("asking").hidden = false;
  at("token").focus();
}

function cancel(row) {
  if (row.control) return row.control.abort();
  rows.delete(row);
  row.part.remove();
  hint();
  at("pick").focus();
  return refresh();
}

/** Once more: with the first URL that is no waiting file's, if there is one. */
function again(row) {
  share([row], idle().length);
  if (row.place || signer) row.become("queued");
  else askForUrl();
  refresh();
}

at("pick").onchange = ({ target }) => {
  add(target.files);
  target.value = ""; // so that the same file can be chosen again
};
at("urls").oninput = () => {
  hint();
  refresh();
};
at("sending").onsubmit = (event) => {
  event.preventDefault();
  start();
};
at("asking").onsubmit = (event) => {
  event.preventDefault();
  token = at("token").value.replace(/[^!-~]/g, "");
  at("token").value = "";
  at("asking").hidden = true;
  for (const row of those("needsToken")) row.become("queued");
  refresh();
};
at("retry").onchange = at("retries").onchange = () => {
  at("retries").disabled = !at("retry").checked;
  refresh();
};

addEventListener("paste", (event) => {
  const isText = event.clipboardData.types.includes("text/plain") && event.target.matches("input, textarea");
  if (isText || !event.clipboardData.files.length) return;
  event.preventDefault();
  add(event.clipboardData.files);
});
for (const type of ["dragover", "dragleave", "drop"]) {
  addEventListener(type, (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    document.body.classList.toggle("over", type === "dragover");
    if (type === "drop") add(event.dataTransfer.files);
  });
}

addEventListener("beforeunload", (event) => {
  if (running) event.preventDefault();
});
