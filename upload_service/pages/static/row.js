/**
 * One file's row: what it shows, and what it says aloud when its state changes.
 *
 * Rules: names and sentences are text, never markup; a picture's object URL is given back once it is seen.
 * Must not know: requests.
 */

import { bytes, say, sentences, time } from "./words.js";

const BUSY = ["signing", "sending", "storing", "storingAgain", "waiting"];
export const FAILED = ["failed", "unknown", "cancelled", "cancelledLate"];
// Speed is that of so long; a larger picture is not worth its memory.
const RECENT_MS = 4000;
const PICTURE_BYTES = 30e6;
const COPIED_MS = 2000;

const news = document.getElementById("news");

/** Tells those who listen instead of looking. */
function announce(text) {
  const line = document.createElement("p");
  line.textContent = text;
  news.append(line);
}

export class Row {
  constructor(file, { cancel, again }) {
    this.file = file;
    this.state = "";
    this.part = document.getElementById("row").content.firstElementChild.cloneNode(true);
    this.text(".picture", /\.(\w{1,4})$/.exec(file.name)?.[1] ?? "");
    this.text(".name", file.name).text(".size", bytes(file.size));
    this.word(".view", "view").word(".again", "again").word(".copy", "copy").label("progress", file.name);
    this.at(".cancel").onclick = () => cancel(this);
    this.at(".again").onclick = () => again(this);
    this.at(".copy").onclick = () => this.copy();
    if (file.type.startsWith("image/") && file.size < PICTURE_BYTES) this.picture();
  }

  at(selector) {
    return this.part.querySelector(selector);
  }

  text(selector, text) {
    this.at(selector).textContent = text;
    return this;
  }

  label(selector, text) {
    this.at(selector).ariaLabel = this.at(selector).title = text;
    return this;
  }

  word(selector, word, sign = say(word)) {
    return this.text(selector, sign).label(selector, `${say(word)}: ${this.file.name}`);
  }

  picture() {
    const image = new Image();
    const url = URL.createObjectURL(this.file);
    image.onload = image.onerror = ({ type }) => {
      URL.revokeObjectURL(url);
      if (type === "load") this.at(".picture").replaceChildren(image);
    };
    image.alt = "";
    image.src = url;
  }

  /** A new state, and what is shown of it. */
  become(state, value) {
    const held = this.at(".actions").contains(document.activeElement);
    const [busy, failed] = [BUSY.includes(state), FAILED.includes(state)];
    this.state = this.part.dataset.state = state;
    this.marks = [];
    this.text(".state", say(state, value));
    if (busy) this.word(".cancel", "cancel");
    else this.word(".cancel", "remove", "×");
    this.at(".again").hidden = !failed;
    this.at("progress").hidden = !busy;
    this.at("progress").removeAttribute("value");
    this.at(".failure").hidden = true;
    if (busy || failed || state === "stored") announce(`${this.file.name}: ${say(state, value)}`);
    if (held) this.at(failed ? ".again" : state === "stored" ? ".name" : ".cancel").focus();
  }

  /** How far sending is. */
  sent(loaded, total) {
    const now = performance.now();
    this.marks.push([now, loaded]);
    while (now - this.marks[0][0] > RECENT_MS) this.marks.shift();
    const [then, before] = this.marks[0];
    const facts = [say("sending", `${Math.floor((100 * loaded) / total)}%`)];
    if (loaded > before) {
      const speed = ((loaded - before) * 1000) / (now - then);
      facts.push(bytes(speed, "-per-second"), say("left", time((total - loaded) / speed)));
    }
    this.text(".state", facts.join(" · ")).at("progress").value = loaded / total;
  }

  /** The end: stored, a problem of the service, or a word of our own. */
  end(result, { key, viewUrl = "" } = {}) {
    if (result.success) {
      this.become("stored");
      if (key) this.text(".state", say("storedAs", key));
      this.at(".view").hidden = !/^https?:/.test(viewUrl);
      this.at(".view").href = viewUrl;
    } else if (result.word?.startsWith("cancelled")) {
      this.become(result.word);
    } else {
      this.fail(result);
    }
  }

  fail({ word, value, unsure, ...problem }) {
    const [why, detail] = word ? [`${say(word, value)} ${say(unsure ? "unsure" : "nothing")}`, ""] : sentences(problem);
    this.become(unsure ? "unknown" : "failed");
    this.text(".why", why).text(".detail", detail).text(".code", problem.code ?? "");
    this.text(".request", problem.request_id ? say("request", problem.request_id) : "");
    if (problem.code) this.at(".code").href = `errors/${problem.code}`;
    this.at(".failure").hidden = false;
    announce(`${this.file.name}: ${why || detail}`);
  }

  /** The line that does the same in a shell. */
  showCurl(line) {
    this.text("code", line).at("details").hidden = false;
  }

  async copy() {
    const code = this.at("code");
    try {
      await navigator.clipboard.writeText(code.textContent);
      announce(say("copied"));
      this.text(".copy", say("copied"));
      setTimeout(() => this.text(".copy", say("copy")), COPIED_MS);
    } catch {
      getSelection().selectAllChildren(code); // where a page may not write: ready for Ctrl-C
    }
  }
}
