// What the pages below share. /api/parts is the page's own back end, which knows who asks.
import { SERVICE, reason } from "./service.js";

export const PART_BYTES = 5 * 1024 * 1024; // S3 wants 5 MiB at least, and 10,000 parts at most

/** The upload of this file: a new one, or that which was begun before the page was loaded again. */
export async function begin(file) {
  const known = JSON.parse(localStorage.getItem(nameOf(file)));
  const found = known && (await ask("list", known).catch(() => null)); // nothing, once it has ended
  if (found) return { ...known, stored: found.partNumbers };
  const upload = await ask("create", { name: file.name, type: file.type, size: file.size });
  localStorage.setItem(nameOf(file), JSON.stringify(upload));
  return { ...upload, stored: [] };
}

/** The presigned URLs of these parts. */
export async function signParts({ key, uploadId }, partNumbers) {
  return (await ask("sign", { key, uploadId, partNumbers })).uploadUrls;
}

/** The presigned URLs of all parts, for widgets that cannot wait for each. */
export function signAllParts(upload, file) {
  return signParts(upload, Array.from({ length: partCount(file) }, (_, index) => index + 1));
}

/** How many bytes are stored, without a gap, from the file's beginning. */
export function storedBytes({ stored }, file) {
  let parts = 0;
  while (stored.includes(parts + 1)) parts += 1;
  return Math.min(parts * PART_BYTES, file.size);
}

/** Makes one object of the parts; the back end compares their sizes with the file's. */
export async function finish({ key, uploadId }, file) {
  await ask("complete", { key, uploadId, size: file.size });
  localStorage.removeItem(nameOf(file));
}

/** Sends a file part by part, for widgets that let you send it; `progress` hears how many bytes are stored. */
export async function storeInParts(file, progress, signal) {
  const upload = await begin(file);
  for (let number = 1; number <= partCount(file); number += 1) {
    const end = Math.min(number * PART_BYTES, file.size);
    if (!upload.stored.includes(number)) {
      const [uploadUrl] = await signParts(upload, [number]);
      await storePart(uploadUrl, file.slice((number - 1) * PART_BYTES, end), signal);
    }
    progress(end);
  }
  await finish(upload, file);
}

async function storePart(uploadUrl, part, signal) {
  const form = new FormData();
  form.append("uploadUrl", uploadUrl);
  form.append("size", part.size);
  form.append("file", part, "part");
  const answer = await fetch(SERVICE, { method: "POST", body: form, signal });
  if (!answer.ok) throw new Error(reason(await answer.text()));
}

const partCount = (file) => Math.max(1, Math.ceil(file.size / PART_BYTES));
const nameOf = (file) => ["parts", file.name, file.size, file.lastModified].join(":");

async function ask(what, about) {
  const answer = await fetch(`/api/parts/${what}`, { method: "POST", body: JSON.stringify(about) });
  if (!answer.ok) throw new Error(`The back end answered ${answer.status} to "${what}".`);
  return answer.json();
}
