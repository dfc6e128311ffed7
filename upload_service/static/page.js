/**
 * The page: files in, each with a URL of its own, a few at once.
 *
 * Rules: a presigned URL or a token is a secret: it leaves its field for an upload, and goes nowhere else.
 * Must not know: how an upload is sent, how a row looks.
 */

import { curl } from "./curl.js";
import { Row } from "./row.js";
import { send, sign } from "./sending.js";
import { say, time, translate } from "./words.js";

const MOST_AT_ONCE = 3;

const at = (id) => document.getElementById(id);
const { signer } = document.documentElement.dataset;
const rows = new Set();
let token = "";
let running = 0;

translate();
at("by-hand").hidden = at("start").hidden = Boolean(signer);

/** Takes files in; with a signer they are sent at once. */
function add(files) {
  for (const file of files) {
    const row = new Row(file, { cancel, again });
    rows.add(row);
    at("rows").append(row.part);
    if (signer) row.become("queued");
  }
  refresh();
}

const lines = () => at("urls").value.split("\n").map((line) => line.trim()).filter(Boolean);
const idle = () => [...rows].filter((row) => ["", "ready", "needsUrl"].includes(row.state));

/** Says of each file that waits whether there is a URL for it, and sends what may be sent. */
function refresh() {
  at("files").hidden = rows.size === 0;
  const count = lines().length;
  idle().forEach((row, index) => row.become(index < count ? "ready" : "needsUrl"));
  for (const row of rows) {
    if (running >= MOST_AT_ONCE || !at("asking").hidden) break;
    if (row.state === "queued") run(row);
  }
}

/** Gives each file that waits its URL. */
function start() {
  const urls = lines();
  at("notice").textContent = idle().length ? "" : say("noFiles");
  for (const row of idle().slice(0, urls.length)) {
    row.uploadUrl = urls.shift();
    row.become("queued");
  }
  at("urls").value = urls.join("\n");
  if (idle().length) at("urls").focus();
  refresh();
}

async function run(row) {
  running += 1;
  const result = await upload(row);
  running -= 1;
  row.control = null;
  if (result.code !== "unauthorized") row.end(result, row.viewUrl);
  else if (row.token === token) ask(row);
  else row.become("queued"); // a token has been given meanwhile
  row.mayHelp = result.retryable ?? true;
  refresh();
}

async function upload(row) {
  row.token = token;
  const { signal } = (row.control = new AbortController());
  if (signer) {
    row.become("signing");
    const signed = await sign(signer, row.file, signal);
    if (signed.word) return signed;
    Object.assign(row, { uploadUrl: signed.uploadUrl, viewUrl: signed.viewUrl });
  }
  const retries = at("retry").checked ? at("retries").valueAsNumber || 0 : null;
  row.begin();
  row.showCurl(curl(row.file, retries, token));
  return send({ file: row.file, uploadUrl: row.uploadUrl, retries, token, signal }, {
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
  at("pick").focus();
  return refresh();
}

/** Once more; where the URL was at fault with the next one, if there is one. */
function again(row) {
  const [next, ...others] = lines();
  if (next && !row.mayHelp) {
    row.uploadUrl = next;
    at("urls").value = others.join("\n");
  }
  row.become("queued");
  refresh();
}

at("pick").onchange = ({ target }) => {
  add(target.files);
  target.value = ""; // so that the same file can be chosen again
};
at("urls").oninput = refresh;
at("sending").onsubmit = (event) => {
  event.preventDefault();
  start();
};
at("asking").onsubmit = (event) => {
  event.preventDefault();
  token = at("token").value.replace(/[^!-~]/g, "");
  at("token").value = "";
  at("asking").hidden = true;
  for (const row of rows) if (row.state === "needsToken") row.become("queued");
  refresh();
};
at("retry").onchange = ({ target }) => {
  at("retries").disabled = !target.checked;
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
    if (type === "drop") drop(event.dataTransfer);
  });
}

function drop({ items }) {
  const files = [...items].filter((item) => !item.webkitGetAsEntry()?.isDirectory);
  at("notice").textContent = files.length < items.length ? say("noFolders") : "";
  add(files.map((item) => item.getAsFile()).filter(Boolean));
}

addEventListener("beforeunload", (event) => {
  if (running) event.preventDefault();
});
