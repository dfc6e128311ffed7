/**
 * One file's row: what it shows, and what it announces to screen readers.
 *
 * Rules: names and sentences are text, never markup; a picture's object URL is revoked once it is loaded.
 * Must not know: requests.
 */

import { bytes, say, time } from "./words.js";

const BUSY = ["signing", "checking", "sending", "goesOn", "pausing", "storing", "storingAgain", "scanning",
  "waiting"];
export const FAILED = ["failed", "unknown", "cancelled", "cancelledLate"];
// The speed is an average over this time; larger pictures would take too much memory.
const SPEED_MS = 4000;
const PICTURE_BYTES = 30e6;
const COPIED_MS = 2000;
// Some browsers report what is sent far more often than anybody can see.
const DRAW_MS = 100;

const log = document.getElementById("news");

/** Tells screen readers. */
function announce(text) {
  const line = document.createElement("p");
  line.textContent = text;
  log.append(line);
}

/** In whole percent, and never too many. */
export function percent(share) {
  return `${Math.floor(100 * share)}%`;
}

export class Row {
  constructor(file, { cancel, again }) {
    this.file = file;
    this.state = "";
    this.item = document.getElementById("row").content.firstElementChild.cloneNode(true);
    this.text(".picture", /\.(\w{1,4})$/.exec(file.name)?.[1] ?? "");
    this.text(".name", file.name).text(".size", bytes(file.size));
    this.button(".view", "view").button(".again", "again").button(".copy", "copy").label("progress", file.name);
    this.find(".cancel").onclick = () => cancel(this);
    this.find(".again").onclick = () => again(this);
    this.find(".copy").onclick = () => this.copy();
    if (file.type.startsWith("image/") && file.size < PICTURE_BYTES) this.showPicture();
  }

  find(selector) {
    return this.item.querySelector(selector);
  }

  text(selector, text) {
    this.find(selector).textContent = text;
    return this;
  }

  label(selector, text) {
    this.find(selector).ariaLabel = this.find(selector).title = text;
    return this;
  }

  button(selector, word, text = say(word)) {
    return this.text(selector, text).label(selector, `${say(word)}: ${this.file.name}`);
  }

  showPicture() {
    const image = new Image();
    const url = URL.createObjectURL(this.file);
    image.onload = image.onerror = ({ type }) => {
      URL.revokeObjectURL(url);
      if (type === "load") this.find(".picture").replaceChildren(image);
    };
    image.alt = "";
    image.src = url;
  }

  /** Changes the state, and shows it. */
  become(state, value) {
    const focused = this.find(".actions").contains(document.activeElement);
    const [busy, failed] = [BUSY.includes(state), FAILED.includes(state)];
    this.state = this.item.dataset.state = state;
    this.samples = [];
    clearTimeout(this.drawing);
    this.drawing = null;
    this.text(".state", say(state, value));
    if (busy) this.button(".cancel", "cancel");
    else this.button(".cancel", "remove", "×");
    this.find(".again").hidden = !failed;
    this.find("progress").hidden = !busy;
    this.find("progress").removeAttribute("value");
    this.find(".failure").hidden = true;
    if ((busy && state !== "checking") || failed || state === "stored") announce(`${this.file.name}: ${say(state, value)}`);
    if (focused) this.find(failed ? ".again" : state === "stored" ? ".name" : ".cancel").focus();
  }

  /** Shows soon how much is sent: what came last, and that always. */
  progress(loaded, total) {
    this.sent = { loaded, total };
    this.drawing ??= setTimeout(() => this.draw(), DRAW_MS);
  }

  draw() {
    this.drawing = null;
    const { loaded, total } = this.sent;
    const now = performance.now();
    this.samples.push([now, loaded]);
    while (now - this.samples[0][0] > SPEED_MS) this.samples.shift();
    const [then, before] = this.samples[0];
    const facts = [say("sending", percent(loaded / total))];
    if (loaded > before) {
      const speed = ((loaded - before) * 1000) / (now - then);
      facts.push(bytes(speed, "-per-second"), say("left", time((total - loaded) / speed)));
    }
    this.text(".state", facts.join(" · ")).find("progress").value = loaded / total;
  }

  /** Shows a result: stored, a problem, or a word of words.js. */
  finish(result, { key, viewUrl = "" } = {}) {
    if (result.success) {
      this.become("stored");
      if (key) this.text(".state", say("storedAs", key));
      this.find(".view").hidden = !/^https?:/.test(viewUrl);
      this.find(".view").href = viewUrl;
    } else if (result.word?.startsWith("cancelled")) {
      this.become(result.word);
    } else {
      this.fail(result);
    }
  }

  /** Shows an upload of a file that this page does not have, of which a part is sent. */
  interrupt(sent) {
    const text = say("interrupted", percent(sent));
    this.become("interrupted", percent(sent));
    this.find("progress").hidden = false;
    this.find("progress").value = sent;
    announce(`${this.file.name}: ${text}`);
  }

  fail({ word, value, unsure, kept, stored, ...problem }) {
    const end = kept ? "kept" : word && (unsure ? "unsure" : "nothing");
    const why = [word ? say(word, value) : problem.detail, end && say(end)].filter(Boolean).join(" ");
    this.become(unsure || stored === null ? "unknown" : "failed");
    this.text(".why", why).text(".code", problem.code ?? "");
    this.text(".request", problem.request_id ? say("request", problem.request_id) : "");
    if (problem.code) this.find(".code").href = `errors/${problem.code}`;
    this.find(".failure").hidden = false;
    announce(`${this.file.name}: ${why}`);
  }

  showCurl(line) {
    this.text("code", line).find("details").hidden = false;
  }

  async copy() {
    const code = this.find("code");
    try {
      await navigator.clipboard.writeText(code.textContent);
      announce(say("copied"));
      this.text(".copy", say("copied"));
      setTimeout(() => this.text(".copy", say("copy")), COPIED_MS);
    } catch {
      getSelection().selectAllChildren(code); // no permission: select it for Ctrl-C
    }
  }
}
