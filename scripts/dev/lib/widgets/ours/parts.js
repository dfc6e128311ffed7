// What the pages below share.
import { partsBackEnd } from "./parts-back-end.ts"; // the routes of your own back end
import { partsOf, s3Parts } from "./upload-in-parts.ts";

const MIB = 1024 * 1024;
export const PART_BYTES = 5 * MIB; // the least that S3 takes; 16 * MIB suits most files, and 10,000 parts are the most

export const backEnd = partsBackEnd("/api/parts");

/** For widgets that let you send the file. */
export const inParts = { serviceUrl: "http://localhost:8000", target: s3Parts(backEnd), partBytes: PART_BYTES };

/** The upload of a file, for widgets that cut it: a new one, or that which was begun before the page was loaded again. */
export async function begin(file) {
  const known = localStorage.getItem(nameOf(file));
  const parts = known && (await storedParts(known).catch(() => null)); // none of an upload that has ended
  if (parts) return { id: known, parts };
  const id = await backEnd.create({ name: file.name, size: file.size, type: file.type });
  localStorage.setItem(nameOf(file), id);
  return { id, parts: [] };
}

/** A presigned URL for one part. */
export const signPart = ({ id }, number, size) => backEnd.sign(id, { number, size });

/** The presigned URLs of all parts, for widgets that cannot wait for each. */
export const signAllParts = (upload, { size }) =>
  Promise.all(partsOf(size, PART_BYTES).map(({ number, start, end }) => signPart(upload, number, end - start)));

/** Whether a part is stored. */
export const isStored = ({ parts }, number) => parts.some((part) => part.number === number);

/** How many bytes are stored from the file's beginning without a gap, for widgets that go on from there. */
export function storedBytes(upload, { size }) {
  const missing = partsOf(size, PART_BYTES).find(({ number }) => !isStored(upload, number));
  return missing ? missing.start : size;
}

/** Makes one object of the parts. */
export async function finish({ id }, file) {
  await backEnd.complete(id, await storedParts(id));
  localStorage.removeItem(nameOf(file));
}

const nameOf = ({ name, size, lastModified }) => `${PART_BYTES} ${name} ${size} ${lastModified}`;

/** Each once: some stores list a part twice that was sent twice. */
async function storedParts(id) {
  const parts = new Map((await backEnd.list(id)).map((part) => [part.number, part]));
  return [...parts.values()].sort((one, other) => one.number - other.number);
}
