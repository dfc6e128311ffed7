/**
 * One file's row: what it shows, and what it says aloud when its state changes.
 *
 * Rules: names and sentences are text, never markup; a picture's object URL is given back once it is seen.
 * Must not know: requests.
 */

import { bytes, say, sentences, time } from "./words.js";

const BUSY = ["signing", "sending", "storing", "storingAgain", "waiting"];
const PATIENT = ["ready", "needsUrl", "queued", "needsToken"];
// Ends after which the file may be stored or not.
const UNSURE = ["offline", "unreachable", "broke", "cut", "foreign"];
// Speed is that of so long; a larger picture costs more to show than it is worth.
const RECENT_MS = 4000;
const SETTLED_MS = 400;
const PICTURE_BYTES = 30e6;

const news = document.getElementById("news");

/** Tells those who listen instead of looking. */
export function announce(text) {
  const line = document.createElement("p");
  line.textContent = text;
  news.append(line);
  if (news.children.length > 10) news.firstChild.remove();
}

export class Row {
  constructor(file, { cancel, again }) {
    this.file = file;
    this.state = "";
    this.part = document.getElementById("row").content.firstElementChild.cloneNode(true);
    this.text(".picture", /\.(\w{1,4})$/.exec(file.name)?.[1] ?? "");
    this.text(".name", file.name).text(".size", bytes(file.size)).text(".view", say("view"));
    this.button(".cancel", "cancel", cancel).button(".again", "again", again);
    this.button(".copy", "copy", () => this.copy()).label(".view", `${say("view")}: ${file.name}`).label("progress", file.name);
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
    this.at(selector).setAttribute("aria-label", text);
    return this;
  }

  button(selector, word, act) {
    this.at(selector).onclick = () => act(this);
    return this.text(selector, say(word)).label(selector, `${say(word)}: ${this.file.name}`);
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
    const [busy, patient] = [BUSY.includes(state), PATIENT.includes(state)];
    this.state = this.part.dataset.state = state;
    this.text(".state", say(state, value));
    this.at(".cancel").hidden = !busy && !patient;
    this.at(".again").hidden = busy || patient || state === "stored";
    this.at("progress").hidden = !busy;
    this.at("progress").removeAttribute("value");
    this.at(".failure").hidden = true;
    if (!patient) announce(`${this.file.name}: ${say(state, value)}`);
    if (held) (this.part.querySelector(".actions > :not([hidden])") ?? this.at(".name")).focus();
  }

  begin() {
    this.marks = [];
    this.become("sending");
  }

  /** How far sending is. */
  sent(loaded, total) {
    const now = performance.now();
    this.marks.push([now, loaded]);
    while (now - this.marks[0][0] > RECENT_MS) this.marks.shift();
    const [then, before] = this.marks[0];
    const facts = [say("sending", `${Math.floor((100 * loaded) / total)}%`)];
    if (now - then > SETTLED_MS && loaded > before) {
      const speed = ((loaded - before) * 1000) / (now - then);
      facts.push(bytes(speed, "-per-second"), say("left", time((total - loaded) / speed)));
    }
    this.text(".state", facts.join(" · ")).at("progress").value = loaded / total;
  }

  /** The end: stored, a problem of the service, or a word of our own. */
  end(result, viewUrl) {
    if (result.success) {
      this.become("stored");
      this.at(".view").hidden = !/^https?:/.test(viewUrl ?? "");
      this.at(".view").href = viewUrl ?? "";
    } else if (result.word?.startsWith("cancelled")) {
      this.become(result.word);
    } else {
      this.fail(result);
    }
  }

  fail({ word, value, ...problem }) {
    const unsure = UNSURE.includes(word);
    let [why, detail] = word ? [say(word, value), ""] : sentences(problem);
    if (unsure) why += ` ${say("unsure")}`;
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
      this.text(".copy", say("copied")); // the button has the focus, and is read anew
    } catch {
      getSelection().selectAllChildren(code); // where a page may not write: ready for Ctrl-C
    }
  }
}
