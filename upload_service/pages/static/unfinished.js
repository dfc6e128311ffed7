/**
 * Large uploads that have not finished, as this browser remembers them, so that a reload does not lose what was sent.
 *
 * Knows: what upload-in-parts.js remembers of one; of that it reads the sizes of the finished parts and the signer's name of it.
 * Rules: no URL is kept; what is stored or cancelled is forgotten. A browser that keeps nothing is no failure.
 */

const PREFIX = "upload-in-parts ";

/** The uploads of this signer: of each the file's name, size and date, its key here, and the part of it that is sent. */
export function unfinished(signer) {
  return keys().flatMap((key) => recalled(key)).filter((each) => each.signer === signer);
}

function keys() {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  } catch {
    return [];
  }
}

/** Nothing if it cannot be read: another version or somebody else of this origin wrote it. */
function recalled(key) {
  try {
    const { name, size, lastModified, signer, record } = JSON.parse(localStorage.getItem(key));
    const share = sent({ record, size });
    if (typeof name !== "string" || !(share >= 0 && share <= 1)) return [];
    return [{ key, type: "", name, size, lastModified, signer, record, sent: share }];
  } catch {
    return [];
  }
}

function sent({ record, size }) {
  return JSON.parse(record).parts.reduce((sum, part) => sum + part.size, 0) / size;
}

/** Whether both are the same file, as far as that can be known without its bytes. */
export function isSame(one, other) {
  return ["name", "size", "lastModified"].every((fact) => one[fact] === other[fact]);
}

/** Forgets what is remembered of this file, and lets the signer drop what storage has of it. */
export function discard(file, signer) {
  for (const { key, record } of unfinished(signer).filter((each) => isSame(each, file))) {
    localStorage.removeItem(key);
    // Storage drops what is left by itself some day, so nobody need hear that this failed.
    ask(signer, { action: "abort", upload: JSON.parse(record).upload }).catch(() => null);
  }
}

/** Asks the signer for something. */
export function ask(signer, what, signal) {
  const headers = { "Content-Type": "application/json" };
  return fetch(signer, { method: "POST", headers, body: JSON.stringify(what), signal });
}
